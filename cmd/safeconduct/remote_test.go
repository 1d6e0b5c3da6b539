package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/api/apitest"
	"github.com/safeconduct/safeconduct/internal/web"
)

// TestCtrlCLeavesTheRunGoingThere: who stops watching stops nothing, and is told
// so.
func TestCtrlCLeavesTheRunGoingThere(t *testing.T) {
	dir, m := t.TempDir(), &apitest.Memory{}
	server, err := web.Listen(t.Context(), "127.0.0.1:0", web.Config{Backend: m.Backend(), Rows: &apitest.Rows{}, Tenant: "local", Note: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(t.Context())
	for name, text := range map[string]string{"plan.yaml": strings.Replace(testPlan, "EXPORT", "export", 1), "token": server.Bearer() + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(tokenFile, filepath.Join(dir, "token"))
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for len(m.Did()) < 2 && ctx.Err() == nil { // the plan, and the run that never ends
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond)
		stop()
	}()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"migrate", "--plan", filepath.Join(dir, "plan.yaml"), "--remote", server.URL()}, strings.NewReader(""), &out, &errs)
	if code != exitRetry || !strings.Contains(errs.String(), "run r0001 goes on at 127.0.0.1") || !strings.Contains(errs.String(), "safeconduct status") ||
		strings.Contains(errs.String(), "resume") {
		t.Errorf("exit code %d:\n%s%s", code, &out, &errs)
	}
	if did := m.Did(); len(did) != 2 {
		t.Errorf("there it did %v", did)
	}
}
