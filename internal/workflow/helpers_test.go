package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"sync"
	"testing"
)

// anyTask answers every task alike.
type anyTask struct {
	output json.RawMessage
	err    error
}

func (a anyTask) Invoke(context.Context, string, json.RawMessage) (json.RawMessage, error) {
	return a.output, a.err
}

// tasksFunc is Tasks of one function.
type tasksFunc func(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error)

func (f tasksFunc) Invoke(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
	return f(ctx, resource, input)
}

func mustParse(t testing.TB, definition string) *Machine {
	t.Helper()
	m, err := Parse([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// wantFailure checks the error name that an execution failed with.
func wantFailure(t testing.TB, err error, name string) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || f.Name != name {
		t.Fatalf("error %v, want the failure %s", err, name)
	}
	return f
}

func wantJSON(t testing.TB, got json.RawMessage, want string) {
	t.Helper()
	a, errA := decode(got)
	b, errB := decode([]byte(want))
	if errA != nil || errB != nil || !equal(a, b) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// events collects the types of events, and those about one state.
type events struct {
	mu  sync.Mutex
	all []Event
}

func (e *events) observe(ev Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
}

func (e *events) count(kind string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, ev := range e.all {
		if ev.Type == kind {
			n++
		}
	}
	return n
}

var errKilled = errors.New("the process was killed")

// mortalJournal is a journal whose process dies at an append: before the entry is
// durable, or right after. Nothing is written from then on.
type mortalJournal struct {
	*MemoryJournal
	mu     sync.Mutex
	left   int  // appends until death
	after  bool // the last entry is durable
	onEach func(Entry)
}

func (j *mortalJournal) Append(ctx context.Context, e Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.left--
	if j.left < 0 || j.left == 0 && !j.after {
		return errKilled
	}
	if j.onEach != nil {
		j.onEach(e)
	}
	if err := j.MemoryJournal.Append(ctx, e); err != nil {
		return err
	}
	if j.left == 0 {
		return errKilled
	}
	return nil
}

func (j *mortalJournal) dead() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.left <= 0
}

func (j *mortalJournal) Entries(ctx context.Context) iter.Seq2[Entry, error] {
	return j.MemoryJournal.Entries(ctx)
}
