package embedded

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A work is what the service does, or did last, for a migration. Its fields are
// read and written under the service's lock.
type work struct {
	run      api.Run // as it stands before the ledger knows it
	key      string
	progress api.Progress
	began    map[string]time.Time // by step
	under    bool
}

// steps is the order in which the steps of a run are shown.
var steps = []string{"extract", "anonymize", "load", "verify"}

// step takes one report of the runtime.
func (w *work) step(p Progress, now time.Time) {
	if w.began[p.Step].IsZero() {
		w.began[p.Step] = now
	}
	w.progress.Step = p.Step
	found := false
	for i, s := range w.progress.Steps {
		if found = s.Name == p.Step; found {
			w.progress.Steps[i] = api.Step{Name: p.Step, Done: p.Done, Total: max(p.Done, p.Total)}
			break
		}
	}
	if !found {
		w.progress.Steps = append(w.progress.Steps, api.Step{Name: p.Step, Done: p.Done, Total: max(p.Done, p.Total)})
	}
	w.progress.SecondsLeft = left(p, now.Sub(w.began[p.Step]))
}

// left is how long the step will take at the speed that it had so far.
func left(p Progress, took time.Duration) *int {
	if p.Total <= p.Done || p.Done == 0 || took < time.Second {
		return nil
	}
	seconds := int(took.Seconds()*float64(p.Total-p.Done)/float64(p.Done)) + 1
	return &seconds
}

// runtime opens the runtime of a plan for a work of the service.
func (s *Service) runtime(ctx context.Context, p *plan.Plan) (*Runtime, error) {
	r, err := Open(ctx, p, s.options)
	if errors.Is(err, ErrLocked) {
		return nil, &api.Refusal{Kind: api.ErrConflict, Code: "run-under-way", Say: "Another program is at work on this migration.",
			Next: "Wait for it to end, or stop it with Ctrl-C.", After: api.Shortly}
	}
	return r, err
}

// Start begins a run and returns when it has its id. As on the command line, a
// demo and the first full run first remove what the last demo created.
func (s *Service) Start(ctx context.Context, m api.Migration, q api.Start) (api.Started, error) {
	p, _, err := s.readPlan(m)
	if err != nil {
		return api.Started{}, err
	}
	ask := Request{Mode: migration.Mode(q.Mode), Limit: q.Limit, PlanHash: q.PlanHash, Adopt: q.Adopt, Quick: q.Quick, GiveUp: q.NewRun}
	switch demo := s.isDemo(m); {
	case demo && q.Mode != api.ModeDemo:
		return api.Started{}, api.OnlyADemo(m.Name, "Start the full run of "+strings.TrimSuffix(m.Name, plan.DemoEnd))
	case q.Mode == api.ModeDemo:
		if !demo {
			p = p.Demo()
		}
		ask.GiveUp, ask.Limit = true, cmp.Or(ask.Limit, migration.DemoLimit)
	}
	w, again, err := s.take(p.Migration, q.Key)
	if err != nil || again {
		return api.Started{Migration: p.Migration, Run: w.run.ID}, err
	}
	run, r, err := s.begin(ctx, p, ask)
	if err != nil {
		s.drop(p.Migration, w)
		return api.Started{}, s.refuse(err)
	}
	s.set(w, func() {
		w.run = api.Run{ID: run.ID, Mode: q.Mode, State: ledger.RunRunning, Started: r.now().UTC().Truncate(time.Second)}
		w.progress.Run = run.ID
	})
	s.work(w, r, func(ctx context.Context) error {
		if err := s.removeDemo(ctx, r, ask.Mode); err != nil {
			return err
		}
		if err := r.Reach(ctx); err != nil {
			return err
		}
		return r.Go(ctx, run, ask)
	})
	return api.Started{Migration: p.Migration, Run: run.ID}, nil
}

func (s *Service) begin(ctx context.Context, p *plan.Plan, ask Request) (migration.Run, *Runtime, error) {
	r, err := s.runtime(ctx, p)
	if err != nil {
		return migration.Run{}, nil, err
	}
	run, err := r.Begin(ctx, ask)
	if err != nil {
		return run, nil, errors.Join(err, r.Close())
	}
	return run, r, nil
}

// removeDemo takes the records of the last demo out of the target; where the
// target does not remove records, they stay.
func (s *Service) removeDemo(ctx context.Context, r *Runtime, mode migration.Mode) error {
	if mode != migration.ModeDemo {
		demo := r.Plan.Demo()
		if rows, err := s.ledgerOf(demo.Migration); rows == nil {
			return err
		}
		var err error
		if r, err = s.runtime(ctx, demo); err != nil {
			return err
		}
		defer r.Close()
	}
	_, err := r.Rollback(ctx)
	if errors.Is(err, migration.ErrNoRemover) {
		return nil
	}
	return err
}

// take makes the service's work on a migration the caller's, or finds that it
// was begun before by the same key.
func (s *Service) take(name, key string) (w *work, again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w = s.works[name]; w != nil && key != "" && w.key == key {
		return w, true, nil
	}
	if w != nil && w.under {
		return w, false, api.UnderWay(name)
	}
	w = &work{key: key, under: true, began: map[string]time.Time{}}
	s.works[name] = w
	return w, false, nil
}

func (s *Service) drop(name string, w *work) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.works[name] == w {
		delete(s.works, name)
	}
}

func (s *Service) set(_ *work, change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// work does something in the background until it ends, then closes the runtime.
func (s *Service) work(w *work, r *Runtime, do func(context.Context) error) {
	r.Progress = func(p Progress) { s.set(w, func() { w.step(p, r.now()) }) }
	s.wg.Go(func() {
		err := errors.Join(do(s.ctx), r.Close())
		s.set(w, func() {
			w.under = false
			var waits *ErrWaits
			if err != nil && !errors.As(err, &waits) {
				w.run.State, w.run.Failure = ledger.RunFailed, nameOf(err)
			}
		})
	})
}

// nameOf is the name from the closed list of what ended a work.
func nameOf(err error) string {
	var failed *Failed
	if errors.As(err, &failed) {
		return failed.Name
	}
	if errors.Is(err, context.Canceled) {
		return string(migration.Aborted)
	}
	var failure *migration.Failure
	if errors.As(migration.Classify(err), &failure) {
		return string(failure.Name)
	}
	return string(migration.Internal)
}

// refuse makes a refusal of what keeps a work from beginning.
func (s *Service) refuse(err error) error {
	var refusal *api.Refusal
	var failure *migration.Failure
	switch {
	case errors.As(err, &refusal):
		return err
	case errors.Is(err, ErrUnfinished):
		return api.Unfinished(err.Error())
	case errors.As(err, &failure) && failure.Name == migration.MigrationClosed:
		return api.Closed(failure.Message)
	case errors.Is(err, ErrNothingToClose):
		return api.ErrNothingToClose
	case errors.Is(err, ErrNothingToResume):
		return api.ErrNothingToResume
	case errors.Is(err, migration.ErrNotAsked):
		return api.ErrDoesNotWait
	case errors.Is(err, migration.ErrDecided):
		return api.ErrDecided
	}
	return err
}

// Resume lets the last run go on.
func (s *Service) Resume(ctx context.Context, m api.Migration, id string) error {
	return s.resume(ctx, m, id, nil)
}

// resume goes on with the last run after a change, such as a decision.
func (s *Service) resume(ctx context.Context, m api.Migration, id string, before func(context.Context, *Runtime) error) error {
	p, _, err := s.readPlan(m)
	if err != nil {
		return err
	}
	last, err := s.lastRun(ctx, m)
	if err != nil {
		return err
	}
	if last.ID != id || last.State == ledger.RunFinished || last.State == ledger.RunGivenUp || last.Sealed != nil {
		return s.refuse(ErrNothingToResume)
	}
	w, _, err := s.take(m.Name, "")
	if err != nil {
		return err
	}
	r, err := s.runtime(ctx, p)
	if err == nil && before != nil {
		if err = before(ctx, r); err != nil {
			err = errors.Join(err, r.Close())
		}
	}
	if err != nil {
		s.drop(m.Name, w)
		return s.refuse(err)
	}
	s.set(w, func() { w.run = api.RunOf(last); w.run.State, w.progress.Run = ledger.RunRunning, id })
	s.work(w, r, func(ctx context.Context) error { _, err := r.Resume(ctx); return err })
	return nil
}

// lastRun is the last run that the ledger knows; that of the path has to be in it.
func (s *Service) lastRun(ctx context.Context, m api.Migration) (ledger.Run, error) {
	rows, err := s.ledgerOf(m.Name)
	if err != nil || rows == nil {
		return ledger.Run{}, errors.Join(err, api.NotFound("run"))
	}
	last, err := ledger.New(rows, m.Tenant, m.Name).LastRun(ctx)
	if errors.Is(err, ledger.ErrNotFound) {
		return last, api.NotFound("run")
	}
	return last, err
}

// Decide puts the decision on record and lets the run go on with it.
func (s *Service) Decide(ctx context.Context, m api.Migration, id string, d api.Decision) error {
	decision := map[string]migration.Decision{api.Approve: migration.Approved, api.Reject: migration.Rejected}[d.Decision]
	return s.resume(ctx, m, id, func(ctx context.Context, r *Runtime) error {
		run, _, err := r.Approval(ctx)
		if err != nil {
			return err
		}
		return r.Decide(ctx, run, decision, string(api.PrivacyOfficer), d.By)
	})
}
