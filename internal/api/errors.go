package api

import (
	"errors"
	"time"
)

// Kinds of refusals; a Backend wraps them in a [Refusal].
var (
	ErrInvalid     = errors.New("what was asked for can't be done so")
	ErrNotFound    = errors.New("there is no such thing")
	ErrConflict    = errors.New("something else is under way")
	ErrNotAllowed  = errors.New("the role does not allow it")
	ErrUnavailable = errors.New("not now")
)

// A Refusal is an error that the caller may read: sentences of references, counts
// and names of fields, never content.
type Refusal struct {
	Kind error  // one of the above
	Code string // for programs, in the type of the problem: "run-under-way"
	Say  string // what is so
	Next string // what the person can do
	// After is when to ask again; 0 for no idea.
	After time.Duration
}

func (r *Refusal) Error() string { return r.Say }

// Unwrap gives the kind, for errors.Is.
func (r *Refusal) Unwrap() error { return r.Kind }

// NotFound is the refusal for a thing that is not there, or belongs to another
// tenant: nobody can tell the two apart.
func NotFound(what string) *Refusal {
	return &Refusal{Kind: ErrNotFound, Code: "not-found", Say: "There is no such " + what + ".",
		Next: "GET /v1/migrations lists what there is."}
}
