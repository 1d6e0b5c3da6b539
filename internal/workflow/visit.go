package workflow

import (
	"context"
	"slices"
	"time"
)

// A visit is one stay in a state, with all its retries.
type visit struct {
	thread  *thread
	state   *state
	raw     any    // the state's input, before InputPath
	next    string // the state that follows; a Choice and a Catch set it
	past    visitPast
	entered time.Time

	effective any    // the input after InputPath
	token     string // $$.Task.Token
	retries   []int  // how often each retrier was used
}

func (v *visit) clock() Clock { return v.thread.run.x.Clock }

// path is the place of the state in journal and events.
func (v *visit) path() string {
	if v.thread.path == "" {
		return v.state.name
	}
	return v.thread.path + "/" + v.state.name
}

func (v *visit) see(data any) view { return view{data: data, context: v.context} }

func (v *visit) record(ctx context.Context, e Entry) error {
	e.Path = v.path()
	return v.thread.run.record(ctx, e)
}

func (v *visit) sleepUntil(ctx context.Context, t time.Time) error {
	left := t.Sub(v.clock().Now())
	if left <= 0 {
		return nil
	}
	if err := v.clock().Sleep(ctx, left); err != nil {
		return stopped(ctx, err)
	}
	return nil
}

// stopped is why ctx ended, or err if it did not.
func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// run goes through the state: enter, try until it succeeds or nobody retries,
// catch, record, leave.
func (v *visit) run(ctx context.Context) (any, error) {
	v.emit(Event{Type: v.state.kind + "StateEntered", data: holding(v.raw)})
	v.retries = make([]int, len(v.state.retriers))
	copy(v.retries, v.past.retries)
	output, err := v.persist(ctx)
	if err != nil {
		return nil, err
	}
	e := Entry{Kind: entryExit, Next: v.next, Data: encode(output)}
	if len(e.Data) > payloadLimit {
		return nil, v.tooLarge().within(v.state.name)
	}
	if err := v.record(ctx, e); err != nil {
		return nil, err
	}
	v.emit(Event{Type: v.state.kind + "StateExited", data: holding(output)})
	return output, nil
}

// persist tries the state until it succeeds, or fails in a way that no retrier
// covers; then a catcher may still lead on.
func (v *visit) persist(ctx context.Context) (any, error) {
	if err := v.resumeDelay(ctx); err != nil {
		return nil, err
	}
	for {
		output, err := v.attempt(ctx)
		if err == nil {
			return output, nil
		}
		f, ok := err.(*Failure)
		if !ok || ctx.Err() != nil {
			return nil, stopped(ctx, err)
		}
		f = f.within(v.state.name)
		again, err := v.retry(ctx, f)
		if err != nil {
			return nil, err
		}
		if !again {
			return v.catch(f)
		}
	}
}

// resumeDelay waits out the delay before a retry that an earlier process began.
func (v *visit) resumeDelay(ctx context.Context) error {
	if v.past.retries == nil {
		return nil
	}
	until := v.past.until
	v.past.until = time.Time{}
	return v.sleepUntil(ctx, until)
}

// retry records that the state will be tried again and waits. It tells whether
// a retrier covers the failure.
func (v *visit) retry(ctx context.Context, f *Failure) (bool, error) {
	for i, r := range v.state.retriers {
		if !catches(r.errors, f) {
			continue
		}
		if v.retries[i] >= r.attempts {
			return false, nil // the first retrier that matches decides
		}
		v.retries[i]++
		until := v.clock().Now().Add(r.delay(v.retries[i]))
		v.past = visitPast{}
		if err := v.record(ctx, Entry{Kind: entryRetry, Retries: slices.Clone(v.retries), Until: until}); err != nil {
			return false, err
		}
		v.emit(Event{Type: EventRetried, Error: f.Name})
		return true, v.sleepUntil(ctx, until)
	}
	return false, nil
}

func (v *visit) retryCount() int {
	n := 0
	for _, r := range v.retries {
		n += r
	}
	return n
}

// catch leads a failure to the state that its catcher names, or returns it.
func (v *visit) catch(f *Failure) (any, error) {
	v.emitGivenUp(f)
	for _, c := range v.state.catchers {
		if !catches(c.errors, f) {
			continue
		}
		output, err := v.place(c.resultPath, f.output())
		if err != nil {
			return nil, err
		}
		v.next = c.next
		v.emit(Event{Type: EventCaught, Error: f.Name})
		return output, nil
	}
	if v.thread.path != "" && v.state.kind == "Task" {
		v.emit(Event{Type: "TaskStateAborted"})
	}
	return nil, f
}

// emitGivenUp tells that a Map or Parallel state will not be tried again.
func (v *visit) emitGivenUp(f *Failure) {
	if !f.fatal && (v.state.kind == "Map" || v.state.kind == "Parallel") {
		v.emit(Event{Type: v.state.kind + "StateFailed", Error: f.Name})
	}
}
