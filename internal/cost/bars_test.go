package cost_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/cost"
)

func TestAMigrationCostsNoMoreThanWasPromised(t *testing.T) {
	for _, b := range cost.Bars() {
		calls := cost.Predict(b.Workload)
		bill := cost.Prices().Bill(calls)
		t.Logf("%s: $%.5f of %.4f", b.Name, bill.USD, b.USD)
		for _, l := range bill.Lines {
			t.Logf("   %-16s %-50s %14d %.5f", l.Service, l.Unit, l.Calls, l.USD)
		}
		if bill.USD > b.USD {
			t.Errorf("%s costs $%.4f, promised were $%.4f", b.Name, bill.USD, b.USD)
		}
		if len(bill.Unpriced) > 0 {
			t.Errorf("%s: no price is known for %v", b.Name, bill.Unpriced)
		}
	}
}
