package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
)

// relay does some of the work and starts an execution that does the rest.
const relay = `{"StartAt":"Work","States":{
	"Work":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","ResultPath":"$.left","Next":"Done"},
	"Done":{"Type":"Choice","Choices":[{"Variable":"$.left","NumericEquals":0,"Next":"All"}],"Default":"GoOn"},
	"GoOn":{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","ResultPath":null,
		"Parameters":{"StateMachineArn.$":"$$.StateMachine.Id","Name.$":"States.Format('{}+', $$.Execution.Name)","Input":{"left.$":"$.left"}},
		"Retry":[{"ErrorEquals":["StepFunctions.ExecutionAlreadyExistsException"],"MaxAttempts":0},{"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1}],
		"Catch":[{"ErrorEquals":["StepFunctions.ExecutionAlreadyExistsException"],"ResultPath":null,"Next":"Continued"}],
		"Next":"Continued"},
	"Continued":{"Type":"Succeed"},
	"All":{"Type":"Succeed"}}}`

// A stage holds the executions of a machine that starts itself.
type stage struct {
	m        *Machine
	journals map[string]*MemoryJournal
	left     int
	broken   bool // the function
	started  []Started
}

func (s *stage) execution(name string) Execution {
	if s.journals[name] == nil {
		s.journals[name] = &MemoryJournal{}
	}
	return Execution{Name: name, StateMachine: "relay", Journal: s.journals[name], Start: s.start, Tasks: Functions{
		"f": func(context.Context, json.RawMessage) (json.RawMessage, error) {
			if s.broken {
				return nil, &Failure{Name: "Broken"}
			}
			s.left--
			return fmt.Append(nil, s.left), nil
		}}}
}

func (s *stage) start(ctx context.Context, what Started) error {
	s.started = append(s.started, what)
	x := s.execution(what.Name)
	x.Input = what.Input
	return s.m.Begin(ctx, x)
}

// TestAnExecutionGoesOnAsAnother: what it starts has its name and its input, and
// is there although nobody has run it.
func TestAnExecutionGoesOnAsAnother(t *testing.T) {
	s := &stage{m: mustParse(t, relay), journals: map[string]*MemoryJournal{}, left: 3}
	for _, name := range []string{"e", "e+", "e++"} {
		if _, err := s.m.Run(t.Context(), s.execution(name)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if len(s.journals) != 3 || s.left != 0 {
		t.Errorf("%d executions, %d left; want 3 and none", len(s.journals), s.left)
	}
	if first := s.started[0]; first.Name != "e+" || string(first.Input) != `{"left":2}` || !strings.HasSuffix(first.StateMachine, ":stateMachine:relay") {
		t.Errorf("started %+v", first)
	}
}

// TestWhatExistsIsNotStartedTwice: a run that was killed between the start and its
// own end finds the other, and ends well.
func TestWhatExistsIsNotStartedTwice(t *testing.T) {
	s := &stage{m: mustParse(t, relay), journals: map[string]*MemoryJournal{}, left: 5}
	x := s.execution("e")
	x.Journal = &mortalJournal{MemoryJournal: s.journals["e"], left: 4} // dies before the exit of GoOn is durable
	if _, err := s.m.Run(t.Context(), x); !errors.Is(err, errKilled) {
		t.Fatalf("error %v, want the kill", err)
	}
	if _, err := s.m.Run(t.Context(), s.execution("e")); err != nil {
		t.Fatal(err)
	}
	if names := len(s.journals); names != 2 {
		t.Errorf("%d executions, want 2", names)
	}
}

// TestTheRestIsRedrivenByItself: an execution that failed after the one before it
// had handed on is redriven; the first stays what it was.
func TestTheRestIsRedrivenByItself(t *testing.T) {
	s := &stage{m: mustParse(t, relay), journals: map[string]*MemoryJournal{}, left: 2}
	if _, err := s.m.Run(t.Context(), s.execution("e")); err != nil {
		t.Fatal(err)
	}
	s.broken = true
	_, err := s.m.Run(t.Context(), s.execution("e+"))
	wantFailure(t, err, "Broken")
	s.broken = false
	if _, err := s.m.Redrive(t.Context(), s.execution("e+")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.m.Redrive(t.Context(), s.execution("e")); !errors.Is(err, ErrNotFailed) {
		t.Errorf("redrive of the first: %v", err)
	}
}

// TestAStartThatFailsIsAFailureOfItsTask: Retry sees it, and so does the end.
func TestAStartThatFailsIsAFailureOfItsTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := map[string]int{}
		s := &stage{m: mustParse(t, relay), journals: map[string]*MemoryJournal{}, left: 2}
		x := s.execution("e")
		x.Start = func(_ context.Context, what Started) error {
			calls[what.Name]++
			return errors.New("no room")
		}
		_, err := s.m.Run(t.Context(), x)
		wantFailure(t, err, "States.TaskFailed")
		if want := map[string]int{"e+": 2}; !maps.Equal(calls, want) {
			t.Errorf("calls %v, want %v", calls, want)
		}
		x.Start = nil
		if _, err := s.m.Run(t.Context(), x); err == nil {
			t.Error("a machine that starts executions ran without Start")
		}
	})
}
