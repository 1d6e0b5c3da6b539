package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/web"
)

// TestMain lets scripts call safeconduct as a program of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"safeconduct": main})
}

// TestScripts runs the scenarios of testdata/script: what a person types, what
// the program answers, and what must not be in the answer.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"export":   export,
			"exitcode": exitcode,
			"serve":    serve,
		},
		Setup: func(env *testscript.Env) error {
			plan := strings.Replace(testPlan, "EXPORT", "export", 1)
			for name, text := range map[string]string{"plan.yaml": plan, "approved.yaml": plan + "run: {approval: true}\n",
				"express.yaml": plan + "run: {express: 400 days}\n", "soon.yaml": plan + "run: {express: soon}\n"} {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text), 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// export writes the small sample account: export FOLDER.
func export(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: export FOLDER")
	}
	ts.Check(sample.Crash().Write(ts.MkAbs(args[0])))
}

// exitcode runs a command and compares its exit code: exitcode 2 safeconduct plan.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND ...")
	}
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		code = fmt.Sprint(exit.ExitCode())
	}
	if code != args[0] {
		ts.Fatalf("%v exits with %s, want %s", args[1:], code, args[0])
	}
}

// serve answers the API for the migrations of a plan until the script ends, and
// tells safeconduct where: serve PLAN.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve PLAN")
	}
	file := ts.MkAbs(args[0])
	service, err := embedded.NewService(file, embedded.Options{Home: filepath.Join(filepath.Dir(file), ".safeconduct"),
		Reports: filepath.Join(filepath.Dir(file), "there"), Tool: "safeconduct/test"})
	ts.Check(err)
	rows, err := service.Requests()
	ts.Check(err)
	ctx, stop := context.WithCancel(context.Background())
	server, err := web.Listen(ctx, "127.0.0.1:0", web.Config{Backend: service.Backend(), Rows: rows, Tenant: service.Tenant(),
		Note: func(err error) { ts.Logf("fault: %v", err) }})
	ts.Check(err)
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	ts.Defer(func() {
		stop()
		ts.Check(errors.Join(<-done, service.Close()))
	})
	token := filepath.Join(filepath.Dir(file), "token")
	ts.Check(os.WriteFile(token, []byte(server.Bearer()), 0o600))
	ts.Setenv("SAFECONDUCT_REMOTE", server.URL())
	ts.Setenv("SAFECONDUCT_TOKEN_FILE", token)
}
