package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// task asks Tasks for something.
// https://states-language.net/spec.html#task-state
type task struct {
	resource  string
	timeout   *setting
	heartbeat *setting
	kind      taskKind
}

// A taskKind is who does a task.
type taskKind int

const (
	asked   taskKind = iota // Tasks, which answer at once
	awaited                 // Tasks begin it, and Answers ends it: see token.go
	started                 // Starter: see start.go
)

// lambdaInvoke is the integration that wraps a function's payload and result;
// with a token, the result comes from whoever was given the token.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
var (
	lambdaInvoke   = regexp.MustCompile(`^arn:aws[a-z-]*:states:::lambda:invoke(\.waitForTaskToken)?$`)
	lambdaFunction = regexp.MustCompile(`^arn:aws[a-z-]*:lambda:[^:]*:[^:]*:function:([^:]+)(:[^:]+)?$`)
)

func (p *parser) task(s *state, f *fields) work {
	f.require("Resource")
	t := &task{
		resource:  f.text("Resource"),
		timeout:   f.wholeSetting("TimeoutSeconds", 1, longestTimeout),
		heartbeat: f.wholeSetting("HeartbeatSeconds", 1, longestTimeout),
	}
	switch {
	case p.accepts(t.resource), lambdaFunction.MatchString(t.resource):
	case lambdaInvoke.MatchString(t.resource):
		p.parameters(s, "FunctionName", "Payload")
		if t.needsToken() {
			t.kind = awaited
			p.checkAwaited(s, t)
		}
	case startExecution.MatchString(t.resource):
		t.kind = started
		p.parameters(s, "StateMachineArn", "Name", "Input")
	default:
		p.refuse(f.at+"/Resource", "the Task resource %q", t.resource)
	}
	return t
}

func (p *parser) accepts(resource string) bool {
	return slices.ContainsFunc(p.accept, func(a string) bool {
		beginning, open := strings.CutSuffix(a, "*")
		return resource == a || open && strings.HasPrefix(resource, beginning)
	})
}

// parameters holds a task to those that are implemented. The first is required.
func (p *parser) parameters(s *state, known ...string) {
	at := s.at + "/Parameters"
	var names []string
	if s.parameters != nil {
		names = s.parameters.names()
	}
	if !slices.Contains(names, known[0]) {
		p.invalid(at, "the task needs the parameter %s", known[0])
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			p.refuse(at+"/"+name, "the parameter %q of this task", name)
		}
	}
}

// needsToken is true of resources that are answered from outside, by a token.
func (t *task) needsToken() bool {
	return strings.HasSuffix(t.resource, ".waitForTaskToken") || strings.Contains(t.resource, ".sync")
}

func (t *task) do(ctx context.Context, v *visit, input any) (any, error) {
	timeout, err := t.timeoutIn(v)
	if err != nil {
		return nil, err
	}
	result, err := t.result(ctx, v, timeout, encode(input))
	if err != nil {
		return nil, err
	}
	if len(result) > payloadLimit {
		f := failure(errDataLimit, "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit.", t.resource)
		return nil, t.failed(v, f)
	}
	value, err := decode(result)
	if err != nil {
		return nil, runtimeFailure("The task '%s' returned no JSON.", t.resource)
	}
	return value, nil
}

// result asks whoever does this kind of task.
func (t *task) result(ctx context.Context, v *visit, timeout time.Duration, input json.RawMessage) (json.RawMessage, error) {
	switch t.kind {
	case awaited:
		return t.await(ctx, v, timeout, input)
	case started:
		return t.start(ctx, v, input)
	}
	return t.invoke(ctx, v, timeout, input)
}

// timeoutIn reads the settings that may stand in the input. A heartbeat means
// nothing to a task in process; its path is followed all the same, since AWS
// fails where it leads nowhere.
func (t *task) timeoutIn(v *visit) (time.Duration, error) {
	if _, err := v.duration(t.heartbeat); err != nil {
		return 0, err
	}
	return v.duration(t.timeout)
}

// duration is a setting in seconds; 0 where there is none.
func (v *visit) duration(s *setting) (time.Duration, error) {
	if s == nil {
		return 0, nil
	}
	n, err := s.whole(v.see(v.effective))
	if err == nil && (n < 1 || n > longestTimeout) {
		err = runtimeFailure("%s must be from 1 to %d.", s.name, longestTimeout)
	}
	return seconds(int(n)), err
}

var errTaskTimeout = errors.New("TimeoutSeconds of the task are over")

func (t *task) invoke(ctx context.Context, v *visit, timeout time.Duration, input json.RawMessage) (json.RawMessage, error) {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if timeout > 0 {
		limited, cancel = context.WithTimeoutCause(ctx, timeout, errTaskTimeout)
	}
	defer cancel()
	limited = context.WithValue(limited, pathKey{}, v.path())
	result, err := v.thread.run.x.Tasks.Invoke(limited, t.resource, input)
	switch {
	case err == nil && len(result) == 0:
		return json.RawMessage("null"), nil
	case err == nil:
		return result, nil
	case ctx.Err() != nil:
		return nil, err
	case context.Cause(limited) == errTaskTimeout:
		return nil, t.failed(v, &Failure{Name: errTimeout})
	}
	return nil, t.failed(v, taskFailure(err))
}

type pathKey struct{}

// PathOf returns the place of the Task state that ctx was handed to [Tasks] for,
// as it stands in journal and events: Load[12]/Write. It is meant for logs.
func PathOf(ctx context.Context) string {
	path, _ := ctx.Value(pathKey{}).(string)
	return path
}

// failed tells observers in AWS's words, which depend on resource and error.
func (t *task) failed(v *visit, f *Failure) *Failure {
	kind := "Task"
	if lambdaFunction.MatchString(t.resource) {
		kind = "LambdaFunction"
	}
	outcome := "Failed"
	if f.Name == errTimeout {
		outcome = "TimedOut"
	}
	v.emit(Event{Type: kind + outcome, Error: f.Name})
	return f
}
