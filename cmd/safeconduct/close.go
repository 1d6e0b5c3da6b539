package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/plan"
)

func (a *app) closeCommand() *cobra.Command {
	var yes, giveUp bool
	c := &cobra.Command{
		Use:   "close",
		Short: "End the migration for good and destroy what links target and source",
		Long: `Destroys the keys of the migration and its ledger: from then on nobody can tell
which record of the target was which of the source. What was moved stays, as do the
reports and the audit log. After it there is no delta, no rollback and no check of
the target; cutover first, if agents still work in the source.

A certificate says what was destroyed and what remains. Called again, close goes on
where it was stopped, or writes the certificate anew.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				if giveUp {
					return usage(errors.New("--give-up works on this machine only: resume the run, or roll back, which gives it up"))
				}
				return a.there(func(r *remote) error { return r.close(c.Context(), yes) })
			}
			return a.closeMigration(c.Context(), yes, giveUp)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	c.Flags().BoolVar(&giveUp, "give-up", false, "give up a run that is not finished")
	return c
}

// agrees asks whether the migration is to end, unless that was said.
func (a *app) agrees(yes bool, migration string) bool {
	return yes || a.confirm(fmt.Sprintf("Close migration %s for good? There is no delta, no rollback and no check of the target after it.", migration))
}

var errNotDestroyed = usage(errors.New("nothing was destroyed; say --yes, or answer yes"))

func (a *app) closeMigration(ctx context.Context, yes, giveUp bool) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	r, _, err := a.open(ctx, p)
	if err != nil {
		return err
	}
	defer r.Close()
	before, err := r.Ledger().Closed(ctx)
	if err != nil {
		return err
	}
	runs, err := r.Ledger().CountRuns(ctx)
	switch {
	case err != nil:
		return err
	case before.Begun.IsZero() && runs == 0:
		return usage(fmt.Errorf("%w: migration %s has no run in %s", embedded.ErrNothingToClose, p.Migration, a.home))
	case before.Begun.IsZero() && !a.agrees(yes, p.Migration):
		return errNotDestroyed
	}
	if err := a.closeDemo(ctx, p); err != nil {
		return err
	}
	c, paths, err := r.CloseMigration(ctx, giveUp)
	if err != nil {
		return err
	}
	return a.printClosure(c, filepath.Join(a.home, c.Migration, "audit"), paths)
}

// closeDemo closes the migration that demos are, if there were any.
func (a *app) closeDemo(ctx context.Context, p *plan.Plan) error {
	demo := p.Demo()
	if _, err := os.Stat(filepath.Join(a.home, demo.Migration)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	r, _, err := a.open(ctx, demo)
	if err != nil {
		return err
	}
	defer r.Close()
	if _, _, err = r.CloseMigration(ctx, true); errors.Is(err, embedded.ErrNothingToClose) {
		return nil
	}
	return err
}

// A closeResult is what close prints.
type closeResult struct {
	evidence.Closure
	Documents []string `json:"documents"`
}

// printClosure prints what was destroyed, and where the audit log and the certificate
// are.
func (a *app) printClosure(c evidence.Closure, log string, paths []string) error {
	return a.print(closeResult{c, paths}, func(w io.Writer) {
		fmt.Fprintf(w, "Migration %s is closed since %s.\n", c.Migration, c.Closed.Local().Format(time.DateTime))
		fmt.Fprintf(w, "Destroyed  index key, pseudonym key and what was left of the keys of the runs (%d); %d rows of the ledger\n", c.Runs, c.Rows)
		var moved []string
		for _, k := range helpdesk.Kinds() {
			if n := c.Moved[string(k)]; n > 0 {
				moved = append(moved, fmt.Sprintf("%d %s", n, k))
			}
		}
		fmt.Fprintf(w, "Remains    in the target: %s; nobody can tell any more which they were in the source\n", strings.Join(moved, ", "))
		fmt.Fprintf(w, "           reports in %s and the audit log in %s, as long as your records require\n",
			filepath.Join(a.reports, c.Migration), log)
		if n := slices.IndexFunc(paths, func(p string) bool { return strings.HasSuffix(p, "closed.html") }); n >= 0 {
			fmt.Fprintf(w, "Certificate: %s\n", paths[n])
		}
	})
}
