//go:build cloud

package backend

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/cloudtest"
)

// What the machines of a test do.
const (
	waits = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}`
	ends  = `{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`
	fails = `{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"SourceUnavailable","Cause":"{\"errorMessage\":\"the source does not answer\"}"}}}`
)

// acme is a migration that has a plan.
var acme = api.Migration{Tenant: "acme", Name: "desk"}

const planText = `
version: 1
migration: desk
source: {connector: csv, upload: u1}
target: {connector: memory, desk: d}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract, regimes: [gdpr], retention: 30 days, preset: gdpr}
`

// opened is a backend over an emulator, whose machines do what the definitions say.
func opened(t *testing.T, migrate, maintain string) *Backend {
	t.Helper()
	cloudtest.Environment(t)
	flow := sfn.NewFromConfig(cloudtest.Config(t, peers.Ministack))
	for variable, definition := range map[string]string{"SAFECONDUCT_MIGRATE_MACHINE": migrate, "SAFECONDUCT_MAINTAIN_MACHINE": maintain} {
		name := strings.ToLower(strings.ReplaceAll(t.Name()+variable[12:19], "_", "-"))
		made, err := flow.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: &name, Definition: &definition, RoleArn: aws.String("arn:aws:iam::000000000000:role/r")})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_, _ = flow.DeleteStateMachine(context.WithoutCancel(t.Context()), &sfn.DeleteStateMachineInput{StateMachineArn: made.StateMachineArn})
		})
		t.Setenv(variable, *made.StateMachineArn)
	}
	for variable, value := range map[string]string{"SCHEDULE_GROUP": "default", "SCHEDULE_ROLE": "arn:aws:iam::000000000000:role/s",
		"SCHEDULE_DLQ": "arn:aws:sqs:us-east-1:000000000000:q", "API_FUNCTION": "arn:aws:lambda:us-east-1:000000000000:function:api",
		"TENANT_CLAIM": "custom:tenant", "ROLE_CLAIM": "cognito:groups"} {
		t.Setenv("SAFECONDUCT_"+variable, value)
	}
	var b *Backend
	take := deployed.API(func(c deployed.Cloud) (function.Handler, error) {
		var err error
		b, err = open(c)
		return func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, nil }, err
	})
	if _, err := take(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PutPlan(t.Context(), acme, []byte(planText)); err != nil {
		t.Fatal(err)
	}
	return b
}

// executions lists the names of a machine's executions.
func (b *Backend) executions(t *testing.T, machine string) (names []string) {
	t.Helper()
	out, err := b.flow.api.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &machine})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range out.Executions {
		names = append(names, *x.Name)
	}
	return names
}

func TestARequestThatComesTwiceStartsOneRun(t *testing.T) {
	b := opened(t, waits, ends)
	for range 2 {
		s, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull, Key: "k"})
		if err != nil || s != (api.Started{Migration: "desk", Run: "r0001"}) {
			t.Fatalf("got %+v, %v", s, err)
		}
	}
	if _, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull, Key: "another"}); !errors.Is(err, api.ErrConflict) {
		t.Errorf("a run beside the one that is under way: %v", err)
	}
	if names := b.executions(t, b.migrate); len(names) != 1 {
		t.Errorf("executions %v, want one", names)
	}
}

func TestOfManyWhoStartAtOnceOneStartsARun(t *testing.T) {
	b := opened(t, waits, ends)
	var all sync.WaitGroup
	var mu sync.Mutex
	begun := 0
	for range 5 {
		all.Go(func() {
			_, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				begun++
			} else if !errors.Is(err, api.ErrConflict) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if names := b.executions(t, b.migrate); begun != 1 || len(names) != 1 {
		t.Errorf("%d were told that they started a run, executions %v", begun, names)
	}
}

// TestAStartThatWasCutOffIsDoneByItsRepetition: the wish was on record, and nothing
// was started.
func TestAStartThatWasCutOffIsDoneByItsRepetition(t *testing.T) {
	b := opened(t, waits, ends)
	if _, err := b.enter(t.Context(), acme, start{}, api.Start{Mode: api.ModeFull, Key: "k"}, false); err != nil {
		t.Fatal(err)
	}
	if s, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull, Key: "k"}); err != nil || s.Run != "r0001" {
		t.Errorf("got %+v, %v", s, err)
	}
	if names := b.executions(t, b.migrate); len(names) != 1 {
		t.Errorf("executions %v, want one", names)
	}
}

// redrives stands before the emulator, which has no RedriveExecution, and answers
// that as AWS does: it is done, or the execution is one that can't be.
func (b *Backend) redrives(t *testing.T, can bool) (asked *atomic.Int32) {
	t.Helper()
	emulator, err := url.Parse(*cloudtest.Config(t, peers.Ministack).BaseEndpoint)
	if err != nil {
		t.Fatal(err)
	}
	through := httputil.NewSingleHostReverseProxy(emulator)
	asked = &atomic.Int32{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".RedriveExecution") {
			through.ServeHTTP(w, r)
			return
		}
		asked.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if can {
			_, _ = io.WriteString(w, `{"redriveDate": 1795635741}`)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type": "ExecutionNotRedrivable", "message": "too late"}`)
	}))
	t.Cleanup(proxy.Close)
	b.flow = executions{sfn.NewFromConfig(b.SDK, func(o *sfn.Options) { o.BaseEndpoint = &proxy.URL })}
	return asked
}

func TestARunThatEndsBeforeItIsRecordedIsShownAndCanGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		can   bool
		parts int
	}{"redriven": {true, 1}, "in another part": {false, 2}} {
		t.Run(name, func(t *testing.T) {
			b := opened(t, fails, ends)
			asked := b.redrives(t, c.can)
			s, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull})
			if err != nil {
				t.Fatal(err)
			}
			b.settled(t, b.migrate)
			got, err := b.Status(t.Context(), acme)
			if err != nil || len(got.Runs) != 1 || got.Runs[0].State != "failed" || got.Runs[0].Failure != "SourceUnavailable" || got.Next.Do != api.NextResume {
				t.Fatalf("the status says %+v, %v", got, err)
			}
			if err := b.Resume(t.Context(), acme, s.Run); err != nil {
				t.Fatal(err)
			}
			if names := b.executions(t, b.migrate); len(names) != c.parts || asked.Load() != 1 {
				t.Errorf("executions %v, want %d; %d redrives were asked for", names, c.parts, asked.Load())
			}
			b.settled(t, b.migrate)
			if next, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull}); err != nil || next.Run != "r0002" {
				t.Errorf("the next run is %+v, %v", next, err)
			}
		})
	}
}

// TestResumeTakesTheLeaseAnewSoThatWhatWasStoppedIsFencedOff also resumes a run whose
// end nobody told the ledger of.
func TestResumeTakesTheLeaseAnewSoThatWhatWasStoppedIsFencedOff(t *testing.T) {
	for _, state := range []string{ledger.RunFailed, ledger.RunRunning} {
		t.Run(state, func(t *testing.T) {
			b := opened(t, fails, ends)
			b.redrives(t, true)
			s, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull})
			if err != nil {
				t.Fatal(err)
			}
			b.settled(t, b.migrate)
			l, name := b.ledger(acme), run(acme, s.Run, migration.ModeFull).Execution()
			before, err := l.Acquire(t.Context(), s.Run)
			if err := errors.Join(err, l.PutRun(t.Context(), ledger.Run{ID: s.Run, Mode: "full", State: state}), l.PutNote(t.Context(), s.Run, "execution", name),
				ledger.BeginExecution(t.Context(), b.Base.Rows, ledger.Execution{Name: name, Tenant: "acme", Migration: "desk", Run: s.Run})); err != nil {
				t.Fatal(err)
			}
			if err := b.Resume(t.Context(), acme, s.Run); err != nil {
				t.Fatal(err)
			}
			after, _ := l.Lease(t.Context())
			r, err := l.Run(t.Context(), s.Run)
			if err != nil || r.State != ledger.RunRunning || after.Run != s.Run || after.Token <= before.Token {
				t.Errorf("the run is %+v, the lease %+v after %+v, %v", r, after, before, err)
			}
		})
	}
}

// settled waits until no execution of a machine is at work.
func (b *Backend) settled(t *testing.T, machine string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		out, err := b.flow.api.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning})
		if err == nil && len(out.Executions) == 0 {
			return
		}
		if err != nil || time.Now().After(end) {
			t.Fatalf("%d executions are at work, %v", len(out.Executions), err)
		}
	}
}

func TestWhatFailedIsGivenUpAndSealedByTheNextStart(t *testing.T) {
	b := opened(t, ends, ends)
	l := b.ledger(acme)
	if err := l.PutRun(t.Context(), ledger.Run{ID: "r0001", Mode: "full", State: ledger.RunFailed, Failure: "TargetUnavailable"}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Acquire(t.Context(), "r0001"); err != nil {
		t.Fatal(err)
	}
	if s, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull}); err != nil || s.Run != "r0002" {
		t.Fatalf("got %+v, %v", s, err)
	}
	r, err := l.Run(t.Context(), "r0001")
	lease, _ := l.Lease(t.Context())
	if err != nil || r.State != ledger.RunGivenUp || lease.Run != "" {
		t.Errorf("the run is %+v, the lease %+v, %v", r, lease, err)
	}
	if names := b.executions(t, b.maintain); len(names) != 1 || !strings.HasSuffix(names[0], "-give-up") {
		t.Errorf("executions of maintain %v, want one that seals it", names)
	}
}

func TestAnUnfinishedRunIsInTheWayUntilItIsGivenUp(t *testing.T) {
	b := opened(t, fails, ends)
	l := b.ledger(acme)
	if err := l.PutRun(t.Context(), ledger.Run{ID: "r0001", Mode: "full", State: ledger.RunRunning}); err != nil {
		t.Fatal(err)
	}
	var refusal *api.Refusal
	if _, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull}); !errors.As(err, &refusal) || refusal.Code != "run-unfinished" {
		t.Errorf("got %v", err)
	}
	if s, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull, NewRun: true}); err != nil || s.Run != "r0002" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestADemoAndARunFirstRemoveWhatTheLastDemoCreated(t *testing.T) {
	b := opened(t, ends, ends)
	demo := api.Migration{Tenant: "acme", Name: "desk-demo"}
	if err := b.ledger(demo).PutEntries(t.Context(), &ledger.Entry{Kind: "ticket", Ref: "x", State: ledger.StateLoaded, Target: "1"}); err != nil {
		t.Fatal(err)
	}
	of := map[string]api.Migration{api.ModeFull: acme, api.ModeDemo: demo}
	for _, mode := range []string{api.ModeFull, api.ModeDemo} { // a demo that was just asked for is in the way of a run
		if _, err := b.Start(t.Context(), acme, api.Start{Mode: mode}); err != nil {
			t.Fatal(err)
		}
		s, err := lastStart(t.Context(), b.ledger(of[mode]))
		if err != nil || s.Room.Migration != "desk-demo" {
			t.Fatalf("the start of the %s run is %+v, %v", mode, s, err)
		}
		x, err := b.flow.api.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(arn(b.maintain, s.Room.Execution()))})
		if err != nil {
			t.Fatal(err)
		}
		var in maintenance
		if json.Unmarshal([]byte(*x.Input), &in) != nil || in.Action != "rollback" || !strings.Contains(*x.Input, `"name":"`+s.Run.Execution()+`"`) {
			t.Errorf("the rollback was started with %s", *x.Input)
		}
	}
	if names := b.executions(t, b.migrate); len(names) != 0 {
		t.Errorf("executions %v; the rollback starts them", names)
	}
}

func TestADemoIsRunAsADemoOnly(t *testing.T) {
	b := opened(t, ends, ends)
	for _, mode := range []string{api.ModeFull, api.ModeDelta} {
		if _, err := b.Start(t.Context(), api.Migration{Tenant: "acme", Name: "desk-demo"}, api.Start{Mode: mode}); !errors.Is(err, api.ErrInvalid) {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestAScheduleStartsOneRunForEachTime(t *testing.T) {
	b := opened(t, ends, ends)
	if _, err := b.Schedule(t.Context(), acme); !errors.Is(err, api.ErrNotFound) {
		t.Fatalf("a schedule that nobody made: %v", err)
	}
	for _, s := range []api.Schedule{{Every: "15m", State: api.ScheduleActive}, {Cron: "0 2 * * 1-5", State: api.SchedulePaused}} {
		if _, err := b.PutSchedule(t.Context(), acme, s); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Schedule(t.Context(), acme); err != nil || got != s {
			t.Errorf("got %+v, %v; want %+v", got, err, s)
		}
	}
	kept, err := b.clock.GetSchedule(t.Context(), &scheduler.GetScheduleInput{Name: aws.String(nameOf(acme)), GroupName: &b.group})
	if err != nil || *kept.ScheduleExpression != "cron(0 2 ? * MON-FRI *)" || *kept.Target.Input != `{"schedule":{"tenant":"acme","migration":"desk","at":"<aws.scheduler.scheduled-time>"}}` {
		t.Errorf("kept is %s, %s, %v", *kept.ScheduleExpression, *kept.Target.Input, err)
	}
	for _, at := range []string{"2026-11-25T02:00:00Z", "2026-11-25T02:00:00Z"} {
		if err := b.fire(t.Context(), fired{"acme", "desk", at}); err != nil {
			t.Fatal(err)
		}
	}
	if names := b.executions(t, b.migrate); len(names) != 1 {
		t.Errorf("executions %v, want one for one time", names)
	}
	if err := errors.Join(b.DeleteSchedule(t.Context(), acme), b.DeleteSchedule(t.Context(), acme)); err != nil {
		t.Error(err)
	}
}

// TestASchedulesRunsAreDeltasAndTakeACensusOnceAnHour: the first has none before it.
func TestASchedulesRunsAreDeltasAndTakeACensusOnceAnHour(t *testing.T) {
	b := opened(t, ends, ends)
	begin := b.now()
	for _, c := range []struct {
		after time.Duration
		quick bool
	}{{0, false}, {15 * time.Minute, true}, {45 * time.Minute, true}, {60 * time.Minute, false}, {75 * time.Minute, true}} {
		b.now = func() time.Time { return begin.Add(c.after) }
		if err := b.fire(t.Context(), fired{"acme", "desk", b.now().Format(time.RFC3339)}); err != nil {
			t.Fatal(err)
		}
		b.settled(t, b.migrate)
		last, err := lastStart(t.Context(), b.ledger(acme))
		if err != nil || last.Run.Mode != migration.ModeDelta || last.Run.Quick != c.quick {
			t.Errorf("after %s: %+v, %v; want quick to be %t", c.after, last.Run, err, c.quick)
		}
	}
}

func TestAScheduleForAPlanThatIsGoneDoesNothing(t *testing.T) {
	b := opened(t, ends, ends)
	if err := b.fire(t.Context(), fired{"acme", "gone", "2026-11-25T02:00:00Z"}); err != nil {
		t.Error(err)
	}
}

func TestAPlanThatCanNotWorkHereIsRefused(t *testing.T) {
	b := opened(t, ends, ends)
	for old, bad := range map[string]string{
		"migration: desk":     "migration: other",
		"upload: u1":          "path: /etc",
		"connector: memory":   "connector: nobody",
		"desk: d":             "desk: env:HOME",
		"target: {connector":  "tenant: other\ntarget: {connector",
		"desk: d}":            "desk: 'secret:safeconduct/other/x'}",
		"controller: Example": "controler: Example",
	} {
		if _, err := b.PutPlan(t.Context(), acme, []byte(strings.Replace(planText, old, bad, 1))); !errors.Is(err, api.ErrInvalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestNobodySeesWhatIsAnotherTenants(t *testing.T) {
	b := opened(t, ends, ends)
	id, err := b.Begin(t.Context(), acme, api.Preview, "k")
	if err != nil {
		t.Fatal(err)
	}
	other := api.Migration{Tenant: "other", Name: "desk"}
	if list, err := b.Migrations(t.Context(), "other"); err != nil || len(list) != 0 {
		t.Errorf("the list is %v, %v", list, err)
	}
	if list, err := b.Migrations(t.Context(), "acme"); err != nil || len(list) != 1 || list[0].State != "planned" {
		t.Errorf("the owner's list is %v, %v", list, err)
	}
	for name, ask := range map[string]func() error{
		"plan":     func() error { _, err := b.Plan(t.Context(), other); return err },
		"status":   func() error { _, err := b.Status(t.Context(), other); return err },
		"task":     func() error { _, err := b.Task(t.Context(), other, api.Preview, id); return err },
		"report":   func() error { _, err := b.Report(t.Context(), other, "r0001"); return err },
		"document": func() error { _, err := b.Document(t.Context(), other, "r0001", "report.json"); return err },
		"cost":     func() error { _, err := b.Cost(t.Context(), other, "r0001"); return err },
		"start":    func() error { _, err := b.Start(t.Context(), other, api.Start{Mode: api.ModeFull}); return err },
		"resume":   func() error { return b.Resume(t.Context(), other, "r0001") },
		"schedule": func() error { _, err := b.Schedule(t.Context(), other); return err },
	} {
		if err := ask(); !errors.Is(err, api.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATaskIsOneForARequestAndTellsWhatCameOfIt(t *testing.T) {
	b := opened(t, ends, ends)
	for range 2 {
		if id, err := b.Begin(t.Context(), acme, api.Recheck, "k"); err != nil || id != "recheck-k" {
			t.Fatalf("got %s, %v", id, err)
		}
	}
	b.settled(t, b.maintain)
	at := migration.Rechecked{Result: migration.RecheckResult{Same: 7}, Done: true}
	if err := b.ledger(acme).PutNote(t.Context(), "recheck-k", migration.RecheckNote, at); err != nil {
		t.Fatal(err)
	}
	got, err := b.Task(t.Context(), acme, api.Recheck, "recheck-k")
	if err != nil || got.State != api.TaskDone || !strings.Contains(string(got.Result), `"same":7`) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := b.Task(t.Context(), acme, api.Preview, "recheck-k"); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("as another action: %v", err)
	}
}

func TestATaskThatFailedSaysWhy(t *testing.T) {
	b := opened(t, ends, fails)
	id, err := b.Begin(t.Context(), acme, api.Preview, "")
	if err != nil {
		t.Fatal(err)
	}
	b.settled(t, b.maintain)
	got, err := b.Task(t.Context(), acme, api.Preview, id)
	if err != nil || got.State != api.TaskFailed || got.Failure != "SourceUnavailable" || got.Message != "the source does not answer" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestWhatIsDueWhileARunIsAtWorkWaitsForIt: one run, not one for each time that
// passes meanwhile.
func TestWhatIsDueWhileARunIsAtWorkWaitsForIt(t *testing.T) {
	b := opened(t, waits, ends)
	first, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeFull})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.ledger(acme).PutRun(t.Context(), ledger.Run{ID: first.Run, Mode: "full", State: ledger.RunRunning}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"2026-11-25T02:00:00Z", "2026-11-25T02:15:00Z"} {
		if err := b.fire(t.Context(), fired{"acme", "desk", at}); err != nil {
			t.Fatal(err)
		}
	}
	last, err := lastStart(t.Context(), b.ledger(acme))
	if names := b.executions(t, b.migrate); err != nil || len(names) != 2 || !last.Run.Waits {
		t.Errorf("executions %v, the last start %+v, %v", names, last, err)
	}
	s, err := b.Status(t.Context(), acme)
	if err != nil || len(s.Runs) != 2 || len(s.Waiting) != 1 || s.Waiting[0].Run != "r0002" || s.Waiting[0].For != api.WaitRun || s.Active == nil || s.Active.Run != "r0001" || s.Next.Do != api.NextWait {
		t.Errorf("the status says %+v, %v", s, err)
	}
}

// TestAClosingTakesTheScheduleAwayAndLetsNothingStart: what can go on is in its way, and
// what never ran has nothing to close.
func TestAClosingTakesTheScheduleAwayAndLetsNothingStart(t *testing.T) {
	b := opened(t, ends, ends)
	l := b.ledger(acme)
	begin := func(want string) {
		t.Helper()
		var refusal *api.Refusal
		switch id, err := b.Begin(t.Context(), acme, api.Closing, "k"); {
		case want == "" && (err != nil || id != "closing-k"):
			t.Fatalf("got %q, %v", id, err)
		case want != "" && (!errors.As(err, &refusal) || refusal.Code != want):
			t.Fatalf("got %v, want %s", err, want)
		}
	}
	begin("nothing-to-close")
	if err := l.PutRun(t.Context(), ledger.Run{ID: "r0001", Mode: "full", State: ledger.RunRunning}); err != nil {
		t.Fatal(err)
	}
	begin("run-unfinished")
	if err := l.PutRun(t.Context(), ledger.Run{ID: "r0001", Mode: "full", State: ledger.RunFinished, Sealed: &ledger.Seal{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.PutSchedule(t.Context(), acme, api.Schedule{Every: "15m", State: api.ScheduleActive}); err != nil {
		t.Fatal(err)
	}
	begin("")
	if _, err := b.Schedule(t.Context(), acme); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("the schedule: %v", err)
	}
	x, err := b.flow.api.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(arn(b.maintain, run(acme, "closing-k", "").Execution()))})
	var in maintenance
	if err != nil || json.Unmarshal([]byte(*x.Input), &in) != nil || in.Action != "closing" {
		t.Errorf("the execution: %v", err)
	}
	if err := l.PutClosed(t.Context(), ledger.Closed{Begun: time.Now(), At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	var refusal *api.Refusal
	if _, err := b.Start(t.Context(), acme, api.Start{Mode: api.ModeDelta}); !errors.As(err, &refusal) || refusal.Code != "migration-closed" {
		t.Errorf("a run of a closed migration: %v", err)
	}
	if _, err := b.Begin(t.Context(), acme, api.Rollback, "r"); !errors.As(err, &refusal) || refusal.Code != "migration-closed" {
		t.Errorf("a rollback of a closed migration: %v", err)
	}
	begin("") // goes on, or writes the certificate anew
}
