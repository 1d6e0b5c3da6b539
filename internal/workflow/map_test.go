package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fanOut is a distributed Map over $.items that calls f with each.
func fanOut(fields string) string {
	return `{"StartAt":"Load","States":{"Load":{"Type":"Map","ItemsPath":"$.items","End":true,` + fields + `
		"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"One","States":{
			"One":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}}}}}`
}

// failFor fails for the items in the list and echoes the others.
func failFor(items ...string) Functions {
	return Functions{"f": func(_ context.Context, payload json.RawMessage) (json.RawMessage, error) {
		for _, item := range items {
			if string(payload) == item {
				return nil, &Failure{Name: "Broken", Cause: "item " + item}
			}
		}
		return payload, nil
	}}
}

func TestToleratedFailures(t *testing.T) {
	for _, c := range []struct {
		fields string
		failed int // of ten items
		want   bool
	}{
		{``, 0, true},
		{``, 1, false},
		{`"ToleratedFailureCount":2,`, 2, true},
		{`"ToleratedFailureCount":2,`, 3, false},
		{`"ToleratedFailureCount":0,`, 1, false},
		{`"ToleratedFailurePercentage":20,`, 2, true},
		{`"ToleratedFailurePercentage":20,`, 3, false},
		{`"ToleratedFailurePercentage":29.9,`, 3, false},
		{`"ToleratedFailurePercentage":100,`, 10, true},
		{`"ToleratedFailurePercentage":0,`, 1, false},
		{`"ToleratedFailureCount":5,"ToleratedFailurePercentage":20,`, 3, false}, // either is enough
		{`"ToleratedFailureCountPath":"$.count",`, 3, true},
		{`"ToleratedFailurePercentagePath":"$.share",`, 3, false},
	} {
		var failed []string
		for i := range c.failed {
			failed = append(failed, fmt.Sprint(i))
		}
		_, err := mustParse(t, fanOut(c.fields)).Run(t.Context(), Execution{
			Input: json.RawMessage(`{"items":[0,1,2,3,4,5,6,7,8,9],"count":3,"share":25}`), Tasks: failFor(failed...),
		})
		if (err == nil) != c.want {
			t.Errorf("%s with %d of 10 failed: %v, want tolerated: %v", c.fields, c.failed, err, c.want)
		}
		if err != nil {
			wantFailure(t, err, "States.ExceedToleratedFailureThreshold")
		}
	}
}

// TestAToleratedFailureStandsInTheResult as the record of its execution.
func TestAToleratedFailureStandsInTheResult(t *testing.T) {
	output, err := mustParse(t, fanOut(`"ToleratedFailureCount":1,`)).Run(t.Context(), Execution{
		Name: "e", StateMachine: "m", Input: json.RawMessage(`{"items":[1,2]}`), Tasks: failFor("2"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var results []json.RawMessage
	var record struct{ Status, Error, Input string }
	if err := errors.Join(json.Unmarshal(output, &results), json.Unmarshal(results[1], &record)); err != nil {
		t.Fatal(err)
	}
	if string(results[0]) != "1" || record.Status != "FAILED" || record.Error != "Broken" || record.Input != "2" {
		t.Errorf("result %s", output)
	}
}

// TestItemsThatAreCutShortHaveNotFailed: when one item too many failed, the others
// are stopped, and only the one stands as failed in the journal.
func TestItemsThatAreCutShortHaveNotFailed(t *testing.T) {
	memory := &MemoryJournal{}
	_, err := mustParse(t, fanOut(``)).Run(t.Context(), Execution{
		Name: "e", Input: json.RawMessage(`{"items":[0,1,2,3]}`), Journal: memory,
		Tasks: tasksFunc(func(ctx context.Context, _ string, input json.RawMessage) (json.RawMessage, error) {
			if string(input) != "1" {
				<-ctx.Done()
			}
			return nil, &Failure{Name: "Broken"}
		}),
	})
	wantFailure(t, err, "States.ExceedToleratedFailureThreshold")
	var failed []string
	for _, e := range memory.entries {
		if e.Kind == entryFail {
			failed = append(failed, e.Path)
		}
	}
	if got := strings.Join(failed, " "); got != "Load[1] " {
		t.Errorf("failed in the journal: %q, want Load[1] and the execution", got)
	}
}

// TestAnInlineMapStopsAtTheFirstFailure, and tells the others by their context.
func TestAnInlineMapStopsAtTheFirstFailure(t *testing.T) {
	m := mustParse(t, `{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"One","States":{
		"One":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:f","End":true}}}}}}`)
	var seen events
	_, err := m.Run(t.Context(), Execution{
		Input: json.RawMessage(`[0,1,2]`), Observe: seen.observe,
		Tasks: tasksFunc(func(ctx context.Context, _ string, input json.RawMessage) (json.RawMessage, error) {
			if string(input) == "1" {
				return nil, &Failure{Name: "Broken"}
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}),
	})
	wantFailure(t, err, "Broken")
	if seen.count("MapIterationFailed") != 1 {
		t.Errorf("%d iterations failed, want 1: the others were stopped", seen.count("MapIterationFailed"))
	}
}

func TestMaxConcurrency(t *testing.T) {
	for _, c := range []struct {
		fields string
		most   int64
	}{{`"MaxConcurrency":3,`, 3}, {`"MaxConcurrencyPath":"$.width",`, 2}, {``, widest}} {
		var running, most atomic.Int64
		_, err := mustParse(t, fanOut(c.fields)).Run(t.Context(), Execution{
			Input: json.RawMessage(`{"width":2,"items":[` + strings.Repeat("1,", 99) + `1]}`),
			Tasks: tasksFunc(func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
				now := running.Add(1)
				defer running.Add(-1)
				for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
				}
				time.Sleep(200 * time.Microsecond)
				return nil, nil
			}),
		})
		if err != nil || most.Load() > c.most {
			t.Errorf("%s: %d side by side, want at most %d (%v)", c.fields, most.Load(), c.most, err)
		}
	}
}

// TestAnItemIsAnExecutionOfItsOwn: its context is not that of the parent.
func TestAnItemIsAnExecutionOfItsOwn(t *testing.T) {
	m := mustParse(t, `{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"Label":"L","ItemProcessor":{
		"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{
			"I":{"Type":"Pass","Parameters":{"input.$":"$$.Execution.Input","id.$":"$$.Execution.Id","machine.$":"$$.StateMachine.Name"},"End":true}}}}}}`)
	output, err := m.Run(t.Context(), Execution{Name: "e", StateMachine: "m", Input: json.RawMessage(`[7]`)})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"input": number(7), "id": "arn:aws:states:local:000000000000:execution:m/L:*", "machine": "m"}
	if got := mustDecode(t, output); !matches([]any{want}, got) {
		t.Errorf("got %s", output)
	}
}

// TestResultWriter writes one file for each status, and a manifest that names them.
func TestResultWriter(t *testing.T) {
	objects := newObjects()
	output, err := mustParse(t, fanOut(`"ToleratedFailureCount":1,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
		"Parameters":{"Bucket":"b","Prefix.$":"$.prefix"}},`)).Run(t.Context(), Execution{
		Name: "e", StateMachine: "m", Objects: objects, Tasks: failFor("2"), Input: json.RawMessage(`{"items":[1,2,3],"prefix":"runs/e/"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	var o struct{ ResultWriterDetails struct{ Bucket, Key string } }
	if err := json.Unmarshal(output, &o); err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		ResultFiles map[string][]struct {
			Key  string
			Size int
		}
	}
	if err := json.Unmarshal(objects.objects[o.ResultWriterDetails.Key], &manifest); err != nil {
		t.Fatal(err)
	}
	for status, want := range map[string]int{"SUCCEEDED": 2, "FAILED": 1} {
		file := manifest.ResultFiles[status][0]
		var records []struct{ Status, Input, Output, Error string }
		if err := json.Unmarshal(objects.objects[file.Key], &records); err != nil {
			t.Fatal(err)
		}
		if len(records) != want || records[0].Status != status || file.Size != len(objects.objects[file.Key]) {
			t.Errorf("%s holds %v", file.Key, records)
		}
	}
}

// TestItemReaderLines reads JSON Lines, up to MaxItems.
func TestItemReaderLines(t *testing.T) {
	objects := newObjects()
	objects.objects["manifest.jsonl"] = []byte("{\"n\":1}\n{\"n\":2}\n\n{\"n\":3}\n")
	reader := `"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key.$":"$.key"},
		"ReaderConfig":{"InputType":"JSONL","MaxItems":2}},`
	m := mustParse(t, strings.Replace(fanOut(reader), `"ItemsPath":"$.items",`, "", 1))
	output, err := m.Run(t.Context(), Execution{Objects: objects, Tasks: failFor(), Input: json.RawMessage(`{"key":"manifest.jsonl"}`)})
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, output, `[{"n":1},{"n":2}]`)
	_, err = m.Run(t.Context(), Execution{Objects: objects, Tasks: failFor(), Input: json.RawMessage(`{"key":"missing"}`)})
	wantFailure(t, err, "States.ItemReaderFailed")
	_, err = m.Run(t.Context(), Execution{Tasks: failFor(), Input: json.RawMessage(`{"key":"missing"}`)})
	wantFailure(t, err, "States.ItemReaderFailed")
}

// TestItemsThatChangedAreNotMixed: a Map Run that goes on must have the items it
// began with.
func TestItemsThatChangedAreNotMixed(t *testing.T) {
	objects := newObjects()
	objects.objects["m"] = []byte(`[1,2]`)
	m := mustParse(t, strings.Replace(fanOut(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
		"Parameters":{"Bucket":"b","Key":"m"},"ReaderConfig":{"InputType":"JSON"}},`), `"ItemsPath":"$.items",`, "", 1))
	memory := &MemoryJournal{}
	x := Execution{Name: "e", Objects: objects, Tasks: failFor(), Journal: &mortalJournal{MemoryJournal: memory, left: 3, after: true}}
	if _, err := m.Run(t.Context(), x); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	objects.objects["m"] = []byte(`[1,3]`)
	x.Journal = memory
	_, err := m.Run(t.Context(), x)
	wantFailure(t, err, "States.ItemReaderFailed")
}

// TestTenThousandItems run, and go on after a crash without being run again.
func TestTenThousandItems(t *testing.T) {
	const total = 10_000
	objects := newObjects()
	objects.objects["m"] = []byte(strings.Repeat("{\"segment\":\"s-0001\"}\n", total))
	m := mustParse(t, strings.Replace(fanOut(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
		"Parameters":{"Bucket":"b","Key":"m"},"ReaderConfig":{"InputType":"JSONL"}},"ResultWriter":{
		"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b","Prefix":"r"}},`), `"ItemsPath":"$.items",`, "", 1))
	var mu sync.Mutex
	calls := map[string]int{}
	memory := &MemoryJournal{}
	x := Execution{Name: "e", Objects: objects, Journal: &mortalJournal{MemoryJournal: memory, left: total / 2}}
	x.Tasks = tasksFunc(func(ctx context.Context, _ string, _ json.RawMessage) (json.RawMessage, error) {
		mu.Lock()
		defer mu.Unlock()
		calls[PathOf(ctx)]++
		return json.RawMessage(`{"loaded":1}`), nil
	})
	if _, err := m.Run(t.Context(), x); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	x.Journal = memory
	if _, err := m.Run(t.Context(), x); err != nil {
		t.Fatal(err)
	}
	again := 0
	for _, n := range calls {
		again += n - 1
	}
	if len(calls) != total || again > widest {
		t.Errorf("%d items ran, %d of them again; want %d, and at most the %d that were under way", len(calls), again, total, widest)
	}
}
