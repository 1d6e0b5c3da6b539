package embedded

import (
	"context"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestARunThatFailsSaysHowFarTheMigrationIsBehind: what was moved a day ago is a day
// behind, however often it was tried since. A demo is behind nobody.
func TestARunThatFailsSaysHowFarTheMigrationIsBehind(t *testing.T) {
	source, target := fill(t, memory.Options{}, sample.Crash()), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	run, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull})
	if err != nil {
		t.Fatal(err)
	}
	demo := run
	demo.Mode = migration.ModeDemo
	for name, c := range map[string]struct {
		run  migration.Run
		told bool
	}{"a run": {run, true}, "a demo": {demo, false}} {
		told := time.Duration(0)
		finish := r.steps.Finish
		finish.Now = func() time.Time { return time.Now().Add(26 * time.Hour) }
		finish.Behind = func(_ context.Context, d time.Duration) { told = d }
		if _, err := finish.Do(t.Context(), migration.FinishInput{Run: c.run, Outcome: ledger.RunFailed}); err != nil {
			t.Fatal(err)
		}
		if late := told - 26*time.Hour; c.told && (late < 0 || late > time.Minute) || !c.told && told != 0 {
			t.Errorf("%s: %s behind", name, told)
		}
	}
}
