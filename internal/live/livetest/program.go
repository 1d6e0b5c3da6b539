package livetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// Exit codes of the program that tests expect.
const (
	ExitDone    = 0
	ExitUsage   = 2
	ExitRetry   = 5
	ExitFatal   = 7
	ExitWaits   = 8
	ExitNothing = 9
	ExitPartial = 10
)

// Main runs the tests of a package and removes what Program built. It is for
// TestMain.
func Main(m *testing.M) (code int) {
	defer func() { _ = os.RemoveAll(filepath.Dir(built.path)) }()
	return m.Run()
}

var built struct {
	sync.Once
	path string
	err  error
}

// Program builds the program once for all tests.
func Program(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		var dir string
		if dir, built.err = os.MkdirTemp("", "safeconduct-live"); built.err != nil {
			return
		}
		built.path = filepath.Join(dir, "safeconduct")
		out, err := exec.Command("go", "build", "-o", built.path, "../../cmd/safeconduct").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// A Workspace is a folder with a plan, in which the program runs.
type Workspace struct {
	Program, Dir string
	Flags, Env   []string // of every call, besides
}

// A Side is the source or target section of a plan, without its name.
type Side string

// NewWorkspace makes a folder with a plan.
func NewWorkspace(t testing.TB, name string, source, target Side, rest string) Workspace {
	t.Helper()
	w := Workspace{Program: Program(t), Dir: t.TempDir()}
	w.Write(t, fmt.Sprintf(`
version: 1
migration: %s
source: %s
target: %s
privacy:
  controller: Example Ltd
  contact: privacy@example.org
  purpose: test against live help desks
  legal_basis: contract
  regimes: [gdpr]
  retention: 30 days
  attachments: {unreadable: keep}
  preset: gdpr
%s`, name, source, target, rest))
	return w
}

// Write puts a plan in the place of the one before.
func (w Workspace) Write(t testing.TB, plan string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.Dir, "plan.yaml"), []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Edit replaces text of the plan.
func (w Workspace) Edit(t testing.TB, old, new string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Dir, "plan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w.Write(t, strings.ReplaceAll(string(text), old, new))
}

// Secrets reach the program through its environment.
const (
	RTPassword = "SAFECONDUCT_TEST_RT_PASSWORD"
	RedmineKey = "SAFECONDUCT_TEST_REDMINE_KEY"
)

// Command is a call of the program, not started yet.
func (w Workspace) Command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, w.Program, slices.Concat(args, []string{"--json", "-q"}, w.Flags)...)
	c.Dir = w.Dir
	c.Env = append(os.Environ(), RTPassword+"="+SecretOf(peers.RT), RedmineKey+"="+SecretOf(peers.Redmine))
	c.Env = append(c.Env, w.Env...)
	return c
}

// A Result is what a call of the program gave.
type Result struct {
	Code        int
	Out, Errors []byte
	Took        time.Duration
}

// Run calls the program and waits for its end.
func (w Workspace) Run(t testing.TB, args ...string) Result {
	t.Helper()
	var out, errs bytes.Buffer
	c := w.Command(t.Context(), args...)
	c.Stdout, c.Stderr = &out, &errs
	began := time.Now()
	err := c.Run()
	r := Result{c.ProcessState.ExitCode(), out.Bytes(), errs.Bytes(), time.Since(began)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("%s: exit %d after %s", args[0], r.Code, r.Took.Round(time.Millisecond))
	return r
}

// Wants fails the test unless the program ended with one of the exit codes.
func (r Result) Wants(t testing.TB, codes ...int) Result {
	t.Helper()
	for _, c := range codes {
		if r.Code == c {
			return r
		}
	}
	t.Fatalf("exit %d, want %v\n%s\n%s", r.Code, codes, Head(r.Out), Head(r.Errors))
	return r
}

func Head(text []byte) []byte { return text[:min(len(text), 4000)] }

// A runResult is what migrate and resume print.
type runResult struct {
	Run     string           `json:"run"`
	Outcome string           `json:"outcome"`
	Report  *evidence.Report `json:"report"`
	Folder  string           `json:"documents"`
}

// Report is what a run that came to its end printed. It is the same as the
// report.json that was filed.
func (w Workspace) Report(t testing.TB, r Result) evidence.Report {
	t.Helper()
	var of runResult
	if err := json.Unmarshal(r.Out, &of); err != nil || of.Report == nil {
		t.Fatalf("no report (%v)\n%s\n%s", err, Head(r.Out), Head(r.Errors))
	}
	filed, err := os.ReadFile(filepath.Join(w.Dir, of.Folder, "report.json"))
	if err != nil {
		if filed, err = os.ReadFile(filepath.Join(of.Folder, "report.json")); err != nil {
			t.Fatal(err)
		}
	}
	var report evidence.Report
	if err := json.Unmarshal(filed, &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// Forecast is what the program says that a run would do.
func (w Workspace) Forecast(t testing.TB) migration.Forecast {
	t.Helper()
	r := w.Run(t, "plan").Wants(t, ExitDone)
	var f migration.Forecast
	if err := json.Unmarshal(r.Out, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// Export writes an account as a CSV export and gives its side of a plan.
func Export(t testing.TB, a sample.Account) Side {
	t.Helper()
	dir := t.TempDir()
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	return Side(fmt.Sprintf("{connector: csv, path: %q}", dir))
}
