package migration

import (
	"context"
	"errors"
	"time"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A Decision is what somebody says to a run that waits at the gate.
type Decision string

const (
	Approved Decision = "approved"
	Rejected Decision = "rejected"
)

// An Approval is a run's question to a person, and the answer.
type Approval struct {
	Asked    time.Time `json:"asked"`
	Decision Decision  `json:"decision,omitempty"` // empty: nobody has answered
	Role     string    `json:"role,omitempty"`     // of who answered
	Actor    string    `json:"actor,omitempty"`    // an id, never a name or an address
	Decided  time.Time `json:"decided,omitzero"`
}

// Pending reports whether the run still waits for an answer.
func (a Approval) Pending() bool { return !a.Asked.IsZero() && a.Decision == "" }

var (
	// ErrNotAsked: the run does not wait for an approval.
	ErrNotAsked = errors.New("the run does not wait for an approval")
	// ErrDecided: somebody has decided otherwise.
	ErrDecided = errors.New("somebody has decided already")
)

// Approvals keeps who was asked to approve a run and what they said. The token by
// which the state machine goes on stays in the ledger: whoever has it needs no
// permission.
type Approvals struct{ Base }

// An approvalNote is the row of an approval. Logged: the decision stands in the
// audit log; before that it counts for nothing.
type approvalNote struct {
	Approval
	Token  string `json:"token"`
	Logged bool   `json:"logged"`
}

// Of returns the approval of a run, or ErrNotAsked.
func (s Approvals) Of(ctx context.Context, r Run) (Approval, error) {
	note, err := s.note(ctx, r)
	return note.Approval, err
}

func (s Approvals) note(ctx context.Context, r Run) (note approvalNote, err error) {
	err = s.ledger(r).Note(ctx, r.ID, "approval", &note)
	if errors.Is(err, ledger.ErrNotFound) {
		return note, ErrNotAsked
	}
	return note, err
}

// ask puts on record that the run waits, and by which token it goes on. Another
// token is another question.
func (s Approvals) ask(ctx context.Context, r Run, token string) error {
	err := ledger.UpdateNote(ctx, s.ledger(r), r.ID, "approval", func(note *approvalNote) error {
		if note.Token != token {
			*note = approvalNote{Approval: Approval{Asked: s.Now().UTC()}, Token: token}
		}
		return nil
	})
	if err != nil {
		return ofStorage("record the question", err)
	}
	return s.record(ctx, r, "approval", audit.GateAsked, r.ID, nil)
}

// Decide puts a decision on record, in the ledger and in the audit log, and
// returns the token of the state that waits for it. Deciding the same again
// returns it again, for a caller that could not hand it on. It returns ErrNotAsked
// if the run does not wait, and ErrDecided after another decision.
func (s Approvals) Decide(ctx context.Context, r Run, d Decision, role, actor string) (token string, err error) {
	var decided approvalNote
	change := func(logged bool) error {
		return ledger.UpdateNote(ctx, s.ledger(r), r.ID, "approval", func(note *approvalNote) error {
			switch {
			case note.Token == "":
				return ErrNotAsked
			case note.Decision == "":
				note.Decision, note.Role, note.Actor, note.Decided = d, role, actor, s.Now().UTC()
			case note.Decision != d:
				return ErrDecided
			}
			note.Logged = note.Logged || logged
			decided = *note
			return nil
		})
	}
	if err := change(false); err != nil {
		return "", err
	}
	op, outcome := audit.GateApproved, audit.OK
	if d == Rejected {
		op, outcome = audit.GateRejected, audit.Refused
	}
	if err := s.recordBy(ctx, r, "approval", audit.Event{At: decided.Decided, Op: op, Outcome: outcome,
		Actor:  audit.Actor{Kind: audit.Human, ID: decided.Role + "/" + decided.Actor},
		Object: audit.Object{Type: "run", Ref: r.ID}}); err != nil {
		return "", err
	}
	return decided.Token, change(true)
}

// Answer returns what was decided on the question that was asked with a token; ok
// is false as long as nothing was.
func (s Approvals) Answer(ctx context.Context, r Run, token string) (d Decision, ok bool, err error) {
	note, err := s.note(ctx, r)
	if errors.Is(err, ErrNotAsked) {
		return "", false, nil
	}
	return note.Decision, err == nil && note.Token == token && note.Logged, err
}
