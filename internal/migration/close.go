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
type Close struct{ Seal }

// ClosingRun stands in the place of a run's id where the certificate lies.
const ClosingRun = "close"

// Kept tells for what of a migration a plan is kept.
type Kept interface {
	// IDs lists runs, and what is none, as rollbacks and checks are. Ids of what never
	// had a row in the ledger may be among them.
	IDs(ctx context.Context, r Run) ([]string, error)
}

// Do first puts on record that the migration is closed, so that no run starts beside
// it, counts what there is, then destroys the keys: from there on what is left tells
// nothing of anybody, whatever happens. Called again it goes on, also long after.
func (s Close) Do(ctx context.Context, in LoopInput) (LoopOutput, error) {
	out := in.output()
	l := s.ledger(in.Run)
	so, err := l.Closed(ctx)
	if err != nil {
		return out, ofStorage("read whether it is closed", err)
	}
	if !so.At.IsZero() {
		out.Done, out.Records = true, so.Rows
		return out, ofStorage("release the lease", l.Release(ctx, in.Run.ID))
	}
	lease, err := l.Lease(ctx)
	if err != nil {
		return out, ofStorage("read the lease", err)
	}
	if lease.Run != in.Run.ID {
		if err := s.hold(ctx, in.Run, cmp.Or(in.Execution, in.Run.Execution())); err != nil {
			return out, err
		}
	}
	for _, step := range []func(context.Context, *ledger.Ledger, Run, *ledger.Closed) (done bool, err error){s.count, s.forget, s.purge} {
		done, err := step(ctx, l, in.Run, &so)
		if out.Records = so.Rows; err != nil || !done {
			return out, err
		}
	}
	out.Done = true
	return out, s.end(ctx, l, in.Run, so)
}

// count counts what there is, once, as far as time allows.
func (s Close) count(ctx context.Context, l *ledger.Ledger, _ Run, so *ledger.Closed) (done bool, err error) {
	if so.Begun.IsZero() {
		so.Begun, so.Records = s.Now().UTC(), map[helpdesk.Kind]map[ledger.State]int{}
		if so.Runs, err = l.CountRuns(ctx); err != nil {
			return false, ofStorage("count the runs", err)
		}
		if err := l.PutClosed(ctx, *so); err != nil {
			return false, ofStorage("record that it is closed", err)
		}
	}
	kinds := helpdesk.Kinds()
	if so.Kinds == len(kinds) {
		return true, nil
	}
	for done = true; done && so.Kinds < len(kinds); {
		if done, err = s.countKind(ctx, l, kinds[so.Kinds], so); err != nil {
			return false, err
		}
	}
	return done, ofStorage("record what there is", l.PutClosed(ctx, *so))
}

// countKind counts the records of a kind, and reports whether it came to the last.
func (s Close) countKind(ctx context.Context, l *ledger.Ledger, k helpdesk.Kind, so *ledger.Closed) (whole bool, err error) {
	for e, err := range l.From(ctx, k, so.After) {
		if err != nil {
			return false, ofStorage("read entries", err)
		}
		if short(ctx) {
			return false, nil
		}
		if so.Records[k] == nil {
			so.Records[k] = map[ledger.State]int{}
		}
		so.Records[k][e.State]++
		so.After = e.Ref
	}
	so.Kinds, so.After = so.Kinds+1, ""
	return true, nil
}

// forget destroys the keys, and then what runs staged that never came to their seal.
func (s Close) forget(ctx context.Context, l *ledger.Ledger, r Run, _ *ledger.Closed) (done bool, err error) {
	if err := s.Keys.ForgetMigration(ctx, r.Tenant, r.Migration); err != nil {
		return false, ofStorage("destroy the keys", err)
	}
	for run, err := range l.Runs(ctx) {
		if err != nil {
			return false, ofStorage("read the runs", err)
		}
		if run.Sealed != nil && run.Sealed.Left == 0 {
			continue
		}
		if short(ctx) {
			return false, nil
		}
		of := Run{Tenant: r.Tenant, Migration: r.Migration, ID: run.ID, Mode: Mode(run.Mode)}
		seal := ledger.Seal{At: s.Now().UTC(), Keys: []string{string(keyring.Raw), string(keyring.Clean)}}
		if err := s.destroy(ctx, l, run, of, &seal); err != nil {
			return false, notYet(ctx, err)
		}
	}
	return true, nil
}

// notYet is nil where only time was short.
func notYet(ctx context.Context, err error) error {
	if short(ctx) {
		return nil
	}
	return err
}

// purge deletes the rows.
func (s Close) purge(ctx context.Context, l *ledger.Ledger, r Run, so *ledger.Closed) (done bool, err error) {
	ids, err := s.Kept.IDs(ctx, r)
	if err != nil {
		return false, ofStorage("list what has a plan", err)
	}
	done, err = l.Purge(ctx, append(ids, r.ID), func() bool { return !short(ctx) }, func(rows int) error {
		so.Rows += rows
		return l.PutClosed(ctx, *so)
	})
	return done, ofStorage("delete the ledger's rows", err)
}

// end leaves nothing behind in the store's files, and says so in the audit log. The
// log's head is not kept beside it any more.
func (s Close) end(ctx context.Context, l *ledger.Ledger, r Run, so ledger.Closed) error {
	if s.Scrub != nil {
		if err := s.Scrub(ctx); err != nil {
			return ofStorage("scrub the ledger", err)
		}
	}
	so.At = s.Now().UTC()
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

// Certify writes the certificate of a migration that was closed, anew each time. It
// leaves no row in the ledger: that is gone.
func (s Report) Certify(ctx context.Context, r Run) (out ReportOutput, err error) {
	so, err := s.ledger(r).Closed(ctx)
	switch {
	case err != nil:
		return out, ofStorage("read whether it is closed", err)
	case so.At.IsZero():
		return out, failf(Internal, "the migration is not closed")
	}
	p, err := s.Plans.Plan(ctx, r)
	if err != nil {
		return out, ofStorage("read the plan", err)
	}
	documents, err := Certificate(p, so, s.Tool).Documents(s.Render)
	if err != nil {
		return out, failf(Internal, "render the certificate")
	}
	of := r
	of.ID = ClosingRun
	if out.Documents, err = s.write(ctx, of, documents); err != nil {
		return out, err
	}
	_, err = s.Audit.Record(ctx, r, "report", audit.Event{At: s.Now().UTC(), Op: audit.ReportIssued, Object: audit.Object{Type: "migration", Ref: r.Migration},
		Counts: map[string]int64{"documents": int64(len(out.Documents))}, Outcome: audit.OK})
	return out, ofStorage("write the audit log", err)
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
