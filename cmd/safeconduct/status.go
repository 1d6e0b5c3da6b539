package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the runs of the migration and what to do next",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				return a.there(func(r *remote) error { return r.status(c.Context()) })
			}
			return a.status(c.Context())
		},
	}
}

// A statusResult is what status prints.
type statusResult struct {
	Migration string               `json:"migration"`
	Runs      []ledger.Run         `json:"runs"`
	Records   map[string]kindState `json:"records"`
	Cursors   []ledger.Cursor      `json:"cursors"`
	Approval  *migration.Approval  `json:"approval,omitempty"` // that the last run waits for
	Active    *api.Progress        `json:"active,omitempty"`   // there, where somebody else is at work
	Closed    time.Time            `json:"closed,omitzero"`
	Accounts  []api.Account        `json:"accounts,omitempty"`
	Next      string               `json:"next"`
}

// A kindState counts the entries of a kind by state.
type kindState map[ledger.State]int

func (a *app) status(ctx context.Context) error {
	return a.here(ctx, func(r *embedded.Runtime, _ *progress) error {
		s := statusResult{Migration: r.Plan.Migration, Runs: []ledger.Run{}, Cursors: []ledger.Cursor{}}
		for run, err := range r.Ledger().Runs(ctx) {
			if err != nil {
				return err
			}
			s.Runs = append(s.Runs, run)
		}
		for c, err := range r.Ledger().Cursors(ctx) {
			if err != nil {
				return err
			}
			s.Cursors = append(s.Cursors, c)
		}
		records, err := states(ctx, r.Ledger())
		if err != nil {
			return err
		}
		s.Records, s.Next = records, a.next(s.Runs)
		closed, err := r.Ledger().Closed(ctx)
		if err != nil {
			return err
		}
		if s.Closed = closed.At; !closed.Begun.IsZero() {
			s.Next = "safeconduct close" + a.flag() + " writes its certificate, and goes on where it was stopped"
		}
		if _, approval, err := r.Approval(ctx); err == nil && approval.Pending() && s.Runs[len(s.Runs)-1].State == ledger.RunRunning {
			s.Approval, s.Next = &approval, a.nextApproval()
		}
		return a.print(s, func(w io.Writer) { s.print(w) })
	})
}

func (a *app) nextApproval() string {
	return "safeconduct approve" + a.flag() + ", or safeconduct approve --reject" + a.flag()
}

func states(ctx context.Context, l *ledger.Ledger) (map[string]kindState, error) {
	all := map[string]kindState{}
	for _, k := range helpdesk.Kinds() {
		for e, err := range l.All(ctx, k) {
			if err != nil {
				return nil, err
			}
			if all[string(k)] == nil {
				all[string(k)] = kindState{}
			}
			all[string(k)][e.State]++
		}
	}
	return all, nil
}

// next is the command that the state of the last run asks for.
func (a *app) next(runs []ledger.Run) string {
	if len(runs) == 0 {
		return "safeconduct plan" + a.flag() + ", then safeconduct migrate" + a.flag()
	}
	switch last := runs[len(runs)-1]; {
	case last.State == ledger.RunRunning:
		return "safeconduct resume" + a.flag()
	case last.State == ledger.RunFailed && last.Sealed == nil:
		_, advice := a.adviseOn(migration.Name(last.Failure))
		return advice
	}
	return "safeconduct delta" + a.flag() + " takes over what changed; safeconduct verify" + a.flag() + " looks whether all still stands"
}

func (s statusResult) print(w io.Writer) {
	fmt.Fprintf(w, "Migration %s\n", s.Migration)
	if !s.Closed.IsZero() {
		fmt.Fprintf(w, "  closed on %s; what was moved stays in the target\n", s.Closed.Local().Format(time.DateTime))
	}
	for _, r := range s.Runs {
		fmt.Fprintf(w, "  %s  %-5s %-9s started %s", r.ID, r.Mode, r.State, r.Started.Local().Format(time.DateTime))
		if r.Failure != "" {
			fmt.Fprintf(w, "  %s", r.Failure)
		}
		if r.Sealed != nil {
			fmt.Fprintf(w, "  sealed: %d objects and the run's keys destroyed", r.Sealed.Objects)
		}
		fmt.Fprintln(w)
	}
	if p := s.Active; p != nil {
		for _, step := range p.Steps {
			fmt.Fprintf(w, "  %s\n", line(embedded.Progress{Step: step.Name, Done: step.Done, Total: step.Total}, 0))
		}
	}
	for _, a := range s.Accounts {
		fmt.Fprintf(w, "  %s\n", accountSays(a))
	}
	if s.Approval != nil {
		fmt.Fprintf(w, "  waits for approval since %s\n", s.Approval.Asked.Local().Format(time.DateTime))
	}
	for _, k := range helpdesk.Kinds() {
		states := s.Records[string(k)]
		if len(states) == 0 {
			continue
		}
		fmt.Fprintf(w, "  %-13s", k)
		for _, state := range []ledger.State{ledger.StateLoaded, ledger.StateMatched, ledger.StateIntended, ledger.StateExcluded,
			ledger.StateWithheld, ledger.StateQuarantined, ledger.StateRemoved} {
			if n := states[state]; n > 0 {
				fmt.Fprintf(w, " %d %s", n, state)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "Next: %s\n", s.Next)
}

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Read the target again and compare it with what was verified",
		Long: `Reads every record that the migration created and compares it, field by field,
with digests of what the last run read back; counts what carries the
migration's markers. It needs no data of the source. Exit code 0: all stands;
1: something is lost or twice; 2: it could not be checked.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				return a.there(func(r *remote) error { return r.verify(c.Context()) })
			}
			return a.verify(c.Context())
		},
	}
}

func (a *app) verify(ctx context.Context) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	r, _, err := a.open(ctx, p)
	if err != nil {
		return &exitError{err, exitUsage}
	}
	defer r.Close()
	result, err := r.Recheck(ctx)
	if err != nil {
		return &exitError{err, exitUsage}
	}
	return a.printRecheck(result)
}

func (a *app) printRecheck(result migration.RecheckResult) error {
	if err := a.print(result, func(w io.Writer) {
		fmt.Fprintf(w, "%d records stand as they were verified, %d were changed in the target since, %d are gone\n",
			result.Same, result.Changed, result.Missing)
		for _, k := range result.Census.Kinds {
			fmt.Fprintf(w, "  %-13s %d of ours, %d missing, %d foreign, %d twice\n", k.Kind, k.Found, k.Missing, k.Foreign, k.Doubled)
		}
	}); err != nil {
		return err
	}
	if !result.Stands() {
		return &exitError{errors.New("the target is not as it was left"), exitDisproved}
	}
	return nil
}
