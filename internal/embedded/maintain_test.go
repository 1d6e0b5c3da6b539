package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/workflow"
	"github.com/safeconduct/safeconduct/statemachine"
)

// stopping gives a context that ends when a state is entered.
func stopping(t *testing.T, r *Runtime, state string) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r.Observe = func(e workflow.Event) {
		if e.State == state {
			stop()
		}
	}
	return ctx, stop
}

// maintain runs the state machine for what is done outside of runs, as it runs
// deployed.
func maintain(t *testing.T, r *Runtime, action, id string) error {
	t.Helper()
	m, err := machine(statemachine.Maintain, r.steps)
	if err != nil {
		t.Fatal(err)
	}
	run := r.Run(id, migration.ModeFull)
	if err := r.Plans.Keep(t.Context(), run, r.Plan); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]any{"run": run, "action": action, "then": struct{}{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Run(t.Context(), workflow.Execution{Name: run.Execution(), StateMachine: "maintain", Input: input, Clock: r.Clock,
		Tasks: r.tasks(func(error) {}, func(string, json.RawMessage) {}), Start: r.starter(run)})
	return err
}

func TestARollbackOfTheStateMachineRemovesAllAndReleasesTheLease(t *testing.T) {
	for name, removal := range map[string]connectors.Removal{"removed": connectors.Removed, "kept": connectors.Kept} {
		t.Run(name, func(t *testing.T) {
			source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10, Removal: removal})
			limited := 0
			target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
				if op.Name == memory.OpRemove && limited < 3 {
					limited++
					return &connectors.RateLimited{After: 1}
				}
				return nil
			}})
			r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
			migrate(t, r)
			if err := maintain(t, r, "rollback", "x0001"); err != nil {
				t.Fatal(err)
			}
			var at migration.Rollingback
			if err := r.Ledger().Note(t.Context(), "x0001", migration.RollbackNote, &at); err != nil || !at.Done {
				t.Fatalf("the ledger says %+v, %v", at, err)
			}
			asked := 0
			for _, b := range at.Back {
				if b.Kind == helpdesk.KindTicket {
					asked = b.Removed + b.Kept
				}
			}
			if asked != 50 {
				t.Errorf("asked to remove %d tickets, want each of 50 once", asked)
			}
			if lease, err := r.Ledger().Lease(t.Context()); err != nil || lease.Run != "" {
				t.Errorf("the lease is %+v, %v", lease, err)
			}
		})
	}
}

func TestARollbackKeepsOutOfTheWayOfARun(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	if _, err := r.Ledger().Acquire(t.Context(), "r0002"); err != nil {
		t.Fatal(err)
	}
	var f *workflow.Failure
	if err := maintain(t, r, "rollback", "x0001"); !errors.As(err, &f) || f.Name != string(migration.LeaseLost) {
		t.Errorf("rollback during a run: %v, want LeaseLost", err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets are left in the target, want 50", n)
	}
}

func TestARecheckOfTheStateMachineFindsWhatAgentsChanged(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	limited := false
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpRead && op.Kind == helpdesk.KindTicket && op.N == 70 && !limited {
			limited = true
			return &connectors.RateLimited{After: 1}
		}
		return nil
	}})
	want, err := r.Recheck(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := maintain(t, r, "recheck", "x0001"); err != nil {
		t.Fatal(err)
	}
	var at migration.Rechecked
	if err := r.Ledger().Note(t.Context(), "x0001", migration.RecheckNote, &at); err != nil {
		t.Fatal(err)
	}
	if got := at.Result; !at.Done || got.Same != want.Same || got.Changed != want.Changed || !got.Stands() {
		t.Errorf("found %+v, want %+v", got, want)
	}
}

func TestAForecastOfTheStateMachineIsKept(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	home := t.TempDir()
	r := open(t, home, parse(t), source.Source(), target.Target())
	if err := maintain(t, r, "preview", "x0001"); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(home, "reports", "test", "x0001", "forecast.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f migration.Forecast
	if err := json.Unmarshal(content, &f); err != nil || !f.Complete || len(f.Kinds) != len(helpdesk.Kinds()) {
		t.Errorf("the forecast is %+v, %v", f, err)
	}
}
