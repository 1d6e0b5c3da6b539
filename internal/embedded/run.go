package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

var (
	// ErrUnfinished: a run was stopped and can go on.
	ErrUnfinished = errors.New("a run is not finished")
	// ErrNothingToResume: there is no run, or the last one is finished.
	ErrNothingToResume = errors.New("there is no run to resume")
)

// A Failed run is over by an error. Resume tries again from where it failed.
type Failed struct {
	Run     string
	Name    string // from the closed list, or the state machine's own
	Message string // references and codes
}

func (f *Failed) Error() string { return fmt.Sprintf("run %s: %s: %s", f.Run, f.Name, f.Message) }

// Run is the migration.Run of an id.
func (r *Runtime) Run(id string, mode migration.Mode) migration.Run {
	return migration.Run{Tenant: r.Plan.Tenant, Migration: r.Plan.Migration, ID: id, Mode: mode}
}

// Ledger is the ledger of the migration.
func (r *Runtime) Ledger() *ledger.Ledger { return ledger.New(r.Rows, r.Plan.Tenant, r.Plan.Migration) }

// Request says what a new run is to do.
type Request struct {
	Mode     migration.Mode
	Limit    int
	PlanHash string // refuse another plan than this; empty for any
	Adopt    bool   // the ledger was lost: look for each record in the target first
	GiveUp   bool   // give up an unfinished run
	Quick    bool   // a delta without roll and census: see migration.Run
}

// Migrate starts a run and sees it through. A run that was stopped before stays
// in the way until it is resumed or given up; one that failed is given up.
func (r *Runtime) Migrate(ctx context.Context, q Request) (migration.Run, error) {
	run, err := r.Begin(ctx, q)
	if err != nil {
		return run, err
	}
	return run, r.Go(ctx, run, q)
}

// Begin gives a new run its id and keeps its plan; Go sees it through.
func (r *Runtime) Begin(ctx context.Context, q Request) (migration.Run, error) {
	if err := migration.StillOpen(ctx, r.Ledger()); err != nil {
		return migration.Run{}, err
	}
	if err := r.clear(ctx, q.GiveUp); err != nil {
		return migration.Run{}, err
	}
	id, err := r.freeRun(ctx)
	if err != nil {
		return migration.Run{}, err
	}
	run := r.Run(id, q.Mode)
	run.Limit, run.Adopt, run.Quick = q.Limit, q.Adopt, q.Quick
	return run, r.Plans.Keep(ctx, run, r.Plan)
}

// Go sees a run through that Begin gave its id.
func (r *Runtime) Go(ctx context.Context, run migration.Run, q Request) error {
	return r.execute(ctx, run, run.Execution(), migration.PlanInput{Run: run, PlanHash: q.PlanHash}, (*workflow.Machine).Run)
}

// Reach asks both help desks who they are. A run would ask for minutes before it
// gives up; whoever has just typed a command wants to know at once.
func (r *Runtime) Reach(ctx context.Context) error { return r.steps.Plan.Reach(ctx, r.Plan) }

// clear gives up runs that are in the way: nothing of theirs stays readable.
func (r *Runtime) clear(ctx context.Context, all bool) error {
	for run, err := range r.Ledger().Runs(ctx) {
		switch {
		case err != nil:
			return err
		case run.State == ledger.RunRunning && !all:
			return fmt.Errorf("%w: %s", ErrUnfinished, run.ID)
		case run.State == ledger.RunRunning, run.State == ledger.RunFailed && run.Sealed == nil:
			if err := r.giveUp(ctx, run); err != nil {
				return err
			}
		}
	}
	return r.Ledger().Release(ctx, rollbackRun) // of a rollback that was killed
}

func (r *Runtime) giveUp(ctx context.Context, run ledger.Run) error {
	if _, err := r.steps.Seal.Do(ctx, migration.RunInput{Run: r.Run(run.ID, migration.Mode(run.Mode))}); err != nil {
		return err
	}
	run, err := r.Ledger().Run(ctx, run.ID)
	if err != nil {
		return err
	}
	run.State = ledger.RunGivenUp
	if err := r.Ledger().PutRun(ctx, run); err != nil {
		return err
	}
	return r.Ledger().Release(ctx, run.ID)
}

// Resume goes on with the last run: where it was stopped, or from the state in
// which it failed. It keeps to the plan that the run was started with.
func (r *Runtime) Resume(ctx context.Context) (migration.Run, error) {
	if err := migration.StillOpen(ctx, r.Ledger()); err != nil {
		return migration.Run{}, err
	}
	_, unrecorded, err := r.begun(ctx)
	if err != nil {
		return migration.Run{}, err
	}
	if unrecorded != "" {
		return r.resumeUnrecorded(ctx, unrecorded)
	}
	last, err := r.Ledger().LastRun(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return migration.Run{}, ErrNothingToResume
	}
	if err != nil {
		return migration.Run{}, err
	}
	run := r.Run(last.ID, migration.Mode(last.Mode))
	if last.State == ledger.RunFinished || last.State == ledger.RunGivenUp || last.State == ledger.RunFailed && last.Sealed != nil {
		return run, ErrNothingToResume
	}
	execution, err := r.resume.Do(ctx, run)
	if err != nil {
		return run, err
	}
	return run, r.execute(ctx, run, execution, nil, goOn)
}

// goOn runs an execution again from the states that failed, or from where it was
// stopped. The journal knows which: a run whose failure could not be recorded in
// the ledger has failed all the same.
func goOn(m *workflow.Machine, ctx context.Context, x workflow.Execution) (json.RawMessage, error) {
	output, err := m.Redrive(ctx, x)
	if errors.Is(err, workflow.ErrNotFailed) {
		return m.Run(ctx, x)
	}
	return output, err
}

// freeRun is the id of the next run. One that has a plan is taken, also where the
// ledger knows nothing of it: it was stopped, or refused, before it was recorded,
// or the ledger was lost.
func (r *Runtime) freeRun(ctx context.Context) (string, error) {
	free, _, err := r.begun(ctx)
	return free, err
}

// begun returns the first id without a plan from that of the next run on, and
// the last one with a journal before it, if there is one.
func (r *Runtime) begun(ctx context.Context) (free, last string, err error) {
	for n, err := r.Ledger().CountRuns(ctx); ; {
		if err != nil {
			return "", "", err
		}
		n++
		free = ledger.RunID(n)
		if _, missing := r.Plans.Plan(ctx, r.Run(free, migration.ModeFull)); missing != nil {
			return free, last, nil
		}
		has, err := r.hasJournal(ctx, free)
		if err != nil {
			return "", "", err
		}
		if has {
			last = free
		}
	}
}

func (r *Runtime) hasJournal(ctx context.Context, run string) (bool, error) {
	j, err := r.Journal(run)
	if err != nil {
		return false, err
	}
	defer closeJournal(j)
	for _, err := range j.Entries(ctx) {
		return err == nil, err
	}
	return false, nil
}

// resumeUnrecorded goes on with a run that was stopped before it was recorded.
func (r *Runtime) resumeUnrecorded(ctx context.Context, run string) (migration.Run, error) {
	named := r.Run(run, migration.ModeFull)
	return named, r.execute(ctx, named, named.Execution(), nil, goOn)
}

// Report gathers the report of a run anew from the ledger.
func (r *Runtime) Report(ctx context.Context, run migration.Run) (evidence.Report, error) {
	return r.steps.Report.Gather(ctx, run)
}

// rollbackRun stands in the place of a run's id while a rollback holds the lease.
const rollbackRun = "rollback"

// Rollback takes back what the migration created in the target.
func (r *Runtime) Rollback(ctx context.Context) ([]migration.RolledBack, error) {
	if err := migration.StillOpen(ctx, r.Ledger()); err != nil {
		return nil, err
	}
	if err := r.clear(ctx, true); err != nil {
		return nil, err
	}
	run := r.Run(rollbackRun, migration.ModeFull)
	if err := r.Plans.Keep(ctx, run, r.Plan); err != nil {
		return nil, err
	}
	at := migration.Rollingback{Back: []migration.RolledBack{}}
	if err := r.Ledger().PutNote(ctx, run.ID, migration.RollbackNote, at); err != nil { // of the last rollback
		return nil, err
	}
	step := migration.Rollback{Base: r.steps.Finish.Base, Desks: r.Desks, Index: r.Keys}
	for in := (migration.LoopInput{Run: run}); !at.Done; {
		out, err := step.Do(ctx, in)
		if err != nil {
			return at.Back, err
		}
		if err := r.sleep(ctx, time.Duration(out.Wait)*time.Second); err != nil {
			return at.Back, err
		}
		if err := r.Ledger().Note(ctx, run.ID, migration.RollbackNote, &at); err != nil {
			return at.Back, err
		}
		in.Loops = out.Loops
	}
	return at.Back, r.Ledger().Release(ctx, run.ID)
}

// Recheck compares the target with what was verified.
func (r *Runtime) Recheck(ctx context.Context) (migration.RecheckResult, error) {
	return migration.Recheck{Rows: r.Rows, Desks: r.Desks, Index: r.Keys}.All(ctx, r.Plan, r.sleep)
}

// Risk measures how easily the people of the moved tickets are found again in the target.
// Nil takes the usual columns.
func (r *Runtime) Risk(ctx context.Context, quasi, sensitive []string) (migration.RiskResult, error) {
	return migration.Reidentify{Rows: r.Rows, Desks: r.Desks, Sleep: r.sleep}.All(ctx, r.Plan, quasi, sensitive)
}

// ErrNoDateFixer: the target takes all dates by its API, or has no database of
// its customer's.
var ErrNoDateFixer = errors.New("this target has no dates to be set by SQL")

// FixDates writes the SQL that gives the tickets in the target the dates which
// its API did not take.
func (r *Runtime) FixDates(ctx context.Context, w io.Writer) (connectors.FixedDates, error) {
	target, err := r.Desks.Target(ctx, r.Plan)
	if err != nil {
		return connectors.FixedDates{}, err
	}
	fixer, ok := target.(connectors.DateFixer)
	if !ok {
		return connectors.FixedDates{}, ErrNoDateFixer
	}
	return fixer.FixDates(ctx, r.created(ctx), w)
}

// created are the ids of the tickets that the migration created.
func (r *Runtime) created(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for e, err := range r.Ledger().All(ctx, helpdesk.KindTicket) {
			if err == nil && e.State != ledger.StateLoaded {
				continue
			}
			if !yield(e.Target, err) {
				return
			}
		}
	}
}

// PlanHash names the decisions of the plan as it stands now.
func (r *Runtime) PlanHash(ctx context.Context) (string, error) {
	target, err := r.Desks.Target(ctx, r.Plan)
	if err != nil {
		return "", err
	}
	profile, err := target.Profile(ctx)
	if err != nil {
		return "", err
	}
	return r.Plan.Hash(profile), nil
}
