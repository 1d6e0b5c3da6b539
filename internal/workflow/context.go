package workflow

import (
	"strings"
	"time"
)

// executionContext is $$.Execution and $$.StateMachine. An item of a distributed
// Map is an execution of its own and has its own.
type executionContext struct {
	name    string
	machine string // with the label of the Map, for an item
	input   any
	started time.Time
	home    string // region:account
}

// mapItem is $$.Map.Item.
type mapItem struct {
	index int
	value any
}

func (r *run) context() executionContext {
	return executionContext{name: r.x.Name, machine: r.x.StateMachine, input: r.input, started: r.started, home: r.x.home}
}

func (e executionContext) arn(kind, name string) string {
	return "arn:aws:states:" + e.home + ":" + kind + ":" + name
}

func (e executionContext) id() string { return e.arn("execution", e.machine+":"+e.name) }

// context builds what $$ stands for in this visit. It leaves out what AWS leaves
// out: Map outside of items, Task where no token was made.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (v *visit) context() any {
	e := v.thread.execution
	machine, _, _ := strings.Cut(e.machine, "/")
	_, account, _ := strings.Cut(e.home, ":")
	c := map[string]any{
		"Execution": map[string]any{
			"Id":        e.id(),
			"Input":     e.input,
			"Name":      e.name,
			"RoleArn":   "arn:aws:iam::" + account + ":role/embedded",
			"StartTime": contextTime(e.started),
		},
		"StateMachine": map[string]any{
			"Id":   e.arn("stateMachine", machine),
			"Name": machine,
		},
		"State": map[string]any{
			"Name":        v.state.name,
			"EnteredTime": contextTime(v.entered),
			"RetryCount":  number(int64(v.retryCount())),
		},
	}
	if item := v.thread.item; item != nil {
		c["Map"] = map[string]any{"Item": map[string]any{"Index": number(int64(item.index)), "Value": item.value}}
	}
	if v.token != "" {
		c["Task"] = map[string]any{"Token": v.token}
	}
	return c
}

func contextTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
