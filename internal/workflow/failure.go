package workflow

import (
	"errors"
	"fmt"
)

// The error names of the language that this package raises itself.
// https://states-language.net/spec.html#appendix-a
const (
	errDataLimit     = "States.DataLimitExceeded"
	errItemReader    = "States.ItemReaderFailed"
	errNoChoice      = "States.NoChoiceMatched"
	errResultPath    = "States.ResultPathMatchFailure"
	errResultWriter  = "States.ResultWriterFailed"
	errRuntime       = "States.Runtime"
	errTaskFailed    = "States.TaskFailed"
	errThreshold     = "States.ExceedToleratedFailureThreshold"
	errTimeout       = "States.Timeout"
	matchesAll       = "States.ALL"
	matchesAnyFailed = errTaskFailed
)

// A Failure is how a state, and in the end an execution, fails. [Tasks] return
// one to choose the error name that Retry and Catch look at. Cause is kept in
// the journal and shown to people: ids and codes, never content.
type Failure struct {
	Name  string // may be empty: a Fail state without Error has no name
	Cause string

	// fatal failures end the execution: neither Retry nor Catch sees them.
	fatal bool

	located bool // the cause names the state
}

func (f *Failure) Error() string {
	switch {
	case f.Cause == "":
		return f.Name
	case f.Name == "":
		return f.Cause
	}
	return f.Name + ": " + f.Cause
}

// output is what a catcher hands on. AWS writes null for what was not given.
func (f *Failure) output() map[string]any {
	return map[string]any{"Error": orNull(f.Name), "Cause": orNull(f.Cause)}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// within names the state in which a fatal failure came up, in AWS's words.
func (f *Failure) within(state string) *Failure {
	if !f.fatal || f.located {
		return f
	}
	named := *f
	named.located = true
	named.Cause = fmt.Sprintf("An error occurred while executing the state '%s'. %s", state, f.Cause)
	return &named
}

// runtimeFailure is what AWS raises when a state's data cannot be processed: it
// ends the execution whatever its Catch says.
func runtimeFailure(format string, args ...any) *Failure {
	return &Failure{Name: errRuntime, Cause: fmt.Sprintf(format, args...), fatal: true}
}

func failure(name, format string, args ...any) *Failure {
	return &Failure{Name: name, Cause: fmt.Sprintf(format, args...)}
}

// taskFailure is what a task's error means to the language.
func taskFailure(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return &Failure{Name: f.Name, Cause: f.Cause}
	}
	return failure(errTaskFailed, "%v", err)
}
