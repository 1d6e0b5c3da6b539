package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// ErrWaits: a run waits for somebody to approve it.
type ErrWaits struct {
	Run   string
	Until time.Time
}

func (w *ErrWaits) Error() string { return fmt.Sprintf("run %s waits for approval", w.Run) }

type runMachine func(*workflow.Machine, context.Context, workflow.Execution) (json.RawMessage, error)

// execute runs an execution of the state machine, and those that go on where one
// ends. input is nil for an execution whose journal holds it.
func (r *Runtime) execute(ctx context.Context, run migration.Run, execution string, input any, step runMachine) error {
	for {
		output, err := r.executePart(ctx, run, execution, input, step)
		if err != nil {
			return err
		}
		// A run that is through ends with its own name; one that goes on, with that of
		// the next execution.
		if json.Unmarshal(output, &execution) != nil {
			return nil
		}
		input, step = nil, goOn
	}
}

// executePart runs one execution and does for a failed one what an EventBridge
// rule does in AWS: it calls finish.
func (r *Runtime) executePart(ctx context.Context, run migration.Run, execution string, input any, step runMachine) (json.RawMessage, error) {
	journal, err := r.Journal(journalOf(run, execution))
	if err != nil {
		return nil, err
	}
	defer closeJournal(journal)
	var text json.RawMessage
	if input != nil {
		if text, err = json.Marshal(input); err != nil {
			return nil, err
		}
	}
	var last failures
	output, err := step(r.machine, ctx, workflow.Execution{
		Name: execution, StateMachine: "migrate", Input: text, Journal: journal, Clock: r.Clock,
		Tasks:   r.tasks(last.note, r.newTracker(ctx).each),
		Answers: answers{r, run}, Start: r.starter(run),
		Objects: objects{r.Staging}, Observe: r.Observe,
	})
	var waits *workflow.Waiting
	if errors.As(err, &waits) {
		return nil, &ErrWaits{run.ID, waits.Until}
	}
	var failure *workflow.Failure
	if !errors.As(err, &failure) {
		return output, err
	}
	failed := last.explain(run.ID, failure)
	_, err = r.steps.Finish.Do(ctx, migration.FinishInput{Run: run, Outcome: "failed", Failure: migration.Name(failed.Name)})
	return nil, errors.Join(failed, err)
}

// journalOf names the journal of an execution by its run, and its part.
func journalOf(run migration.Run, execution string) string {
	return run.ID + strings.TrimPrefix(execution, run.Execution())
}

// starter begins the execution that a state starts: it lies in its journal until
// execute comes to it. One that was started before is the same.
func (r *Runtime) starter(run migration.Run) func(context.Context, workflow.Started) error {
	return func(ctx context.Context, s workflow.Started) error {
		journal, err := r.Journal(journalOf(run, s.Name))
		if err != nil {
			return err
		}
		defer closeJournal(journal)
		return r.machine.Begin(ctx, workflow.Execution{Name: s.Name, StateMachine: "migrate", Input: bytes.Clone(s.Input), Journal: journal, Clock: r.Clock})
	}
}

// answers are what people decided, as SendTaskSuccess and SendTaskFailure tell it
// in AWS.
type answers struct {
	r   *Runtime
	run migration.Run
}

func (a answers) Answer(ctx context.Context, token string) (workflow.Answer, bool, error) {
	d, ok, err := a.r.approvals().Answer(ctx, a.run, token)
	if d == migration.Rejected {
		return workflow.Answer{Failure: &workflow.Failure{Name: string(migration.ApprovalRefused), Cause: "somebody rejected the run"}}, ok, err
	}
	return workflow.Answer{Output: json.RawMessage("{}")}, ok, err
}

func (r *Runtime) approvals() migration.Approvals {
	return migration.Approvals{Base: r.steps.Finish.Base}
}

// Approval returns the approval that the last run waits for or got; it returns
// migration.ErrNotAsked where there is none.
func (r *Runtime) Approval(ctx context.Context) (migration.Run, migration.Approval, error) {
	last, err := r.Ledger().LastRun(ctx)
	if err != nil {
		return migration.Run{}, migration.Approval{}, err
	}
	run := r.Run(last.ID, migration.Mode(last.Mode))
	a, err := r.approvals().Of(ctx, run)
	return run, a, err
}

// Decide puts on record what somebody decided for a run that waits. Resume goes on
// with it.
func (r *Runtime) Decide(ctx context.Context, run migration.Run, d migration.Decision, role, actor string) error {
	_, err := r.approvals().Decide(ctx, run, d, role, actor)
	return err
}

func closeJournal(j workflow.Journal) {
	if c, ok := j.(interface{ Close() error }); ok {
		_ = c.Close() // every entry was synced when it was appended
	}
}

// sleep lets time pass on the runtime's clock.
func (r *Runtime) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	if r.Clock != nil {
		return r.Clock.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
