package conformance

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func init() { grace = 500 * time.Millisecond }

// A recorder is a testing.TB that notes failures instead of failing.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

func (r *recorder) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, text)
}

func (r *recorder) Logf(string, ...any)            {}
func (r *recorder) Errorf(format string, a ...any) { r.note(fmt.Sprintf(format, a...)) }
func (r *recorder) Error(a ...any)                 { r.note(fmt.Sprint(a...)) }
func (r *recorder) Fatalf(format string, a ...any) {
	r.Errorf(format, a...)
	runtime.Goexit()
}
func (r *recorder) Fatal(a ...any) {
	r.Error(a...)
	runtime.Goexit()
}

// failures runs the checks and returns what each had to say, by its promise.
func failures[Run any](t testing.TB, checks []check[Run], start func(testing.TB) Run) map[string][]string {
	all := map[string][]string{}
	for _, c := range checks {
		r := &recorder{TB: t}
		done := make(chan struct{})
		go func() { // Fatalf ends a goroutine
			defer close(done)
			c.try(start(r))
		}()
		<-done
		if len(r.failures) > 0 {
			all[c.promise] = r.failures
		}
	}
	return all
}

// wantBroken wants the check of that promise to have failed.
func wantBroken(t *testing.T, got map[string][]string, promise string) {
	t.Helper()
	if len(got[promise]) == 0 {
		t.Errorf("nobody noticed that this is broken: %q; what failed: %q", promise, got)
	}
	t.Logf("%q", got[promise])
}

func TestEveryFieldOfTheModelIsTested(t *testing.T) {
	filled := map[string]bool{}
	for _, r := range Records(3) {
		for v := range r.Values() {
			filled[v.Field.Name] = filled[v.Field.Name] || !v.Empty()
		}
	}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			if !filled[f.Name] {
				t.Errorf("%s is empty in all samples: give it a value in records.go", f.Name)
			}
		}
	}
}

func TestEveryTextOfTheSamplesHoldsACanary(t *testing.T) {
	texts := []helpdesk.Class{helpdesk.ClassText, helpdesk.ClassHTML, helpdesk.ClassTitle, helpdesk.ClassName,
		helpdesk.ClassEmail, helpdesk.ClassLogin, helpdesk.ClassAddress, helpdesk.ClassFileName, helpdesk.ClassMessageID}
	for _, r := range Records(3) {
		for v := range r.Values() {
			for _, s := range v.Strings() {
				if slices.Contains(texts, v.Field.Class) && !reveals(s) {
					t.Errorf("%s %s = %q: no canary", r.Kind, v.Path(), s)
				}
			}
		}
	}
}

func TestContentIsFoundInCommonEncodings(t *testing.T) {
	for text, want := range map[string]bool{
		"Jane CANARY":                       true,
		"after=Jane%20%63anary":             true,
		"eyJhZnRlciI6IkphbmUgQ2FuYXJ5In0":   true, // base64 of {"after":"Jane Canary"}
		"id:4a616e652043616e617279;page=2":  true, // hex
		"1767600000.17.2":                   false,
		"eyJhZnRlciI6MTd9":                  false,
		"0f343b0931126a20f133d67c2b018a3b0": false,
	} {
		if got := reveals(text); got != want {
			t.Errorf("reveals(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestChecksAreNamedOnce(t *testing.T) {
	var all []string
	for _, c := range sourceChecks {
		all = append(all, "source: "+c.promise)
	}
	for _, c := range targetChecks {
		all = append(all, "target: "+c.promise)
	}
	slices.Sort(all)
	if n := len(slices.Compact(slices.Clone(all))); n != len(all) {
		t.Errorf("%d of %d promises are the same as others:\n%s", len(all)-n, len(all), strings.Join(all, "\n"))
	}
}
