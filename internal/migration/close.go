package migration

import (
	"cmp"
	"context"
	"time"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Close ends a migration for good: its keys are destroyed and its rows deleted. What
// was moved stays where it is, and nobody can tell any more which record of the target
// was which of the source: no delta, no rollback, no check of the target after it.
type Close struct {
	Base
	Keys keyring.Forgetter
	// Scrub takes away what a store keeps of rows that were deleted; nil where a store
	// keeps nothing.
	Scrub func(context.Context) error
}

// A CloseInput asks to close, in a loop.
type CloseInput struct {
	LoopInput
	// Besides are the partitions of what is no run, as rollbacks and checks are.
	Besides []string `json:"besides,omitempty"`
}

// Do first puts on record that the migration is closed, so that no run starts beside
// it, then destroys the keys: from there on what is left tells nothing of anybody,
// whatever happens. Called again it goes on, also long after.
func (s Close) Do(ctx context.Context, in CloseInput) (LoopOutput, error) {
	out := in.output()
	l := s.ledger(in.Run)
	lease, err := l.Lease(ctx)
	if err != nil {
		return out, ofStorage("read the lease", err)
	}
	if lease.Run != in.Run.ID {
		if err := s.hold(ctx, in.Run, cmp.Or(in.Execution, in.Run.Execution())); err != nil {
			return out, err
		}
	}
	so, err := s.begin(ctx, l)
	if err != nil {
		return out, err
	}
	if err := s.Keys.ForgetMigration(ctx, in.Run.Tenant, in.Run.Migration); err != nil {
		return out, ofStorage("destroy the keys", err)
	}
	done, err := l.Purge(ctx, append(in.Besides, in.Run.ID), func() bool { return !short(ctx) }, func(rows int) error {
		so.Rows += rows
		return l.PutClosed(ctx, so)
	})
	out.Records = so.Rows
	if err != nil {
		return out, ofStorage("delete the ledger's rows", err)
	}
	if !done {
		return out, nil
	}
	out.Done = true
	return out, s.end(ctx, l, in.Run, so)
}

// begin counts what there is, once.
func (s Close) begin(ctx context.Context, l *ledger.Ledger) (ledger.Closed, error) {
	so, err := l.Closed(ctx)
	if err != nil || !so.Begun.IsZero() {
		return so, ofStorage("read whether it is closed", err)
	}
	so = ledger.Closed{Begun: s.Now().UTC(), Records: map[helpdesk.Kind]map[ledger.State]int{}}
	if so.Runs, err = l.CountRuns(ctx); err != nil {
		return so, ofStorage("count the runs", err)
	}
	for _, k := range helpdesk.Kinds() {
		for e, err := range l.All(ctx, k) {
			if err != nil {
				return so, ofStorage("read entries", err)
			}
			if so.Records[k] == nil {
				so.Records[k] = map[ledger.State]int{}
			}
			so.Records[k][e.State]++
		}
	}
	return so, ofStorage("record that it is closed", l.PutClosed(ctx, so))
}

// end leaves nothing behind in the store's files, and says so in the audit log. The
// log's head is not kept beside it any more.
func (s Close) end(ctx context.Context, l *ledger.Ledger, r Run, so ledger.Closed) error {
	if s.Scrub != nil {
		if err := s.Scrub(ctx); err != nil {
			return ofStorage("scrub the ledger", err)
		}
	}
	if so.At.IsZero() {
		so.At = s.Now().UTC()
	}
	_, err := s.Audit.Record(ctx, r, "close", audit.Event{At: so.At, Op: audit.MigrationClosed, Object: audit.Object{Type: "migration", Ref: r.Migration},
		Counts: map[string]int64{"rows": int64(so.Rows), "runs": int64(so.Runs)}, Outcome: audit.OK})
	if err != nil {
		return ofStorage("write the audit log", err)
	}
	if err := l.PutClosed(ctx, so); err != nil {
		return ofStorage("record that it is closed", err)
	}
	return ofStorage("release the lease", l.Release(ctx, r.ID))
}

// Certificate says what closing destroyed and what remains.
func Certificate(p *plan.Plan, c ledger.Closed, tool string) evidence.Closure {
	out := evidence.Closure{Version: 1, Tool: tool, Migration: p.Migration, Answers: Answers(p), Begun: c.Begun, Closed: c.At, Runs: c.Runs, Rows: c.Rows,
		Records: map[string]int{}, Moved: map[string]int{}, Remains: []evidence.Remains{
			{What: "evidence", Where: "evidence", Until: "records"}, {What: "desks", Where: "desks", Until: "own"}}}
	for k, states := range c.Records {
		for state, n := range states {
			out.Records[string(k)] += n
			if state == ledger.StateLoaded || state == ledger.StateMatched {
				out.Moved[string(k)] += n
			}
		}
	}
	return out
}

// StillOpen refuses what a closed migration can't do any more.
func StillOpen(ctx context.Context, l *ledger.Ledger) error {
	c, err := l.Closed(ctx)
	switch {
	case err != nil:
		return ofStorage("read whether it is closed", err)
	case c.Begun.IsZero():
		return nil
	case c.At.IsZero():
		return failf(MigrationClosed, "the migration is being closed since %s", c.Begun.Format(time.DateOnly))
	}
	return failf(MigrationClosed, "the migration was closed on %s; its keys and its ledger are gone", c.At.Format(time.DateOnly))
}
