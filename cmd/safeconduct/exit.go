package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/internal/api/client"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// Exit codes. Scripts go by them; they are part of the interface.
const (
	exitOK        = 0
	exitDisproved = 1  // verify: the target is not as it was left
	exitUsage     = 2  // arguments or plan do not work; verify: could not be checked
	exitRetry     = 5  // a help desk does not answer, or the run was stopped: resume
	exitFatal     = 7  // somebody has to look
	exitWaits     = 8  // the run waits for somebody to approve it
	exitNothing   = 9  // nothing to resume or to roll back
	exitPartial   = 10 // done, but something is quarantined, pending or unexpected
)

const exitHelp = `Exit codes: 0 done · 2 arguments or plan · 5 try again with resume · 7 failed ·
8 waits for approval · 9 nothing to do · 10 done in part, see the report (verify: 0 proven, 1 disproved,
2 could not be checked)`

// An exitError is an error with the exit code it asks for. A nil error prints
// nothing.
type exitError struct {
	error
	code int
}

func (e *exitError) Unwrap() error { return e.error }

func usage(err error) error { return &exitError{err, exitUsage} }

func partial() error { return &exitError{nil, exitPartial} }

// exit prints an error with its next step and gives the exit code.
func (a *app) exit(ctx context.Context, err error) int {
	if err == nil {
		return exitOK
	}
	code, advice := a.explain(ctx, err)
	var coded *exitError
	if errors.As(err, &coded) {
		code = coded.code
		if coded.error == nil {
			return code
		}
	}
	if a.json {
		_ = json.NewEncoder(a.err).Encode(map[string]any{"error": err.Error(), "advice": advice, "exit": code})
		return code
	}
	fmt.Fprintf(a.err, "\nerror: %s\n", err)
	if advice != "" {
		fmt.Fprintf(a.err, "%s\n", advice)
	}
	return code
}

func (a *app) explain(ctx context.Context, err error) (code int, advice string) {
	if code, advice, ok := a.explainRemote(err); ok {
		return code, advice
	}
	var failed *embedded.Failed
	var failure *migration.Failure
	var waits *embedded.ErrWaits
	switch {
	case errors.As(err, &waits):
		return exitWaits, "Nothing was written to the target yet. Let it go on with: safeconduct approve" + a.flag() +
			"\nOr end it with: safeconduct approve --reject" + a.flag() + "\nWithout an answer it ends on " + waits.Until.Local().Format(time.DateOnly) + "."
	case errors.As(err, &failed):
		return a.adviseOn(migration.Name(failed.Name))
	case errors.As(err, &failure):
		return a.adviseOn(failure.Name)
	case errors.Is(err, context.Canceled), ctx.Err() != nil:
		return exitRetry, "Stopped. Nothing is lost; go on with: safeconduct resume" + a.flag()
	case errors.Is(err, embedded.ErrLocked):
		return exitRetry, "Wait for it to end, or stop it with Ctrl-C; then try again."
	case errors.Is(err, embedded.ErrUnfinished):
		return exitRetry, "Go on with: safeconduct resume" + a.flag() + "\nOr give it up and start anew: safeconduct migrate --new-run" + a.flag()
	case errors.Is(err, embedded.ErrNothingToResume):
		return exitNothing, "Start one with: safeconduct migrate" + a.flag()
	case errors.Is(err, local.ErrKeyMissing):
		return exitFatal, ""
	}
	return exitFatal, ""
}

func (a *app) flag() string {
	text := ""
	if a.planFile != "plan.yaml" {
		text = " --plan " + a.planFile
	}
	if a.asked {
		text += " --remote " + a.remote
	}
	return text
}

// explainRemote explains what an API answered, or that it did not.
func (a *app) explainRemote(err error) (code int, advice string, ok bool) {
	var on *goingOn
	var waits *waitsThere
	var problem *client.Problem
	switch {
	case errors.As(err, &on):
		return exitRetry, "See how it stands with: safeconduct status" + a.flag(), true
	case errors.As(err, &waits):
		return exitWaits, "Nothing was written to the target yet. A privacy officer lets it go on with: safeconduct approve" + a.flag() +
			"\nOr ends it with: safeconduct approve --reject" + a.flag(), true
	case errors.Is(err, client.ErrUnreachable):
		return exitRetry, "What was begun there goes on. Look again: safeconduct status" + a.flag(), true
	case errors.As(err, &problem):
		code, advice := adviseOnProblem(problem)
		return code, advice, true
	}
	return 0, "", false
}

func adviseOnProblem(p *client.Problem) (code int, advice string) {
	switch {
	case p.Fault():
		return exitFatal, p.Next + " Request id: " + p.ID
	case slices.Contains([]string{"nothing-to-resume", "nothing-to-close", "migration-closed", "does-not-wait"}, p.Code()):
		return exitNothing, p.Next
	case p.Passes():
		return exitRetry, p.Next
	}
	return exitUsage, p.Next
}

// adviseOn gives the next step for each failure of the closed list.
func (a *app) adviseOn(n migration.Name) (code int, advice string) {
	switch n {
	case migration.PlanInvalid:
		return exitUsage, "Correct the plan, then look at it with: safeconduct plan" + a.flag()
	case migration.PlanChanged:
		return exitUsage, "The plan or a help desk changed since the hash was printed. Look again: safeconduct plan" + a.flag()
	case migration.TargetUnprepared:
		return exitUsage, "Nothing was written to the target. When it is done: safeconduct plan" + a.flag()
	case migration.TargetMails:
		return exitFatal, "Switch the target's notifications off (its connector's page in docs/ says how), then: safeconduct resume" + a.flag()
	case migration.GateClosed:
		return exitUsage, "Nothing was written to the target. safeconduct plan" + a.flag() + " lists what is not mapped, with the lines to add."
	case migration.ApprovalRefused:
		return exitFatal, "Nothing was written to the target. Start anew: safeconduct migrate" + a.flag()
	case migration.DemoLimited:
		return exitUsage, "Nothing was read. Ask for fewer tickets (--limit), wait for the next hour, or run the demo on your own machine, where nothing bounds it: safeconduct demo" + a.flag()
	case migration.NoRemover:
		return exitFatal, "Nothing was removed. What the migration created carries its marker: search the target for it and remove it by hand."
	case migration.MigrationClosed:
		return exitNothing, "What was moved stays in the target. To move the source again, give the plan another migration name: every record would come a second time."
	case migration.LeaseTaken:
		return exitRetry, "Nothing was read. Another run is at work: safeconduct status" + a.flag()
	case migration.AccessDenied:
		return exitFatal, "Give the account the right, then: safeconduct resume" + a.flag()
	case migration.SourceUnavailable, migration.TargetUnavailable, migration.StorageFailed:
		return exitRetry, "When the cause is gone (connection, free space), go on with: safeconduct resume" + a.flag()
	case migration.LedgerLost:
		return exitFatal, "Put the ledger back from its copy, or let the run look for each record in the target:\n  safeconduct migrate --adopt" + a.flag()
	case migration.NotVerified:
		return exitFatal, "The report names what is lost, foreign or twice. safeconduct status" + a.flag() + " shows where it lies."
	case migration.KeyForgotten:
		return exitFatal, "The run was sealed or given up. Start anew: safeconduct migrate" + a.flag()
	}
	return exitFatal, "Keys and segments are kept; after the cause is mended: safeconduct resume" + a.flag()
}
