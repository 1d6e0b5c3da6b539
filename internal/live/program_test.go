//go:build live

package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	exitDone    = 0
	exitUsage   = 2
	exitRetry   = 5
	exitFatal   = 7
	exitNothing = 9
	exitPartial = 10
)

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(filepath.Dir(built.path))
	os.Exit(code)
}

var built struct {
	sync.Once
	path string
	err  error
}

// program builds the program once for all tests.
func program(t testing.TB) string {
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

// A workspace is a folder with a plan, in which the program runs.
type workspace struct {
	program, dir string
}

// A side is the source or target section of a plan, without its name.
type side string

func newWorkspace(t testing.TB, name string, source, target side, rest string) workspace {
	t.Helper()
	w := workspace{program(t), t.TempDir()}
	w.write(t, fmt.Sprintf(`
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
  preset: gdpr
%s`, name, source, target, rest))
	return w
}

func (w workspace) write(t testing.TB, plan string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "plan.yaml"), []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit replaces text of the plan.
func (w workspace) edit(t testing.TB, old, new string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "plan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, strings.ReplaceAll(string(text), old, new))
}

// Secrets reach the program through its environment.
const (
	rtPassword = "SAFECONDUCT_TEST_RT_PASSWORD"
	redmineKey = "SAFECONDUCT_TEST_REDMINE_KEY"
)

// command is a call of the program, not started yet.
func (w workspace) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, w.program, append(args, "--json", "-q")...)
	c.Dir = w.dir
	c.Env = append(os.Environ(), rtPassword+"="+secretOf(peers.RT), redmineKey+"="+secretOf(peers.Redmine))
	return c
}

// A result is what a call of the program gave.
type result struct {
	code        int
	out, errors []byte
	took        time.Duration
}

func (w workspace) run(t testing.TB, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	c := w.command(t.Context(), args...)
	c.Stdout, c.Stderr = &out, &errs
	began := time.Now()
	err := c.Run()
	r := result{c.ProcessState.ExitCode(), out.Bytes(), errs.Bytes(), time.Since(began)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("%s: exit %d after %s", args[0], r.code, r.took.Round(time.Millisecond))
	return r
}

// wants fails the test unless the program ended with one of the exit codes.
func (r result) wants(t testing.TB, codes ...int) result {
	t.Helper()
	for _, c := range codes {
		if r.code == c {
			return r
		}
	}
	t.Fatalf("exit %d, want %v\n%s\n%s", r.code, codes, head(r.out), head(r.errors))
	return r
}

func head(text []byte) []byte { return text[:min(len(text), 4000)] }

// A runResult is what migrate and resume print.
type runResult struct {
	Run     string           `json:"run"`
	Outcome string           `json:"outcome"`
	Report  *evidence.Report `json:"report"`
	Folder  string           `json:"documents"`
}

// report is what a run that came to its end printed. It is the same as the
// report.json that was filed.
func (w workspace) report(t testing.TB, r result) evidence.Report {
	t.Helper()
	var of runResult
	if err := json.Unmarshal(r.out, &of); err != nil || of.Report == nil {
		t.Fatalf("no report (%v)\n%s\n%s", err, head(r.out), head(r.errors))
	}
	filed, err := os.ReadFile(filepath.Join(w.dir, of.Folder, "report.json"))
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

func (w workspace) forecast(t testing.TB) migration.Forecast {
	t.Helper()
	r := w.run(t, "plan").wants(t, exitDone)
	var f migration.Forecast
	if err := json.Unmarshal(r.out, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// export writes an account as a CSV export and gives its side of a plan.
func export(t testing.TB, a sample.Account) side {
	t.Helper()
	dir := t.TempDir()
	if err := a.Write(dir); err != nil {
		t.Fatal(err)
	}
	return side(fmt.Sprintf("{connector: csv, path: %q}", dir))
}
