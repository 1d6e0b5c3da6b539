package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Answers holds what people, or other systems, answered to tasks that wait for it.
type Answers interface {
	// Answer returns the answer that was given with the token; ok is false as long
	// as there is none. It must return the same answer each time.
	Answer(ctx context.Context, token string) (a Answer, ok bool, err error)
}

// An Answer ends a task that waited, as SendTaskSuccess and SendTaskFailure do on
// AWS.
type Answer struct {
	Output  json.RawMessage // the task's result
	Failure *Failure        // or its failure
}

// Waiting is the error of an execution in which a task waits for its answer. It
// is not over: Run goes on once the answer is there, or its time has passed.
type Waiting struct {
	Path  string // of the state
	Token string
	Until time.Time // zero: for ever
}

func (w *Waiting) Error() string { return fmt.Sprintf("state %q waits for an answer", w.Path) }

// checkAwaited refuses what is not implemented of tasks that wait. Within a Map or
// Parallel state the others would have to go on meanwhile.
func (p *parser) checkAwaited(s *state, t *task) {
	if p.depth > 1 {
		p.refuse(s.at+"/Resource", "a task that waits within another state")
	}
	if t.heartbeat != nil {
		p.refuse(s.at+"/HeartbeatSeconds", "HeartbeatSeconds of a task that waits")
	}
}

// prepareToken makes $$.Task.Token before the parameters are evaluated. The token
// of a task that was asked before a crash is still good.
func (v *visit) prepareToken() {
	t, ok := v.state.work.(*task)
	switch {
	case !ok || !t.needsToken():
	case t.kind == awaited && v.past.token != "":
		v.token = v.past.token
	default:
		v.token = uuid.NewString()
	}
}

// await asks, and then looks for the answer. The token stands in the journal
// before anybody hears of it, so that an answer is never given to a token that a
// crash has made us forget.
func (t *task) await(ctx context.Context, v *visit, timeout time.Duration, input json.RawMessage) (json.RawMessage, error) {
	if !v.past.awaits {
		if err := t.ask(ctx, v, timeout, input); err != nil {
			return nil, err
		}
	}
	a, ok, err := v.thread.run.x.Answers.Answer(ctx, v.token)
	switch {
	case err != nil:
		return nil, fmt.Errorf("look for the answer to %q: %w", v.path(), err)
	case ok && a.Failure != nil:
		return nil, t.failed(v, &Failure{Name: a.Failure.Name, Cause: a.Failure.Cause})
	case ok:
		return a.Output, nil
	case !v.past.deadline.IsZero() && !v.clock().Now().Before(v.past.deadline):
		return nil, t.failed(v, &Failure{Name: errTimeout})
	}
	return nil, &Waiting{Path: v.path(), Token: v.token, Until: v.past.deadline}
}

// ask hands the token to the task.
func (t *task) ask(ctx context.Context, v *visit, timeout time.Duration, input json.RawMessage) error {
	if v.past.token == "" {
		if err := v.record(ctx, Entry{Kind: entryToken, Token: v.token}); err != nil {
			return err
		}
	}
	if _, err := t.invoke(ctx, v, timeout, input); err != nil {
		return err
	}
	v.past.token, v.past.awaits = v.token, true
	if timeout > 0 {
		v.past.deadline = v.entered.Add(timeout)
	}
	return v.record(ctx, Entry{Kind: entryAwait, Token: v.token, Until: v.past.deadline})
}
