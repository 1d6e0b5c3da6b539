package conformance

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// A check is one promise of the contract, of sources or of targets.
type check[Run any] struct {
	promise string
	try     func(Run)
}

// runAll runs every check as a subtest, on a run of its own.
func runAll[Run any](t *testing.T, checks []check[Run], start func(testing.TB) Run) {
	for _, c := range checks {
		t.Run(c.promise, func(t *testing.T) { c.try(start(t)) })
	}
}

// notClaimed logs what a connector does not say it can do.
func notClaimed(t testing.TB, what string) {
	t.Helper()
	t.Logf("not claimed, so not tested: %s", what)
}

// untested logs a promise that the fixture gives no occasion to test.
func untested(t testing.TB, why string) {
	t.Helper()
	t.Logf("not tested: %s", why)
}

// patience is how long one call may take: a live help desk is given time.
const patience = time.Minute

// grace is how soon a call returns once its context has ended. The suite's own
// tests give less.
var grace = 5 * time.Second

// ask makes one call. It sees to what holds for every call: that it returns, and
// that its error holds no content.
func ask[T any](t testing.TB, call string, f func(context.Context) (T, error)) (T, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	result, err := inTime(ctx, t, call, f)
	if err != nil {
		discreet(t, "the error of "+call, err.Error())
	}
	return result, err
}

// must is ask for a call that has no reason to fail.
func must[T any](t testing.TB, call string, f func(context.Context) (T, error)) T {
	t.Helper()
	result, err := ask(t, call, f)
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	return result
}

// stops makes a call with a context that has ended.
func stops[T any](t testing.TB, call string, f func(context.Context) (T, error)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := inTime(ctx, t, call, f); err == nil {
		t.Errorf("%s went on although its context had ended", call)
	} else {
		discreet(t, "the error of "+call, err.Error())
	}
}

// wantNotFound fails the test for any answer but ErrNotFound.
func wantNotFound(t testing.TB, call string, err error) {
	t.Helper()
	if !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("%s = %v, want ErrNotFound", call, err)
	}
}

func inTime[T any](ctx context.Context, t testing.TB, call string, f func(context.Context) (T, error)) (T, error) {
	t.Helper()
	type answer struct {
		result T
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil { // the other checks still have something to say
				a.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			answers <- a
		}()
		a.result, a.err = f(ctx)
	}()
	select {
	case a := <-answers:
		return a.result, a.err
	case <-ctx.Done():
	}
	select {
	case a := <-answers:
		return a.result, a.err
	case <-time.After(grace):
		t.Fatalf("%s did not return within %s of the end of its context", call, grace)
		panic("unreachable")
	}
}
