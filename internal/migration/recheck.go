package migration

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Recheck reads the target again, long after the run's keys are gone: it
// compares what it finds with the digests of what verify read back.
type Recheck struct {
	Plans Plans
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

// RecheckNote is the name of the note that holds a Rechecked.
const RecheckNote = "recheck"

// A Rechecked is how far a recheck came and what it found.
type Rechecked struct {
	Result RecheckResult `json:"result"`
	Done   bool          `json:"done"`
	Kinds  int           `json:"kinds"` // of helpdesk.Kinds that are through
	After  string        `json:"after"` // ref of the last one of the next
}

// Do changes nothing in the target. Called again it goes on where it stopped,
// and the note of the run holds what it found so far.
func (s Recheck) Do(ctx context.Context, in LoopInput) (LoopOutput, error) {
	out := in.output()
	p, err := s.Plans.Plan(ctx, in.Run)
	if err != nil {
		return out, ofStorage("read the plan", err)
	}
	l := ledger.New(s.Rows, in.Run.Tenant, in.Run.Migration)
	var at Rechecked
	if err := l.Note(ctx, in.Run.ID, RecheckNote, &at); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return out, ofStorage("read the progress", err)
	}
	err = s.goOn(ctx, p, &at)
	out.Done, out.Records = at.Done, at.Result.Same+at.Result.Changed+at.Result.Missing
	return keep(ctx, l, in.Run, RecheckNote, at, out, err)
}

// All rechecks everything and leaves nothing in the ledger. It sleeps as long as the
// target asks for.
func (s Recheck) All(ctx context.Context, p *plan.Plan, sleep func(context.Context, time.Duration) error) (RecheckResult, error) {
	var at Rechecked
	for {
		err := s.goOn(ctx, p, &at)
		seconds, wait := pause(err)
		if !wait {
			return at.Result, err
		}
		if err := sleep(ctx, time.Duration(seconds)*time.Second); err != nil {
			return at.Result, err
		}
	}
}

// goOn checks entries until all are checked or time runs short.
func (s Recheck) goOn(ctx context.Context, p *plan.Plan, at *Rechecked) error {
	l := ledger.New(s.Rows, p.Tenant, p.Migration)
	if err := StillOpen(ctx, l); err != nil {
		return err
	}
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return ofTarget("open", err)
	}
	index, err := s.Index.Index(ctx, p.Tenant, p.Migration)
	if err != nil {
		return ofStorage("open the index key", err)
	}
	c := &check{index: index, target: target}
	if at.Result.ChangedFields == nil {
		at.Result.ChangedFields = map[string]int{}
	}
	for _, k := range helpdesk.Kinds()[at.Kinds:] {
		if whole, err := at.kind(ctx, l, c, k); err != nil || !whole {
			return err
		}
		at.Kinds, at.After = at.Kinds+1, ""
	}
	at.Result.Census, err = takeCensus(ctx, l, index, target)
	at.Done = err == nil
	return err
}

// kind checks the entries of a kind, and reports whether it came to the last.
func (at *Rechecked) kind(ctx context.Context, l *ledger.Ledger, c *check, k helpdesk.Kind) (whole bool, err error) {
	for e, err := range l.From(ctx, k, at.After) {
		if err != nil {
			return false, ofStorage("read entries", err)
		}
		if short(ctx) {
			return false, nil
		}
		if e.State == ledger.StateLoaded && !e.Placeholder {
			if err := at.Result.entry(ctx, c, e); err != nil {
				return false, err
			}
		}
		at.After = e.Ref
	}
	return true, nil
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
	now := partsOf(c.index, &found.record, true)
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
