package migration

import (
	"context"
	"errors"
	"fmt"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// A Name is the name of a failure: all that a state machine sees of an error,
// and what its Retry and Catch go by. The list is closed; a test compares it with
// the definitions.
type Name string

const (
	PlanInvalid       Name = "PlanInvalid"       // the plan or a connector's settings do not work
	PlanChanged       Name = "PlanChanged"       // the plan is not the one that was agreed to
	AccessDenied      Name = "AccessDenied"      // a help desk refuses the account
	SourceUnavailable Name = "SourceUnavailable" // the source does not answer
	TargetUnavailable Name = "TargetUnavailable" // the target does not answer; nobody knows what it did
	StorageFailed     Name = "StorageFailed"     // staging, ledger or audit could not be written or read
	StagingCorrupt    Name = "StagingCorrupt"    // a staged object is not what was written
	KeyForgotten      Name = "KeyForgotten"      // the run was sealed or given up
	LedgerLost        Name = "LedgerLost"        // the target holds this migration's records, the ledger does not
	LeaseLost         Name = "LeaseLost"         // another run took over
	LeaseTaken        Name = "LeaseTaken"        // another run is under way, and this one waits for its end
	TargetUnprepared  Name = "TargetUnprepared"  // something has to be set up in the target first
	TargetMails       Name = "TargetMails"       // the target sends mail for what the run writes
	GateClosed        Name = "GateClosed"        // the gate stopped the run before loading
	ApprovalRefused   Name = "ApprovalRefused"   // somebody rejected the run, or nobody approved it in time
	DemoLimited       Name = "DemoLimited"       // a demo is larger, or comes oftener, than the deployment allows
	NoRemover         Name = "NoRemover"         // the target can't remove records
	MigrationClosed   Name = "MigrationClosed"   // the migration was closed: its keys and its ledger are gone
	NotVerified       Name = "NotVerified"       // the target does not hold what was loaded
	Aborted           Name = "Aborted"           // somebody stopped the execution
	Internal          Name = "Internal"          // a fault of ours
)

// Names lists the closed list.
func Names() []Name {
	return []Name{PlanInvalid, PlanChanged, AccessDenied, SourceUnavailable, TargetUnavailable, StorageFailed,
		StagingCorrupt, KeyForgotten, LedgerLost, LeaseLost, LeaseTaken, TargetUnprepared, TargetMails, GateClosed, ApprovalRefused, DemoLimited, NoRemover, MigrationClosed, NotVerified, Aborted, Internal}
}

// Corrected lists the failures that another plan mends, and no resume.
func Corrected() []string {
	return []string{string(PlanInvalid), string(PlanChanged), string(GateClosed)}
}

// A Failure is an error as both runtimes and the execution history see it: a
// name and a message of references and codes.
type Failure struct {
	Name    Name
	Message string
	cause   error
}

func (f *Failure) Error() string { return string(f.Name) + ": " + f.Message }

// Unwrap gives what caused it, for errors.Is within the process.
func (f *Failure) Unwrap() error { return f.cause }

func failf(n Name, format string, args ...any) *Failure {
	return &Failure{Name: n, Message: fmt.Sprintf(format, args...)}
}

// Classify turns any error of a step into a Failure. An error that is not one of
// ours may hold anything: its text stays behind, and its type is all that is
// said of it. A cancelled context stays what it is.
func Classify(err error) error {
	var known *Failure
	if err == nil || errors.Is(err, context.Canceled) || errors.As(err, &known) {
		return err
	}
	name, message := nameOf(err)
	return &Failure{Name: name, Message: message, cause: err}
}

func nameOf(err error) (Name, string) {
	switch {
	case errors.Is(err, keyring.ErrForgotten):
		return KeyForgotten, "a key of the run is destroyed"
	case errors.Is(err, staging.ErrCorrupt), errors.Is(err, keyring.ErrRefused):
		return StagingCorrupt, "a staged object is not what was written under its name"
	case errors.Is(err, connectors.ErrSettings):
		return PlanInvalid, err.Error()
	case errors.Is(err, ErrNoRemover):
		return NoRemover, err.Error()
	case errors.Is(err, ledger.ErrConflict):
		return StorageFailed, "another invocation changed the same row"
	case errors.Is(err, context.DeadlineExceeded):
		return StorageFailed, "time ran out"
	}
	return Internal, fmt.Sprintf("unexpected error of type %T", root(err))
}

func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// ofSource and ofTarget name what a help desk answered; ofStorage what our own
// stores did. Their texts are ours and hold references and codes only.
func ofSource(op string, err error) error { return ofDesk(SourceUnavailable, "source", op, err) }
func ofTarget(op string, err error) error { return ofDesk(TargetUnavailable, "target", op, err) }

func ofDesk(unavailable Name, desk, op string, err error) error {
	var known *Failure
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.As(err, &known):
		return err
	case errors.Is(err, connectors.ErrDenied):
		return &Failure{AccessDenied, fmt.Sprintf("the %s refuses: %s%s", desk, op, advice(err)), err}
	case errors.Is(err, connectors.ErrSettings):
		return &Failure{PlanInvalid, fmt.Sprintf("%s: %v", desk, err), err}
	case errors.Is(err, connectors.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return &Failure{unavailable, fmt.Sprintf("the %s does not answer: %s%s", desk, op, advice(err)), err}
	}
	return &Failure{unavailable, fmt.Sprintf("%s: unexpected error of type %T", op, root(err)), err}
}

// advice is the sentence that a connector has for the person who meets the error.
func advice(err error) string {
	var a *connectors.Advice
	if errors.As(err, &a) {
		return ". " + a.Sentence
	}
	return ""
}

func ofStorage(op string, err error) error {
	var known *Failure
	if err == nil || errors.Is(err, context.Canceled) || errors.As(err, &known) {
		return err
	}
	if name, _ := nameOf(err); name != Internal {
		return Classify(err)
	}
	return &Failure{StorageFailed, fmt.Sprintf("%s: error of type %T", op, root(err)), err}
}
