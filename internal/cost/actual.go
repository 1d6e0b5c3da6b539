package cost

import (
	"strings"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A Taken is what a run took, added up.
type Taken struct {
	Records  map[string]int64 `json:"records"`  // by step: what it was billed for
	Bytes    map[string]int64 `json:"bytes"`    // by step
	Requests int64            `json:"requests"` // to help desks
	Calls    Calls            `json:"calls"`    // of AWS; none on one machine
}

// Deployed reports whether the run ran at AWS.
func (t Taken) Deployed() bool { return len(t.Calls) > 0 }

// Sum adds up what a run took.
func Sum(used []ledger.Usage) Taken {
	t := Taken{Records: map[string]int64{}, Bytes: map[string]int64{}}
	counted := Calls{}
	for _, u := range used {
		t.Records[u.Step] += u.Records
		t.Bytes[u.Step] += u.Bytes
		counted = counted.Plus(u.Calls)
	}
	t.Requests = counted.Of("desk", "Request")
	for name := range counted {
		if service, _, _ := strings.Cut(name, "."); service != "desk" && service != "internet" {
			t.Calls = actual(used, counted)
			break
		}
	}
	return t
}

// actual adds to what was counted what no invocation can count of itself: its own
// bill, the states around it, what it does after its row is written, and what a
// run does once.
func actual(used []ledger.Usage, counted Calls) Calls {
	m := &model{w: Workload{}.withDefaults(), t: tally{}}
	for _, u := range used {
		function, _, _ := strings.Cut(u.Step, "/")
		m.t.add("lambda.Invocations", 1)
		m.t.add("lambda.MegabyteMs", float64(u.Ms)*memory[function])
		m.t.add("logs.Bytes", logLine)
		m.t.add("xray.Traces", 1)
		m.t.add("states.Transitions", statesOf(function, u.Open))
		if !u.Open {
			m.logged(1)
		}
	}
	return counted.Plus(m.t.calls()).Plus(around())
}

// statesOf is how many states an invocation of a step goes through.
func statesOf(function string, open bool) float64 {
	switch {
	case function == "extract":
		return 0 // several segments share one; a run has a few
	case function == "anonymize":
		return ofPass
	case open:
		return ofLoad - 1 // the Wait before the next instead of start and end
	}
	return ofLoad
}

// around is what a run does whatever it moves.
func around() Calls { return Predict(Workload{Groups: -1, Organizations: -1, People: -1}) }
