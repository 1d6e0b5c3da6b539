package embedded

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestVerifyDoesNotReadAgainWhatItHasComparedBeforeAPause: a target whose limit is
// smaller than a segment would otherwise never be verified.
func TestVerifyDoesNotReadAgainWhatItHasComparedBeforeAPause(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	var mu sync.Mutex
	reads, window := 0, 0
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name != memory.OpRead || op.Kind != helpdesk.KindTicket {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if window++; window > 12 { // and then a minute is over
			window = 0
			return &connectors.RateLimited{After: time.Minute}
		}
		reads++
		return nil
	}})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	if report := migrate(t, r); report.Partial() {
		t.Errorf("the report is partial: %s", report.Summary("en"))
	}
	if reads > 2*50 { // of those in flight at a pause, some are asked for again
		t.Errorf("50 tickets were read %d times", reads)
	}
}

// almostOver is a context with no more time than a step keeps to itself.
func almostOver(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 14*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestStepsOutsideOfRunsStopBeforeTheirTimeIsOver: and then go on, as if nothing
// had been.
func TestStepsOutsideOfRunsStopBeforeTheirTimeIsOver(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	in := migration.LoopInput{Run: r.Run("x0001", migration.ModeFull), Execution: "x"}
	if err := r.Plans.Keep(t.Context(), in.Run, r.Plan); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(context.Context, migration.LoopInput) (migration.LoopOutput, error){
		"recheck":  migration.Recheck{Plans: r.Plans, Rows: r.Rows, Desks: r.Desks, Index: r.Keys}.Do,
		"rollback": migration.Rollback{Base: r.steps.Finish.Base, Desks: r.Desks, Index: r.Keys}.Do,
	} {
		if out, err := do(almostOver(t), in); err != nil || out.Done || out.Records > 0 || out.Loops != 1 || out.NextPart != "x-part-2" {
			t.Errorf("%s without time: %+v, %v", name, out, err)
		}
	}
	var at migration.Rollingback
	if err := r.Ledger().Note(t.Context(), "x0001", migration.RollbackNote, &at); err != nil && !errors.Is(err, ledger.ErrNotFound) || at.Done {
		t.Errorf("the ledger says %+v, %v", at, err)
	}
	if n := len(target.Records(helpdesk.KindTicket)); n != 50 {
		t.Errorf("%d tickets are left, want 50", n)
	}
}

// TestAForecastWithoutTimeSaysWhatItCovers: and calls nothing lost that it did not
// read.
func TestAForecastWithoutTimeSaysWhatItCovers(t *testing.T) {
	source, target := fill(t, memory.Options{PageSize: 7}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	ctx, none := almostOver(t), func(helpdesk.Kind, int) {}
	part, err := migration.Preview(ctx, parse(t), source.Source(), target.Target(), none)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := migration.Preview(t.Context(), parse(t), source.Source(), target.Target(), none)
	if err != nil {
		t.Fatal(err)
	}
	if part.Complete || !whole.Complete {
		t.Errorf("complete: %t without time, %t with all of it", part.Complete, whole.Complete)
	}
	for i, k := range part.Kinds {
		if more := whole.Kinds[i].Read > 7; k.Partial != more || k.Read != min(7, whole.Kinds[i].Read) {
			t.Errorf("%s: read %d of %d, partial %t", k.Kind, k.Read, whole.Kinds[i].Read, k.Partial)
		}
	}
	for kind, n := range part.Dangling {
		if n > whole.Dangling[kind] {
			t.Errorf("%d references to a %s lead nowhere, of all records only %d", n, kind, whole.Dangling[kind])
		}
	}
}
