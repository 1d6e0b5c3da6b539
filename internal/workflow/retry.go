package workflow

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A retrier says which failures are tried again, how often and after how long.
// https://states-language.net/spec.html#retrying-after-error
type retrier struct {
	errors   []string
	attempts int
	interval time.Duration
	rate     float64
	longest  time.Duration // 0: no limit
	jitter   bool
}

// delay is the wait before the n-th retry, counted from 1.
func (r retrier) delay(n int) time.Duration {
	d := float64(r.interval) * math.Pow(r.rate, float64(n-1))
	longest := float64(math.MaxInt64 / 2)
	if r.longest > 0 {
		longest = float64(r.longest)
	}
	d = min(d, longest)
	if r.jitter {
		d *= rand.Float64()
	}
	return time.Duration(d)
}

// A catcher says where a failure leads that nobody tries again.
// https://states-language.net/spec.html#fallback-states
type catcher struct {
	errors     []string
	next       string
	resultPath *path
}

// catches tells whether a list of error names covers a failure. States.ALL covers
// States.DataLimitExceeded too: AWS documents the contrary, but the recorded
// execution of a task that returned too much was caught
// (test_task_lambda_catch_state_all_data_limit_exceeded_on_large_utf8_response).
func catches(names []string, f *Failure) bool {
	if f.fatal {
		return false
	}
	return slices.ContainsFunc(names, func(name string) bool {
		switch name {
		case matchesAll:
			return true
		case matchesAnyFailed:
			return f.Name != errTimeout
		}
		return name == f.Name && name != ""
	})
}

// Limits of the fields, from the language and the Step Functions quotas.
const (
	mostAttempts   = 99_999_999
	longestBackoff = 31_622_400 // seconds
)

func (p *parser) handlers(s *state, f *fields) {
	for _, r := range f.objects("Retry") {
		s.retriers = append(s.retriers, p.retrier(r))
	}
	for _, c := range f.objects("Catch") {
		s.catchers = append(s.catchers, p.catcher(c))
	}
	retried := make([][]string, len(s.retriers))
	for i, r := range s.retriers {
		retried[i] = r.errors
	}
	p.checkAll(f.at+"/Retry", retried)
	caught := make([][]string, len(s.catchers))
	for i, c := range s.catchers {
		caught[i] = c.errors
	}
	p.checkAll(f.at+"/Catch", caught)
}

func (p *parser) retrier(f *fields) retrier {
	f.comment()
	f.require("ErrorEquals")
	r := retrier{
		errors:   f.texts("ErrorEquals"),
		attempts: f.whole("MaxAttempts", 0, mostAttempts, 3),
		interval: seconds(f.whole("IntervalSeconds", 1, longestTimeout, 1)),
		rate:     f.float("BackoffRate", 1, math.MaxFloat64, 2),
		longest:  seconds(f.whole("MaxDelaySeconds", 1, longestBackoff, 0)),
	}
	switch strategy := f.text("JitterStrategy"); strategy {
	case "", "NONE":
	case "FULL":
		r.jitter = true
	default:
		p.invalid(f.at+"/JitterStrategy", "there is no strategy %q", strategy)
	}
	f.done()
	return r
}

func (p *parser) catcher(f *fields) catcher {
	f.comment()
	f.require("ErrorEquals", "Next")
	c := catcher{errors: f.texts("ErrorEquals"), next: f.text("Next"), resultPath: p.resultPath(f)}
	f.done()
	return c
}

// checkAll holds the rule that States.ALL stands alone, and in the last place.
func (p *parser) checkAll(at string, lists [][]string) {
	for i, names := range lists {
		if slices.Contains(names, matchesAll) && (len(names) > 1 || i < len(lists)-1) {
			p.invalid(at, "States.ALL must stand alone, and in the last place")
		}
	}
}
