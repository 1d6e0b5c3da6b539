// Package functions_test runs the real functions.
package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

const planText = `
version: 1
migration: test
source: {connector: csv, path: export}
target: {connector: archive, path: archive}
privacy:
  controller: Example Ltd
  contact: privacy@example.org
  purpose: test
  legal_basis: contract
  regimes: [gdpr]
  retention: 30 days
  preset: gdpr
`

// TestTheFunctionsMoveAHelpDeskAsLambdaCallsThem runs the state machine with the
// programs of this folder as its tasks: each invocation is a process that polls a
// Lambda Runtime API, gets the JSON of its state and answers it.
func TestTheFunctionsMoveAHelpDeskAsLambdaCallsThem(t *testing.T) {
	dir := t.TempDir()
	if err := sample.Crash().Write(filepath.Join(dir, "export")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "plan.yaml")
	if err := os.WriteFile(file, []byte(planText), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(dir, "home")
	run := begin(t, p, home)
	machine, objects, err := embedded.Flow(p, home)
	if err != nil {
		t.Fatal(err)
	}
	api := &runtimeAPI{t: t, bin: build(t), env: append(os.Environ(), "SAFECONDUCT_PLAN="+file, "SAFECONDUCT_HOME="+home,
		"SAFECONDUCT_REPORTS="+filepath.Join(dir, "reports"))}
	input, err := json.Marshal(migration.PlanInput{Run: run})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := machine.Run(t.Context(), workflow.Execution{Name: run.Execution(), Input: input, Tasks: api, Objects: objects, Answers: nobody{}, Start: alone}); err != nil {
		t.Fatalf("the execution failed: %v", err)
	}
	if n := tickets(t, filepath.Join(dir, "archive")); n != 50 {
		t.Errorf("%d tickets in the archive, want 50", n)
	}
	if _, err := os.Stat(filepath.Join(dir, "reports", "test", "r0001", "report.html")); err != nil {
		t.Error(err)
	}
}

// nobody is asked for an approval, and the run needs no second part.
type nobody struct{}

func (nobody) Answer(context.Context, string) (workflow.Answer, bool, error) {
	return workflow.Answer{}, false, nil
}

func alone(context.Context, workflow.Started) error { return errors.New("nothing is started here") }

// begin makes the home and keeps the plan of the run, as whoever starts an
// execution does.
func begin(t *testing.T, p *plan.Plan, home string) migration.Run {
	t.Helper()
	r, err := embedded.Open(t.Context(), p, embedded.Options{Home: home, Tool: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run := r.Run("r0001", migration.ModeFull)
	if err := r.Plans.Keep(t.Context(), run, p); err != nil {
		t.Fatal(err)
	}
	return run
}

func build(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", bin+string(filepath.Separator), "./...").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

func tickets(t *testing.T, dir string) (n int) {
	t.Helper()
	source, err := archive.Connector.Source(t.Context(), func(into any) error {
		return json.Unmarshal(fmt.Appendf(nil, `{"Path": %q}`, dir), into)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer connectors.Close(source)
	page, err := source.Page(t.Context(), helpdesk.KindTicket, "")
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Records)
}

// A runtimeAPI is as much of Lambda as an invocation needs
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
type runtimeAPI struct {
	t   *testing.T
	bin string
	env []string
}

// patience is how long a function may take to answer; it takes milliseconds.
const patience = 2 * time.Minute

// Invoke starts the function that the ARN names, gives it one event, and ends it.
func (a *runtimeAPI) Invoke(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
	name := resource[strings.LastIndexByte(resource, ':')+1:]
	answers := make(chan answer, 1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: serve(input, answers), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	defer server.Close()
	c := exec.CommandContext(ctx, filepath.Join(a.bin, name))
	c.Env = append(slices.Clip(a.env), "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String()) // side by side with others
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	select {
	case got := <-answers:
		if got.err != nil {
			a.t.Logf("%s: %v", name, got.err)
		}
		return got.output, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(patience):
		_ = c.Process.Signal(syscall.SIGQUIT) // Go programs then say where they stand
		_ = c.Wait()
		a.t.Errorf("%s does not answer; it said: %s", name, &said)
		return nil, errors.New(name + " does not answer")
	}
}

type answer struct {
	output json.RawMessage
	err    error
}

// serve gives out one event and takes its answer.
func serve(input json.RawMessage, answers chan<- answer) http.Handler {
	given := false
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		if given {
			<-r.Context().Done()
			return
		}
		given = true
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(5*time.Minute).UnixMilli()))
		_, _ = w.Write(input)
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/1/response", func(w http.ResponseWriter, r *http.Request) {
		output, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		answers <- answer{output, nil}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/1/error", func(w http.ResponseWriter, r *http.Request) {
		var e struct{ ErrorType, ErrorMessage string }
		_ = json.NewDecoder(r.Body).Decode(&e)
		w.WriteHeader(http.StatusAccepted)
		answers <- answer{nil, &workflow.Failure{Name: e.ErrorType, Cause: e.ErrorMessage}}
	})
	return mux
}
