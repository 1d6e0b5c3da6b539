package ledger

import (
	"context"
	"errors"
)

// An Execution says which run an execution of the state machine belongs to, found
// by the execution's name: that may be all that an event tells.
type Execution struct {
	Name      string `json:"name"`
	Tenant    string `json:"tenant"`
	Migration string `json:"migration"`
	Run       string `json:"run"`
	Mode      string `json:"mode"`
	// Tokens are those of the lease: the one that the execution began with, and one
	// for each time that it was redriven.
	Tokens []int64 `json:"tokens,omitempty"`
}

func executionKey(name string) Key { return Key{"exec#" + name, "run"} }

// ExecutionOf returns the execution of a name, or ErrNotFound.
func ExecutionOf(ctx context.Context, s Store, name string) (Execution, error) {
	x, version, err := load[Execution](ctx, s, executionKey(name))
	if err == nil && version == 0 {
		err = ErrNotFound
	}
	return x, err
}

// BeginExecution records an execution before it takes the lease. One that is on
// record stays what it is.
func BeginExecution(ctx context.Context, s Store, x Execution) error {
	err := s.Commit(ctx, put(executionKey(x.Name), 0, x))
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// HoldsLease records the token of the lease that an execution took in this drive:
// taken again by a step that is tried again, it is another.
func HoldsLease(ctx context.Context, s Store, name string, token int64) error {
	return changeExecution(ctx, s, name, func(x *Execution) {
		if n := len(x.Tokens); n > 0 {
			x.Tokens = x.Tokens[:n-1]
		}
		x.Tokens = append(x.Tokens, token)
	})
}

// Redriven records the token of the lease that was taken for an execution to go on.
func Redriven(ctx context.Context, s Store, name string, token int64) error {
	return changeExecution(ctx, s, name, func(x *Execution) { x.Tokens = append(x.Tokens, token) })
}

func changeExecution(ctx context.Context, s Store, name string, change func(*Execution)) error {
	return update(ctx, s, executionKey(name), func(x *Execution) error { change(x); return nil })
}

// UpdateNote changes a document of a run that several may change: change sees it as
// it stands, zero if there is none, and may be called again when somebody else was
// first. An error of it leaves the document as it is.
func UpdateNote[T any](ctx context.Context, l *Ledger, run, name string, change func(*T) error) error {
	return update(ctx, l.store, l.runKey(run, "note#"+name), change)
}

func update[T any](ctx context.Context, s Store, k Key, change func(*T) error) error {
	for {
		value, version, err := load[T](ctx, s, k)
		if err != nil {
			return err
		}
		if err := change(&value); err != nil {
			return err
		}
		if err := s.Commit(ctx, put(k, version, value)); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}
