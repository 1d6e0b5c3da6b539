package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/safeconduct/safeconduct/internal/migration"
)

// executions are those of the two state machines.
type executions struct{ api *sfn.Client }

// An execution is how one stands.
type execution struct {
	name    string
	status  types.ExecutionStatus // empty: there is none
	failure string                // name, where it failed
	message string                // references and codes
	started time.Time
}

func (x execution) exists() bool { return x.status != "" }
func (x execution) going() bool {
	return x.status == types.ExecutionStatusRunning || x.status == types.ExecutionStatusPendingRedrive
}
func (x execution) succeeded() bool { return x.status == types.ExecutionStatusSucceeded }

// start starts an execution, or finds that it was started.
func (s executions) start(ctx context.Context, machine, name string, input any) error {
	text, err := json.Marshal(input)
	if err != nil {
		return err
	}
	_, err = s.api.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: aws.String(string(text))})
	var exists *types.ExecutionAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("backend: start execution %s: %w", name, err)
	}
	return nil
}

// arn is that of an execution of a machine, which is named by an alias.
func arn(machine, name string) string {
	parts := strings.Split(machine, ":")
	parts[5] = "execution"
	return strings.Join(parts[:7], ":") + ":" + name
}

// of returns an execution; one that there is not has no status.
func (s executions) of(ctx context.Context, machine, name string) (execution, error) {
	x := execution{name: name}
	out, err := s.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(arn(machine, name))})
	var missing *types.ExecutionDoesNotExist
	if errors.As(err, &missing) {
		return x, nil
	}
	if err != nil {
		return x, fmt.Errorf("backend: describe execution %s: %w", name, err)
	}
	x.status, x.started = out.Status, aws.ToTime(out.StartDate)
	switch x.status {
	case types.ExecutionStatusFailed, types.ExecutionStatusTimedOut, types.ExecutionStatusAborted:
		name := migration.NameOf(string(out.Status), aws.ToString(out.Error))
		x.failure, x.message = string(name), said(name, aws.ToString(out.Cause))
	}
	return x, nil
}

// said is the message of a failure of ours: Lambda wraps what a function says, and a
// Fail state says what stands in the definition. Whatever else a cause holds was not
// written by us and is not handed on.
func said(name migration.Name, cause string) string {
	if !slices.Contains(migration.Names(), name) {
		return ""
	}
	var failure struct {
		Message string `json:"errorMessage"`
	}
	if json.Unmarshal([]byte(cause), &failure) != nil {
		return cause
	}
	return failure.Message
}

// mostParts bounds the search for the last part of an execution: each has thousands
// of pages.
const mostParts = 100

// last returns the last part of an execution that goes on in others.
func (s executions) last(ctx context.Context, machine, name string) (x execution, err error) {
	for range mostParts {
		next, err := s.of(ctx, machine, name)
		if err != nil || !next.exists() {
			return x, err
		}
		x, name = next, migration.NextPart(name)
	}
	return x, nil
}

// redrive lets a failed execution go on from the states that failed; ok is false if
// that is not possible any more.
func (s executions) redrive(ctx context.Context, machine, name string) (ok bool, err error) {
	_, err = s.api.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: aws.String(arn(machine, name))})
	var never *types.ExecutionNotRedrivable
	if errors.As(err, &never) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("backend: redrive execution %s: %w", name, err)
	}
	return true, nil
}

func (s executions) stop(ctx context.Context, machine, name string) error {
	_, err := s.api.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: aws.String(arn(machine, name)), Error: aws.String(string(migration.Aborted))})
	if err != nil {
		return fmt.Errorf("backend: stop execution %s: %w", name, err)
	}
	return nil
}
