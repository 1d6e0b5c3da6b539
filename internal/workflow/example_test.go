package workflow_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/safeconduct/safeconduct/internal/workflow"
)

// The definition that is deployed names its functions by placeholders. In process
// they are filled in with names, the functions are Go functions, and a file
// remembers how far the execution got.
func Example() {
	definition := []byte(`{
		"StartAt": "Plan",
		"States": {
			"Plan": {"Type": "Task", "Resource": "${PlanFunctionArn}", "Next": "Load"},
			"Load": {
				"Type": "Map",
				"ItemsPath": "$.segments",
				"ItemProcessor": {"StartAt": "LoadOne", "States": {
					"LoadOne": {
						"Type": "Task", "Resource": "${LoadFunctionArn}", "End": true,
						"Retry": [{"ErrorEquals": ["RateLimited"], "IntervalSeconds": 2, "JitterStrategy": "FULL"}]
					}
				}},
				"End": true
			}
		}
	}`)
	definition, err := workflow.Substitute(definition, map[string]string{
		"PlanFunctionArn": "arn:aws:lambda:local:0:function:plan",
		"LoadFunctionArn": "arn:aws:lambda:local:0:function:load",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	machine, err := workflow.Parse(definition)
	if err != nil {
		fmt.Println(err)
		return
	}
	folder, err := os.MkdirTemp("", "run-7-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	journal, err := workflow.OpenJournal(filepath.Join(folder, "journal.jsonl"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer journal.Close()

	output, err := machine.Run(context.Background(), workflow.Execution{
		Name:    "run-7",
		Journal: journal,
		Tasks: workflow.Functions{
			"plan": func(context.Context, json.RawMessage) (json.RawMessage, error) {
				return json.RawMessage(`{"segments":["s-1","s-2"]}`), nil
			},
			"load": func(_ context.Context, segment json.RawMessage) (json.RawMessage, error) {
				return json.RawMessage(`{"loaded":` + string(segment) + `}`), nil
			},
		},
	})
	fmt.Println(string(output), err)
	// Output: [{"loaded":"s-1"},{"loaded":"s-2"}] <nil>
}
