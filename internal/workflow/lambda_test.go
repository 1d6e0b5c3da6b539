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

func TestFunctionsAreCalledByName(t *testing.T) {
	fs := Functions{"load": func(_ context.Context, p json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(`{"got":` + string(p) + `}`), nil
	}}
	const invoke = "arn:aws:states:::lambda:invoke"
	for _, c := range []struct{ resource, input, want string }{
		{"arn:aws:lambda:eu-west-1:1:function:load", `{"a":1}`, `{"got":{"a":1}}`},
		{"arn:aws:lambda:eu-west-1:1:function:load:live", `1`, `{"got":1}`},
		{invoke, `{"FunctionName":"load","Payload":{"a":1}}`, `{"ExecutedVersion":"$LATEST","StatusCode":200,"Payload":{"got":{"a":1}}}`},
		{invoke, `{"FunctionName":"arn:aws:lambda:eu-west-1:1:function:load:live","Payload":null}`, `{"ExecutedVersion":"$LATEST","StatusCode":200,"Payload":{"got":null}}`},
		{invoke, `{"FunctionName":"load:live"}`, `{"ExecutedVersion":"$LATEST","StatusCode":200,"Payload":{"got":{}}}`},
		{invoke, `{"FunctionName":"load","Payload":"[1]"}`, `{"ExecutedVersion":"$LATEST","StatusCode":200,"Payload":{"got":[1]}}`},
	} {
		got, err := fs.Invoke(t.Context(), c.resource, json.RawMessage(c.input))
		if err != nil {
			t.Errorf("%s %s: %v", c.resource, c.input, err)
			continue
		}
		wantJSON(t, got, c.want)
	}
	for input, name := range map[string]string{
		`{"FunctionName":"lost"}`:                      "Lambda.ResourceNotFoundException",
		`{"FunctionName":7}`:                           "Lambda.InvalidParameterValueException",
		`{"FunctionName":"load","Payload":"not JSON"}`: "Lambda.InvalidRequestContentException",
	} {
		_, err := fs.Invoke(t.Context(), invoke, json.RawMessage(input))
		wantFailure(t, err, name)
	}
}

// TestAFunctionsFailureReadsAsLambdasDoes: its cause is JSON, as on AWS.
func TestAFunctionsFailureReadsAsLambdasDoes(t *testing.T) {
	for _, c := range []struct {
		err        error
		name, want string
	}{
		{fmt.Errorf("load: %w", &Failure{Name: "RateLimited", Cause: "group g-7"}), "RateLimited", `{"errorMessage":"group g-7","errorType":"RateLimited"}`},
		{errors.New("no such file"), "States.TaskFailed", `{"errorMessage":"no such file","errorType":"States.TaskFailed"}`},
	} {
		fs := Functions{"f": func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, c.err }}
		_, err := fs.Invoke(t.Context(), "arn:aws:lambda:r:a:function:f", nil)
		wantJSON(t, json.RawMessage(wantFailure(t, err, c.name).Cause), c.want)
	}
}

func TestFunctionNames(t *testing.T) {
	m := mustParse(t, `{"StartAt":"A","States":{
		"A":{"Type":"Task","Resource":"arn:aws:lambda:r:a:function:plan:live","Next":"B"},
		"B":{"Type":"Parallel","Next":"C","Branches":[{"StartAt":"D","States":{"D":{"Type":"Task","End":true,
			"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"extract","Payload.$":"$"}}}}]},
		"C":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"E","States":{"E":{"Type":"Task","End":true,
			"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName.$":"$.f"}}}}}}}`)
	if got, want := m.FunctionNames(), []string{"extract", "plan"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSubstitute(t *testing.T) {
	definition := []byte(`{"Resource":"${Load}","again":"${Load}-${Name}"}`)
	got, err := Substitute(definition, map[string]string{"Load": `a"b`, "Name": "n"})
	if want := `{"Resource":"a\"b","again":"a\"b-n"}`; err != nil || string(got) != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
	for missing, values := range map[string]map[string]string{
		"${Name}":  {"Load": "l"},
		"${Extra}": {"Load": "l", "Name": "n", "Extra": "e"},
	} {
		if _, err := Substitute(definition, values); err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("%v: %v", values, err)
		}
	}
}
