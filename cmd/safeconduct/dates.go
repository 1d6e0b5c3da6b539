package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/embedded"
)

func (a *app) dateFixupCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "date-fixup",
		Short: "Write SQL that sets the dates which the target's API does not take",
		Long: `For a target that you run yourself, such as Request Tracker or Redmine: reads
the tickets that the migration created, takes the dates from the lines that say
"[Written …]", and writes an SQL script that sets them in the target's database.
Nothing is changed: read the script, copy the database, then let your
administrator run it. The query at its end shows whether it worked. The script
holds ids and times, and no content.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.fixDates(c.Context(), out) },
	}
	c.Flags().StringVarP(&out, "out", "o", "date-fixup.sql", "the script; - prints it")
	return c
}

func (a *app) fixDates(ctx context.Context, out string) error {
	return a.here(ctx, func(r *embedded.Runtime, _ *progress) error {
		var script bytes.Buffer
		fixed, err := r.FixDates(ctx, &script)
		if errors.Is(err, embedded.ErrNoDateFixer) {
			return &exitError{err, exitNothing}
		}
		if err != nil {
			return err
		}
		if fixed.Tickets == 0 {
			return &exitError{errors.New("the migration has created no ticket with a date to set"), exitNothing}
		}
		if out == "-" {
			_, err = a.out.Write(script.Bytes())
			return err
		}
		if err := os.WriteFile(out, script.Bytes(), 0o600); err != nil {
			return err
		}
		return a.print(fixedDates{fixed, out}, func(w io.Writer) {
			fmt.Fprintf(w, "%s sets the dates of %d tickets and %d comments. Read it, copy the target's database, then run it there.\n",
				out, fixed.Tickets, fixed.Comments)
		})
	})
}

// fixedDates is what date-fixup prints.
type fixedDates struct {
	connectors.FixedDates
	Script string `json:"script"`
}
