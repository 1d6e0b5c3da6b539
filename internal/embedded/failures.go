package embedded

import (
	"errors"
	"sync"

	"github.com/safeconduct/safeconduct/internal/workflow"
)

// failures remembers the last failure of a step: a Distributed Map reports only
// that too many of its items failed, and a person wants to know why.
type failures struct {
	mu   sync.Mutex
	last *workflow.Failure
}

func (f *failures) note(err error) {
	var failure *workflow.Failure
	if errors.As(err, &failure) {
		f.mu.Lock()
		f.last = failure
		f.mu.Unlock()
	}
}

// explain names what made the execution fail.
func (f *failures) explain(run string, of *workflow.Failure) *Failed {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last != nil && (of.Name == "States.ExceedToleratedFailureThreshold" || of.Name == f.last.Name) {
		return &Failed{run, f.last.Name, f.last.Cause}
	}
	return &Failed{run, of.Name, of.Cause}
}
