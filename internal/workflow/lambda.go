package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// A Function does what a Lambda function does: it takes a payload and returns a
// result, both JSON.
type Function func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error)

// Functions are [Tasks] that call functions by their name, as Step Functions calls
// Lambda: by a function's ARN, or by lambda:invoke with FunctionName and Payload.
// Region, account, version and alias of a function are ignored.
type Functions map[string]Function

// Invoke calls the function that the resource or its FunctionName names. Where
// there is none it fails with Lambda.ResourceNotFoundException, as AWS does. The
// cause of a function's failure is JSON with errorType and errorMessage, as
// Lambda reports it.
func (fs Functions) Invoke(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
	if !lambdaInvoke.MatchString(resource) {
		return fs.call(ctx, functionName(resource), input)
	}
	var p struct {
		FunctionName string
		Payload      json.RawMessage
	}
	if err := json.Unmarshal(input, &p); err != nil {
		return nil, failure("Lambda.InvalidParameterValueException", "FunctionName must be a string")
	}
	payload, err := invokePayload(p.Payload)
	if err != nil {
		return nil, err
	}
	result, err := fs.call(ctx, functionName(p.FunctionName), payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200})
}

// invokePayload is what lambda:invoke sends: text as it stands, since it is taken
// for JSON already (recorded in test_invoke_json_values), anything else as JSON.
func invokePayload(payload json.RawMessage) (json.RawMessage, error) {
	var text string
	switch {
	case len(payload) == 0:
		return json.RawMessage("{}"), nil
	case json.Unmarshal(payload, &text) != nil || string(payload) == "null":
		return payload, nil
	case !json.Valid([]byte(text)):
		return nil, failure("Lambda.InvalidRequestContentException", "Could not parse request body into json")
	}
	return json.RawMessage(text), nil
}

func (fs Functions) call(ctx context.Context, name string, payload json.RawMessage) (json.RawMessage, error) {
	f := fs[name]
	if f == nil {
		return nil, failure("Lambda.ResourceNotFoundException", "Function not found: %s", name)
	}
	result, err := f(ctx, payload)
	if err != nil {
		return nil, lambdaFailure(err)
	}
	if len(result) == 0 {
		return json.RawMessage("null"), nil
	}
	return result, nil
}

// lambdaFailure gives an error the form in which Lambda reports it.
func lambdaFailure(err error) error {
	f := taskFailure(err)
	report, marshalErr := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{f.Cause, f.Name})
	return errors.Join(marshalErr, &Failure{Name: f.Name, Cause: string(report)})
}

// functionName takes the name out of an ARN or a name with a version.
func functionName(arn string) string {
	if m := lambdaFunction.FindStringSubmatch(arn); m != nil {
		return m[1]
	}
	name, _, _ := strings.Cut(arn, ":")
	return name
}

// FunctionNames lists the Lambda functions that the definition names, so that a
// runtime can tell at its start whether it has them all. A FunctionName that is
// found in a state's input is not among them.
func (m *Machine) FunctionNames() []string {
	names := map[string]bool{}
	m.flow.functionNames(names)
	return slices.Sorted(maps.Keys(names))
}

func (fl *flow) functionNames(names map[string]bool) {
	for s := range fl.all {
		if t, ok := s.work.(*task); ok {
			if name := t.functionName(s.parameters); name != "" {
				names[name] = true
			}
		}
	}
}

func (t *task) functionName(parameters *template) string {
	if lambdaFunction.MatchString(t.resource) {
		return functionName(t.resource)
	}
	if !lambdaInvoke.MatchString(t.resource) {
		return ""
	}
	name, _ := parameters.member("FunctionName").(string)
	return functionName(name)
}
