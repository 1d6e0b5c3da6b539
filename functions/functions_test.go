// Package functions_test runs the real functions.
package functions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestEachFunctionAnswersALambdaRuntime starts each program as Lambda does: it polls
// the Runtime API, is given an event and answers it. Without the environment of the
// deployed form the answer is a failure by a name of the closed list, and a line of
// the log that says so; both say nothing but references and codes. That the functions
// move a help desk with it is what internal/deployed tests.
func TestEachFunctionAnswersALambdaRuntime(t *testing.T) {
	bin := build(t)
	names, err := os.ReadDir(bin)
	if err != nil || len(names) != 10 {
		t.Fatalf("%d functions, %v; want 10", len(names), err)
	}
	for _, f := range names {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			got, said := invoke(t, filepath.Join(bin, f.Name()), json.RawMessage(`{"run": {"tenant": "acme", "subject": "canary-4711"}}`))
			if got.Type != "Internal" || strings.Contains(got.Message, "4711") {
				t.Errorf("got %+v", got)
			}
			if !strings.Contains(said, `"tenant":"acme","outcome":"failed","failure":"Internal"`) || strings.Contains(said, "4711") {
				t.Errorf("it logged %s", said)
			}
		})
	}
}

// TestFunctionsLinkNothingHeavy keeps out what makes a function large or slow to
// start: templates and net/rpc keep the linker from dropping what nobody calls, and
// a database or a command line has no business there. Report alone renders.
func TestFunctionsLinkNothingHeavy(t *testing.T) {
	look(t)
	heavy := []string{"html/template", "text/template", "net/rpc", "database/sql", "modernc.org/sqlite", "github.com/spf13/cobra",
		"github.com/safeconduct/safeconduct/internal/embedded"}
	mains, err := filepath.Glob("*/main.go")
	if err != nil || len(mains) != 10 {
		t.Fatalf("%d functions, %v; want 10", len(mains), err)
	}
	for _, main := range mains {
		name := filepath.Dir(main)
		out, err := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc", "./"+name).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, linked := range strings.Fields(string(out)) {
			renders := name == "report" && strings.HasSuffix(linked, "/template")
			if slices.Contains(heavy, linked) && !renders {
				t.Errorf("%s links %s; see: go mod why -m, or go list -deps ./functions/%s", name, linked, name)
			}
		}
	}
}

// TestTheLinkerDropsWhatNobodyCalls: one call of reflect's Method or MethodByName by
// a name that is not constant, or a reflect.Type embedded in a struct, and every
// exported method of every type stays: half as much again, of each program. Templates
// do that, so report is as it is.
func TestTheLinkerDropsWhatNobodyCalls(t *testing.T) {
	look(t)
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-dumpdep", "-o", os.DevNull, "./load").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("main.main")) {
		t.Fatal("the linker tells nothing of what it keeps")
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasSuffix(line, "<ReflectMethod>\n") {
			t.Errorf("the linker keeps all methods because of %s", line)
		}
	}
}

func build(t *testing.T) string {
	t.Helper()
	look(t)
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", bin+string(filepath.Separator), "./...").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// A failure is what a function answers instead of its output.
type failure struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// patience is how long a function may take to answer; it takes milliseconds.
const patience = time.Minute

// invoke starts a program, gives it one event, and ends it. said is what it logged.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func invoke(t *testing.T, program string, input json.RawMessage) (got failure, said string) {
	t.Helper()
	answers := make(chan failure, 1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: serve(input, answers), ReadHeaderTimeout: time.Minute}
	go server.Serve(listener)
	defer server.Close()
	c := exec.CommandContext(t.Context(), program)
	c.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SAFECONDUCT_") }),
		"AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(patience, func() { close(answers) })
	defer late.Stop()
	got, answered := <-answers
	_ = c.Process.Kill()
	_ = c.Wait()
	if !answered {
		t.Fatal("it does not answer")
	}
	return got, log.String()
}

// serve gives out one event and takes its answer.
func serve(input json.RawMessage, answers chan<- failure) http.Handler {
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
		answers <- failure{Message: string(output)}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/1/error", func(w http.ResponseWriter, r *http.Request) {
		var e failure
		_ = json.NewDecoder(r.Body).Decode(&e)
		w.WriteHeader(http.StatusAccepted)
		answers <- e
	})
	return mux
}
