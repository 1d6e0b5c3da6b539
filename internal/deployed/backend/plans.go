package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// demoEnd ends the names of migrations that are the demo of another.
const demoEnd = "-demo"

// PutPlan keeps the plan of a migration as it was last uploaded.
func (b *Backend) PutPlan(ctx context.Context, m api.Migration, text []byte) (api.Plan, error) {
	p, err := deployed.ParsePlan(text)
	if err == nil && (p.Migration != m.Name || p.Tenant != m.Tenant && p.Tenant != plan.Local || strings.HasSuffix(m.Name, demoEnd)) {
		err = errors.New("it is for another migration or tenant than the path")
	}
	if err == nil {
		p.Tenant = m.Tenant
		err = deployed.CheckPlan(p)
	}
	if err != nil {
		return api.Plan{}, planRefusal(err)
	}
	if err := b.Plans.Upload(ctx, m.Tenant, m.Name, text); err != nil {
		return api.Plan{}, err
	}
	return planOf(m, text, b.now()), nil
}

func planRefusal(err error) error {
	return &api.Refusal{Kind: api.ErrInvalid, Code: "plan", Say: "The plan does not work: " + err.Error() + ".", Next: "Correct it and send it again."}
}

func planOf(m api.Migration, text []byte, at time.Time) api.Plan {
	sum := sha256.Sum256(text)
	return api.Plan{Migration: m.Name, Hash: hex.EncodeToString(sum[:8]), Uploaded: at.UTC().Truncate(time.Second), Text: string(text)}
}

// Plan returns the plan of a migration; a demo has that of its migration.
func (b *Backend) Plan(ctx context.Context, m api.Migration) (api.Plan, error) {
	text, at, _, err := b.uploaded(ctx, m)
	if err != nil {
		return api.Plan{}, err
	}
	return planOf(m, text, at), nil
}

// uploaded reads the text of a migration's plan, and whether the migration is a
// demo.
func (b *Backend) uploaded(ctx context.Context, m api.Migration) (text []byte, at time.Time, demo bool, err error) {
	if base, ends := strings.CutSuffix(m.Name, demoEnd); ends {
		text, at, err = b.Plans.Uploaded(ctx, m.Tenant, base)
		if !errors.Is(err, deployed.ErrNoObject) {
			return text, at, err == nil, err
		}
	}
	text, at, err = b.Plans.Uploaded(ctx, m.Tenant, m.Name)
	if errors.Is(err, deployed.ErrNoObject) {
		err = api.NotFound("plan")
	}
	return text, at, false, err
}

// readPlan reads the plan that a run of a migration would have. Whose it is says the
// token of who asks and not the plan.
func (b *Backend) readPlan(ctx context.Context, m api.Migration) (p *plan.Plan, demo bool, err error) {
	text, _, demo, err := b.uploaded(ctx, m)
	if err != nil {
		return nil, demo, err
	}
	if p, err = deployed.ParsePlan(text); err != nil {
		return nil, demo, planRefusal(err)
	}
	if p.Tenant = m.Tenant; demo {
		p = p.Demo()
	}
	return p, demo, nil
}
