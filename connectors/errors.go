package connectors

import (
	"errors"
	"fmt"
	"time"
)

// Errors that a connector wraps. Their texts, and the texts around them, name
// operations, places and codes, never content.
var (
	// ErrNotFound: the help desk does not know the id. Callers may treat it as loss.
	ErrNotFound = errors.New("not found")
	// ErrDenied: the account may not see or do it. Never to be taken for loss.
	ErrDenied = errors.New("denied")
	// ErrRejected: the target will never take this record as it is. The record is
	// quarantined and the others go on.
	ErrRejected = errors.New("rejected")
	// ErrUnavailable: the help desk did not answer, or not sensibly. Whether the
	// request took effect is unknown.
	ErrUnavailable = errors.New("unavailable")
	// ErrChanged: somebody changed the record since it was read; nothing was written.
	ErrChanged = errors.New("changed meanwhile")
	// ErrSettings: the plan's settings for the connector do not work.
	ErrSettings = errors.New("settings")
)

// Advice is an error with a sentence for the person who has to do something about
// it: "The address answers with a web page instead of the API: …". A connector
// writes the sentence beforehand; nothing of an answer or a record is in it.
type Advice struct {
	Sentence string
	Err      error // one of the errors above
}

func (a *Advice) Error() string { return a.Err.Error() + ": " + a.Sentence }

// Unwrap gives the error that the sentence is about.
func (a *Advice) Unwrap() error { return a.Err }

// Rejected says why a target will not take a record. Reason is a code from the
// connector's own short list ("unknown_status"), Field the model's field name.
type Rejected struct {
	Reason string
	Field  string
}

func (r *Rejected) Error() string {
	if r.Field == "" {
		return "rejected: " + r.Reason
	}
	return fmt.Sprintf("rejected: %s (%s)", r.Reason, r.Field)
}

// Is makes errors.Is(err, ErrRejected) true.
func (r *Rejected) Is(target error) bool { return target == ErrRejected }

// Merged says that the record of a key is part of another now.
type Merged struct{ Into string } // its key, which the text does not repeat

func (m *Merged) Error() string { return "merged into another record" }

// RateLimited asks to come back later. After is what the platform said, or 0.
type RateLimited struct{ After time.Duration }

func (r *RateLimited) Error() string { return fmt.Sprintf("rate limited for %s", r.After) }

// Is makes errors.Is(err, ErrUnavailable) true: a request that was refused for
// the rate did not take effect, but a caller who does not know that may wait
// and probe all the same.
func (r *RateLimited) Is(target error) bool { return target == ErrUnavailable }
