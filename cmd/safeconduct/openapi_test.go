//go:build openapi

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/apitest"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/web"
)

// TestNoRequestBreaksTheAPI lets schemathesis make up requests from the OpenAPI
// document, good ones and bad ones: no answer is a fault, and each is as the
// document says. Once over a runtime in memory that has all powers, once over
// this machine's, which moves the sample account meanwhile.
func TestNoRequestBreaksTheAPI(t *testing.T) {
	memory := &apitest.Memory{}
	memory.Fill("local", "acme-2026")
	t.Run("memory", func(t *testing.T) { attack(t, memory.Backend(), &apitest.Rows{}) })

	dir := t.TempDir()
	if err := sample.Crash().Write(filepath.Join(dir, "export")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "plan.yaml")
	text := strings.Replace(strings.Replace(testPlan, "EXPORT", "export", 1), "migration: test", "migration: acme-2026", 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	service, err := embedded.NewService(file, embedded.Options{Home: filepath.Join(dir, "home"), Reports: filepath.Join(dir, "reports"), Tool: "safeconduct/test", NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	rows, err := service.Requests()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("embedded", func(t *testing.T) { attack(t, service.Backend(), rows) })
}

// attack serves a runtime on loopback and runs schemathesis against it.
func attack(t *testing.T, b api.Backend, rows api.Rows) {
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	server, err := web.Listen(ctx, "127.0.0.1:0", web.Config{Backend: b, Rows: rows, Tenant: "local", Note: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	program, err := peers.Schemathesis(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, program, "run", server.URL()+"/v1/openapi.json", "--header", "Authorization: Bearer "+server.Bearer(),
		"--checks", "all", "--max-examples", "30", "--seed", "1", "--no-shrink", "--continue-on-failure", "--no-color",
		// What is good by its form may come at the wrong time: 409.
		"--exclude-checks", "positive_data_acceptance")
	c.Dir = t.TempDir()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("schemathesis: %v\n%s", err, out)
	}
	t.Log(summary(string(out)))
	stop()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// summary is the end of what schemathesis says: what it did.
func summary(out string) string {
	if i := strings.LastIndex(out, "SUMMARY"); i > 0 {
		return out[strings.LastIndex(out[:i], "\n")+1:]
	}
	return ""
}
