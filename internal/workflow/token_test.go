package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const gated = `{"StartAt":"Before","States":{
	"Before":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","ResultPath":"$.before","Next":"Gate"},
	"Gate":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":3600,
		"Parameters":{"FunctionName":"arn:aws:lambda:r:a:function:ask","Payload":{"token.$":"$$.Task.Token"}},
		"ResultPath":"$.gate","Next":"After",
		"Retry":[{"ErrorEquals":["Busy"],"MaxAttempts":1}],
		"Catch":[{"ErrorEquals":["Refused","States.Timeout"],"ResultPath":"$.refusal","Next":"Closed"}]},
	"After":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","ResultPath":"$.after","End":true},
	"Closed":{"Type":"Pass","End":true}}}`

// A desk of people who answer: what it was asked with, and its answers.
type office struct {
	asked   []string
	calls   map[string]int
	answers map[string]Answer
	ask     error // of the function that hands on the token
}

func newOffice() *office { return &office{calls: map[string]int{}, answers: map[string]Answer{}} }

func (o *office) Answer(_ context.Context, token string) (Answer, bool, error) {
	a, ok := o.answers[token]
	return a, ok, nil
}

func (o *office) tasks() Functions {
	return Functions{
		"f": func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
			o.calls[PathOf(ctx)]++
			return json.RawMessage(`1`), nil
		},
		"ask": func(_ context.Context, payload json.RawMessage) (json.RawMessage, error) {
			var p struct{ Token string }
			if err := json.Unmarshal(payload, &p); err != nil {
				return nil, err
			}
			o.asked = append(o.asked, p.Token)
			return json.RawMessage(`"nobody reads this"`), o.ask
		},
	}
}

func (o *office) run(t *testing.T, j Journal) (json.RawMessage, error) {
	t.Helper()
	return mustParse(t, gated).Run(t.Context(), Execution{Name: "e", Tasks: o.tasks(), Answers: o, Journal: j})
}

// wantWaiting checks that the execution waits, and returns the token.
func wantWaiting(t *testing.T, err error) string {
	t.Helper()
	var w *Waiting
	if !errors.As(err, &w) || w.Path != "Gate" {
		t.Fatalf("error %v, want one that waits at Gate", err)
	}
	return w.Token
}

// TestAnExecutionWaitsForItsAnswer: as often as it is run it asks once, and goes on
// with what was answered.
func TestAnExecutionWaitsForItsAnswer(t *testing.T) {
	o, j := newOffice(), &MemoryJournal{}
	var token string
	for range 3 {
		_, err := o.run(t, j)
		token = wantWaiting(t, err)
	}
	if !slices.Equal(o.asked, []string{token}) {
		t.Errorf("asked with %v, want once with %s", o.asked, token)
	}
	o.answers[token] = Answer{Output: json.RawMessage(`{"by":"r-1"}`)}
	output, err := o.run(t, j)
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, output, `{"before":1,"gate":{"by":"r-1"},"after":1}`)
	if want := map[string]int{"Before": 1, "After": 1}; !maps.Equal(o.calls, want) {
		t.Errorf("calls %v, want %v", o.calls, want)
	}
}

// TestARefusalAndASilenceAreCaught: both are failures of the task, by name.
func TestARefusalAndASilenceAreCaught(t *testing.T) {
	t.Run("refusal", func(t *testing.T) {
		o, j := newOffice(), &MemoryJournal{}
		_, err := o.run(t, j)
		o.answers[wantWaiting(t, err)] = Answer{Failure: &Failure{Name: "Refused", Cause: "r-1"}}
		output, err := o.run(t, j)
		if err != nil {
			t.Fatal(err)
		}
		wantJSON(t, output, `{"before":1,"refusal":{"Error":"Refused","Cause":"r-1"}}`)
	})
	t.Run("silence", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			o, j := newOffice(), &MemoryJournal{}
			for range 2 { // another process starts no new hour
				_, err := o.run(t, j)
				wantWaiting(t, err)
				time.Sleep(30 * time.Minute)
			}
			output, err := o.run(t, j)
			if err != nil {
				t.Fatal(err)
			}
			wantJSON(t, output, `{"before":1,"refusal":{"Error":"States.Timeout","Cause":null}}`)
		})
	})
}

// TestATaskThatCannotAskIsTriedAgainWithAnotherToken: the old token may lie
// somewhere, and must open nothing.
func TestATaskThatCannotAskIsTriedAgainWithAnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o, j := newOffice(), &MemoryJournal{}
		o.ask = &Failure{Name: "Busy"}
		_, err := o.run(t, j)
		wantFailure(t, err, "Busy")
		if len(o.asked) != 2 || o.asked[0] == o.asked[1] {
			t.Fatalf("asked with %v, want two tokens", o.asked)
		}
		o.ask = nil
		_, err = mustParse(t, gated).Redrive(t.Context(), Execution{Name: "e", Tasks: o.tasks(), Answers: o, Journal: j})
		if token := wantWaiting(t, err); slices.Contains(o.asked[:2], token) {
			t.Errorf("token %s was used before", token)
		}
	})
}

// TestAKilledRunKeepsItsToken kills at every entry of the journal: whatever token
// anybody was asked with last is the one that opens.
func TestAKilledRunKeepsItsToken(t *testing.T) {
	for _, after := range []bool{false, true} {
		for deaths := range 8 {
			o, j := newOffice(), &MemoryJournal{}
			_, err := o.run(t, &mortalJournal{MemoryJournal: j, left: deaths + 1, after: after})
			for i := 0; errors.Is(err, errKilled) && i < 2; i++ {
				_, err = o.run(t, &mortalJournal{MemoryJournal: j, left: 3, after: after})
			}
			for range 9 {
				if !errors.Is(err, errKilled) {
					break
				}
				_, err = o.run(t, &mortalJournal{MemoryJournal: j, left: math.MaxInt})
			}
			token := wantWaiting(t, err)
			if len(slices.Compact(o.asked)) != 1 || o.asked[0] != token {
				t.Errorf("killed at %d: asked with %v, waits for %s", deaths, o.asked, token)
			}
			o.answers[token] = Answer{Output: json.RawMessage(`true`)}
			if _, err := o.run(t, j); err != nil {
				t.Errorf("killed at %d: %v", deaths, err)
			}
		}
	}
}

// TestAMachineThatWaitsNeedsAnswers: it is told at once, not after days.
func TestAMachineThatWaitsNeedsAnswers(t *testing.T) {
	o := newOffice()
	if _, err := mustParse(t, gated).Run(t.Context(), Execution{Name: "e", Tasks: o.tasks()}); err == nil || len(o.calls) > 0 {
		t.Errorf("error %v after %d calls, want one before any", err, len(o.calls))
	}
}
