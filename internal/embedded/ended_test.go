package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// statusChange is an event as EventBridge delivers it; %s are name, status, input
// and error, %d the count of redrives.
const statusChange = `{"version":"0","id":"315c1398-40ff-a850-213b-158f73e60175","detail-type":"Step Functions Execution Status Change",
	"source":"aws.states","account":"123456789012","time":"2026-11-25T19:42:21Z","region":"eu-central-1",
	"resources":["arn:aws:states:eu-central-1:123456789012:execution:migrate:%[1]s"],
	"detail":{"executionArn":"arn:aws:states:eu-central-1:123456789012:execution:migrate:%[1]s",
		"stateMachineArn":"arn:aws:states:eu-central-1:123456789012:stateMachine:migrate","name":"%[1]s","status":"%[2]s",
		"startDate":1547148840101,"stopDate":1547148840122,"input":%[3]s,"inputDetails":{"included":%[4]t},"output":null,"outputDetails":null,
		"error":%[5]q,"cause":"somebody@example.com","redriveCount":%[6]d,"redriveDate":null}}`

// An end is one such event.
type end struct {
	name, status, input, err string
	redrives                 int
}

// tell gives finish the event, as Lambda would, and returns the outcome.
func (e end) tell(t *testing.T, r *Runtime) string {
	t.Helper()
	input := "null"
	if e.input != "" {
		quoted, _ := json.Marshal(e.input)
		input = string(quoted)
	}
	output, err := r.steps.Handlers()["finish"](t.Context(), fmt.Appendf(nil, statusChange, e.name, e.status, input, e.input != "", e.err, e.redrives))
	if err != nil {
		t.Fatalf("finish: %v", err)
	}
	var out migration.FinishOutput
	if err := json.Unmarshal(output, &out); err != nil {
		t.Fatal(err)
	}
	return out.Outcome
}

// broken is a runtime whose run was ended from outside while it extracted: the
// ledger says that it runs, and it holds the lease.
func broken(t *testing.T) (*Runtime, migration.Run) {
	t.Helper()
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	ctx, stop := stopping(t, r, "ListRaw")
	defer stop()
	run, err := r.Migrate(ctx, Request{Mode: migration.ModeFull})
	if err == nil {
		t.Fatal("the run was not stopped")
	}
	r.Observe = nil
	return r, run
}

func wantRun(t *testing.T, r *Runtime, run migration.Run, state, failure, lease string) {
	t.Helper()
	is, err := r.Ledger().Run(t.Context(), run.ID)
	holds, err2 := r.Ledger().Lease(t.Context())
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if is.State != state || is.Failure != failure || holds.Run != lease {
		t.Errorf("the run is %s by %q and the lease is held by %q; want %s by %q, held by %q", is.State, is.Failure, holds.Run, state, failure, lease)
	}
}

func TestAnExecutionThatFailedIsRecordedAndLetsGoOfTheLease(t *testing.T) {
	for name, c := range map[string]struct {
		status, err, failure string
	}{
		"failed":           {"FAILED", "TargetUnavailable", "TargetUnavailable"},
		"failed on AWS":    {"FAILED", "States.ExceedToleratedFailureThreshold", "States.ExceedToleratedFailureThreshold"},
		"failed by a text": {"FAILED", "ticket of jane@example.com", "Internal"},
		"timed out":        {"TIMED_OUT", "", "States.Timeout"},
		"aborted":          {"ABORTED", "", "Aborted"},
	} {
		t.Run(name, func(t *testing.T) {
			r, run := broken(t)
			e := end{name: run.Execution(), status: c.status, err: c.err}
			for i, want := range []string{"failed", "ignored"} { // at least once
				if got := e.tell(t, r); got != want {
					t.Errorf("event %d was %s, want %s", i+1, got, want)
				}
				wantRun(t, r, run, ledger.RunFailed, c.failure, "")
			}
		})
	}
}

func TestALateEventDoesNotTouchARunThatWasResumed(t *testing.T) {
	r, run := broken(t)
	late := end{name: run.Execution(), status: "FAILED", err: "TargetUnavailable"}
	late.tell(t, r)
	if _, err := r.resume.Do(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if got := late.tell(t, r); got != "ignored" {
		t.Errorf("the event of the first drive was %s", got)
	}
	wantRun(t, r, run, ledger.RunRunning, "", run.ID)
	again := late
	again.redrives = 1
	if got := again.tell(t, r); got != "failed" {
		t.Errorf("the event of the second drive was %s", got)
	}
	wantRun(t, r, run, ledger.RunFailed, "TargetUnavailable", "")
}

func TestAnEventOfAnotherRunLeavesTheLeaseAlone(t *testing.T) {
	r, run := broken(t)
	if err := r.Ledger().Release(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Ledger().Acquire(t.Context(), "r0002"); err != nil {
		t.Fatal(err)
	}
	if got := (end{name: run.Execution(), status: "TIMED_OUT"}).tell(t, r); got != "ignored" {
		t.Errorf("the event was %s", got)
	}
	wantRun(t, r, run, ledger.RunRunning, "", "r0002")
}

// TestWhoseEventItIsIsKnownByNameAndByInput: an item of a Distributed Map is an
// execution too, and its end is none of the run's.
func TestWhoseEventItIsIsKnownByNameAndByInput(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	run := r.Run("r0001", migration.ModeFull)
	input, err := json.Marshal(map[string]any{"run": run, "plan_hash": ""})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Ledger().Acquire(t.Context(), run.ID); err != nil { // killed before anything else
		t.Fatal(err)
	}
	for _, e := range []end{
		{name: "9d5bb0a5-3f2c-4d1b-a5e9-0c6c2f1b7a10", status: "FAILED", input: string(input)},
		{name: run.Execution(), status: "FAILED"},
		{name: run.Execution(), status: "SUCCEEDED", input: string(input)},
	} {
		if got := e.tell(t, r); got != "ignored" {
			t.Errorf("%+v was %s", e, got)
		}
	}
	if got := (end{name: run.Execution(), status: "FAILED", input: string(input)}).tell(t, r); got != "failed" {
		t.Errorf("the run's own event was %s", got)
	}
	if lease, err := r.Ledger().Lease(t.Context()); err != nil || lease.Run != "" {
		t.Errorf("the lease is %+v, %v", lease, err)
	}
}

// TestAFailureOfTheFlowIsRecordedOnce: the embedded runtime calls finish itself.
func TestAFailureOfTheFlowIsRecordedOnce(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpCreate && op.Kind == helpdesk.KindTicket {
			return connectors.ErrDenied
		}
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	run, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	var failed *Failed
	if !errors.As(err, &failed) {
		t.Fatalf("migrate: %v", err)
	}
	if got := (end{name: run.Execution(), status: "FAILED", err: "States.ExceedToleratedFailureThreshold"}).tell(t, r); got != "ignored" {
		t.Errorf("the event was %s", got)
	}
	wantRun(t, r, run, ledger.RunFailed, failed.Name, "")
}
