package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// slow is a source that asks to wait so often that one execution would have too
// many events.
func slow(t *testing.T) *memory.Desk {
	source, asked := fill(t, memory.Options{PageSize: 1}, sample.Crash()), 0
	source.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name != memory.OpPage || op.Kind != helpdesk.KindTicket {
			return nil
		}
		if asked++; asked%6 != 0 {
			return &connectors.RateLimited{After: time.Second}
		}
		return nil
	}})
	return source
}

// TestALongExtractionGoesOnInAnotherExecution: the run is one, its executions are
// several, and what arrives is the same.
func TestALongExtractionGoesOnInAnotherExecution(t *testing.T) {
	source, target := slow(t), memory.New(memory.Options{Batch: 10})
	home := t.TempDir()
	r := open(t, home, parse(t), source.Source(), target.Target())
	migrate(t, r)
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets in the target, want 50", n)
	}
	journals, err := os.ReadDir(filepath.Join(home, "test", "executions"))
	if err != nil || len(journals) != 2 || journals[0].Name() != "r0001-part-2.jsonl" {
		t.Errorf("journals %v, %v; want two parts of r0001", journals, err)
	}
}

// TestALaterPartOfARunIsRedriven: the part that failed, and no other.
func TestALaterPartOfARunIsRedriven(t *testing.T) {
	source, target := slow(t), memory.New(memory.Options{Batch: 10})
	broken := true
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if broken && op.Name == memory.OpCreate && op.Kind == helpdesk.KindTicket {
			return fmt.Errorf("%w: the account may not write", connectors.ErrDenied)
		}
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	var failed *Failed
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull}); !errors.As(err, &failed) || failed.Name != string(migration.AccessDenied) {
		t.Fatalf("migrate: %v, want that access is denied", err)
	}
	broken = false
	if _, err := r.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets in the target, want 50", n)
	}
}

// TestAStartedPartSurvivesTheProcess: stopped right after the next part was
// started, the run goes on with it.
func TestAStartedPartSurvivesTheProcess(t *testing.T) {
	source, target := slow(t), memory.New(memory.Options{Batch: 10})
	home := t.TempDir()
	first, err := openWith(home, parse(t), source.Source(), target.Target(), func(*Parts) {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := stopping(t, first, "ReadOn")
	if _, err := first.Migrate(ctx, Request{Mode: migration.ModeFull}); err == nil {
		t.Fatal("the run was not stopped")
	}
	stop()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	r := open(t, home, parse(t), source.Source(), target.Target())
	if _, err := r.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets in the target, want 50", n)
	}
}
