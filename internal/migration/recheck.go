package migration

import (
	"context"
	"errors"
	"maps"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Recheck reads the target again, long after the run's keys are gone: it
// compares what it finds with the digests of what verify read back.
type Recheck struct {
	Rows  ledger.Store
	Desks Targets
	Index keyring.Indexer
}

// A RecheckResult says how the target stands.
type RecheckResult struct {
	Same    int          `json:"same"`
	Changed int          `json:"changed"` // by somebody else, since: agents do
	Missing int          `json:"missing"`
	Census  CensusResult `json:"census"`
	// ChangedFields counts, by field or part, what differs.
	ChangedFields map[string]int `json:"changed_fields,omitempty"`
}

// Stands reports whether nothing is lost, foreign or twice.
func (r RecheckResult) Stands() bool { return r.Missing == 0 && r.Census.Conserved() }

// Do changes nothing anywhere.
func (s Recheck) Do(ctx context.Context, p *plan.Plan) (RecheckResult, error) {
	result := RecheckResult{ChangedFields: map[string]int{}}
	l := ledger.New(s.Rows, p.Tenant, p.Migration)
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return result, ofTarget("open", err)
	}
	index, err := s.Index.Index(ctx, p.Tenant, p.Migration)
	if err != nil {
		return result, ofStorage("open the index key", err)
	}
	for _, k := range helpdesk.Kinds() {
		for e, err := range l.All(ctx, k) {
			if err != nil {
				return result, ofStorage("read entries", err)
			}
			if e.State != ledger.StateLoaded || e.Placeholder {
				continue
			}
			if err := result.entry(ctx, &check{index: index, target: target}, e); err != nil {
				return result, err
			}
		}
	}
	result.Census, err = takeCensus(ctx, l, index, target)
	return result, err
}

func (r *RecheckResult) entry(ctx context.Context, c *check, e ledger.Entry) error {
	found := read(ctx, c.target, e.Kind, e.Target)
	if errors.Is(found.err, connectors.ErrNotFound) {
		r.Missing++
		return nil
	}
	if found.err != nil {
		return found.err
	}
	now := base(c.index, &found.record)
	if maps.Equal(now, e.Base) {
		r.Same++
		return nil
	}
	r.Changed++
	for part, digest := range e.Base {
		if now[part] != digest {
			r.ChangedFields[part]++
		}
	}
	return nil
}
