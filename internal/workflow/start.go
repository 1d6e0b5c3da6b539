package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// startExecution starts an execution and does not wait for it.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
var startExecution = regexp.MustCompile(`^arn:aws[a-z-]*:states:::states:startExecution$`)

// errExecutionExists is what the integration calls StartExecution's refusal.
const errExecutionExists = "StepFunctions.ExecutionAlreadyExistsException"

// Started is an execution that a Task starts.
type Started struct {
	StateMachine string // its ARN
	Name         string
	Input        json.RawMessage
}

// start has an execution started. Its result is an ARN and a time, as on AWS.
func (t *task) start(ctx context.Context, v *visit, input json.RawMessage) (json.RawMessage, error) {
	var p struct {
		StateMachineArn, Name string
		Input                 json.RawMessage
	}
	if err := json.Unmarshal(input, &p); err != nil {
		return nil, runtimeFailure("The parameters of %q are no text.", t.resource)
	}
	if p.Name == "" {
		p.Name = uuid.NewString()
	}
	if len(p.Input) == 0 {
		p.Input = json.RawMessage("{}")
	}
	err := v.thread.run.x.Start(ctx, Started{StateMachine: p.StateMachineArn, Name: p.Name, Input: p.Input})
	switch {
	case errors.Is(err, ErrExecutionExists):
		return nil, t.failed(v, failure(errExecutionExists, "Execution Already Exists: '%s'", p.Name))
	case err != nil && ctx.Err() != nil:
		return nil, err
	case err != nil:
		return nil, t.failed(v, taskFailure(err))
	}
	e := v.thread.execution
	e.name = p.Name
	return encode(map[string]any{"ExecutionArn": e.id(), "StartDate": contextTime(v.clock().Now().Truncate(time.Millisecond))}), nil
}
