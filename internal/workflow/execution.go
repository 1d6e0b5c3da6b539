package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// An Execution is one run of a [Machine], and what it needs of the world.
type Execution struct {
	// Name tells executions apart; it must be unique for as long as anything
	// remembers it. Tasks see it as $$.Execution.Name.
	Name string

	// StateMachine is the machine's name, $$.StateMachine.Name.
	StateMachine string

	// Input is {} when empty. An execution that goes on has it in its journal;
	// given again, it must be the same.
	Input json.RawMessage

	// Tasks does what Task states ask for; nil if none does.
	Tasks Tasks

	// Answers holds what was answered to tasks that wait for it; nil if none does.
	Answers Answers

	// Start starts the execution that a Task asks for, durably; nil if none does.
	// It returns ErrExecutionExists if one of the name exists, which the
	// definition can catch as StepFunctions.ExecutionAlreadyExistsException.
	Start func(ctx context.Context, s Started) error

	// Objects holds what Map states read and write; nil if none does.
	Objects Objects

	// Journal makes the execution durable; nil for one that need not survive.
	Journal Journal

	// Clock is the real one when nil.
	Clock Clock

	// Observe is told what happens, one event at a time. It must not block.
	Observe func(Event)

	// home is region and account in the ARNs of the context object.
	home string
}

// Tasks does the work of Task states.
type Tasks interface {
	// Invoke does what the resource stands for with the input, and returns the
	// result as JSON. An error that is a [*Failure] chooses the error name for
	// Retry and Catch; any other is States.TaskFailed, with its text as cause.
	//
	// Invoke is called from several goroutines. It must return soon after ctx
	// ends, and must be idempotent: after a crash it is called again with the
	// same input.
	Invoke(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error)
}

// Errors of an execution that did not even start.
var (
	// ErrOtherExecution: the journal belongs to another execution, has another
	// input, or was begun with another definition. An execution ends with the
	// definition it began with, as on AWS.
	ErrOtherExecution = errors.New("the journal belongs to another execution")

	// ErrExecutionExists: an execution of the name was started before.
	ErrExecutionExists = errors.New("an execution of this name exists")

	// ErrNotFailed: only an execution that failed can be redriven.
	ErrNotFailed = errors.New("the execution has not failed")
)

var errExecutionTimeout = errors.New("TimeoutSeconds of the execution is over")

// Run runs an execution, or goes on where its journal ends, and returns its
// output. An execution that is over is not run again: its recorded output or
// failure is returned.
//
// A failure of the execution is a [*Failure]. Any other error means that it is
// not over: a task waits for its answer (a [*Waiting]), the context ended or the
// journal failed, and Run can be called again.
func (m *Machine) Run(ctx context.Context, x Execution) (json.RawMessage, error) {
	return m.drive(ctx, x, false)
}

// Redrive runs an execution that failed again, from the states that failed: what
// was done is not repeated, nor are the items of a Map state that succeeded.
// Retries count from zero again. It returns ErrNotFailed if there is nothing to
// redrive; one that was interrupted goes on with [Machine.Run].
func (m *Machine) Redrive(ctx context.Context, x Execution) (json.RawMessage, error) {
	return m.drive(ctx, x, true)
}

func (m *Machine) drive(ctx context.Context, x Execution, redrive bool) (json.RawMessage, error) {
	r, err := m.open(ctx, x, redrive)
	if err != nil {
		return nil, fmt.Errorf("workflow: open execution %q: %w", x.Name, err)
	}
	output, err := r.finish(ctx)
	if err != nil {
		return nil, fmt.Errorf("workflow: execution %q: %w", x.Name, err)
	}
	return output, nil
}

// A run is an execution while it runs in this process.
type run struct {
	machine   *Machine
	x         Execution
	input     any
	started   time.Time // of the execution, for $$.Execution.StartTime
	counted   time.Time // since when TimeoutSeconds counts
	past      *past
	observing sync.Mutex
}

// open reads the journal, and begins it if it is empty.
func (m *Machine) open(ctx context.Context, x Execution, redrive bool) (*run, error) {
	x = x.withDefaults()
	if err := m.lacks(x); err != nil {
		return nil, err
	}
	h, err := replay(x.Journal.Entries(ctx))
	if err != nil {
		return nil, err
	}
	if h.start == nil {
		if redrive {
			return nil, ErrNotFailed
		}
		if h.start, err = m.begin(ctx, x); err != nil {
			return nil, err
		}
		h.counted = h.start.Time
	}
	if err := h.belongs(m, x); err != nil {
		return nil, err
	}
	if redrive {
		if err := h.redrive(ctx, x); err != nil {
			return nil, err
		}
	}
	input, err := decode(h.start.Data)
	return &run{machine: m, x: x, input: input, started: h.start.Time, counted: h.counted, past: h.root}, err
}

func (x Execution) withDefaults() Execution {
	if x.Tasks == nil {
		x.Tasks = Functions{}
	}
	if x.Journal == nil {
		x.Journal = &MemoryJournal{}
	}
	if x.Clock == nil {
		x.Clock = wallClock{}
	}
	if len(x.Input) == 0 {
		x.Input = json.RawMessage("{}")
	}
	if x.home == "" {
		x.home = "local:000000000000"
	}
	return x
}

// lacks tells what the machine needs and the execution has not.
func (m *Machine) lacks(x Execution) error {
	for s := range m.flow.all {
		t, _ := s.work.(*task)
		switch {
		case t == nil:
		case t.kind == awaited && x.Answers == nil:
			return fmt.Errorf("state %q waits for an answer, and there are no Answers", s.name)
		case t.kind == started && x.Start == nil:
			return fmt.Errorf("state %q starts an execution, and there is no Start", s.name)
		}
	}
	return nil
}

// Begin makes the journal that of a new execution and runs nothing: whoever was
// promised that an execution is started can rely on it, and Run goes on with it. It
// returns ErrExecutionExists for a journal that has entries.
func (m *Machine) Begin(ctx context.Context, x Execution) error {
	x = x.withDefaults()
	for _, err := range x.Journal.Entries(ctx) {
		if err == nil {
			err = ErrExecutionExists
		}
		return err
	}
	_, err := m.begin(ctx, x)
	return err
}

// begin writes the first entry of a journal.
func (m *Machine) begin(ctx context.Context, x Execution) (*Entry, error) {
	input, err := decode(x.Input)
	if err != nil {
		return nil, fmt.Errorf("read the input: %w", err)
	}
	data := encode(input)
	if len(data) > payloadLimit {
		return nil, fmt.Errorf("the input has %d bytes, the limit is %d", len(data), payloadLimit)
	}
	e := Entry{Kind: entryStart, Execution: x.Name, Definition: m.digest, Data: data, Time: x.Clock.Now()}
	return &e, x.Journal.Append(ctx, e)
}

// finish runs to the end and records a failure. What is over already is told again.
func (r *run) finish(ctx context.Context) (json.RawMessage, error) {
	if r.past.failure != nil {
		return nil, r.past.failure
	}
	running, cancel := r.limit(ctx)
	defer cancel()
	t := &thread{run: r, flow: r.machine.flow, past: r.past, execution: r.context()}
	output, err := t.walk(running, r.input)
	if err == nil {
		return encode(output), nil
	}
	f, ok := err.(*Failure)
	if context.Cause(running) == errExecutionTimeout {
		f, ok = failure(errTimeout, "%v", errExecutionTimeout), true
	}
	if !ok {
		return nil, err
	}
	if err := r.record(ctx, failed("", f)); err != nil {
		return nil, err
	}
	return nil, f
}

// limit ends the context when the machine's TimeoutSeconds are over.
func (r *run) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.machine.timeout == 0 {
		return context.WithCancel(ctx)
	}
	left := r.machine.timeout - r.x.Clock.Now().Sub(r.counted)
	return context.WithTimeoutCause(ctx, left, errExecutionTimeout)
}

// record writes an entry also when ctx has just ended: what was done must not be
// forgotten.
func (r *run) record(ctx context.Context, e Entry) error {
	e.Time = r.x.Clock.Now()
	if err := r.x.Journal.Append(context.WithoutCancel(ctx), e); err != nil {
		return fmt.Errorf("record %s of %q: %w", e.Kind, e.Path, err)
	}
	return nil
}
