package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

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

// parseShare reads what is to be reserved; -1 is what the plan says.
func parseShare(text string) (percent int, err error) {
	if text == "" || text == "plan" {
		return -1, nil
	}
	return plan.ParseReserve(text)
}

// A reserveResult is what reserve prints.
type reserveResult struct {
	Migration string            `json:"migration"`
	Reserve   int               `json:"reserve"` // percent
	Accounts  []budget.Standing `json:"accounts"`
}

func (a *app) reserve(ctx context.Context, change bool, percent int) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	budgets := embedded.OpenBudgets(a.home)
	defer budgets.Close()
	if change {
		if err := budget.SetReserve(ctx, budgets, p.Tenant, p.Migration, percent); err != nil {
			return err
		}
	}
	result := reserveResult{Migration: p.Migration, Accounts: []budget.Standing{}}
	accounts, reserve, err := budgets.Standing(ctx, p)
	if err != nil {
		return err
	}
	result.Reserve, result.Accounts = reserve, append(result.Accounts, accounts...)
	return a.print(result, func(w io.Writer) { result.print(w) })
}

func (r reserveResult) print(w io.Writer) {
	fmt.Fprintf(w, "Migration %s leaves %d%% of each account's API budget to agents\n", r.Migration, r.Reserve)
	for _, s := range r.Accounts {
		fmt.Fprintf(w, "  %s", standingOf(s))
		if s.Refused > 0 {
			fmt.Fprintf(w, "; %d refused so far", s.Refused)
		}
		fmt.Fprintln(w)
	}
	if len(r.Accounts) == 0 {
		fmt.Fprintln(w, "  No account has told of a limit in the last minutes.")
	}
}

// standingOf says how an account stands.
func standingOf(s budget.Standing) string {
	name := s.Product
	if s.Class != "" {
		name += " " + s.Class
	}
	return fmt.Sprintf("%s: %d requests of ours and %d of others a minute, of %d; %d%% reserved", name, s.Ours, s.Others, s.Limit, s.Reserve)
}

// standingLine is the part of a progress line that tells of the accounts; empty where
// none has told of a limit.
func standingLine(ctx context.Context, b *embedded.Budgets, p *plan.Plan) (text string) {
	if b == nil {
		return ""
	}
	all, _, err := b.Standing(ctx, p)
	if err != nil {
		return "" // a run goes on without
	}
	for _, s := range all {
		if s.Class == "" {
			text += fmt.Sprintf(" · %s %d+%d of %d/min, %d%% reserved", s.Product, s.Ours, s.Others, s.Limit, s.Reserve)
		}
	}
	return text
}
