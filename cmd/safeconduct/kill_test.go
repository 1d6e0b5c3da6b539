package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

var kills = flag.Int("kills", 3, "how often the program is killed at a random moment")

// TestKilledAtARandomMomentAResumeEndsWithTheSameTarget kills the real program
// with SIGKILL, resumes it, and compares the archive with that of a run that
// nobody disturbed.
func TestKilledAtARandomMomentAResumeEndsWithTheSameTarget(t *testing.T) {
	program := buildProgram(t)
	dir := t.TempDir()
	if err := sample.Crash().Write(filepath.Join(dir, "export")); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	want := moved(t, program, workspace(t, dir), 0)
	whole := time.Since(began)
	for range *kills {
		after := time.Duration(rand.Int64N(int64(whole)))
		t.Run(fmt.Sprintf("after %s", after.Round(time.Millisecond)), func(t *testing.T) {
			if got := moved(t, program, workspace(t, dir), after); !slices.Equal(got, want) {
				t.Errorf("the archive differs: %d records, want %d%s", len(got), len(want), firstDifference(got, want))
			}
		})
	}
}

func firstDifference(got, want []string) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("\ngot  %.600s\nwant %.600s", got[i], want[i])
		}
	}
	return ""
}

func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "safeconduct")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// workspace writes a plan for the export into a folder of its own.
func workspace(t *testing.T, dir string) string {
	t.Helper()
	ws := t.TempDir()
	plan := strings.ReplaceAll(testPlan, "EXPORT", filepath.Join(dir, "export"))
	if err := os.WriteFile(filepath.Join(ws, "plan.yaml"), []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	return ws
}

const testPlan = `
version: 1
migration: test
source: {connector: csv, path: "EXPORT"}
target: {connector: archive, path: archive}
privacy:
  controller: Example Ltd
  contact: privacy@example.org
  purpose: test
  legal_basis: contract
  regimes: [gdpr]
  retention: 30 days
  attachments: {unreadable: keep}
  preset: gdpr
`

// moved migrates in a workspace, killed once after a while if that is not 0, and
// lists what the archive then holds.
func moved(t *testing.T, program, ws string, kill time.Duration) []string {
	t.Helper()
	command := "migrate"
	if kill > 0 {
		ctx, cancel := context.WithTimeout(t.Context(), kill)
		defer cancel()
		c := exec.CommandContext(ctx, program, "migrate", "-q") // CommandContext kills with SIGKILL
		c.Dir = ws
		_ = c.Run()
		command = "resume"
	}
	c := exec.Command(program, command, "-q")
	c.Dir = ws
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == exitNothing && command == "resume" {
		c = exec.Command(program, "migrate", "-q") // it was killed before there was a run, or after its end
		c.Dir = ws
		out, err = c.CombinedOutput()
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return contents(t, filepath.Join(ws, "archive"))
}

// contents lists the records of an archive.
func contents(t *testing.T, dir string) []string {
	t.Helper()
	source, err := archive.Connector.Source(t.Context(), func(into any) error {
		return json.Unmarshal(fmt.Appendf(nil, `{"Path": %q}`, dir), into)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer connectors.Close(source)
	var all []helpdesk.Record
	for _, k := range helpdesk.Kinds() {
		for cursor, last := connectors.Cursor(""), false; !last; {
			page, err := source.Page(t.Context(), k, cursor)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page.Records...)
			cursor, last = page.Next, page.Last
		}
	}
	return sample.Canonical(all)
}
