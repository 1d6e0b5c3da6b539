package architecture

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/workflow"
)

// A flow is a StartAt with its States: a definition, or what a Map does with each
// item.
type flow struct {
	at     string // migrate.asl.json, migrate.asl.json/Anonymize
	states map[string]state
}

// A state is one state as it stands in the file.
type state struct {
	at     string
	fields map[string]any
}

func (s state) text(field string) string { text, _ := s.fields[field].(string); return text }

// names lists all states of a flow in order.
func (f flow) names() []string { return slices.Sorted(maps.Keys(f.states)) }

// flows reads all definitions, a flow for each level.
func (t *tree) flows() (all []flow) {
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if dir, file := path.Split(name); dir == "statemachine/" && strings.HasSuffix(file, ".asl.json") {
			var definition map[string]any
			if err := json.Unmarshal(t.files[name], &definition); err == nil { // workflow.Parse says what is wrong
				all = append(all, inner(file, definition)...)
			}
		}
	}
	return all
}

func inner(at string, object map[string]any) (all []flow) {
	states, ok := object["States"].(map[string]any)
	if !ok {
		return nil
	}
	f := flow{at, map[string]state{}}
	for name, fields := range states {
		s := state{at + "/" + name, fields.(map[string]any)}
		f.states[name] = s
		for _, within := range []string{"ItemProcessor", "Iterator"} {
			if flow, ok := s.fields[within].(map[string]any); ok {
				all = append(all, inner(s.at, flow)...)
			}
		}
		branches, _ := s.fields["Branches"].([]any)
		for i, b := range branches {
			all = append(all, inner(fmt.Sprintf("%s[%d]", s.at, i), b.(map[string]any))...)
		}
	}
	return append(all, f)
}

// states goes over all states of all definitions.
func (t *tree) states() (all []state) {
	for _, f := range t.flows() {
		for _, name := range f.names() {
			all = append(all, f.states[name])
		}
	}
	slices.SortFunc(all, func(a, b state) int { return strings.Compare(a.at, b.at) })
	return all
}

var placeholder = regexp.MustCompile(`\$\{(\w+)\}`)

func TestEveryDefinitionRunsInProcess(t *testing.T) { holds(t, parses) }

func parses(t *tree) (broken []string) {
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if !strings.HasPrefix(name, "statemachine/") || path.Ext(name) != ".json" {
			continue
		}
		filled := placeholder.ReplaceAll(t.files[name], []byte("arn:aws:lambda:eu-central-1:123456789012:function:$1"))
		if _, err := workflow.Parse(filled); err != nil {
			broken = append(broken, fmt.Sprintf("%s: %v. The embedded runtime runs the definition that AWS runs: say it with what "+
				"internal/workflow implements, or implement it there with a recorded execution", name, err))
		}
	}
	return broken
}

// transient are the errors of the Lambda service that have nothing to do with
// the function: AWS's own advice is to retry them. The last two are a process
// that died and one that ran out of time, in the words of Lambda's runtime.
// https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
var transient = []string{"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
	"Runtime.ExitError", "Sandbox.Timedout"}

// longestFunction is how many seconds Lambda lets a function run, longestAnswer
// how many a person may take to answer.
const (
	longestFunction = 900
	longestAnswer   = 30 * 24 * 3600
)

func TestEveryTaskEndsAndIsTriedAgain(t *testing.T) { holds(t, tasks) }

func tasks(t *tree) (broken []string) {
	for _, s := range t.states() {
		if s.text("Type") != "Task" {
			continue
		}
		longest := float64(longestFunction)
		if s.text("Resource") == awaitToken {
			longest = longestAnswer
		}
		if n, ok := s.fields["TimeoutSeconds"].(float64); !ok || n > longest {
			broken = append(broken, fmt.Sprintf("%s: TimeoutSeconds is %v; without one up to %.0f, an invocation that is lost is waited for until the whole run times out",
				s.at, s.fields["TimeoutSeconds"], longest))
		}
		retried := s.errors("Retry")
		if s.text("Resource") == startExecution {
			if !slices.Contains(retried, "States.TaskFailed") {
				broken = append(broken, fmt.Sprintf("%s does not retry States.TaskFailed: a throttled call would end a run of days", s.at))
			}
			continue
		}
		for _, name := range transient {
			if !slices.Contains(retried, name) {
				broken = append(broken, fmt.Sprintf("%s does not retry %s: a hiccup of Lambda would end a migration of days. Copy the Retry of another Task", s.at, name))
			}
		}
	}
	return broken
}

// errors lists the error names in the Retry or the Catch of a state.
func (s state) errors(field string) (names []string) {
	list, _ := s.fields[field].([]any)
	for _, entry := range list {
		equals, _ := entry.(map[string]any)["ErrorEquals"].([]any)
		for _, name := range equals {
			names = append(names, name.(string))
		}
	}
	return names
}

func TestEveryDistributedMapIsBoundedAndReadsAManifest(t *testing.T) { holds(t, distributed) }

func distributed(t *tree) (broken []string) {
	reasons := []struct{ either, why string }{
		{"ItemReader", "items in the state's input would pass 32 KiB, and would be the segments themselves: read the manifest"},
		{"ToleratedFailurePercentage ToleratedFailureCount ToleratedFailurePercentagePath ToleratedFailureCountPath",
			"how much may fail before the run does is a decision: write it down, 0 too"},
		{"ResultWriter", "the results of thousands of items do not fit into a state's output"},
		{"MaxConcurrency MaxConcurrencyPath", "without a bound AWS starts 10,000 functions at a help desk"},
	}
	for _, s := range t.states() {
		processor, _ := s.fields["ItemProcessor"].(map[string]any)
		config, _ := processor["ProcessorConfig"].(map[string]any)
		if config["Mode"] != "DISTRIBUTED" {
			continue
		}
		for _, r := range reasons {
			if !slices.ContainsFunc(strings.Fields(r.either), func(f string) bool { _, ok := s.fields[f]; return ok }) {
				broken = append(broken, fmt.Sprintf("%s has no %s: %s", s.at, strings.ReplaceAll(r.either, " ", " or "), r.why))
			}
		}
	}
	return broken
}
