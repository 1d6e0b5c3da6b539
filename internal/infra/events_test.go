package infra_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/safeconduct/safeconduct/internal/api/gateway"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// A call is a state that calls one of our functions.
type call struct {
	state, function string
	input           map[string]any
}

// calls lists the states of all definitions that call a function, with what they
// hand to it.
func calls(t *testing.T) (all []call) {
	files, err := filepath.Glob(filepath.Join(root, "statemachine", "*.asl.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no definitions (%v)", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var definition map[string]any
		if err := json.Unmarshal(text, &definition); err != nil {
			t.Fatal(err)
		}
		all = append(all, within(definition)...)
	}
	return all
}

func within(flow map[string]any) (all []call) {
	states, _ := flow["States"].(map[string]any)
	for name, s := range states {
		state := s.(map[string]any)
		if processor, ok := state["ItemProcessor"].(map[string]any); ok {
			all = append(all, within(processor)...)
		}
		resource, _ := state["Resource"].(string)
		input, _ := state["Parameters"].(map[string]any)
		if strings.HasPrefix(resource, "arn:aws:states:::lambda:invoke") {
			resource, _ = input["FunctionName"].(string)
			input, _ = input["Payload"].(map[string]any)
		}
		if of, ok := strings.CutSuffix(strings.TrimPrefix(resource, "${"), "FunctionArn}"); ok {
			all = append(all, call{name, strings.ToLower(of), input})
		}
	}
	return all
}

// fields are the names in a state's input, without the mark of a path.
func fields(input map[string]any) (names []string) {
	for name := range input {
		names = append(names, strings.TrimSuffix(name, ".$"))
	}
	return slices.Sorted(slices.Values(names))
}

// inputs is what each function decodes, as strictly as internal/function does.
var inputs = map[string]func() any{
	"api":       func() any { return new(migration.GateInput) },
	"plan":      func() any { return new(migration.PlanInput) },
	"extract":   func() any { return new(migration.ExtractInput) },
	"anonymize": func() any { return new(migration.AnonymizeInput) },
	"load":      func() any { return new(migration.LoadInput) },
	"verify":    func() any { return new(migration.VerifyInput) },
	"commit":    func() any { return new(migration.RunInput) },
	"report":    func() any { return new(migration.ReportInput) },
	"seal":      func() any { return new(migration.SealInput) },
	"finish":    func() any { return new(migration.FinishInput) },
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestEveryStateHasAnEventOfItsForm: an event is what the state hands over, no
// field more or less, and what the function takes.
func TestEveryStateHasAnEventOfItsForm(t *testing.T) {
	named := map[string]bool{"api/http-request": true, "api/schedule": true, "finish/status-change": true}
	for _, c := range calls(t) {
		name := c.function + "/" + c.state
		named[name] = true
		text := read(t, name)
		var event map[string]any
		if err := json.Unmarshal(text, &event); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := slices.Sorted(maps.Keys(event)), fields(c.input); !slices.Equal(got, want) {
			t.Errorf("events/%s.json has the fields %v, the state hands over %v", name, got, want)
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(inputs[c.function]()); err != nil {
			t.Errorf("%s: %s does not take it: %v", name, c.function, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "events", "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := filepath.Base(filepath.Dir(f)) + "/" + strings.TrimSuffix(filepath.Base(f), ".json")
		if !named[name] {
			t.Errorf("events/%s.json is the event of no state and no trigger", name)
		}
	}
}

func TestFinishReadsWhatEventBridgeSends(t *testing.T) {
	var e migration.ExecutionEvent
	if err := json.Unmarshal(read(t, "finish/status-change"), &e); err != nil {
		t.Fatal(err)
	}
	if e.DetailType != "Step Functions Execution Status Change" || e.Detail.Name != "acme-desk-2026-r0001" || e.Detail.Status != "FAILED" {
		t.Errorf("read %+v", e)
	}
}

// TestTheRuleMatchesItsEvent compares the rule's pattern with the event.
func TestTheRuleMatchesItsEvent(t *testing.T) {
	var e map[string]any
	if err := json.Unmarshal(read(t, "finish/status-change"), &e); err != nil {
		t.Fatal(err)
	}
	pattern := deployed(t).Find("Failed")
	for _, path := range [][]string{{"source"}, {"detail-type"}, {"detail", "status"}} {
		want, _ := pattern.Value(append([]string{"EventPattern"}, path...)...).([]any)
		value := any(e)
		for _, p := range path {
			value = value.(map[string]any)[p]
		}
		if !slices.Contains(want, value) {
			t.Errorf("%s is %v, the rule wants one of %v", strings.Join(path, "."), value, want)
		}
	}
}

// TestTheAPIReadsWhatAPIGatewaySends: method, path, body and the caller's claims.
func TestTheAPIReadsWhatAPIGatewaySends(t *testing.T) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(read(t, "api/http-request"), &e); err != nil {
		t.Fatal(err)
	}
	var got string
	gateway.Answer(t.Context(), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.URL.Path + " " + r.Header.Get("Idempotency-Key")
	}), e)
	if want := "POST /v1/migrations/desk-2026/runs 2f1c8f4e-demo"; got != want {
		t.Errorf("read as %q, want %q", got, want)
	}
	if claims := e.RequestContext.Authorizer.JWT.Claims; claims["custom:tenant"] != "acme" || claims["cognito:groups"] != "[operator]" {
		t.Errorf("claims %v", claims)
	}
}
