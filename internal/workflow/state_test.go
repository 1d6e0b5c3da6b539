package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestDataFlow follows data through the five filters of a state.
func TestDataFlow(t *testing.T) {
	const input = `{"a":{"b":[1,2,3]},"keep":true}`
	for _, c := range []struct{ fields, want string }{
		{`"InputPath":"$.a"`, `{"b":[1,2,3]}`},
		{`"InputPath":null`, `{}`},
		{`"OutputPath":null`, `{}`},
		{`"ResultPath":null`, input},
		{`"ResultPath":"$.a.b[1]","Result":"x"`, `{"a":{"b":[1,"x",3]},"keep":true}`},
		{`"ResultPath":"$.new.deep","Result":1`, `{"a":{"b":[1,2,3]},"keep":true,"new":{"deep":1}}`},
		{`"InputPath":"$.a","Parameters":{"all.$":"$.b[*]","some.$":"$.b[1:]","none.$":"$.x[*]","c":"constant"},"OutputPath":"$.some"`, `[2,3]`},
		{`"Parameters":{"list":[{"x.$":"$.keep"},"y"]}`, `{"list":[{"x":true},"y"]}`},
		{`"Parameters":{"n.$":"States.ArrayLength($.a.b)"}`, `{"n":3}`},
		{`"Result":{"not.$":"$.evaluated"}`, `{"not.$":"$.evaluated"}`},
	} {
		output, err := mustParse(t, machineWith(`"Type":"Pass","End":true,`+c.fields)).Run(t.Context(), Execution{Input: json.RawMessage(input)})
		if err != nil {
			t.Errorf("%s: %v", c.fields, err)
			continue
		}
		wantJSON(t, output, c.want)
	}
	_, err := mustParse(t, machineWith(`"Type":"Pass","End":true,"ResultPath":"$.keep.x"`)).Run(t.Context(), Execution{Input: json.RawMessage(input)})
	wantFailure(t, err, "States.ResultPathMatchFailure")
}

// TestNumbersLeaveAsTheyCame: no integer loses its last digits.
func TestNumbersLeaveAsTheyCame(t *testing.T) {
	const input = `{"big":9007199254740993,"huge":123456789012345678901234567890,"zero":0.0,"e":1E+2}`
	output, err := mustParse(t, machineWith(`"Type":"Pass","End":true`)).Run(t.Context(), Execution{Input: json.RawMessage(input)})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"9007199254740993", "123456789012345678901234567890", "0.0", "1E+2"} {
		if !strings.Contains(string(output), text) {
			t.Errorf("%s is not in %s", text, output)
		}
	}
}

func TestChoices(t *testing.T) {
	const data = `{"n":5,"s":"abc","star":"a*c","t":"2026-01-01T00:00:00Z","b":true,"null":null,"same":5.0}`
	for _, c := range []struct {
		rule string
		want bool
	}{
		{`{"Variable":"$.s","StringMatches":"a*"}`, true},
		{`{"Variable":"$.s","StringMatches":"*b*"}`, true},
		{`{"Variable":"$.s","StringMatches":"a*bc*c"}`, false},
		{`{"Variable":"$.s","StringMatches":"ab"}`, false},
		{`{"Variable":"$.s","StringMatches":"a\\*c"}`, false},
		{`{"Variable":"$.star","StringMatches":"a\\*c"}`, true},
		{`{"Variable":"$.n","StringMatches":"*"}`, false},
		{`{"Variable":"$.n","NumericEqualsPath":"$.same"}`, true},
		{`{"Variable":"$.n","NumericLessThan":5.5}`, true},
		{`{"Variable":"$.b","NumericEquals":1}`, false},
		{`{"Variable":"$.b","IsNumeric":true}`, false},
		{`{"Variable":"$.t","IsTimestamp":true}`, true},
		{`{"Variable":"$.s","IsTimestamp":true}`, false},
		{`{"Variable":"$.t","TimestampLessThan":"2026-01-01T01:30:00+01:00"}`, true},
		{`{"Variable":"$.missing","IsPresent":false}`, true},
		{`{"Variable":"$.null","IsPresent":true}`, true},
		{`{"Not":{"Variable":"$.b","BooleanEquals":true}}`, false},
		{`{"And":[{"Variable":"$.missing","IsPresent":true},{"Variable":"$.missing","IsNull":true}]}`, false}, // decided before it fails
		{`{"Or":[{"Variable":"$.b","BooleanEquals":true},{"Variable":"$.missing","IsNull":true}]}`, true},
		{`{"Or":[{"Variable":"$.n","NumericEquals":1},{"And":[{"Variable":"$.n","NumericEquals":5},{"Variable":"$.s","StringEquals":"abc"}]}]}`, true},
	} {
		rule := c.rule[:len(c.rule)-1] + `,"Next":"Yes"}`
		m := mustParse(t, `{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[`+rule+`],"Default":"No"},
			"Yes":{"Type":"Pass","Result":true,"End":true},"No":{"Type":"Pass","Result":false,"End":true}}}`)
		output, err := m.Run(t.Context(), Execution{Input: json.RawMessage(data)})
		if err != nil || string(output) != fmt.Sprint(c.want) {
			t.Errorf("%s: %s %v, want %v", c.rule, output, err, c.want)
		}
	}
	for definition, name := range map[string]string{
		`"Choices":[{"Variable":"$.missing","IsNull":true,"Next":"Yes"}],"Default":"Yes"`: "States.Runtime",
		`"Choices":[{"Variable":"$.s","IsNull":true,"Next":"Yes"}]`:                       "States.NoChoiceMatched",
	} {
		m := mustParse(t, `{"StartAt":"C","States":{"C":{"Type":"Choice",`+definition+`},"Yes":{"Type":"Succeed"}}}`)
		_, err := m.Run(t.Context(), Execution{Input: json.RawMessage(data)})
		wantFailure(t, err, name)
	}
}

func TestTimestamps(t *testing.T) {
	for text, want := range map[string]bool{
		"2016-03-14T01:59:00Z": true, "2016-03-14T01:59:00.123456789Z": true, "2016-03-14T01:59:00+01:00": true,
		"2016-03-14T01:59:00": false, "2016-03-14 01:59:00Z": false, "2016-03-14t01:59:00Z": false, "2016-03-14T01:59:00z": false,
		"2016-03-14T1:59:00Z": false, "2016-13-14T01:59:00Z": false, "2016-03-14T25:59:00Z": false, "2016-03-14": false,
	} {
		if _, ok := timestamp(text); ok != want {
			t.Errorf("%s: %v, want %v", text, ok, want)
		}
	}
}

// TestPayloadLimit: a task that returns too much can be caught; a state that hands
// on too much ends the execution.
func TestPayloadLimit(t *testing.T) {
	large := json.RawMessage(`"` + strings.Repeat("x", payloadLimit) + `"`)
	m := mustParse(t, taskWith(`"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done","ResultPath":"$.e"}]`))
	output, err := m.Run(t.Context(), Execution{Tasks: anyTask{output: large}})
	if err != nil || !strings.Contains(string(output), "States.DataLimitExceeded") {
		t.Errorf("a large result: %s %v", output, err)
	}
	half := json.RawMessage(`"` + strings.Repeat("x", payloadLimit/2) + `"`)
	m = mustParse(t, `{"StartAt":"P","States":{"Done":{"Type":"Succeed"},"P":{"Type":"Parallel","Next":"Done",
		"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}],"Branches":[
			{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}]}}}`)
	_, err = m.Run(t.Context(), Execution{Input: half})
	wantFailure(t, err, "States.DataLimitExceeded")
	if _, err := m.Run(t.Context(), Execution{Input: large}); err == nil {
		t.Error("a large input was taken")
	}
}

// TestEventsTellNames in order, and what was retried and caught.
func TestEventsTellNames(t *testing.T) {
	m := mustParse(t, taskWith(`"Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["E"],"Next":"Done"}]`))
	var seen events
	if _, err := m.Run(t.Context(), Execution{Tasks: anyTask{err: &Failure{Name: "E"}}, Observe: seen.observe, Clock: &leapClock{}}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range seen.all {
		got = append(got, strings.TrimSuffix(e.Type+":"+e.Path+":"+e.Error, ":"))
	}
	want := []string{
		"TaskStateEntered:T", "LambdaFunctionFailed:T:E", "StateRetried:T:E", "LambdaFunctionFailed:T:E", "StateCaught:T:E", "TaskStateExited:T",
		"SucceedStateEntered:Done", "SucceedStateExited:Done",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestNoDataLeaksIntoErrorsOrEvents: a name planted in every state's data is in
// no error and no event, whatever goes wrong.
func TestNoDataLeaksIntoErrorsOrEvents(t *testing.T) {
	const canary = "Jane-Doe-4711"
	input := json.RawMessage(`{"x":"` + canary + `","` + canary + `":"` + canary + `","list":["` + canary + `"]}`)
	const f = `"Resource":"arn:aws:lambda:r:a:function:f"`
	for _, state := range []string{
		`"Type":"Pass","InputPath":"$.missing"`, `"Type":"Pass","Parameters":{"a.$":"$.missing"}`, `"Type":"Pass","ResultPath":"$.x.y"`,
		`"Type":"Pass","Parameters":{"a.$":"States.StringToJson($.x)"}`, `"Type":"Pass","Parameters":{"a.$":"States.MathAdd($.x,1)"}`,
		`"Type":"Wait","SecondsPath":"$.x"`, `"Type":"Wait","TimestampPath":"$.x"`,
		`"Type":"Task",` + f + `,"TimeoutSecondsPath":"$.x"`, `"Type":"Task",` + f,
		`"Type":"Map","ItemsPath":"$.x","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`,
		`"Type":"Map","ItemsPath":"$.list","MaxConcurrencyPath":"$.x","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`,
		`"Type":"Map","ItemsPath":"$.list","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","InputPath":"$.missing","End":true}}}`,
	} {
		var seen events
		_, err := mustParse(t, machineWith(state+`,"End":true`)).Run(t.Context(), Execution{
			Name: "e", Input: input, Observe: seen.observe,
			Tasks: tasksFunc(func(context.Context, string, json.RawMessage) (json.RawMessage, error) {
				return nil, errors.New("it broke")
			}),
		})
		if err == nil {
			t.Errorf("%s succeeded", state)
			continue
		}
		told := fmt.Sprintf("%v %+v %#v", seen.all, seen.all, seen.all)
		if strings.Contains(err.Error()+told, canary) {
			t.Errorf("%s tells %v\n%s", state, err, told)
		}
	}
}
