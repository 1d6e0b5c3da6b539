package embedded

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
)

// Progress says how far a step of the run has come, in records.
type Progress struct {
	Step  string // the function's name
	Done  int
	Total int // 0 if unknown
}

// A tracker adds up what the functions return. It sees names and counts, as the
// state machine does.
type tracker struct {
	mu     sync.Mutex
	report func(Progress)
	done   map[string]int
	total  map[string]int
}

func (r *Runtime) newTracker(ctx context.Context) *tracker {
	t := &tracker{report: r.Progress, done: map[string]int{}, total: map[string]int{}}
	if r.Progress == nil {
		t.report = func(Progress) {}
		return t
	}
	if source, err := r.Desks.Source(ctx, r.Plan); err == nil {
		if counter, ok := source.(connectors.Counter); ok {
			if counts, err := counter.Count(ctx); err == nil {
				for _, n := range counts {
					t.total["extract"] += n
				}
			}
		}
	}
	return t
}

// counts are the numbers that some function or other returns.
type counts struct {
	Records  int    `json:"records"`
	Broken   int    `json:"broken"`
	Passed   int    `json:"passed"`
	Segment  string `json:"segment"`
	Segments int    `json:"segments"`
	Manifest string `json:"manifest"`
	Done     bool   `json:"done"`
	Phases   []struct {
		Records int `json:"records"`
	} `json:"phases"`
}

func (t *tracker) each(name string, output json.RawMessage) {
	var c counts
	if json.Unmarshal(output, &c) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case name == "extract" && c.Manifest != "":
		t.total["anonymize"] = c.Records
		return
	case name == "anonymize" && c.Manifest != "":
		for _, p := range c.Phases {
			t.total["load"] += p.Records
		}
		t.total["verify"] = c.Records
		return
	case name == "extract":
		t.done[name] += c.Records + c.Broken
	case name == "anonymize" && c.Segment != "":
		t.done[name] += c.Passed
	case (name == "load" || name == "verify") && c.Done:
		t.done[name] += c.Records
	default:
		return
	}
	t.report(Progress{name, t.done[name], t.total[name]})
}
