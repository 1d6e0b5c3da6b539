package workflow

import (
	"fmt"

	"pgregory.net/rapid"
)

// A generated machine: every kind of state, nested, with flaky and hopeless tasks.
type generator struct {
	t *rapid.T
	n int
}

func (g *generator) name(kind string) string {
	g.n++
	return fmt.Sprintf("%s%d", kind, g.n)
}

// flow makes states that follow each other.
// mayFail is true inside a distributed Map, whose items may fail for good.
func (g *generator) flow(depth int, mayFail bool) map[string]any {
	n := rapid.IntRange(1, 3).Draw(g.t, "states")
	states := map[string]any{}
	next := ""
	for range n {
		name, s := g.state(depth, mayFail)
		if next == "" {
			s["End"] = true
		} else {
			s["Next"] = next
		}
		states[name] = s
		next = name
	}
	return map[string]any{"StartAt": next, "States": states}
}

func (g *generator) state(depth int, mayFail bool) (string, map[string]any) {
	kinds := []string{"Steady", "Flaky", "Hopeless", "Wait", "Pass"}
	if mayFail {
		kinds = append(kinds, "Doomed")
	}
	if depth > 0 {
		kinds = append(kinds, "Parallel", "Inline", "Distributed")
	}
	kind := rapid.SampledFrom(kinds).Draw(g.t, "kind")
	name := g.name(kind)
	resource := "arn:aws:lambda:r:a:function:" + name
	state := map[string]any{"Type": "Task", "Resource": resource, "ResultPath": "$." + name}
	switch kind {
	case "Flaky":
		state["Retry"] = []any{map[string]any{"ErrorEquals": []any{"Busy"}, "MaxAttempts": 9}}
	case "Hopeless":
		state["Retry"] = []any{map[string]any{"ErrorEquals": []any{"Busy"}}}
		state["Catch"] = []any{map[string]any{"ErrorEquals": []any{"States.ALL"}, "Next": name + "Caught", "ResultPath": "$.error"}}
		delete(state, "ResultPath")
		return g.wrap(name, resource, state)
	case "Wait":
		return name, map[string]any{"Type": "Wait", "Seconds": 60}
	case "Pass":
		return name, map[string]any{"Type": "Pass", "Parameters": map[string]any{name: "passed", "items.$": "$.items", "before.$": "$"}}
	case "Parallel":
		return name, map[string]any{"Type": "Parallel", "Branches": []any{g.flow(depth-1, mayFail), g.flow(depth-1, mayFail)}, "ResultPath": "$." + name}
	case "Inline":
		return name, g.mapState(name, g.flow(depth-1, mayFail))
	case "Distributed":
		items := g.flow(depth-1, true)
		items["ProcessorConfig"] = map[string]any{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
		s := g.mapState(name, items)
		s["ToleratedFailurePercentage"] = 100
		return name, s
	}
	return name, state
}

// wrap puts a state that leads to a catcher into a flow of its own, so that what
// follows it need not know.
func (g *generator) wrap(name, resource string, state map[string]any) (string, map[string]any) {
	state["End"] = true
	branch := map[string]any{"StartAt": name, "States": map[string]any{
		name:            state,
		name + "Caught": map[string]any{"Type": "Pass", "End": true},
	}}
	return name + "Around", map[string]any{"Type": "Parallel", "Branches": []any{branch}, "ResultPath": "$." + name}
}

func (g *generator) mapState(name string, processor map[string]any) map[string]any {
	return map[string]any{
		"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": "$." + name,
		"ItemSelector":   map[string]any{"item.$": "$$.Map.Item.Value", "items.$": "$.items"},
		"MaxConcurrency": rapid.IntRange(0, 3).Draw(g.t, "width"),
	}
}
