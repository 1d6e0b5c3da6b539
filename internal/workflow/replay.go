package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"
)

// history is what a journal says.
type history struct {
	start   *Entry
	counted time.Time // of the start or the last redrive
	root    *past
}

// past is what the journal knows of one flow: the execution, a branch, an item.
// A flow that ended keeps its output and nothing else, so that a Map state with
// ten thousand finished items is held in little memory.
type past struct {
	next    string          // state to run; "" before the first and after the last
	data    json.RawMessage // its input; after the last, the flow's output
	ended   bool
	failure *Failure // of the execution, or of an item of a distributed Map
	visit   visitPast
}

// visitPast is what the journal knows of the state in which a flow is.
type visitPast struct {
	retries  []int
	until    time.Time
	token    string // that the task is asked with
	awaits   bool   // it was asked, and waits
	deadline time.Time
	mapRun   string
	items    string
	children map[int]*past // its branches or items
}

func (v *visitPast) child(i int) *past {
	if v.children == nil {
		v.children = map[int]*past{}
	}
	if v.children[i] == nil {
		v.children[i] = &past{}
	}
	return v.children[i]
}

// replay reads a journal once.
func replay(entries iter.Seq2[Entry, error]) (*history, error) {
	h := &history{root: &past{}}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if err := h.add(e); err != nil {
			return nil, fmt.Errorf("replay %s of %q: %w", e.Kind, e.Path, err)
		}
	}
	return h, nil
}

func (h *history) add(e Entry) error {
	switch e.Kind {
	case entryStart:
		h.start, h.counted = &e, e.Time
		return nil
	case entryRedrive:
		h.counted = e.Time
		h.root.forgive()
		return nil
	case entryFail:
		p, err := h.flow(e.Path)
		if err == nil {
			*p = past{next: p.next, data: p.data, visit: p.visit, failure: &Failure{Name: e.Error, Cause: e.Cause}}
		}
		return err
	}
	return h.addVisit(e)
}

func (h *history) addVisit(e Entry) error {
	p, err := h.flow(parentOf(e.Path))
	if err != nil {
		return err
	}
	switch e.Kind {
	case entryExit:
		*p = past{next: e.Next, data: e.Data, ended: e.Next == ""}
	case entryRetry:
		p.visit = visitPast{retries: e.Retries, until: e.Until}
	case entryWait:
		p.visit.until = e.Until
	case entryToken:
		p.visit.token, p.visit.awaits = e.Token, false
	case entryAwait:
		p.visit.token, p.visit.awaits, p.visit.deadline = e.Token, true, e.Until
	case entryMap:
		p.visit.mapRun, p.visit.items = e.MapRun, e.Items
	default:
		return errors.New("there is no such kind of entry")
	}
	return nil
}

// parentOf cuts the state's name off the path of a state.
func parentOf(path string) string {
	return strings.TrimSuffix(path[:strings.LastIndexByte(path, '/')+1], "/")
}

// flow finds the flow at a path such as Load[12]/Inner[3].
func (h *history) flow(path string) (*past, error) {
	p := h.root
	if path == "" {
		return p, nil
	}
	for part := range strings.SplitSeq(path, "/") {
		_, index, ok := strings.Cut(part, "[")
		i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
		if !ok || err != nil {
			return nil, errors.New("the path is damaged")
		}
		p = p.visit.child(i)
	}
	return p, nil
}

// forgive forgets what kept the execution from going on: its failure, those of
// items, and how often anything was tried.
func (p *past) forgive() {
	p.failure = nil
	p.visit.retries, p.visit.until = nil, time.Time{}
	p.visit.token, p.visit.awaits = "", false // the token died with the task
	for _, c := range p.visit.children {
		c.forgive()
	}
}

// belongs tells whether the journal is that of this execution.
func (h *history) belongs(m *Machine, x Execution) error {
	switch {
	case h.start.Execution != x.Name:
		return fmt.Errorf("%w: %q", ErrOtherExecution, h.start.Execution)
	case h.start.Definition != m.digest:
		return fmt.Errorf("%w: its definition was changed since", ErrOtherExecution)
	case string(x.Input) == "{}": // not given
		return nil
	}
	input, err := decode(x.Input)
	if err != nil || !bytes.Equal(encode(input), h.start.Data) {
		return fmt.Errorf("%w: its input was another", ErrOtherExecution)
	}
	return nil
}

// redrive makes the journal one of an execution that runs.
func (h *history) redrive(ctx context.Context, x Execution) error {
	if h.root.failure == nil {
		return ErrNotFailed
	}
	e := Entry{Kind: entryRedrive, Time: x.Clock.Now()}
	if err := x.Journal.Append(ctx, e); err != nil {
		return err
	}
	return h.add(e)
}
