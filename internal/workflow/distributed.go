package workflow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"sync"

	"github.com/google/uuid"
)

// A mapRun is one run of a distributed Map: its items and how they fare.
type mapRun struct {
	m     *mapState
	v     *visit
	id    uuid.UUID
	items []any
	most  int64 // items to read, 0: all
	limit limit

	mu       sync.Mutex
	outcomes []outcome
	progress Progress
}

// An outcome is how an item ended. While it has neither, it has not.
type outcome struct {
	output  json.RawMessage
	failure *Failure
}

// runDistributed follows the order that recordings show: the state starts, its
// settings are read, the run starts, and only then the items are read.
func (m *mapState) runDistributed(ctx context.Context, v *visit, width int) (any, error) {
	r := &mapRun{m: m, v: v}
	if err := r.start(); err != nil {
		return nil, err
	}
	if err := r.readItems(ctx); err != nil {
		return nil, r.failed(err)
	}
	if err := r.remember(ctx); err != nil {
		return nil, err
	}
	if err := r.runItems(ctx, width); err != nil {
		return nil, r.failed(err)
	}
	result, err := r.result(ctx)
	if err != nil {
		return nil, r.failed(err)
	}
	v.emit(Event{Type: "MapRunSucceeded"})
	v.emit(Event{Type: "MapStateSucceeded"})
	return result, nil
}

func (r *mapRun) failed(err error) error {
	var f *Failure
	if errors.As(err, &f) {
		r.v.emit(Event{Type: "MapRunFailed", Error: f.Name})
	}
	return err
}

func (r *mapRun) start() error {
	if r.m.reader == nil {
		var err error
		if r.items, err = r.m.arrayIn(r.v); err != nil {
			return err
		}
	}
	r.v.emit(Event{Type: "MapStateStarted", Progress: Progress{Total: len(r.items)}})
	var err error
	if r.limit, err = r.m.tolerance.limit(r.v); err != nil {
		return err
	}
	if r.most, err = r.m.reader.most(r.v); err != nil {
		return err
	}
	r.v.emit(Event{Type: "MapRunStarted"})
	return nil
}

func (r *mapRun) readItems(ctx context.Context) error {
	if r.m.reader == nil {
		return nil
	}
	var err error
	r.items, err = r.m.reader.read(ctx, r.v, r.most)
	return err
}

// remember gives the run an id that survives, from which its items have their
// names, and makes sure that a run that goes on has the items it began with.
func (r *mapRun) remember(ctx context.Context) error {
	digest := sha256.Sum256(encode(r.items))
	items := hex.EncodeToString(digest[:])
	past := r.v.past
	if past.mapRun == "" {
		r.id = uuid.New()
		return r.v.record(ctx, Entry{Kind: entryMap, MapRun: r.id.String(), Items: items})
	}
	if past.items != items {
		return failure(errItemReader, "The items have changed since the Map Run began.")
	}
	var err error
	r.id, err = uuid.Parse(past.mapRun)
	return err
}

func (r *mapRun) runItems(ctx context.Context, width int) error {
	r.outcomes = make([]outcome, len(r.items))
	r.progress.Total = len(r.items)
	return spread(ctx, len(r.items), width, func(ctx context.Context, i int) error {
		return r.runItem(ctx, i)
	})
}

// runItem runs an item as an execution of its own. Its failure is recorded, and
// is an error only if it is one too many.
func (r *mapRun) runItem(ctx context.Context, i int) error {
	t := r.v.fork(r.m.flow, i)
	if t.past.ended {
		return r.settle(i, outcome{output: t.past.data})
	}
	if t.past.failure != nil {
		return r.settle(i, outcome{failure: t.past.failure})
	}
	input, err := r.m.itemInput(r.v, i, r.items[i])
	if err != nil {
		return err
	}
	t.child, t.item, t.execution = true, nil, r.execution(i, input)
	output, err := t.walk(ctx, input)
	if err == nil {
		return r.settle(i, outcome{output: encode(output)})
	}
	f, ok := err.(*Failure)
	if !ok || ctx.Err() != nil {
		return stopped(ctx, err)
	}
	if err := r.v.thread.run.record(ctx, failed(t.path, f)); err != nil {
		return err
	}
	return r.settle(i, outcome{failure: f})
}

// execution is the item's own context. Its name comes from the run's id, so that
// it is the same after a crash.
func (r *mapRun) execution(i int, input any) executionContext {
	parent := r.v.thread.execution
	return executionContext{
		name:    uuid.NewSHA1(r.id, []byte(strconv.Itoa(i))).String(),
		machine: parent.machine + "/" + r.m.label,
		input:   input,
		started: r.v.clock().Now(),
		home:    parent.home,
	}
}

// settle counts an outcome and tells whether the run may go on.
func (r *mapRun) settle(i int, o outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes[i] = o
	if o.failure == nil {
		r.progress.Succeeded++
	} else {
		r.progress.Failed++
	}
	r.v.emit(Event{Type: EventMapProgress, Index: i, Progress: r.progress})
	if r.limit.exceeded(r.progress.Failed, r.progress.Total) {
		return failure(errThreshold, "The specified tolerated failure threshold was exceeded")
	}
	return nil
}

// result is the list of the items' outputs, or, with a ResultWriter, where they are.
// An item that failed within the tolerance stands as the record of its execution.
func (r *mapRun) result(ctx context.Context) (any, error) {
	if r.m.writer != nil {
		return r.m.writer.write(ctx, r)
	}
	results := make([]any, len(r.outcomes))
	for i, o := range r.outcomes {
		var err error
		if o.failure != nil {
			results[i], err = r.itemRecord(i)
		} else {
			results[i], err = decode(o.output)
		}
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

func (r *mapRun) arn() string {
	e := r.v.thread.execution
	return e.arn("mapRun", e.machine+"/"+r.m.label+":"+r.id.String())
}

// itemRecord is what a ResultWriter writes of an item, without its times: the
// journal does not keep them.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
func (r *mapRun) itemRecord(i int) (map[string]any, error) {
	input, err := r.m.itemInput(r.v, i, r.items[i])
	if err != nil {
		return nil, err
	}
	o, e := r.outcomes[i], r.execution(i, input)
	record := map[string]any{
		"ExecutionArn":    e.id(),
		"Input":           string(encode(input)),
		"InputDetails":    map[string]any{"Included": true},
		"Name":            e.name,
		"StateMachineArn": e.arn("stateMachine", e.machine),
	}
	if o.failure != nil {
		record["Status"] = "FAILED"
		record["Error"], record["Cause"] = orNull(o.failure.Name), orNull(o.failure.Cause)
		return record, nil
	}
	record["Status"] = "SUCCEEDED"
	record["Output"] = string(o.output)
	record["OutputDetails"] = map[string]any{"Included": true}
	return record, nil
}
