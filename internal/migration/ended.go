package migration

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// An ExecutionEvent is what EventBridge tells of an execution whose status
// changed, as far as it is of use. Input is there only if it is short enough.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
type ExecutionEvent struct {
	DetailType string `json:"detail-type"`
	Detail     struct {
		Name         string `json:"name"`
		Status       string `json:"status"`
		Input        string `json:"input"`
		Error        string `json:"error"`
		RedriveCount int    `json:"redriveCount"`
	} `json:"detail"`
}

// outcomeIgnored is the outcome of an event that changes nothing.
const outcomeIgnored = "ignored"

// Ended records that an execution failed, timed out or was aborted, and releases
// its lease. EventBridge delivers at least once and in any order, so it does
// nothing for a run that is recorded as over, and nothing once somebody else took
// the lease: another run, or this one resumed.
func (s Finish) Ended(ctx context.Context, e ExecutionEvent) (FinishOutput, error) {
	ignored := FinishOutput{outcomeIgnored}
	if !slices.Contains([]string{"FAILED", "TIMED_OUT", "ABORTED"}, e.Detail.Status) {
		return ignored, nil
	}
	r, tokens, err := s.runOf(ctx, e)
	if r.ID == "" || err != nil {
		return ignored, err
	}
	l := s.ledger(r)
	lease, err := l.Lease(ctx)
	if err != nil {
		return ignored, ofStorage("read the lease", err)
	}
	run, err := l.Run(ctx, r.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return ignored, ofStorage("read the run", err)
	}
	over := err == nil && run.State != ledger.RunRunning
	if over || !holds(lease, r, tokens, e.Detail.RedriveCount) {
		return ignored, nil
	}
	return s.Do(ctx, FinishInput{Run: r, Outcome: ledger.RunFailed, Failure: NameOf(e.Detail.Status, e.Detail.Error)})
}

// holds reports whether the lease is still as the execution had it in the drive
// that ended. An earlier call may have released it and no more. An execution that
// was stopped between its row and its lease has no token on record, and nobody can
// have resumed it.
func holds(lease ledger.Lease, r Run, tokens []int64, drive int) bool {
	switch {
	case len(tokens) == 0:
		return lease.Run == r.ID
	case drive >= len(tokens):
		return false // redriven without us, and so without the lease
	}
	return lease.Token == tokens[drive] && (lease.Run == r.ID || lease.Run == "")
}

// runOf finds the run that an execution was of: by its name in the ledger, or, for
// one that failed before it was recorded, in its input. An item of a Distributed
// Map is an execution too, with the run in its input; its name tells it apart.
func (s Finish) runOf(ctx context.Context, e ExecutionEvent) (r Run, tokens []int64, err error) {
	x, err := ledger.ExecutionOf(ctx, s.Rows, e.Detail.Name)
	if err == nil {
		return Run{Tenant: x.Tenant, Migration: x.Migration, ID: x.Run, Mode: Mode(x.Mode)}, x.Tokens, nil
	}
	if !errors.Is(err, ledger.ErrNotFound) {
		return r, nil, ofStorage("find the execution", err)
	}
	var in RunInput
	if json.Unmarshal([]byte(e.Detail.Input), &in) != nil || !strings.HasPrefix(e.Detail.Name, in.Run.Execution()) {
		return r, nil, nil
	}
	return in.Run, nil, nil
}

// NameOf is the failure's name of an execution that ended in a status with an error.
// What AWS or a definition calls it is taken if it is a name of the lists, since an
// error's text may be anything.
func NameOf(status, failure string) Name {
	if status == "TIMED_OUT" {
		return "States.Timeout"
	}
	name := cmp.Or(Name(failure), Aborted)
	_, service, _ := strings.Cut(string(name), ".")
	known := slices.Contains(Names(), name) || service != "" && !strings.ContainsFunc(string(name), func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '.'
	})
	if !known {
		return Internal
	}
	return name
}
