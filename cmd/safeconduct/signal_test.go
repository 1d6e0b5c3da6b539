package main

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
)

func TestASignalLeavesARunThatCanBeResumed(t *testing.T) {
	program := buildProgram(t)
	dir := t.TempDir()
	if err := sample.Crash().Write(filepath.Join(dir, "export")); err != nil {
		t.Fatal(err)
	}
	want := moved(t, program, workspace(t, dir), 0)
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		ws := workspace(t, dir)
		out, code := stopped(t, program, ws, sig)
		if code != exitRetry || !strings.Contains(out, "safeconduct resume") {
			t.Errorf("%s: exit code %d, want %d, and advice to resume:\n%s", sig, code, exitRetry, out)
		}
		c := exec.Command(program, "resume", "-q")
		c.Dir = ws
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: resume: %v\n%s", sig, err, out)
			continue
		}
		if got := contents(t, filepath.Join(ws, "archive")); !slices.Equal(got, want) {
			t.Errorf("%s: the archive differs%s", sig, firstDifference(got, want))
		}
	}
}

// stopped starts a migration and sends it a signal once it has said anything.
func stopped(t *testing.T, program, ws string, sig syscall.Signal) (out string, code int) {
	t.Helper()
	c := exec.Command(program, "migrate")
	c.Dir = ws
	said := &signalWriter{said: make(chan struct{})}
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-said.said:
	case <-time.After(time.Minute):
		t.Error("the program says nothing")
	}
	if err := c.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	err := c.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(said.text), exit.ExitCode()
	}
	return string(said.text), 0
}

// A signalWriter says when it was first written to.
type signalWriter struct {
	text []byte
	said chan struct{}
}

func (w *signalWriter) Write(p []byte) (int, error) {
	if len(w.text) == 0 {
		close(w.said)
	}
	w.text = append(w.text, p...)
	return len(p), nil
}

func TestASecondProcessOnTheSamePlanWaits(t *testing.T) {
	dir := t.TempDir()
	if err := sample.Crash().Write(filepath.Join(dir, "export")); err != nil {
		t.Fatal(err)
	}
	ws := workspace(t, dir)
	p, err := plan.Read(filepath.Join(ws, "plan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := embedded.Open(t.Context(), p, embedded.Options{Home: filepath.Join(ws, ".safeconduct"), Tool: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"migrate", "--plan", filepath.Join(ws, "plan.yaml")}, strings.NewReader(""), &out, &errs)
	if code != exitRetry || !strings.Contains(errs.String(), "another safeconduct is at work") {
		t.Errorf("exit code %d, want %d:\n%s", code, exitRetry, &errs)
	}
}
