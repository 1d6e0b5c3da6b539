package agreement

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/internal/workflow"
	"github.com/safeconduct/safeconduct/statemachine"
)

// functions are those that the definitions call.
var functions = []string{"api", "plan", "extract", "anonymize", "load", "verify", "commit", "report", "seal", "finish"}

// filled puts ARNs into a definition. What it starts beside itself is the machine.
func filled(t testing.TB, definition []byte, arn func(function string) string, bucket, machine string) []byte {
	t.Helper()
	values := map[string]string{"StagingBucket": bucket, "MigrateStateMachineArn": machine}
	for _, f := range functions {
		values[strings.ToUpper(f[:1])+f[1:]+"FunctionArn"] = arn(f)
	}
	for name := range values {
		if !strings.Contains(string(definition), "${"+name+"}") {
			delete(values, name)
		}
	}
	text, err := workflow.Substitute(definition, values)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// interpret runs a scenario in process, where no time passes.
func interpret(t *testing.T, name string, s scenario) (c course) {
	t.Helper()
	definition := filled(t, s.source(), func(f string) string { return "arn:aws:lambda:r:a:function:" + f }, "staging", "arn:aws:states:r:a:stateMachine:m")
	m, err := workflow.Parse(definition)
	if err != nil {
		t.Fatal(err)
	}
	stage := &stage{scenario: s, name: name, book: t.TempDir(), started: map[string]json.RawMessage{}}
	if s.exists {
		stage.started[nextPart(name)] = nil
	}
	input := s.input(name)
	for _, execution := range []string{name, nextPart(name)} {
		if execution != name {
			input = stage.started[execution]
		}
		if input != nil {
			synctest.Test(t, func(t *testing.T) { c.executions = append(c.executions, stage.run(t, m, execution, input)) })
		}
	}
	lines, err := ReadBook(stage.book, name)
	if err != nil {
		t.Fatal(err)
	}
	c.calls = callsOf(lines)
	return c
}

// A stage is the world of a scenario in process.
type stage struct {
	scenario
	name, book string
	decided    bool // the execution has waited
	started    map[string]json.RawMessage
}

func (s *stage) run(t *testing.T, m *workflow.Machine, name string, input json.RawMessage) (e execution) {
	journal := &workflow.MemoryJournal{}
	var watch watch
	x := workflow.Execution{Name: name, StateMachine: "m", Input: input, Journal: journal, Tasks: s.tasks(), Answers: s,
		Objects: objects(manifests(s.name)), Start: s.start, Observe: watch.see}
	output, err := m.Run(t.Context(), x)
	for waits := (*workflow.Waiting)(nil); errors.As(err, &waits); output, err = m.Run(t.Context(), x) {
		s.decided = true
		if s.decision == "" {
			time.Sleep(time.Until(waits.Until))
		}
		watch.again = true // a state that waited is entered again by those who go on
	}
	e = execution{status: "SUCCEEDED", output: canonical(output), entered: watch.entered, within: watch.within, items: watch.items}
	var f *workflow.Failure
	if errors.As(err, &f) {
		e.status, e.err = "FAILED", f.Name
	} else if err != nil {
		t.Fatal(err)
	}
	for entry, err := range journal.Entries(t.Context()) {
		if len(entry.Data) > 32<<10 || err != nil {
			t.Errorf("%s passes on %d bytes, more than 32 KiB (%v)", entry.Path, len(entry.Data), err)
		}
	}
	return e
}

func (s *stage) tasks() workflow.Functions {
	teller := Teller{Scripts: map[string]Script{s.name: s.lines(s.name)}, Book: s.book}
	var mu sync.Mutex
	fs := workflow.Functions{}
	for _, f := range functions {
		fs[f] = func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
			mu.Lock()
			defer mu.Unlock()
			result, err := teller.Tell(ctx, f, payload)
			var told *Told
			if errors.As(err, &told) {
				err = &workflow.Failure{Name: told.Name, Cause: "as the script says"}
			}
			return result, err
		}
	}
	return fs
}

func (s *stage) start(_ context.Context, what workflow.Started) error {
	if _, exists := s.started[what.Name]; exists {
		return workflow.ErrExecutionExists
	}
	s.started[what.Name] = what.Input
	return nil
}

// Answer gives the decision of the scenario once the execution has waited for it.
func (s *stage) Answer(context.Context, string) (workflow.Answer, bool, error) {
	if s.decision == "rejected" {
		return workflow.Answer{Failure: &workflow.Failure{Name: "ApprovalRefused"}}, s.decided, nil
	}
	return workflow.Answer{Output: json.RawMessage("{}")}, s.decided && s.decision != "", nil
}

// A watch notes the states that an execution enters.
type watch struct {
	mu              sync.Mutex
	entered, within []string
	items           int
	again           bool // the next state was entered before
}

func (w *watch) see(e workflow.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case e.Type == workflow.EventMapProgress:
		w.items++
	case !strings.HasSuffix(e.Type, "StateEntered"):
	case w.again:
		w.again = false
	case strings.Contains(e.Path, "/"):
		w.within = append(w.within, e.State)
	default:
		w.entered = append(w.entered, e.State)
	}
}

// objects is a bucket in memory.
type objects map[string]string

func (o objects) Get(_ context.Context, _, key string) (io.ReadCloser, error) {
	text, ok := o[key]
	if !ok {
		return nil, errors.New("there is no such object")
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (o objects) Put(context.Context, string, string, []byte) error { return nil }

func (o objects) List(context.Context, string, string) ([]workflow.Object, error) { return nil, nil }

// canonical writes JSON in one way.
func canonical(text []byte) string {
	var value any
	if len(text) == 0 || json.Unmarshal(text, &value) != nil {
		return string(text)
	}
	text, _ = json.Marshal(value) // it was JSON
	return string(text)
}

// TestScenariosEndAsTheySay: also those that are not compared with the emulator.
func TestScenariosEndAsTheySay(t *testing.T) {
	entered := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(scenarios)) {
		s := scenarios[name]
		t.Run(name, func(t *testing.T) {
			c := interpret(t, name, s)
			last := c.executions[len(c.executions)-1]
			if last.status != s.status || last.err != s.err || len(c.executions) != max(1, s.parts) {
				t.Errorf("%d executions, the last one\n%s\nwant %d that end %s %s", len(c.executions), last, max(1, s.parts), s.status, s.err)
			}
			here := map[string]bool{}
			for _, e := range c.executions {
				for _, state := range slices.Concat(e.entered, e.within) {
					here[state], entered[state] = true, true
				}
			}
			for _, state := range strings.Fields(s.visits) {
				if !here[state] {
					t.Errorf("%s was not entered:\n%s", state, c.executions)
				}
			}
		})
	}
	for _, definition := range [][]byte{statemachine.Migrate, statemachine.Maintain} {
		for _, state := range statesOf(t, definition) {
			if !entered[state] {
				t.Errorf("no scenario enters %s", state)
			}
		}
	}
}

// statesOf lists all states of a definition.
func statesOf(t *testing.T, definition []byte) (names []string) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		object, _ := v.(map[string]any)
		for key, inner := range object {
			if states, ok := inner.(map[string]any); ok && key == "States" {
				names = slices.AppendSeq(names, maps.Keys(states))
			}
			walk(inner)
		}
	}
	var value any
	if err := json.Unmarshal(definition, &value); err != nil {
		t.Fatal(err)
	}
	walk(value)
	return names
}
