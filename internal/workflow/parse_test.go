package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// machineWith puts fields into the only state of a machine.
func machineWith(fields string) string {
	return `{"StartAt":"S","States":{"S":{` + fields + `}}}`
}

func mapWith(fields string) string {
	return machineWith(`"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
		"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},` + fields)
}

// TestRefusals: what is not implemented is refused at load, by name and place.
func TestRefusals(t *testing.T) {
	const task = `"Type":"Task","End":true,"Resource":"arn:aws:lambda:r:a:function:f"`
	const invoke = `"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke"`
	const awaiting = `"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f"}`
	const start = `"Type":"Task","End":true,"Resource":"arn:aws:states:::states:startExecution"`
	for _, c := range []struct{ definition, feature, path string }{
		{`{"QueryLanguage":"JSONata","StartAt":"S","States":{}}`, "JSONata", "/QueryLanguage"},
		{machineWith(`"Type":"Pass","QueryLanguage":"JSONata","Output":1,"End":true`), "JSONata", "/States/S/QueryLanguage"},
		{machineWith(`"Type":"Pass","Assign":{"x":1},"End":true`), "Assign", "/States/S/Assign"},
		{machineWith(`"Type":"Pass","InputPath":"$x","End":true`), "variable", "/States/S/InputPath"},
		{machineWith(`"Type":"Pass","Parameters":{"a":[{"b.$":"$..c"}]},"End":true`), "descendant", "/States/S/Parameters/a/b.$"},
		{machineWith(`"Type":"Pass","Surprise":1,"End":true`), "Surprise", "/States/S/Surprise"},
		{machineWith(`"Type":"Succeed","Next":"S"`), "Next", "/States/S/Next"},
		{machineWith(`"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"S","Extra":1}]`), "Extra", "/States/S/Choices/0/Extra"},
		{machineWith(`"Type":"Choice","Choices":[{"Not":{"Variable":"$.a","IsNull":true,"Next":"S"},"Next":"S"}]`), "Next", "/States/S/Choices/0/Not/Next"},
		{machineWith(task + `,"Credentials":{"RoleArn":"r"}`), "Credentials", "/States/S/Credentials"},
		{machineWith(task + `,"Retry":[{"ErrorEquals":["E"],"Surprise":1}]`), "Surprise", "/States/S/Retry/0/Surprise"},
		{machineWith(`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage"`), "sqs:sendMessage", "/States/S/Resource"},
		{machineWith(`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken"`), "waitForTaskToken", "/States/S/Resource"},
		{machineWith(`"Type":"Task","End":true,"Resource":"arn:aws:states:::states:startExecution.sync"`), "startExecution.sync", "/States/S/Resource"},
		{machineWith(awaiting + `,"HeartbeatSeconds":5`), "HeartbeatSeconds", "/States/S/HeartbeatSeconds"},
		{machineWith(start + `,"Parameters":{"StateMachineArn":"m","TraceHeader":"t"}`), "TraceHeader", "/States/S/Parameters/TraceHeader"},
		{`{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"S","States":{"S":{` + awaiting + `}}}}}}`, "within", "/States/M/ItemProcessor/States/S/Resource"},
		{machineWith(`"Type":"Task","End":true,"Resource":"${LoadFunctionArn}"`), "LoadFunctionArn", "/States/S/Resource"},
		{machineWith(invoke + `,"Parameters":{"FunctionName":"f","InvocationType":"Event"}`), "InvocationType", "/States/S/Parameters/InvocationType"},
		{mapWith(`"ItemBatcher":{"MaxItemsPerBatch":2}`), "ItemBatcher", "/States/S/ItemBatcher"},
		{mapWith(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"},"ReaderConfig":{"InputType":"PARQUET"}}`), "PARQUET", "/States/S/ItemReader/ReaderConfig/InputType"},
		{mapWith(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","VersionId":"k"},"ReaderConfig":{"InputType":"JSON"}}`), "VersionId", "/States/S/ItemReader/Parameters/VersionId"},
		{mapWith(`"ItemReader":{"Resource":"arn:aws:states:::dynamodb:scan","Parameters":{},"ReaderConfig":{"InputType":"JSON"}}`), "dynamodb:scan", "/States/S/ItemReader/Resource"},
		{mapWith(`"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b"},"WriterConfig":{}}`), "WriterConfig", "/States/S/ResultWriter/WriterConfig"},
		{strings.Replace(mapWith(`"Label":"L"`), "STANDARD", "EXPRESS", 1), "EXPRESS", "/States/S/ItemProcessor/ProcessorConfig/ExecutionType"},
		{`{"StartAt":"a/b","States":{"a/b":{"Type":"Succeed"}}}`, "name", "/States/a/b"},
	} {
		_, err := Parse([]byte(c.definition))
		var r *Refused
		if !errors.As(err, &r) || !strings.Contains(r.Feature, c.feature) || r.Path != c.path {
			t.Errorf("%v\nwant %q refused at %s", err, c.feature, c.path)
		}
	}
}

// TestInvalidDefinitions: what breaks a rule of the language is called invalid.
func TestInvalidDefinitions(t *testing.T) {
	const pass = `"Type":"Pass","End":true`
	const task = `"Type":"Task","End":true,"Resource":"arn:aws:lambda:r:a:function:f"`
	for _, c := range []struct{ definition, reason, path string }{
		{`[]`, "not a JSON object", ""},
		{`{"StartAt":"S","States":{"S":{"Type":"Pass","End":true,"End":true}}}`, "twice", ""},
		{`{"StartAt":"S","States":{}} {}`, "not JSON", ""},
		{`{"StartAt":"S","States":{"T":{` + pass + `}}}`, `no state "S"`, "/StartAt"},
		{machineWith(`"Type":"Pass","Next":"Nowhere"`), `no state "Nowhere"`, "/States/S"},
		{machineWith(`"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"Next":"S"}],"Default":"Nowhere"`), `no state "Nowhere"`, "/States/S"},
		{machineWith(task + `,"Catch":[{"ErrorEquals":["E"],"Next":"Nowhere"}]`), `no state "Nowhere"`, "/States/S"},
		{`{"StartAt":"S","States":{"S":{` + pass + `},"T":{` + pass + `}}}`, `no state leads to "T"`, "/States/T"},
		{machineWith(`"Type":"Pass"`), "Next and End", "/States/S"},
		{machineWith(`"Type":"Pass","Next":"S","End":true`), "Next and End", "/States/S"},
		{machineWith(`"Type":"Loop","End":true`), `no state of type "Loop"`, "/States/S"},
		{machineWith(`"Type":"Choice","Choices":[]`), "at least one", "/States/S"},
		{machineWith(`"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true,"IsString":true,"Next":"S"}]`), "exactly one", "/States/S/Choices/0"},
		{machineWith(`"Type":"Choice","Choices":[{"Variable":"$.a","BooleanLessThan":true,"Next":"S"}]`), "exactly one", "/States/S/Choices/0"},
		{machineWith(`"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":"1","Next":"S"}]`), "another kind", "/States/S/Choices/0/NumericEquals"},
		{machineWith(`"Type":"Choice","Choices":[{"Variable":"$.a","TimestampEquals":"yesterday","Next":"S"}]`), "another kind", "/States/S/Choices/0/TimestampEquals"},
		{machineWith(`"Type":"Wait","End":true`), "exactly one", "/States/S"},
		{machineWith(`"Type":"Wait","Seconds":1,"Timestamp":"2016-03-14T01:59:00Z","End":true`), "exactly one", "/States/S"},
		{machineWith(`"Type":"Wait","Seconds":-1,"End":true`), "integer", "/States/S/Seconds"},
		{machineWith(`"Type":"Wait","Timestamp":"2016-03-14 01:59:00Z","End":true`), "RFC 3339", "/States/S/Timestamp"},
		{machineWith(`"Type":"Fail","Error":"E","ErrorPath":"$.e"`), "only one", "/States/S"},
		{machineWith(task + `,"TimeoutSeconds":0`), "integer", "/States/S/TimeoutSeconds"},
		{machineWith(task + `,"TimeoutSeconds":1,"TimeoutSecondsPath":"$.t"`), "only one", "/States/S"},
		{machineWith(task + `,"ResultPath":"$$.x"`), "Reference Path", "/States/S/ResultPath"},
		{machineWith(task + `,"ResultPath":"$.x[*]"`), "Reference Path", "/States/S/ResultPath"},
		{machineWith(task + `,"Parameters":{"a":1,"a.$":"$.b"}`), "both", "/States/S/Parameters"},
		{machineWith(task + `,"Parameters":{"a.$":7}`), "neither a path", "/States/S/Parameters/a.$"},
		{machineWith(task + `,"Retry":[{"ErrorEquals":[]}]`), "at least one", "/States/S/Retry/0/ErrorEquals"},
		{machineWith(task + `,"Retry":[{"ErrorEquals":["States.ALL","E"]}]`), "alone", "/States/S/Retry"},
		{machineWith(task + `,"Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["E"]}]`), "last place", "/States/S/Retry"},
		{machineWith(task + `,"Retry":[{"ErrorEquals":["E"],"BackoffRate":0.5}]`), "number", "/States/S/Retry/0/BackoffRate"},
		{machineWith(task + `,"Retry":[{"ErrorEquals":["E"],"JitterStrategy":"SOME"}]`), "strategy", "/States/S/Retry/0/JitterStrategy"},
		{machineWith(`"Type":"Parallel","Branches":[],"End":true`), "at least one", "/States/S"},
		{machineWith(`"Type":"Parallel","End":true,"Branches":[{"StartAt":"S","States":{"S":{` + pass + `}}}]`), "used twice", "/States/S/Branches/0/States/S"},
		{machineWith(`"Type":"Map","End":true`), "exactly one", "/States/S"},
		{machineWith(`"Type":"Map","End":true,"Label":"L","Iterator":{"StartAt":"I","States":{"I":{` + pass + `}}}`), "distributed", "/States/S/Label"},
		{mapWith(`"Label":"a b"`), "label", "/States/S/Label"},
		{mapWith(`"ToleratedFailurePercentage":101`), "number", "/States/S/ToleratedFailurePercentage"},
	} {
		_, err := Parse([]byte(c.definition))
		if !hasInvalid(err, c.reason, c.path) {
			t.Errorf("%v\nwant %q at %s", err, c.reason, c.path)
		}
	}
}

func hasInvalid(err error, reason, path string) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if hasInvalid(e, reason, path) {
				return true
			}
		}
		return false
	}
	i, ok := err.(*Invalid)
	return ok && strings.Contains(i.Reason, reason) && i.Path == path
}

// TestAllProblemsAreTold at once, in the order of their places.
func TestAllProblemsAreTold(t *testing.T) {
	_, err := Parse([]byte(`{"StartAt":"A","States":{
		"B":{"Type":"Pass","Assign":{},"End":true},
		"A":{"Type":"Pass","InputPath":"$.a[?(@.b)]","Next":"B","Output":1}}}`))
	want := `not implemented here: the filter in path "$.a[?(@.b)]", at /States/A/InputPath
not implemented here: field "Output", at /States/A/Output
not implemented here: field "Assign", at /States/B/Assign`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestAcceptedResources: what the caller's tasks can do is taken, nothing else.
func TestAcceptedResources(t *testing.T) {
	definition := []byte(machineWith(`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage"`))
	for accept, want := range map[string]bool{
		"arn:aws:states:::sqs:sendMessage": true, "arn:aws:states:::sqs:*": true,
		"arn:aws:states:::sqs:": false, "arn:aws:states:::sns:*": false,
	} {
		if _, err := Parse(definition, accept); (err == nil) != want {
			t.Errorf("accept %q: %v", accept, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(machineWith(`"Type":"Choice","Choices":[{"And":[{"Variable":"$.a","StringMatches":"a*"}],"Next":"S"}]`)))
	f.Add([]byte(mapWith(`"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key.$":"$.k"},"ReaderConfig":{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW","MaxItems":2}}`)))
	f.Add([]byte(machineWith(`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["E"],"Next":"S"}]`)))
	f.Add([]byte(machineWith(`"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{"Type":"Wait","SecondsPath":"$.s","End":true}}}]`)))
	f.Fuzz(func(t *testing.T, definition []byte) {
		m, err := Parse(definition, "*")
		var i *Invalid
		var r *Refused
		switch {
		case err == nil && m == nil:
			t.Fatal("neither a machine nor an error")
		case err != nil && !errors.As(err, &i) && !errors.As(err, &r):
			t.Fatalf("%T: %v", err, err)
		case err == nil:
			m.FunctionNames()
			runBriefly(t, m)
		}
	})
}

// runBriefly runs whatever machine for a hundred events: it may fail or be cut off,
// but not panic or hang.
func runBriefly(t *testing.T, m *Machine) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	_, _ = m.Run(ctx, Execution{
		Input: json.RawMessage(`{"a":[1,"b",{"c":null}],"s":1,"k":"m"}`),
		Clock: &leapClock{},
		Tasks: tasksFunc(func(_ context.Context, _ string, input json.RawMessage) (json.RawMessage, error) { return input, nil }),
		Observe: func(Event) {
			if n++; n > 100 {
				cancel()
			}
		},
	})
}
