package backend

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// PutPlan keeps the plan of a migration as it was last uploaded.
func (b *Backend) PutPlan(ctx context.Context, m api.Migration, text []byte) (api.Plan, error) {
	p, err := deployed.ParsePlan(text)
	if err == nil && (p.Migration != m.Name || p.Tenant != m.Tenant && p.Tenant != plan.Local || strings.HasSuffix(m.Name, plan.DemoEnd)) {
		err = errors.New("it is for another migration or tenant than the path")
	}
	if err == nil {
		p.Tenant = m.Tenant
		err = deployed.CheckPlan(p)
	}
	if err != nil {
		return api.Plan{}, api.BadPlan(err)
	}
	if err := b.Plans.Upload(ctx, m.Tenant, m.Name, text); err != nil {
		return api.Plan{}, err
	}
	return api.PlanOf(m, text, b.now()), nil
}

// Plan returns the plan of a migration; a demo has that of its migration.
func (b *Backend) Plan(ctx context.Context, m api.Migration) (api.Plan, error) {
	text, at, _, err := b.uploaded(ctx, m)
	if err != nil {
		return api.Plan{}, err
	}
	return api.PlanOf(m, text, at), nil
}

// uploaded reads the text of a migration's plan, and whether the migration is a
// demo.
func (b *Backend) uploaded(ctx context.Context, m api.Migration) (text []byte, at time.Time, demo bool, err error) {
	if base, ends := strings.CutSuffix(m.Name, plan.DemoEnd); ends {
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
		return nil, demo, api.BadPlan(err)
	}
	if p.Tenant = m.Tenant; demo {
		p = p.Demo()
	}
	return p, demo, nil
}
