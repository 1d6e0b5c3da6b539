package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A world is what survives when a process dies: the journal, and what tasks did.
type world struct {
	mu       sync.Mutex
	journal  *MemoryJournal
	calls    map[string]int  // of each task, by path and input
	done     map[string]bool // tasks whose exit and items whose failure is in the journal, by path
	repeated []string
}

func newWorld() *world {
	return &world{journal: &MemoryJournal{}, calls: map[string]int{}, done: map[string]bool{}}
}

// wrote keeps the book of tasks whose exit is durable. When a state is tried
// again, what happened inside it may happen again.
func (w *world) wrote(e Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Kind == entryExit || e.Kind == entryFail {
		w.done[e.Path] = true
	}
	if e.Kind == entryRetry {
		for path := range w.done {
			if strings.HasPrefix(path, e.Path+"[") {
				delete(w.done, path)
			}
		}
	}
}

func (w *world) invoke(dead func() bool) tasksFunc {
	return func(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
		path := PathOf(ctx)
		if dead() {
			return nil, errKilled // a dead process calls nobody
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for done := range w.done {
			if path == done || strings.HasPrefix(path, done+"/") {
				w.repeated = append(w.repeated, path)
			}
		}
		w.calls[path]++
		switch name := functionName(resource); {
		case strings.HasPrefix(name, "Doomed"):
			return nil, &Failure{Name: "Dead", Cause: "for good"}
		case strings.HasPrefix(name, "Hopeless"):
			return nil, &Failure{Name: "Busy", Cause: "always"}
		case strings.HasPrefix(name, "Flaky") && w.calls[path] < 3:
			return nil, &Failure{Name: "Busy", Cause: "at first"}
		}
		return json.Marshal(map[string]any{"did": path})
	}
}

// live runs the execution in a process that dies after some appends.
func (w *world) live(t *testing.T, m *Machine, appends int, after bool) (json.RawMessage, error) {
	j := &mortalJournal{MemoryJournal: w.journal, left: appends, after: after, onEach: w.wrote}
	return m.Run(t.Context(), Execution{
		Name: "e", Input: json.RawMessage(`{"items":[1,2,3]}`), Journal: j, Tasks: w.invoke(j.dead),
	})
}

// TestAKilledRunGoesOn kills executions at any entry of their journal, again and
// again: the output is that of one which nobody killed, and no task whose exit was
// in the journal runs again.
func TestAKilledRunGoesOn(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		definition := encode((&generator{t: rt}).flow(2, false))
		m, err := Parse(definition)
		if err != nil {
			rt.Fatal(err)
		}
		deaths := rapid.SliceOfN(rapid.IntRange(2, 12), 40, 40).Draw(rt, "appends in each life")
		after := rapid.Bool().Draw(rt, "the last entry is durable")
		synctest.Test(t, func(t *testing.T) {
			want, err := newWorld().live(t, m, math.MaxInt, false)
			if failure := (*Failure)(nil); errors.As(err, &failure) && failure.Name == errDataLimit {
				return // branches in branches multiplied what they were given
			}
			if err != nil {
				rt.Fatalf("undisturbed: %v", err)
			}
			got, repeated := killed(t, m, deaths, after)
			if withoutIDs(got) != withoutIDs(want) {
				rt.Errorf("killed: %s\nundisturbed: %s\n%s", got, want, definition)
			}
			if len(repeated) > 0 {
				rt.Errorf("ran again: %v\n%s", repeated, definition)
			}
		})
	})
}

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// withoutIDs leaves out what differs from run to run: the ids of Map Runs.
func withoutIDs(output json.RawMessage) string { return anyUUID.ReplaceAllString(string(output), "id") }

func killed(t *testing.T, m *Machine, deaths []int, after bool) (output json.RawMessage, repeated []string) {
	w := newWorld()
	for _, appends := range deaths {
		output, err := w.live(t, m, appends, after)
		if err == nil {
			return output, w.repeated
		}
		if !errors.Is(err, errKilled) {
			t.Fatalf("after a kill: %v", err)
		}
	}
	output, err := w.live(t, m, math.MaxInt, false)
	if err != nil {
		t.Fatalf("the last life: %v", err)
	}
	return output, w.repeated
}

// TestEveryKillPoint does the same at every single entry of one machine.
func TestEveryKillPoint(t *testing.T) {
	m := mustParse(t, `{"StartAt":"Plan","States":{
		"Plan":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Flaky","ResultPath":null,"Next":"Fan","Retry":[{"ErrorEquals":["Busy"]}]},
		"Fan":{"Type":"Map","ItemsPath":"$.items","ToleratedFailureCount":1,"Next":"Pause","ResultPath":"$.loaded",
			"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Load","States":{
				"Load":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Steady","Next":"Verify"},
				"Verify":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Steady","End":true}}}},
		"Pause":{"Type":"Wait","Seconds":60,"Next":"Both"},
		"Both":{"Type":"Parallel","End":true,"Branches":[
			{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Steady","End":true}}},
			{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Flaky","End":true,"Retry":[{"ErrorEquals":["Busy"]}]}}}]}}}`)
	var want json.RawMessage
	synctest.Test(t, func(t *testing.T) {
		var err error
		if want, err = newWorld().live(t, m, math.MaxInt, false); err != nil {
			t.Fatal(err)
		}
	})
	for appends := 1; appends < 25; appends++ {
		for _, after := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				got, repeated := killed(t, m, []int{appends}, after)
				if string(got) != string(want) || len(repeated) > 0 {
					t.Errorf("killed at entry %d (durable: %v): %s, again %v", appends, after, got, repeated)
				}
			})
		}
	}
}

// TestAWaitKeepsItsEnd: a process that comes back late waits for the rest only,
// and a retry that was due waits no more.
func TestAWaitKeepsItsEnd(t *testing.T) {
	m := mustParse(t, `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}`)
	synctest.Test(t, func(t *testing.T) {
		x := Execution{Name: "e", Journal: &MemoryJournal{}}
		ctx, cancel := context.WithTimeout(t.Context(), 40*time.Minute)
		defer cancel()
		if _, err := m.Run(ctx, x); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("interrupted: %v", err)
		}
		begun := time.Now()
		if _, err := m.Run(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begun); waited != 20*time.Minute {
			t.Errorf("waited %v more, want 20m", waited)
		}
	})
}

// TestRetriesAreCountedAcrossACrash: attempts made before a crash count.
func TestRetriesAreCountedAcrossACrash(t *testing.T) {
	m := mustParse(t, `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true,
		"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":100,"MaxAttempts":3,"BackoffRate":1}]}}}`)
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		x := Execution{Name: "e", Journal: &MemoryJournal{}, Tasks: Functions{"f": func(context.Context, json.RawMessage) (json.RawMessage, error) {
			calls++
			return nil, &Failure{Name: "Busy"}
		}}}
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second) // in the second delay
		defer cancel()
		if _, err := m.Run(ctx, x); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("interrupted: %v", err)
		}
		_, err := m.Run(t.Context(), x)
		wantFailure(t, err, "Busy")
		if calls != 4 || time.Since(begun) != 300*time.Second {
			t.Errorf("%d calls in %v, want 4 in 300s", calls, time.Since(begun))
		}
	})
}

// TestARetryStartsBranchesAnew, whether or not a crash came between: what the
// branches did in the attempt before does not count.
func TestARetryStartsBranchesAnew(t *testing.T) {
	m := mustParse(t, `{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":5}],"Branches":[
		{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Steady","End":true}}},
		{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":1,"Next":"C"},
			"C":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:Flaky","End":true}}}]}}}`)
	for appends := 2; appends < 13; appends++ {
		for _, after := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				_, first := w.live(t, m, appends, after)
				if _, err := w.live(t, m, math.MaxInt, false); err != nil {
					t.Fatal(err)
				}
				retries := 0
				for _, e := range w.journal.entries {
					if e.Kind == entryRetry {
						retries++
					}
				}
				// Once for each attempt, and once more if it was cut short.
				if n := w.calls["P[0]/A"]; n < retries+1 || n > retries+2 || len(w.repeated) > 0 {
					t.Errorf("killed at entry %d (%v): A ran %d times in %d attempts, again %v", appends, first, n, retries+1, w.repeated)
				}
			})
		}
	}
}

// TestFinishedItemsAreNotStartedAgain by an execution that goes on.
func TestFinishedItemsAreNotStartedAgain(t *testing.T) {
	m := mustParse(t, `{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"MaxConcurrency":1,"ItemProcessor":{"StartAt":"One","States":{
		"One":{"Type":"Pass","End":true}}}}}}`)
	memory := &MemoryJournal{}
	x := Execution{Name: "e", Input: json.RawMessage(`[0,1,2]`), Journal: &mortalJournal{MemoryJournal: memory, left: 3, after: true}}
	if _, err := m.Run(t.Context(), x); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	var seen events
	x.Journal, x.Observe = memory, seen.observe
	output, err := m.Run(t.Context(), x)
	if err != nil || seen.count("MapIterationStarted") != 1 {
		t.Errorf("%d items were started again (%v), want the last one", seen.count("MapIterationStarted"), err)
	}
	wantJSON(t, output, `[0,1,2]`)
}

// TestAnExecutionThatIsOverIsNotRunAgain: its recorded end is told.
func TestAnExecutionThatIsOverIsNotRunAgain(t *testing.T) {
	m := mustParse(t, `{"StartAt":"C","States":{
		"C":{"Type":"Choice","Choices":[{"Variable":"$.fail","BooleanEquals":true,"Next":"F"}],"Default":"S"},
		"F":{"Type":"Fail","Error":"Broken","Cause":"ticket t-1"},"S":{"Type":"Succeed"}}}`)
	for _, input := range []string{`{"fail":true}`, `{"fail":false}`} {
		x := Execution{Name: "e", Journal: &MemoryJournal{}, Input: json.RawMessage(input)}
		first, errFirst := m.Run(t.Context(), x)
		entries := len(x.Journal.(*MemoryJournal).entries)
		again, errAgain := m.Run(t.Context(), x)
		if string(first) != string(again) || fmt.Sprint(errFirst) != fmt.Sprint(errAgain) {
			t.Errorf("first %s %v, again %s %v", first, errFirst, again, errAgain)
		}
		if n := len(x.Journal.(*MemoryJournal).entries); n != entries {
			t.Errorf("%d entries were written for an execution that is over", n-entries)
		}
	}
}

// TestAJournalBelongsToOneExecution: another name, input or definition is refused.
func TestAJournalBelongsToOneExecution(t *testing.T) {
	m := mustParse(t, `{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}`)
	changed := mustParse(t, `{"StartAt":"S","States":{"S":{"Type":"Pass","End":true}}}`)
	x := Execution{Name: "e", Journal: &MemoryJournal{}, Input: json.RawMessage(`{"a":1}`)}
	if _, err := m.Run(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	renamed, fed := x, x
	renamed.Name = "f"
	fed.Input = json.RawMessage(`{"a":2}`)
	for _, c := range []struct {
		m *Machine
		x Execution
	}{{m, renamed}, {m, fed}, {changed, x}} {
		if _, err := c.m.Run(t.Context(), c.x); !errors.Is(err, ErrOtherExecution) {
			t.Errorf("%v, want ErrOtherExecution", err)
		}
	}
	unfed := x
	unfed.Input = nil
	if _, err := m.Run(t.Context(), unfed); err != nil {
		t.Errorf("without an input: %v", err)
	}
}
