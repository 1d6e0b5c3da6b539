package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// longestName leaves room for -part-99999 in the 80 characters of an execution's
// name.
const longestName = 69

// notInNames are the characters that Step Functions takes in no name, and more.
var notInNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^A-Za-z0-9_-]`) })

// Execution is the name of the execution of the state machine that sees the run
// through. It is the same each time, so that a request that comes twice starts
// one execution; the digest keeps a-b/c and a/b-c apart.
func (r Run) Execution() string {
	sum := sha256.Sum256([]byte(r.Path()))
	digest := "-" + hex.EncodeToString(sum[:5])
	name := notInNames().ReplaceAllString(r.Tenant+"-"+r.Migration+"-"+r.ID, "-")
	return name[:min(len(name), longestName-len(digest))] + digest
}

var partName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(.*)-part-([0-9]+)$`) })

// NextPart is the name of the execution that goes on where another ends.
func NextPart(execution string) string {
	if found := partName().FindStringSubmatch(execution); found != nil {
		n, _ := strconv.Atoi(found[2]) // digits
		return fmt.Sprintf("%s-part-%d", found[1], n+1)
	}
	return execution + "-part-2"
}

// hold takes the lease for the run and puts on record which execution has it:
// whoever hears that the execution failed can tell whether that still matters. The
// row comes first, because a lease that is in no row would never be released.
func (b Base) hold(ctx context.Context, r Run, execution string) error {
	l := b.ledger(r)
	x := ledger.Execution{Name: execution, Tenant: r.Tenant, Migration: r.Migration, Run: r.ID, Mode: string(r.Mode)}
	if err := ledger.BeginExecution(ctx, b.Rows, x); err != nil {
		return ofStorage("record the execution", err)
	}
	lease, err := l.Acquire(ctx, r.ID)
	var busy *ledger.Busy
	if errors.As(err, &busy) && r.Waits {
		return failf(LeaseTaken, "run %s is under way; this one waits", busy.Run)
	}
	if errors.As(err, &busy) {
		return failf(LeaseLost, "run %s is under way", busy.Run)
	}
	if err != nil {
		return ofStorage("take the lease", err)
	}
	if err := ledger.HoldsLease(ctx, b.Rows, execution, lease.Token); err != nil {
		return ofStorage("record the lease", err)
	}
	return ofStorage("record the execution", l.PutNote(ctx, r.ID, "execution", execution))
}

// Resume prepares a run that failed, or was stopped, for its execution to go on
// from the states that failed.
type Resume struct{ Base }

// Do takes the lease anew, which fences off whatever is still under way for the
// run, and returns the name of the execution to redrive. It returns
// ledger.ErrNotFound for a run that was stopped before it was recorded.
func (s Resume) Do(ctx context.Context, r Run) (execution string, err error) {
	l := s.ledger(r)
	run, err := l.Run(ctx, r.ID)
	if err != nil {
		return "", err
	}
	if err := l.Note(ctx, r.ID, "execution", &execution); err != nil {
		return "", err
	}
	lease, err := l.Acquire(ctx, r.ID)
	if err != nil {
		return execution, err
	}
	if err := ledger.Redriven(ctx, s.Rows, execution, lease.Token); err != nil {
		return execution, err
	}
	run.State, run.Failure = ledger.RunRunning, ""
	return execution, l.PutRun(ctx, run)
}
