package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// On one machine whoever may read the local key may decide: the role is that of a
// privacy officer, and no account of the machine is named.
const (
	localRole  = "privacy_officer"
	localActor = "local"
)

func (a *app) approveCommand() *cobra.Command {
	var reject bool
	var run string
	c := &cobra.Command{
		Use:   "approve",
		Short: "Let a run that waits for approval go on, or reject it",
		Long: `Where the plan says run.approval: true, a run waits after everything was read
and anonymized and before anything is written to the target. approve puts the
decision into the audit log and goes on with the run. A rejected run is sealed: its
keys and what it staged are destroyed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d := migration.Approved
			if reject {
				d = migration.Rejected
			}
			if a.remote != "" {
				return a.there(func(r *remote) error { return r.decide(c.Context(), run, d) })
			}
			return a.approve(c.Context(), run, d)
		},
	}
	c.Flags().BoolVar(&reject, "reject", false, "reject the run")
	c.Flags().StringVar(&run, "run", "", "the run, as status shows it (default: the one that waits)")
	return c
}

func (a *app) approve(ctx context.Context, wanted string, d migration.Decision) error {
	return a.here(ctx, func(r *embedded.Runtime, bar *progress) error {
		run, err := waiting(ctx, r, wanted)
		if err != nil {
			return err
		}
		if err := r.Decide(ctx, run, d, localRole, localActor); err != nil {
			return err
		}
		run, err = r.Resume(ctx)
		bar.end()
		var failed *embedded.Failed
		if d == migration.Rejected && errors.As(err, &failed) && failed.Name == string(migration.ApprovalRefused) {
			return a.printRejected(run.ID, d)
		}
		return a.finished(r, run, err)
	})
}

func (a *app) printRejected(run string, d migration.Decision) error {
	return a.print(map[string]any{"run": run, "outcome": d}, func(w io.Writer) {
		fmt.Fprintf(w, "Run %s is rejected. Nothing was written to the target; its keys and what it staged are destroyed.\n", run)
	})
}

// waiting finds the run that waits for approval.
func waiting(ctx context.Context, r *embedded.Runtime, wanted string) (migration.Run, error) {
	run, _, err := r.Approval(ctx)
	nothing := func(text string) error { return &exitError{errors.New(text), exitNothing} }
	switch {
	case errors.Is(err, migration.ErrNotAsked), errors.Is(err, ledger.ErrNotFound):
		return run, nothing("no run waits for approval")
	case err == nil && wanted != "" && wanted != run.ID:
		return run, nothing(fmt.Sprintf("run %s does not wait for approval", wanted))
	}
	return run, err
}
