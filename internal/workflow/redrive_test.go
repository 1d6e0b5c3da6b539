package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ledger counts the calls of tasks by path, and lets some fail until mended.
type ledger struct {
	mu     sync.Mutex
	calls  map[string]int
	broken map[string]bool // paths
}

func (l *ledger) Invoke(ctx context.Context, _ string, input json.RawMessage) (json.RawMessage, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.calls == nil {
		l.calls = map[string]int{}
	}
	path := PathOf(ctx)
	l.calls[path]++
	if l.broken[path] {
		return nil, &Failure{Name: "Broken", Cause: "state " + path}
	}
	return input, nil
}

func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, path := range slices.Sorted(maps.Keys(l.calls)) {
		all = append(all, fmt.Sprintf("%s:%d", path, l.calls[path]))
	}
	return strings.Join(all, " ")
}

const pipeline = `{"StartAt":"Extract","States":{
	"Extract":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","Next":"Load"},
	"Load":{"Type":"Map","ItemsPath":"$.items","Next":"Both","ResultPath":"$.loaded","MaxConcurrency":1,"ToleratedFailureCount":%d,
		"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Put","States":{
			"Put":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","Next":"Check"},
			"Check":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}}},
	"Both":{"Type":"Parallel","End":true,"Branches":[
		{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}},
		{"StartAt":"B1","States":{"B1":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","Next":"B2"},
			"B2":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true,
				"Retry":[{"ErrorEquals":["Broken"],"MaxAttempts":1}]}}}]}}}`

// TestRedrive goes on from what failed: what was done is not repeated, items that
// succeeded are not either, and an item goes on from its own state.
func TestRedrive(t *testing.T) {
	m := mustParse(t, fmt.Sprintf(pipeline, 1))
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{broken: map[string]bool{"Load[1]/Check": true, "Load[2]/Put": true}}
		x := Execution{Name: "e", Input: json.RawMessage(`{"items":[0,1,2]}`), Tasks: l, Journal: &MemoryJournal{}}
		_, err := m.Run(t.Context(), x)
		wantFailure(t, err, "States.ExceedToleratedFailureThreshold")
		_, err = m.Run(t.Context(), x) // over is over
		wantFailure(t, err, "States.ExceedToleratedFailureThreshold")

		l.broken = map[string]bool{"Both[1]/B2": true}
		for range 2 { // retries count from zero each time
			_, err = m.Redrive(t.Context(), x)
			wantFailure(t, err, "Broken")
		}

		l.broken = nil
		if _, err = m.Redrive(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		want := "Both[0]/A:1 Both[1]/B1:1 Both[1]/B2:5 Extract:1 " +
			"Load[0]/Check:1 Load[0]/Put:1 Load[1]/Check:2 Load[1]/Put:1 Load[2]/Check:1 Load[2]/Put:2"
		if l.String() != want {
			t.Errorf("calls\n%s, want\n%s", l, want)
		}
		if _, err := m.Redrive(t.Context(), x); !errors.Is(err, ErrNotFailed) {
			t.Errorf("redrive of what succeeded: %v", err)
		}
	})
}

// TestARedriveSurvivesACrash: after it, Run goes on and does not tell the old failure.
func TestARedriveSurvivesACrash(t *testing.T) {
	m := mustParse(t, `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}}`)
	l := &ledger{broken: map[string]bool{"A": true}}
	memory := &MemoryJournal{}
	x := Execution{Name: "e", Tasks: l, Journal: memory}
	_, err := m.Run(t.Context(), x)
	wantFailure(t, err, "Broken")
	x.Journal = &mortalJournal{MemoryJournal: memory, left: 1, after: true}
	if _, err := m.Redrive(t.Context(), x); !errors.Is(err, errKilled) {
		t.Fatalf("redrive: %v", err)
	}
	l.broken, x.Journal = nil, memory
	if _, err := m.Run(t.Context(), x); err != nil {
		t.Errorf("after the crash: %v", err)
	}
	if _, err := m.Redrive(t.Context(), Execution{Name: "new"}); !errors.Is(err, ErrNotFailed) {
		t.Errorf("redrive of what never ran: %v", err)
	}
}

// TestCancellingIsNoFailure: wherever an execution is, it stops promptly, nothing
// is recorded as failed, nothing is retried or caught, and it can go on.
func TestCancellingIsNoFailure(t *testing.T) {
	handlers := `"Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1000}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}]`
	const item = `"StartAt":"I","States":{"I":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}`
	stopsWith := map[string]Tasks{"error": slow(time.Hour), "failure": tasksFunc(
		func(ctx context.Context, _ string, _ json.RawMessage) (json.RawMessage, error) {
			if err := (wallClock{}).Sleep(ctx, time.Hour); err != nil {
				return nil, &Failure{Name: "Stopped", Cause: "as a function names every error"}
			}
			return json.RawMessage(`{}`), nil
		})}
	for name, state := range map[string]string{
		"task":        `"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f",` + handlers,
		"wait":        `"Type":"Wait","Seconds":3600`,
		"parallel":    `"Type":"Parallel","Branches":[{` + item + `}],` + handlers,
		"inline":      `"Type":"Map","ItemsPath":"$.items","ItemProcessor":{` + item + `},` + handlers,
		"distributed": `"Type":"Map","ItemsPath":"$.items","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},` + item + `},` + handlers,
	} {
		done := `,"Done":{"Type":"Succeed"}`
		m := mustParse(t, `{"StartAt":"S","States":{"S":{`+state+`,"Next":"Done"}`+done+`}}`)
		for how, tasks := range stopsWith {
			cancelled(t, name+", which stops with an "+how, m, tasks)
		}
	}
}

func cancelled(t *testing.T, name string, m *Machine, tasks Tasks) {
	synctest.Test(t, func(t *testing.T) {
		memory := &MemoryJournal{}
		x := Execution{Name: "e", Input: json.RawMessage(`{"items":[1,2,3]}`), Journal: memory, Tasks: tasks}
		ctx, cancel := context.WithCancel(t.Context())
		begun := time.Now()
		time.AfterFunc(time.Minute, cancel)
		if _, err := m.Run(ctx, x); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want it cancelled", name, err)
		}
		if d := time.Since(begun); d != time.Minute {
			t.Errorf("%s: stopped after %v, want 1m", name, d)
		}
		for _, e := range memory.entries {
			if e.Kind == entryFail || e.Kind == entryRetry || e.Kind == entryExit {
				t.Errorf("%s: the journal has %s of %q", name, e.Kind, e.Path)
			}
		}
		if _, err := m.Run(t.Context(), x); err != nil {
			t.Errorf("%s: going on: %v", name, err)
		}
	})
}

// TestARedriveHasTheWholeTimeAgain: TimeoutSeconds count from the redrive, as on AWS.
func TestARedriveHasTheWholeTimeAgain(t *testing.T) {
	m := mustParse(t, `{"TimeoutSeconds":100,"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}}`)
	synctest.Test(t, func(t *testing.T) {
		x := Execution{Name: "e", Journal: &MemoryJournal{}, Tasks: slow(time.Hour)}
		_, err := m.Run(t.Context(), x)
		wantFailure(t, err, "States.Timeout")
		x.Tasks = slow(90 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := m.Redrive(ctx, x); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("interrupted: %v", err)
		}
		if _, err := m.Run(t.Context(), x); err != nil {
			t.Errorf("100s after the redrive were not given: %v", err)
		}
	})
}

// TestWhatWasDoneIsRecordedThoughCancelled: a task that ends well while its
// execution is being stopped does not run again.
func TestWhatWasDoneIsRecordedThoughCancelled(t *testing.T) {
	m := mustParse(t, `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}}`)
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	journal := &mortalJournal{MemoryJournal: &MemoryJournal{}, left: 100}
	x := Execution{Name: "e", Journal: journal, Tasks: tasksFunc(func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
		calls++
		cancel()
		return json.RawMessage(`"done"`), nil
	})}
	_, _ = m.Run(ctx, x)
	output, err := m.Run(t.Context(), x)
	if err != nil || string(output) != `"done"` || calls != 1 {
		t.Errorf("%s %v after %d calls, want one", output, err, calls)
	}
}
