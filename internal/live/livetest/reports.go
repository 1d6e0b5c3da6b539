package livetest

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// Moving is how many records of a kind the forecast says will move.
func Moving(f migration.Forecast, k helpdesk.Kind) int {
	for _, of := range f.Kinds {
		if of.Kind == k {
			return of.Move
		}
	}
	return 0
}

// WantClean fails the test for whatever a report says that is not as it should be.
func WantClean(t testing.TB, r evidence.Report) {
	t.Helper()
	for _, k := range r.Kinds {
		t.Logf("%-12s read %d: %v, %d placeholders", k.Kind, k.Read, k.Outcomes, k.Placeholders)
	}
	for _, f := range r.Fields {
		if n := f.Classes[migration.Unexpected]; n > 0 {
			t.Errorf("%s: %d unexpected", f.Name, n)
		}
	}
	for i, d := range r.Findings {
		if i < 20 {
			t.Logf("difference: %s %s %s %s", d.Kind, d.ID, d.Path, d.Class)
		}
	}
	for i, a := range r.Aside {
		if i < 20 {
			t.Logf("aside: %s %s %s", a.Kind, a.Outcome, a.Reason)
		}
	}
	for _, k := range r.Census.Kinds {
		if k.Missing+k.Foreign+k.Doubled > 0 || !r.Census.Counted {
			t.Errorf("census of %s: %d missing, %d foreign, %d doubled", k.Kind, k.Missing, k.Foreign, k.Doubled)
		}
	}
	if !r.Census.Conserved {
		t.Error("not all that was read is accounted for")
	}
	for field, n := range r.Residual {
		t.Errorf("%s: %d findings remain", field, n)
	}
	if r.Mails != nil && *r.Mails != 0 {
		t.Errorf("the target recorded %d mails", *r.Mails)
	}
}

// Difference lists what changed between two counts.
func Difference(before, after map[string]int) map[string]int {
	changed := map[string]int{}
	for name, n := range after {
		if n != before[name] {
			changed[name] = n - before[name]
		}
	}
	return changed
}
