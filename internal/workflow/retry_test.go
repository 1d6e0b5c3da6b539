package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// failing counts its calls and always fails alike.
func failing(name string, calls *[]time.Duration) Functions {
	begun := time.Now()
	return Functions{"f": func(context.Context, json.RawMessage) (json.RawMessage, error) {
		*calls = append(*calls, time.Since(begun))
		return nil, &Failure{Name: name}
	}}
}

func taskWith(fields string) string {
	return `{"StartAt":"T","States":{
		"T":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","Next":"Done",` + fields + `},"Done":{"Type":"Succeed"}}}`
}

// TestRetryDelays: intervals grow by the rate and stop at the longest delay.
func TestRetryDelays(t *testing.T) {
	for _, c := range []struct {
		retrier string
		at      []time.Duration // seconds of each call
	}{
		{`"ErrorEquals":["E"]`, []time.Duration{0, 1, 3, 7}},
		{`"ErrorEquals":["E"],"IntervalSeconds":2,"MaxAttempts":4,"BackoffRate":3,"MaxDelaySeconds":10`, []time.Duration{0, 2, 8, 18, 28}},
		{`"ErrorEquals":["E"],"BackoffRate":1.5,"MaxAttempts":1`, []time.Duration{0, 1}},
		{`"ErrorEquals":["E"],"MaxAttempts":0`, []time.Duration{0}},
		{`"ErrorEquals":["Other"]`, []time.Duration{0}},
		{`"ErrorEquals":["States.TaskFailed"],"MaxAttempts":1`, []time.Duration{0, 1}},
		{`"ErrorEquals":["States.ALL"],"MaxAttempts":1`, []time.Duration{0, 1}},
	} {
		m := mustParse(t, taskWith(`"Retry":[{`+c.retrier+`}]`))
		synctest.Test(t, func(t *testing.T) {
			var calls []time.Duration
			_, err := m.Run(t.Context(), Execution{Tasks: failing("E", &calls)})
			wantFailure(t, err, "E")
			want := make([]time.Duration, len(c.at))
			for i, s := range c.at {
				want[i] = s * time.Second
			}
			if fmt.Sprint(calls) != fmt.Sprint(want) {
				t.Errorf("%s: called at %v, want %v", c.retrier, calls, want)
			}
		})
	}
}

// TestJitterShortensTheDelay to anything from nothing to all of it.
func TestJitterShortensTheDelay(t *testing.T) {
	r := retrier{interval: time.Second, rate: 2, jitter: true}
	shortest, longest := time.Hour, time.Duration(0)
	for range 1000 {
		d := r.delay(3)
		shortest, longest = min(shortest, d), max(longest, d)
	}
	if shortest > 400*time.Millisecond || longest < 3600*time.Millisecond || longest > 4*time.Second {
		t.Errorf("delays from %v to %v, want them between 0 and 4s", shortest, longest)
	}
}

// TestALongBackoffDoesNotOverflow into a delay of no time.
func TestALongBackoffDoesNotOverflow(t *testing.T) {
	r := retrier{interval: time.Hour, rate: 10}
	if d := r.delay(500); d < 1000*time.Hour {
		t.Errorf("delay %v", d)
	}
}

// TestEachRetrierCountsForItself, and the first that covers an error decides.
func TestEachRetrierCountsForItself(t *testing.T) {
	m := mustParse(t, taskWith(`"Retry":[{"ErrorEquals":["A"],"MaxAttempts":1},{"ErrorEquals":["B"],"MaxAttempts":2},{"ErrorEquals":["States.ALL"],"MaxAttempts":5}]`))
	synctest.Test(t, func(t *testing.T) {
		errs := []string{"A", "B", "B", "A"} // the second A is one too many: States.ALL does not take over
		calls := 0
		_, err := m.Run(t.Context(), Execution{Tasks: tasksFunc(func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
			calls++
			return nil, &Failure{Name: errs[calls-1]}
		})})
		wantFailure(t, err, "A")
		if calls != 4 {
			t.Errorf("%d calls, want 4", calls)
		}
	})
}

// TestWhatIsCaught by which name, and what is not.
func TestWhatIsCaught(t *testing.T) {
	for _, c := range []struct {
		name, equals string
		caught       bool
	}{
		{"E", "E", true}, {"E", "F", false}, {"E", "States.ALL", true}, {"E", "States.TaskFailed", true},
		{"States.Timeout", "States.TaskFailed", false}, {"States.Timeout", "States.ALL", true},
		{"", "States.ALL", true}, {"", "E", false},
		{"States.DataLimitExceeded", "States.ALL", true}, // recorded; the documentation has it otherwise
	} {
		m := mustParse(t, taskWith(`"Catch":[{"ErrorEquals":["`+c.equals+`"],"Next":"Done","ResultPath":"$.error"}]`))
		output, err := m.Run(t.Context(), Execution{Tasks: anyTask{err: &Failure{Name: c.name}}})
		if (err == nil) != c.caught {
			t.Errorf("%q by %q: %v, want it caught: %v", c.name, c.equals, err, c.caught)
		}
		if err == nil {
			wantJSON(t, output, `{"error":`+string(encode((&Failure{Name: c.name}).output()))+`}`)
		}
	}
}

// TestRuntimeFailuresEndTheExecution, from however deep, whatever is caught.
func TestRuntimeFailuresEndTheExecution(t *testing.T) {
	handlers := `"Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}]`
	for _, definition := range []string{
		taskWith(handlers + `,"OutputPath":"$.missing"`),
		taskWith(handlers + `,"Parameters":{"a.$":"$.missing"}`),
		`{"StartAt":"P","States":{"Done":{"Type":"Succeed"},"P":{"Type":"Parallel","Next":"Done",` + handlers + `,"Branches":[
			{"StartAt":"I","States":{"I":{"Type":"Pass","InputPath":"$.missing","End":true}}}]}}}`,
		`{"StartAt":"M","States":{"Done":{"Type":"Succeed"},"M":{"Type":"Map","Next":"Done","ItemsPath":"$.missing",` + handlers + `,
			"ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}}}}`,
	} {
		_, err := mustParse(t, definition).Run(t.Context(), Execution{Tasks: anyTask{output: json.RawMessage(`{}`)}})
		wantFailure(t, err, "States.Runtime")
	}
}

// TestTaskTimeout: a task that works too long is told so, and fails with States.Timeout.
func TestTaskTimeout(t *testing.T) {
	for _, timeout := range []string{`"TimeoutSeconds":30`, `"TimeoutSecondsPath":"$.limit"`} {
		m := mustParse(t, taskWith(timeout+`,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Done","ResultPath":"$.error"}]`))
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			output, err := m.Run(t.Context(), Execution{Input: json.RawMessage(`{"limit":30}`), Tasks: slow(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			wantJSON(t, output, `{"limit":30,"error":{"Error":"States.Timeout","Cause":null}}`)
			if d := time.Since(begun); d != 30*time.Second {
				t.Errorf("after %v, want 30s", d)
			}
		})
	}
}

func slow(d time.Duration) Tasks {
	return tasksFunc(func(ctx context.Context, _ string, _ json.RawMessage) (json.RawMessage, error) {
		if err := (wallClock{}).Sleep(ctx, d); err != nil {
			return nil, fmt.Errorf("slow: %w", err)
		}
		return json.RawMessage(`{}`), nil
	})
}

// TestExecutionTimeout counts from the start, also across an interruption, and
// nothing catches it.
func TestExecutionTimeout(t *testing.T) {
	m := mustParse(t, `{"TimeoutSeconds":100,"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true,
		"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}]},"Done":{"Type":"Succeed"}}}`)
	synctest.Test(t, func(t *testing.T) {
		x := Execution{Name: "e", Journal: &MemoryJournal{}, Tasks: slow(time.Hour)}
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		defer cancel()
		if _, err := m.Run(ctx, x); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("interrupted: %v", err)
		}
		_, err := m.Run(t.Context(), x)
		wantFailure(t, err, "States.Timeout")
		if d := time.Since(begun); d != 100*time.Second {
			t.Errorf("after %v, want 100s", d)
		}
	})
}

// TestAClockOfOnesOwn: waits and delays follow it and cost no time.
func TestAClockOfOnesOwn(t *testing.T) {
	m := mustParse(t, `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":86400,"Next":"P"},
		"P":{"Type":"Pass","Parameters":{"at.$":"$$.State.EnteredTime"},"End":true}}}`)
	clock := &leapClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	output, err := m.Run(t.Context(), Execution{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, output, `{"at":"2026-01-02T00:00:00.000Z"}`)
}

// leapClock leaps over every sleep.
type leapClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *leapClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *leapClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}
