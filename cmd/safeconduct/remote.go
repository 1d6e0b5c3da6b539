package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/client"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// remoteVariable and tokenFile name the API and the file with the token. A token
// is never an argument and never a variable's value: both are read by others.
const (
	remoteVariable = "SAFECONDUCT_REMOTE"
	tokenFile      = "SAFECONDUCT_TOKEN_FILE"
)

// maxToken is far above any JWT.
const maxToken = 32 << 10

// token reads the token anew each time: whoever renews it writes the file.
func token() (string, error) {
	path := os.Getenv(tokenFile)
	if path == "" {
		return "", usage(fmt.Errorf("set %s to a file that holds your token: the one of serve --token-file, or what your identity provider gives, as with "+
			"aws cognito-idp initiate-auth … > FILE", tokenFile))
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxToken {
		return "", usage(fmt.Errorf("%s: %s is no file that holds a token", tokenFile, path))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", usage(fmt.Errorf("%s: %s can't be read", tokenFile, path))
	}
	return strings.TrimSpace(string(text)), nil
}

// A remote is a plan of this machine and the API that carries it out.
type remote struct {
	*client.Client
	*app
	plan *plan.Plan
}

// elsewhere reads the plan and connects to the API.
func (a *app) elsewhere() (*remote, error) {
	p, err := a.readPlan()
	if err != nil {
		return nil, err
	}
	c, err := client.New(a.remote, token)
	if err != nil {
		return nil, usage(err)
	}
	return &remote{c, a, p}, nil
}

// upload sends the plan as it stands in its file. A secret that only this machine
// has is refused here: its value must not travel, and its name means nothing there.
func (r *remote) upload(ctx context.Context) error {
	for _, side := range []struct {
		name string
		desk plan.Desk
	}{{"source", r.plan.Source}, {"target", r.plan.Target}} {
		for setting, value := range side.desk.Settings {
			if text, _ := value.(string); strings.HasPrefix(text, "env:") || strings.HasPrefix(text, "file:") {
				return usage(fmt.Errorf("%s.%s is %s, which only this machine has; put the secret into the store of secrets there, and write secret:NAME",
					side.name, setting, text))
			}
		}
	}
	text, err := os.ReadFile(r.planFile)
	if err != nil {
		return usage(err)
	}
	_, err = r.PutPlan(ctx, r.plan.Migration, text)
	return err
}

// A goingOn error says that the run goes on without whoever watched it.
type goingOn struct{ run, host string }

func (g *goingOn) Error() string {
	return fmt.Sprintf("stopped watching; run %s goes on at %s", g.run, g.host)
}

// A waiting error says that a run there waits for an approval.
type waitsThere struct{ run string }

func (w *waitsThere) Error() string { return "run " + w.run + " waits for approval" }

// start starts a run there and watches it.
func (r *remote) start(ctx context.Context, q embedded.Request) error {
	if err := r.upload(ctx); err != nil {
		return err
	}
	begun, err := r.Start(ctx, r.plan.Migration, api.Start{Mode: string(q.Mode), Limit: demoOnly(q), PlanHash: q.PlanHash,
		NewRun: q.GiveUp && q.Mode != migration.ModeDemo, Adopt: q.Adopt, Quick: q.Quick})
	if err != nil {
		return err
	}
	if err = r.watch(ctx, begun); !ended(err) || q.Mode != migration.ModeFull {
		return err
	}
	var report evidence.Report
	if text, failed := r.Report(ctx, begun.Migration, begun.Run); failed != nil || json.Unmarshal(text, &report) != nil || report.Express.IsZero() {
		return err
	}
	fmt.Fprintln(r.err, historyIsNext)
	if begun, err = r.Start(ctx, r.plan.Migration, api.Start{Mode: api.ModeDelta}); err != nil {
		return err
	}
	return r.watch(ctx, begun)
}

func demoOnly(q embedded.Request) int {
	if q.Mode == migration.ModeDemo {
		return q.Limit
	}
	return 0
}

// watch shows how a run comes on, and prints its report when it is over.
func (r *remote) watch(ctx context.Context, begun api.Started) error {
	bar := newProgress(r.err, r.quiet)
	var last api.Run
	waits := false
	err := r.Watch(ctx, begun.Migration, func(s api.Status) bool {
		bar.budgets = func() string { return accountsLine(s.Accounts) }
		if p := s.Active; p != nil && p.Run == begun.Run {
			for _, step := range p.Steps {
				if step.Name == p.Step {
					bar.step(embedded.Progress{Step: step.Name, Done: step.Done, Total: step.Total})
				}
			}
		}
		waits = slices.ContainsFunc(s.Waiting, func(w api.Waiting) bool { return w.Run == begun.Run && w.For == api.WaitApproval })
		i := slices.IndexFunc(s.Runs, func(one api.Run) bool { return one.ID == begun.Run })
		if i < 0 {
			return false // not recorded yet
		}
		last = s.Runs[i]
		return waits || last.State != ledger.RunRunning
	})
	bar.end()
	switch {
	case ctx.Err() != nil:
		return &goingOn{begun.Run, r.Host()}
	case err != nil:
		return err
	case waits:
		return &waitsThere{begun.Run}
	case last.State != ledger.RunFinished:
		return &embedded.Failed{Run: last.ID, Name: last.Failure, Message: cmp.Or(last.Message, "it ended at "+r.Host())}
	}
	return r.report(ctx, begun)
}

// report fetches the documents of a run and prints its report.
func (r *remote) report(ctx context.Context, of api.Started) error {
	text, err := r.Report(ctx, of.Migration, of.Run)
	if err != nil {
		return err
	}
	var report evidence.Report
	if err := json.Unmarshal(text, &report); err != nil {
		return errors.New("the report is none that this version of safeconduct reads")
	}
	s, err := r.Status(ctx, of.Migration)
	if err != nil {
		return err
	}
	for _, run := range s.Runs {
		if run.ID == of.Run { // the report is written before the run ends
			report.State, report.Ended = run.State, run.Ended
		}
	}
	folder := filepath.Join(r.reports, of.Migration, of.Run)
	if _, err := r.fetch(ctx, of, folder); err != nil {
		return err
	}
	return r.printReport(report, folder)
}

// fetch writes the documents of a run into a folder and says where each is.
func (r *remote) fetch(ctx context.Context, of api.Started, folder string) (paths []string, err error) {
	names, err := r.Documents(ctx, of.Migration, of.Run)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, name := range names {
		text, err := r.Document(ctx, of.Migration, of.Run, name)
		if err != nil {
			return nil, err
		}
		if err := root.WriteFile(name, text, 0o600); err != nil {
			return nil, err
		}
		paths = append(paths, filepath.Join(folder, name))
	}
	return paths, nil
}

// lastRun names the last run there.
func (r *remote) lastRun(ctx context.Context) (api.Started, api.Status, error) {
	s, err := r.Status(ctx, r.plan.Migration)
	if err != nil {
		return api.Started{}, s, err
	}
	if len(s.Runs) == 0 {
		return api.Started{}, s, embedded.ErrNothingToResume
	}
	return api.Started{Migration: s.Migration, Run: s.Runs[len(s.Runs)-1].ID}, s, nil
}

func (r *remote) resume(ctx context.Context) error {
	last, _, err := r.lastRun(ctx)
	if err != nil {
		return err
	}
	if _, err := r.Resume(ctx, last.Migration, last.Run); err != nil {
		return err
	}
	return r.watch(ctx, last)
}

// decide answers the gate, and watches the run go on.
func (r *remote) decide(ctx context.Context, wanted string, d migration.Decision) error {
	last, _, err := r.lastRun(ctx)
	if err != nil {
		return &exitError{errors.New("no run waits for approval"), exitNothing}
	}
	run := cmp.Or(wanted, last.Run)
	answer := map[migration.Decision]string{migration.Approved: api.Approve, migration.Rejected: api.Reject}[d]
	begun, err := r.Decide(ctx, last.Migration, run, api.Decision{Decision: answer})
	if err != nil {
		return err
	}
	err = r.watch(ctx, begun)
	var failed *embedded.Failed
	if d == migration.Rejected && errors.As(err, &failed) && failed.Name == string(migration.ApprovalRefused) {
		return r.printRejected(run, d)
	}
	return err
}

// do carries out a task there and reads what came of it.
func do[T any](ctx context.Context, r *remote, a api.Action) (result T, err error) {
	t, err := r.Do(ctx, r.plan.Migration, a)
	switch {
	case ctx.Err() != nil:
		return result, &exitError{fmt.Errorf("stopped waiting; the %s goes on at %s", a, r.Host()), exitRetry}
	case err != nil:
		return result, err
	case t.State != api.TaskDone:
		return result, &migration.Failure{Name: migration.Name(t.Failure), Message: cmp.Or(t.Message, "it ended at "+r.Host())}
	}
	return result, json.Unmarshal(t.Result, &result)
}

func (r *remote) preview(ctx context.Context) error {
	if err := r.upload(ctx); err != nil {
		return err
	}
	f, err := do[migration.Forecast](ctx, r, api.Preview)
	if err != nil {
		return err
	}
	return r.printForecast(&f)
}

func (r *remote) verify(ctx context.Context) error {
	result, err := do[migration.RecheckResult](ctx, r, api.Recheck)
	if err != nil {
		return &exitError{err, exitUsage}
	}
	return r.printRecheck(result)
}

func (r *remote) rollback(ctx context.Context) error {
	back, err := do[[]migration.RolledBack](ctx, r, api.Rollback)
	if err != nil {
		return err
	}
	return r.printRolledBack(back)
}

// close closes the migration there, after that of its demos, and fetches the
// certificate.
func (r *remote) close(ctx context.Context, yes bool) error {
	if !r.agrees(yes, r.plan.Migration) {
		return errNotDestroyed
	}
	if _, err := r.Do(ctx, r.plan.Demo().Migration, api.Closing); err != nil && !neverRan(err) {
		return err
	}
	c, err := do[evidence.Closure](ctx, r, api.Closing)
	if err != nil {
		return err
	}
	folder := filepath.Join(r.reports, c.Migration, migration.ClosingRun)
	paths, err := r.fetch(ctx, api.Started{Migration: c.Migration, Run: migration.ClosingRun}, folder)
	if err != nil {
		return err
	}
	return r.printClosure(c, r.Host(), paths)
}

// neverRan reports whether there is nothing to close.
func neverRan(err error) bool {
	var problem *client.Problem
	return errors.As(err, &problem) && (problem.NotFound() || problem.Code() == api.ErrNothingToClose.Code)
}

// costOf asks what a run there took and cost.
func (r *remote) costOf(ctx context.Context, wanted string) (result costResult, err error) {
	last, _, err := r.lastRun(ctx)
	if err != nil {
		return result, err
	}
	text, err := r.Cost(ctx, last.Migration, cmp.Or(wanted, last.Run))
	if err != nil {
		return result, err
	}
	return result, json.Unmarshal(text, &result)
}

func (r *remote) status(ctx context.Context) error {
	s, err := r.Status(ctx, r.plan.Migration)
	if err != nil {
		return err
	}
	out := statusResult{Migration: s.Migration, Runs: []ledger.Run{}, Cursors: []ledger.Cursor{}, Records: map[string]kindState{}, Active: s.Active, Accounts: s.Accounts}
	for _, run := range s.Runs {
		out.Runs = append(out.Runs, ledgerRun(run))
	}
	for _, c := range s.Cursors {
		out.Cursors = append(out.Cursors, ledger.Cursor{Kind: c.Kind, Run: c.Run, Moved: c.Moved})
	}
	for kind, counts := range s.Records {
		out.Records[kind] = kindState{}
		for state, n := range counts {
			out.Records[kind][ledger.State(state)] = n
		}
	}
	out.Next = r.next(out.Runs)
	switch s.Next.Do {
	case api.NextWait:
		out.Next = "nothing: the run is at work"
	case api.NextApprove:
		out.Approval, out.Next = &migration.Approval{Asked: s.Waiting[0].Since}, r.nextApproval()
	}
	return r.print(out, func(w io.Writer) { out.print(w) })
}

// ledgerRun is a run of the wire as the ledger has it.
func ledgerRun(r api.Run) ledger.Run {
	run := ledger.Run{ID: r.ID, Mode: r.Mode, PlanHash: r.PlanHash, State: r.State, Failure: r.Failure, Started: r.Started, Ended: r.Ended}
	if r.Sealed != nil {
		seal := ledger.Seal(*r.Sealed)
		run.Sealed = &seal
	}
	return run
}

// there does something by the API of --remote.
func (a *app) there(do func(*remote) error) error {
	r, err := a.elsewhere()
	if err != nil {
		return err
	}
	return do(r)
}

func isNotFound(err error) bool {
	var p *client.Problem
	return errors.As(err, &p) && p.NotFound()
}
