package embedded

import (
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// TestProcessesOfAHomeShareABudget: what one was told, the other knows, and a reserve
// that a third sets holds for both.
func TestProcessesOfAHomeShareABudget(t *testing.T) {
	home := t.TempDir()
	open := func() (*Budgets, connectors.Budget) {
		file := OpenBudgets(home)
		t.Cleanup(func() { file.Close() })
		return file, budget.New(file, plan.Local, "acme", 20).Of("Desk", "https://acme.example.test")
	}
	_, one := open()
	_, two := open()
	third, _ := open()
	p := &plan.Plan{Tenant: plan.Local, Migration: "acme"}
	if all, reserve, err := third.Standing(t.Context(), p); err != nil || len(all) > 0 || reserve != 20 {
		t.Fatalf("before anybody asked: %+v, %d %%, %v", all, reserve, err)
	}
	if wait := one.Take(t.Context(), ""); wait != 0 {
		t.Fatalf("the first has to wait %v although nothing is known", wait)
	}
	one.Tell("", connectors.Reading{Limit: 100, Remaining: 1, Resets: 50 * time.Second})
	if wait := one.Take(t.Context(), ""); wait <= 0 {
		t.Error("the first may go on although one request is left of a hundred")
	}
	if wait := two.Take(t.Context(), ""); wait <= 0 {
		t.Error("the second may ask although the first was told that one request is left of a hundred")
	}
	percent := 40
	if err := budget.SetReserve(t.Context(), third, plan.Local, "acme", &percent); err != nil {
		t.Fatal(err)
	}
	all, reserve, err := third.Standing(t.Context(), p)
	if err != nil || len(all) != 1 || all[0].Limit != 100 || all[0].Remaining != 1 || reserve != 40 {
		t.Errorf("a third sees %+v and a reserve of %d %%, %v", all, reserve, err)
	}
	if sent := BudgetOf("acme", reserve, all); sent.Reserve != 40 || len(sent.Accounts) != 1 || sent.Accounts[0].Limit != 100 {
		t.Errorf("over the wire goes %+v", sent)
	}
}

// TestTheAPIAndThePlanTakeTheSameReserves: each checks for itself.
func TestTheAPIAndThePlanTakeTheSameReserves(t *testing.T) {
	if api.MostReserve != plan.MostReserve {
		t.Errorf("the API takes reserves of up to %d %%, plans of up to %d %%", api.MostReserve, plan.MostReserve)
	}
}
