package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// agreedFloor is how many recorded executions agreed when it was last looked at.
// More may come with new features; fewer is a fault.
const agreedFloor = 482

// untrustworthy lists recordings that contradict themselves or others, each with
// the reason. None so far.
var untrustworthy = map[string]string{}

func TestRecordedExecutions(t *testing.T) {
	tally := newTally()
	for _, r := range recordings(t, "execution") {
		if reason, ok := untrustworthy[r.ID]; ok {
			t.Logf("left out: %s: %s", r.ID, reason)
			continue
		}
		machine, err := Parse(r.definition(), replayed...)
		if err != nil {
			tally.refuse(t, r, err)
			continue
		}
		for _, tasks := range r.tasks(t) {
			var o observed
			synctest.Test(t, func(t *testing.T) { o = r.run(t, machine, tasks) }) // waits cost no time there
			tally.compare(t, r, o)
		}
	}
	tally.report(t)
	if len(tally.agreed) < agreedFloor {
		t.Errorf("%d executions agree, want at least %d", len(tally.agreed), agreedFloor)
	}
}

// tasks are the ways to do the tasks of a recording: with their recorded
// outcomes, or with functions in process, or once each.
func (r *recording) tasks(t *testing.T) []Tasks {
	var ways []Tasks
	if len(r.Tasks) > 0 || len(r.Lambdas) == 0 {
		ways = append(ways, newReplay(t, r.Tasks))
	}
	if r.echoes() || len(r.Tasks) == 0 && len(r.Lambdas) > 0 {
		ways = append(ways, pythonFunctions{stubs(r.Lambdas)})
	}
	return ways
}

// An observed is what came of running a recording here.
type observed struct {
	status string
	output any
	err    string
	events []Event
}

func (r *recording) run(t *testing.T, machine *Machine, tasks Tasks) observed {
	t.Helper()
	var o observed
	objects := newObjects()
	for _, object := range r.S3 {
		objects.objects[object.Key] = []byte(object.Body)
	}
	output, err := machine.Run(t.Context(), Execution{
		Name:         "recorded",
		StateMachine: "statemachine-recorded",
		Input:        r.Input,
		Tasks:        tasks,
		Objects:      objects,
		Observe:      func(e Event) { o.events = append(o.events, e) },
		home:         "us-east-1:111111111111",
	})
	var f *Failure
	switch {
	case errors.As(err, &f):
		o.status, o.err = "FAILED", f.Name
	case err != nil:
		t.Fatalf("%s: %v", r.ID, err)
	default:
		o.status, o.output = "SUCCEEDED", mustDecode(t, output)
	}
	return o
}

// disagreement tells where an outcome differs from the recorded one; "" if nowhere.
func (r *recording) disagreement(t *testing.T, o observed) string {
	want := r.Expected
	switch {
	case o.status != want.Status:
		return fmt.Sprintf("status %s (error %q), AWS: %s", o.status, o.err, want.Status)
	case o.err != want.Error:
		return fmt.Sprintf("error %q, AWS: %q", o.err, want.Error)
	case want.Output != nil && !matches(mustDecode(t, want.Output), o.output):
		return fmt.Sprintf("output %s, AWS: %s", encode(o.output), want.Output)
	}
	return ""
}

// tally counts recordings by what came of them.
type tally struct {
	agreed     map[string]bool
	refused    map[string][]string // by feature
	withEvents map[string]bool
	sameEvents map[string]bool
}

func newTally() *tally {
	return &tally{agreed: map[string]bool{}, refused: map[string][]string{}, withEvents: map[string]bool{}, sameEvents: map[string]bool{}}
}

// refuse counts a definition that Parse did not take. AWS took it, so nothing
// about it may be called invalid.
func (y *tally) refuse(t *testing.T, r *recording, err error) {
	t.Helper()
	var i *Invalid
	if errors.As(err, &i) {
		t.Errorf("%s: AWS runs what is called invalid here: %v", r.ID, i)
	}
	var f *Refused
	if errors.As(err, &f) {
		t.Logf("refused: %s: %v", r.ID, f)
		y.refused[f.Feature] = append(y.refused[f.Feature], r.ID)
	}
}

func (y *tally) compare(t *testing.T, r *recording, o observed) {
	if diff := r.disagreement(t, o); diff != "" {
		t.Errorf("%s: %s", r.ID, diff)
		return
	}
	y.agreed[r.ID] = true
	if len(r.Expected.Events) == 0 {
		return
	}
	y.withEvents[r.ID] = true
	if diff := r.eventDifference(t, o.events); diff != "" {
		t.Logf("events differ: %s: %s", r.ID, diff)
		return
	}
	y.sameEvents[r.ID] = true
}

func (y *tally) report(t *testing.T) {
	n := 0
	for _, feature := range slices.Sorted(maps.Keys(y.refused)) {
		t.Logf("%3d refused: %s", len(y.refused[feature]), feature)
		n += len(y.refused[feature])
	}
	t.Logf("%d executions agree, %d refused; events agree in %d of %d", len(y.agreed), n, len(y.sameEvents), len(y.withEvents))
}

// eventDifference compares the history that AWS recorded with the events seen
// here: in order or, where things ran side by side, as a multiset.
func (r *recording) eventDifference(t *testing.T, events []Event) string {
	var got []any
	for _, e := range events {
		if !e.Child && e.Type != EventRetried && e.Type != EventCaught && e.Type != EventMapProgress {
			got = append(got, historyEvent(e))
		}
	}
	for i, recorded := range r.Expected.Events {
		want := mustDecode(t, recorded).(map[string]any)
		delete(want, "cause")
		delete(want, "assigned")
		at := 0
		if !r.EventsOrdered {
			at = slices.IndexFunc(got, func(g any) bool { return matches(want, g) })
		}
		if at < 0 || at >= len(got) || !matches(want, got[at]) {
			return fmt.Sprintf("event %d of AWS is not here: %s", i, recorded)
		}
		got = slices.Delete(got, at, at+1)
	}
	if len(got) > 0 {
		return fmt.Sprintf("%d events more than AWS: %s", len(got), encode(got[0]))
	}
	return ""
}

// historyEvent has the fields that the recordings keep of an event.
func historyEvent(e Event) map[string]any {
	h := map[string]any{"type": e.Type}
	switch {
	case strings.HasSuffix(e.Type, "StateEntered"):
		h["name"], h["input"] = e.State, e.data()
	case strings.HasSuffix(e.Type, "StateExited"):
		h["name"], h["output"] = e.State, e.data()
	case e.Type == "MapStateStarted":
		h["length"] = number(int64(e.Progress.Total))
	case strings.HasPrefix(e.Type, "MapIteration"):
		h["name"], h["index"] = e.State, number(int64(e.Index))
	case e.Error != "" && !strings.HasSuffix(e.Type, "StateFailed"):
		h["error"] = e.Error
	}
	return h
}

// TestRecordedStates runs single states that AWS was asked to test, wrapped in a
// machine of their own.
func TestRecordedStates(t *testing.T) {
	tally := newTally()
	skipped := 0
	for _, r := range recordings(t, "state") {
		machine, err := Parse(r.wrapped(t), replayed...)
		if err != nil {
			tally.refuse(t, r, err)
			continue
		}
		if reason := r.notAnExecution(t); reason != "" {
			t.Logf("skipped: %s: %s", r.ID, reason)
			skipped++
			continue
		}
		r.givenContext(t)
		var o observed
		synctest.Test(t, func(t *testing.T) { o = r.run(t, machine, r.mockTasks()) })
		tally.compare(t, r, o)
	}
	tally.report(t)
	t.Logf("%d skipped", skipped)
}

// notAnExecution is why a state test means nothing for an execution; "" if it does.
func (r *recording) notAnExecution(t *testing.T) string {
	var d struct {
		Type   string
		States map[string]struct{ Type string }
	}
	if err := json.Unmarshal(r.Definition, &d); err != nil {
		t.Fatal(err)
	}
	kind := d.Type
	if r.Options.StateName != "" {
		kind = d.States[r.Options.StateName].Type
	}
	switch {
	case kind == "Task" && r.Options.Mock == nil && r.Expected.Inspection.Result == nil:
		return "the outcome of its task is not recorded"
	case kind == "Map" && r.Options.Mock != nil && !strings.HasPrefix(r.Expected.Error, "States."):
		return "it gives the result of a Map state as a mock"
	case r.Options.Context != "" && !strings.Contains(r.Options.Context, `"Input"`):
		return "it gives a context object that no execution has"
	}
	return ""
}

// wrapped makes a machine of the state: a Pass state hands it its input, and
// states that it leads to are added.
func (r *recording) wrapped(t *testing.T) []byte {
	definition := mustDecode(t, r.Definition).(map[string]any)
	states, isMachine := definition["States"].(map[string]any)
	name := r.Options.StateName
	if !isMachine {
		name = "StateName"
		states = map[string]any{name: definition}
		definition = map[string]any{}
	}
	state := states[name].(map[string]any)
	only := map[string]any{name: state, "given": map[string]any{"Type": "Pass", "Result": mustDecode(t, r.Input), "Next": name}}
	if next, ok := state["Next"].(string); ok {
		only[next] = map[string]any{"Type": "Succeed"}
	}
	definition["StartAt"], definition["States"] = "given", only
	return encode(definition)
}

// givenContext takes the execution's input from the context object of the test.
func (r *recording) givenContext(t *testing.T) {
	r.Input = nil
	if r.Options.Context == "" {
		return
	}
	var c struct {
		Execution struct{ Input json.RawMessage }
	}
	if err := json.Unmarshal([]byte(r.Options.Context), &c); err != nil {
		t.Fatal(err)
	}
	r.Input = c.Execution.Input
}

func (r *recording) mockTasks() Tasks {
	mock := r.Options.Mock
	switch {
	case mock == nil:
		return anyTask{output: r.Expected.Inspection.Result}
	case mock.ErrorOutput != nil:
		return anyTask{err: &Failure{Name: mock.ErrorOutput.Error, Cause: mock.ErrorOutput.Cause}}
	}
	return anyTask{output: json.RawMessage(*mock.Result)}
}

// TestRecordedValidations: what AWS refuses is refused, what it accepts is not
// called invalid.
func TestRecordedValidations(t *testing.T) {
	refused, invalid := 0, 0
	for _, r := range recordings(t, "validation") {
		_, err := Parse(r.definition())
		var i *Invalid
		isInvalid := errors.As(err, &i)
		switch {
		case r.Expected.Status == "REJECTED" && err == nil:
			t.Errorf("%s: AWS refuses what is accepted here", r.ID)
		case r.Expected.Status == "ACCEPTED" && isInvalid:
			t.Errorf("%s: AWS accepts what is called invalid here: %v", r.ID, err)
		case isInvalid:
			invalid++
		case err != nil:
			refused++
			t.Logf("refused: %s: %v", r.ID, err)
		}
	}
	t.Logf("%d called invalid, %d not implemented", invalid, refused)
}
