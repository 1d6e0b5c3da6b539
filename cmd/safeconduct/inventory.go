package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

// An inventoryRow says how much of one kind of personal data one field holds.
type inventoryRow struct {
	Field   string   `json:"field"`
	Kind    string   `json:"kind"`
	Found   int      `json:"found"`
	Records int      `json:"records"`
	Areas   []string `json:"areas"` // health, insurance, payment
}

func (a *app) inventoryCommand() *cobra.Command {
	var run, format string
	c := &cobra.Command{
		Use:   "inventory",
		Short: "List what personal data a run found, by field and kind",
		Long: `Lists how often each kind of personal data stands in each field of what a run
read, in how many records, and whether it is about health, insurance or payment.
It counts what was there before the policy, and never holds a value.

The report of the run, report.html and report.de.html, has the same to print.`,
		Example: "  safeconduct inventory\n  safeconduct inventory --run r0001 --format csv > inventory.csv",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if format != "text" && format != "csv" && format != "json" {
				return usage(fmt.Errorf("there is no format %q; there are text, csv and json", format))
			}
			report, err := a.reportOf(c.Context(), run)
			if err != nil {
				return err
			}
			return a.printInventory(report, format)
		},
	}
	c.Flags().StringVar(&run, "run", "", "the run, as status shows it (default: the last one)")
	c.Flags().StringVar(&format, "format", "text", "text, csv or json")
	return c
}

// reportOf is the report of a run, of the last one if none is wanted, here or there.
func (a *app) reportOf(ctx context.Context, wanted string) (report evidence.Report, err error) {
	if a.remote != "" {
		err = a.there(func(r *remote) error {
			last, _, err := r.lastRun(ctx)
			if err != nil {
				return err
			}
			text, err := r.Report(ctx, last.Migration, cmp.Or(wanted, last.Run))
			if err != nil {
				return err
			}
			return json.Unmarshal(text, &report)
		})
		return report, err
	}
	err = a.here(ctx, func(r *embedded.Runtime, _ *progress) error {
		run, err := wantedRun(ctx, r, wanted)
		if err != nil {
			return err
		}
		report, err = r.Report(ctx, r.Run(run.ID, migration.Mode(run.Mode)))
		return err
	})
	return report, err
}

// wantedRun is the run of that id, or the last one.
func wantedRun(ctx context.Context, r *embedded.Runtime, wanted string) (run ledger.Run, err error) {
	if wanted == "" {
		run, err = r.Ledger().LastRun(ctx)
	} else {
		run, err = r.Ledger().Run(ctx, wanted)
	}
	if errors.Is(err, ledger.ErrNotFound) {
		return run, embedded.ErrNothingToResume
	}
	return run, err
}

func (a *app) printInventory(report evidence.Report, format string) error {
	rows := make([]inventoryRow, 0, len(report.Inventory))
	for _, p := range report.Inventory {
		areas := privacy.Kind(p.Kind).Areas()
		if areas == nil {
			areas = []string{}
		}
		rows = append(rows, inventoryRow{p.Field, p.Kind, p.Found, p.Records, areas})
	}
	a.json = a.json || format == "json"
	if format == "csv" && !a.json {
		return inventoryCSV(a.out, rows)
	}
	return a.print(map[string]any{"run": report.Run, "inventory": rows}, func(w io.Writer) {
		fmt.Fprintf(w, "Personal data in what run %s read:\n%-32s %-13s %9s %9s  %s\n", report.Run, "field", "kind", "found", "records", "about")
		for _, r := range rows {
			fmt.Fprintf(w, "%-32s %-13s %9d %9d  %s\n", r.Field, r.Kind, r.Found, r.Records, strings.Join(r.Areas, ", "))
		}
		if len(rows) == 0 {
			fmt.Fprintln(w, "None was found.")
		}
	})
}

// inventoryCSV needs no guard against formulas: fields start with the name of a table.
func inventoryCSV(to io.Writer, rows []inventoryRow) error {
	w := csv.NewWriter(to)
	w.Write([]string{"field", "kind", "found", "records", "about"}) // Flush keeps the error
	for _, r := range rows {
		w.Write([]string{r.Field, r.Kind, strconv.Itoa(r.Found), strconv.Itoa(r.Records), strings.Join(r.Areas, " ")})
	}
	w.Flush()
	return w.Error()
}
