package scale_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/scale"
	"github.com/safeconduct/safeconduct/internal/workflow"
	"github.com/safeconduct/safeconduct/statemachine"
)

// A world stands in for the functions: the flow sees what they would answer for
// an account of so many segments of each kind, and none of the work is done.
type world struct {
	segments map[helpdesk.Kind]int
	loops    int // that extract needs for tickets

	mu      sync.Mutex
	entered map[string]int // states, by name
	runs    int            // Map runs that were started
	parent  int            // events of the parent's history
	child   map[string]int // events of each child's history
	largest int            // bytes of the largest data of a state
	parts   []string
}

func (w *world) all() (n int) {
	for _, s := range w.segments {
		n += s
	}
	return n
}

func (w *world) Invoke(_ context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
	var in struct {
		Kind             helpdesk.Kind
		List             bool
		Census, Erasures bool
		Loops            int
	}
	if err := json.Unmarshal(input, &in); err != nil {
		return nil, err
	}
	function := resource[strings.LastIndexByte(resource, ':')+1:]
	switch {
	case function == "Extract" && in.List:
		return answer(map[string]any{"manifest": "raw", "segments": w.all(), "records": w.all() * 100, "complete": true})
	case function == "Extract":
		done := in.Kind != helpdesk.KindTicket || in.Loops+1 >= w.loops
		return answer(migration.ExtractOutput{Kind: in.Kind, Done: done, Loops: in.Loops + 1, Records: 2_800_000})
	case function == "Anonymize" && in.List:
		return answer(w.clean())
	case function == "Anonymize" && in.Erasures:
		return answer(migration.ErasuresOutput{Done: true, Loops: in.Loops + 1})
	case function == "Verify" && in.Census:
		return answer(migration.CensusResult{Counted: true, Kinds: make([]migration.KindCensus, len(helpdesk.Kinds())), Read: w.all() * 100})
	}
	return answer(w.other(function))
}

func (w *world) other(function string) any {
	switch function {
	case "Plan":
		return map[string]any{"kinds": helpdesk.Kinds(), "workers": 16, "concurrency": 16, "results": strings.Repeat("r", 200),
			"plan_hash": strings.Repeat("h", 64), "approval": false, "recall": false, "next_part": strings.Repeat("n", 80)}
	case "Api":
		return migration.GateOutput{Passed: true, Records: w.all() * 100}
	case "Load":
		return migration.LoadOutput{Segment: "ticket-100000", Done: true, Created: 100, Records: 100}
	case "Verify":
		return migration.VerifyOutput{Segment: "ticket-100000", Done: true, Records: 100}
	}
	return map[string]any{"outcome": "finished"}
}

func (w *world) clean() migration.CleanList {
	list := migration.CleanList{Phases: []migration.PhaseList{}, Manifest: "clean", Segments: w.all(), Records: w.all() * 100}
	for _, phase := range helpdesk.Phases() {
		if phase == helpdesk.PhaseRelations || phase == helpdesk.PhaseAccounts {
			continue // nothing is linked, and nobody suspended
		}
		if n := w.segments[phase.Kind()]; n > 0 {
			list.Phases = append(list.Phases, migration.PhaseList{Name: phase, Manifest: "phase/" + string(phase.Kind()), Segments: n, Records: n * 100})
		}
	}
	list.PhaseCount = len(list.Phases)
	return list
}

func answer(v any) (json.RawMessage, error) { return json.Marshal(v) }

// Get gives the lines of a manifest.
func (w *world) Get(_ context.Context, _, key string) (io.ReadCloser, error) {
	var lines bytes.Buffer
	for _, k := range helpdesk.Kinds() {
		if only, ok := strings.CutPrefix(key, "phase/"); ok && only != string(k) {
			continue
		}
		for i := range w.segments[k] {
			line, _ := json.Marshal(ledger.Segment{Side: "clean", Kind: k, Seq: i + 1, Records: 100, Bytes: 123_456, SHA256: strings.Repeat("a", 64),
				Object: fmt.Sprintf("runs/%s/%s/r0001/clean/%s-%06d-abcdefabcdef", strings.Repeat("t", 63), strings.Repeat("m", 63), k, i+1)})
			lines.Write(append(line, '\n'))
		}
	}
	return io.NopCloser(&lines), nil
}

func (*world) List(context.Context, string, string) ([]workflow.Object, error) { return nil, nil }

func (*world) Put(context.Context, string, string, []byte) error { return nil }

// observe counts events as a history would hold them.
func (w *world) observe(e workflow.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Type == workflow.EventMapProgress {
		return
	}
	if strings.HasSuffix(e.Type, "StateEntered") {
		w.entered[e.State]++
	}
	n := 1
	if e.Type == "TaskStateEntered" {
		n += 3 // LambdaFunctionScheduled, Started, Succeeded, which the interpreter does not tell
	}
	if e.Child { // a Map state may be entered again: it is another Map run
		w.child[fmt.Sprint(w.runs, item.FindString(e.Path))] += n
		return
	}
	if e.Type == "MapRunStarted" {
		w.runs++
	}
	w.parent += n
}

var item = regexp.MustCompile(`^[^/]*\[\d+\]`)

// A sizes is a journal that keeps nothing but the size of the largest entry.
type sizes struct{ w *world }

func (s sizes) Append(_ context.Context, e workflow.Entry) error {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.largest = max(s.w.largest, len(e.Data))
	return nil
}

func (sizes) Entries(context.Context) iter.Seq2[workflow.Entry, error] {
	return func(func(workflow.Entry, error) bool) {}
}

// interpret runs the definition that AWS runs.
func interpret(t *testing.T, w *world) *world {
	t.Helper()
	w.entered, w.child = map[string]int{}, map[string]int{}
	text := regexp.MustCompile(`\$\{(\w+)FunctionArn\}`).ReplaceAll(statemachine.Migrate, []byte("arn:aws:lambda:us-east-1:000000000000:function:$1"))
	text = bytes.ReplaceAll(text, []byte("${StagingBucket}"), []byte("staging"))
	m, err := workflow.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	x := workflow.Execution{Name: "e", StateMachine: "migrate", Tasks: w, Objects: w, Journal: sizes{w}, Observe: w.observe,
		Input:   json.RawMessage(`{"run":{"tenant":"t","migration":"m","id":"r0001","mode":"full"},"plan_hash":"h"}`),
		Start:   func(_ context.Context, s workflow.Started) error { w.parts = append(w.parts, s.Name); return nil },
		Answers: noAnswers{}}
	if _, err := m.Run(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	return w
}

type noAnswers struct{}

func (noAnswers) Answer(context.Context, string) (workflow.Answer, bool, error) {
	return workflow.Answer{}, false, nil
}

func (w *world) transitions() (n int) {
	for _, times := range w.entered {
		n += times
	}
	return n + len(w.child) // each child counts one more for its start
}

func (w *world) longestChild() (events int) {
	for _, n := range w.child {
		events = max(events, n)
	}
	return events
}

func TestTheModelOfCostCountsTheTransitionsThatTheDefinitionMakes(t *testing.T) {
	for _, tickets := range []int{50, 1000, 20_000} {
		w := interpret(t, &world{loops: 1, segments: map[helpdesk.Kind]int{helpdesk.KindGroup: 1, helpdesk.KindOrganization: 1,
			helpdesk.KindPerson: 2, helpdesk.KindTicket: (tickets + 99) / 100}})
		want := cost.Predict(cost.Workload{Tickets: tickets, People: 150, Groups: 5, Organizations: 20}).Of("states", "Transitions")
		if got := w.transitions(); int64(got) != want {
			t.Errorf("%d tickets: the definition makes %d transitions, the model counts %d", tickets, got, want)
		}
	}
}

func TestHistoriesDoNotGrowWithTheTickets(t *testing.T) {
	small := interpret(t, &world{loops: 1, segments: map[helpdesk.Kind]int{helpdesk.KindTicket: 10}})
	large := interpret(t, &world{loops: 1, segments: map[helpdesk.Kind]int{helpdesk.KindTicket: 3000}})
	if small.parent != large.parent || small.longestChild() != large.longestChild() {
		t.Errorf("10 segments have histories of %d and %d events, 3,000 of %d and %d", small.parent, small.longestChild(), large.parent, large.longestChild())
	}
	if large.largest != small.largest && large.largest > 32<<10 {
		t.Errorf("a state handed on %d bytes", large.largest)
	}
	t.Logf("parent %d events, child %d, largest data %d bytes", large.parent, large.longestChild(), large.largest)
}

func TestNoQuotaIsCrossedByTenMillionTickets(t *testing.T) {
	w := interpret(t, &world{loops: 200, segments: map[helpdesk.Kind]int{helpdesk.KindGroup: 1, helpdesk.KindOrganization: 250, helpdesk.KindPerson: 50, helpdesk.KindTicket: 100}})
	t.Logf("parent %d events with 200 loops, child %d, largest data %d bytes", w.parent, w.longestChild(), w.largest)
	for _, c := range []struct {
		quota scale.Quota
		got   float64
	}{
		{scale.History, float64(w.parent)}, {scale.History, float64(w.longestChild())}, {scale.Payload, float64(w.largest)},
	} {
		if c.got > c.quota.Limit {
			t.Errorf("%s: %v %s, the limit is %v", c.quota.Name, c.got, c.quota.Unit, c.quota.Limit)
		}
	}
}
