package workflow

import (
	"context"
	"fmt"
	"strconv"
)

// A thread walks through one flow: the execution's, a branch's, an item's.
type thread struct {
	run       *run
	flow      *flow
	path      string // where it stands: "" or Load[12]
	past      *past
	execution executionContext
	item      *mapItem // in an item of an inline Map
	child     bool     // inside a distributed Map
}

// fork makes the thread of a branch or item of the state that v visits.
func (v *visit) fork(fl *flow, i int) *thread {
	t := *v.thread
	t.flow = fl
	t.path = v.path() + "[" + strconv.Itoa(i) + "]"
	t.past = v.past.children[i]
	if t.past == nil {
		t.past = &past{}
	}
	return &t
}

// walk runs states one after another until the flow ends, beginning where the
// journal ends. What the journal said is dropped as soon as it is used.
func (t *thread) walk(ctx context.Context, input any) (any, error) {
	name, data, err := t.where(input)
	for name != "" && err == nil {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		s := t.flow.states[name]
		v := &visit{thread: t, state: s, raw: data, next: s.next, past: t.past.visit, entered: t.run.x.Clock.Now()}
		t.past = &past{}
		data, err = v.run(ctx)
		name = v.next
	}
	return data, err
}

// where tells the state to begin with, and its input.
func (t *thread) where(input any) (name string, data any, err error) {
	p := t.past
	if p.next == "" && !p.ended {
		return t.flow.startAt, input, nil
	}
	if p.next != "" && t.flow.states[p.next] == nil {
		return "", nil, fmt.Errorf("the journal leads to state %q, which is not there", p.next)
	}
	data, err = decode(p.data)
	return p.next, data, err
}
