package memory

import (
	"context"
	"errors"
	"fmt"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Names of operations. OpCreate is a whole Create, OpDraft one record of it.
const (
	OpProfile = "profile"
	OpCount   = "count"
	OpPage    = "page"
	OpOpen    = "open"
	OpCreate  = "create"
	OpDraft   = "draft"
	OpFind    = "find"
	OpRead    = "read"
	OpAppend  = "append"
	OpFinish  = "finish"
	OpLink    = "link"
	OpMatch   = "match"
	OpCensus  = "census"
	OpRemove  = "remove"
	OpUpdate  = "update"
	OpGet     = "get"
	OpRoll    = "roll"
)

// An Operation is one request to the desk.
type Operation struct {
	Name   string
	N      int // how many of that name there have been, this one included
	Kind   helpdesk.Kind
	ID     string // of what is read, appended to, linked
	Marker string // of the draft, or that is looked for
}

// Hooks stand around every operation; nil ones do nothing. They run outside of
// the desk's lock and may use the desk.
type Hooks struct {
	// Before runs before anything takes effect. Its error is the answer.
	Before func(Operation) error
	// After runs once everything has taken effect. Its error replaces the answer.
	After func(Operation) error
	// OnPage runs after each page of a source, before the client has it; number
	// counts the pages of kind k since the beginning, from 1.
	OnPage func(k helpdesk.Kind, number int)
}

var (
	// ErrLate as the answer of Before: the client hears nothing, and the request
	// takes effect at the next [Desk.Land].
	ErrLate = fmt.Errorf("memory: no answer yet: %w", connectors.ErrUnavailable)
	// ErrAnswerLost as the answer of After: it took effect, nobody was told.
	ErrAnswerLost = fmt.Errorf("memory: answer lost: %w", connectors.ErrUnavailable)
)

// Hook sets the hooks; the zero Hooks takes them away.
func (d *Desk) Hook(h Hooks) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hooks = h
}

// Nth is a hook that answers the nth operation of that name with err, and lets
// all others pass. Operations count from the desk's first, hooked or not.
func Nth(name string, n int, err error) func(Operation) error {
	return func(op Operation) error {
		if op.Name == name && op.N == n {
			return err
		}
		return nil
	}
}

// Calls returns how many operations of that name the desk was asked for.
func (d *Desk) Calls(name string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls[name]
}

// Land lets the requests take effect that [ErrLate] kept under way, in their
// order, and returns how many they were.
func (d *Desk) Land() int {
	d.mu.Lock()
	late := d.late
	d.late = nil
	d.mu.Unlock()
	for _, effect := range late {
		effect()
	}
	return len(late)
}

// do carries out one operation between its hooks. The effect takes the desk's
// lock itself. A client whose context ends in between learns nothing of it.
func (d *Desk) do(ctx context.Context, op Operation, effect func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	h, op := d.begin(op)
	if h.Before != nil {
		if err := h.Before(op); errors.Is(err, ErrLate) {
			d.delay(effect)
			return err
		} else if err != nil {
			return err
		}
	}
	err := effect()
	if h.After != nil {
		if lost := h.After(op); lost != nil {
			return lost
		}
	}
	return errors.Join(ctx.Err(), err)
}

func (d *Desk) begin(op Operation) (Hooks, Operation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[op.Name]++
	op.N = d.calls[op.Name]
	return d.hooks, op
}

func (d *Desk) delay(effect func() error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.late = append(d.late, func() { _ = effect() })
}
