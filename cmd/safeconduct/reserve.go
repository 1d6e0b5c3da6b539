package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/plan"
)

func (a *app) reserveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reserve [SHARE | plan]",
		Short: "Show how the accounts' API budgets stand, or leave another share to agents",
		Long: fmt.Sprintf(`Shows what the help desks' APIs answer in a minute, how much of it this and other
migrations ask for, and how much agents. With a share, from 0%% to %d%%, that much is
left to agents from now on, also by a run that is at work: it knows in seconds. With
the word plan, what the plan says holds again.`, plan.MostReserve),
		Example: "  safeconduct reserve\n  safeconduct reserve 40%\n  safeconduct reserve plan",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			share := strings.Join(args, "")
			percent, err := parseShare(share)
			if err != nil {
				return usage(err)
			}
			return a.reserve(c.Context(), share != "", percent)
		},
	}
}

// parseShare reads what is to be reserved; nil is what the plan says.
func parseShare(text string) (percent *int, err error) {
	if text == "" || text == "plan" {
		return nil, nil
	}
	n, err := plan.ParseReserve(text)
	return &n, err
}

// reserve shows the budget of the migration here or there, and changes it before.
func (a *app) reserve(ctx context.Context, change bool, percent *int) (err error) {
	var b api.Budget
	if a.remote != "" {
		err = a.there(func(r *remote) (err error) { b, err = r.reserve(ctx, change, percent); return err })
	} else {
		b, err = a.reserveHere(ctx, change, percent)
	}
	if err != nil {
		return err
	}
	return a.print(b, func(w io.Writer) { printBudget(w, b) })
}

func (r *remote) reserve(ctx context.Context, change bool, percent *int) (api.Budget, error) {
	if change {
		return r.PutReserve(ctx, r.plan.Migration, percent)
	}
	return r.Budget(ctx, r.plan.Migration)
}

// reserveHere works beside a run of this machine: it needs no lock.
func (a *app) reserveHere(ctx context.Context, change bool, percent *int) (b api.Budget, err error) {
	p, err := a.readPlan()
	if err != nil {
		return b, err
	}
	budgets := embedded.OpenBudgets(a.home)
	defer budgets.Close()
	if change {
		if err := budget.SetReserve(ctx, budgets, p.Tenant, p.Migration, percent); err != nil {
			return b, err
		}
	}
	all, reserve, err := budgets.Standing(ctx, p)
	return embedded.BudgetOf(p.Migration, reserve, all), err
}

func printBudget(w io.Writer, b api.Budget) {
	fmt.Fprintf(w, "Migration %s leaves %d%% of each account's API to agents\n", b.Migration, b.Reserve)
	for _, s := range b.Accounts {
		fmt.Fprintf(w, "  %s\n", accountSays(s))
	}
	if len(b.Accounts) == 0 {
		fmt.Fprintln(w, "  No account has told of a limit in the last minutes.")
	}
}

func accountSays(a api.Account) string {
	text := fmt.Sprintf("%s: %d requests of ours and %d of others a minute, of %d; %d%% reserved", strings.TrimSpace(a.Product+" "+a.Class), a.Ours, a.Others, a.Limit, a.Reserve)
	if a.Refused > 0 {
		text += fmt.Sprintf("; %d refused so far", a.Refused)
	}
	return text
}

// standingLine is the part of a progress line that tells of the accounts that a run of
// this machine asks.
func standingLine(ctx context.Context, b *embedded.Budgets, p *plan.Plan) string {
	all, reserve, err := b.Standing(ctx, p)
	if err != nil {
		return "" // a run goes on without
	}
	return accountsLine(embedded.BudgetOf(p.Migration, reserve, all).Accounts)
}

// accountsLine is empty where no account has told of a limit.
func accountsLine(all []api.Account) (text string) {
	for _, a := range all {
		if a.Class == "" {
			text += fmt.Sprintf(" · %s %d+%d of %d/min, %d%% reserved", a.Product, a.Ours, a.Others, a.Limit, a.Reserve)
		}
	}
	return text
}
