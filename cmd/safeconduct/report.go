package main

import (
	"cmp"
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/migration"
)

func (a *app) reportCommand() *cobra.Command {
	var run string
	c := &cobra.Command{
		Use:   "report",
		Short: "Print the report of a run again",
		Long: `Prints what a run moved, changed, left out and destroyed, as it was printed when
the run ended. With --remote it also fetches the documents of the run.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				return a.there(func(r *remote) error {
					last, _, err := r.lastRun(c.Context())
					if err != nil {
						return err
					}
					return r.report(c.Context(), api.Started{Migration: last.Migration, Run: cmp.Or(run, last.Run)})
				})
			}
			return a.reportAgain(c.Context(), run)
		},
	}
	c.Flags().StringVar(&run, "run", "", "the run, as status shows it (default: the last one)")
	return c
}

func (a *app) reportAgain(ctx context.Context, wanted string) error {
	return a.here(ctx, func(r *embedded.Runtime, _ *progress) error {
		run, err := wantedRun(ctx, r, wanted)
		if err != nil {
			return err
		}
		report, err := r.Report(ctx, r.Run(run.ID, migration.Mode(run.Mode)))
		if err != nil {
			return err
		}
		return a.printReport(report, filepath.Join(a.reports, r.Plan.Migration, run.ID))
	})
}
