package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

func (a *app) inventoryCommand() *cobra.Command {
	var run, format, lang string
	formats := []string{"text", "csv", "json", "html"}
	c := &cobra.Command{
		Use:   "inventory",
		Short: "List what personal data a run found, by field and kind",
		Long: `Lists how often each kind of personal data stands in each field of what a run
read, how many of these something confirms (a check digit, a numbering plan, the
record, the field itself), in how many records, through which channels these came
in, and whether it is about health, insurance or payment. It counts what was there
before the policy, and never holds a value.

The report of the run, report.html and report.de.html, has the same to print.`,
		Example: "  safeconduct inventory\n  safeconduct inventory --run r0001 --format csv > inventory.csv\n" +
			"  safeconduct inventory --format html --lang de > inventory.html",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case !slices.Contains(formats, format):
				return usage(fmt.Errorf("there is no format %q; there are %s", format, strings.Join(formats, ", ")))
			case !slices.Contains(evidence.Languages(), lang):
				return usage(fmt.Errorf("there is no language %q; there are %s", lang, strings.Join(evidence.Languages(), ", ")))
			}
			report, err := a.reportOf(c.Context(), run)
			if err != nil {
				return err
			}
			return a.printInventory(report, format, lang)
		},
	}
	c.Flags().StringVar(&run, "run", "", "the run, as status shows it (default: the last one)")
	c.Flags().StringVar(&format, "format", "text", strings.Join(formats, ", "))
	c.Flags().StringVar(&lang, "lang", "en", "of html: "+strings.Join(evidence.Languages(), ", "))
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

func (a *app) printInventory(report evidence.Report, format, lang string) error {
	rows := report.Inventory
	if rows == nil {
		rows = []evidence.PersonalData{}
	}
	a.json = a.json || format == "json"
	switch {
	case a.json:
	case format == "csv":
		return inventoryCSV(a.out, rows)
	case format == "html":
		page, err := embedded.InventoryPage(report, lang)
		if err != nil {
			return err
		}
		_, err = a.out.Write(page)
		return err
	}
	return a.print(map[string]any{"run": report.Run, "source": report.Source.Product, "inventory": rows}, func(w io.Writer) {
		fmt.Fprintf(w, "Personal data in what run %s read:\n%-26s %-12s %-17s %7s %7s %7s  %s\n", report.Run, "field", "kind", "about", "found", "sure", "records", "channels")
		for _, r := range rows {
			line := fmt.Sprintf("%-26s %-12s %-17s %7d %7d %7d  %s", r.Field, r.Kind, strings.Join(r.About, ", "), r.Found, r.Sure, r.Records, strings.Join(channelsOf(r), ", "))
			fmt.Fprintln(w, strings.TrimRight(line, " "))
		}
		if len(rows) == 0 {
			fmt.Fprintln(w, "None was found.")
		}
	})
}

// channelsOf lists how many records came in how, the most first.
func channelsOf(r evidence.PersonalData) (all []string) {
	for _, c := range r.ByChannel() {
		all = append(all, fmt.Sprintf("%s %d", c, r.Channels[c]))
	}
	return all
}

// inventoryCSV needs no guard against formulas: fields start with the name of a table.
func inventoryCSV(to io.Writer, rows []evidence.PersonalData) error {
	w := csv.NewWriter(to)
	w.Write([]string{"field", "kind", "found", "sure", "records", "channels", "about"}) // Flush keeps the error
	for _, r := range rows {
		w.Write([]string{r.Field, r.Kind, strconv.Itoa(r.Found), strconv.Itoa(r.Sure), strconv.Itoa(r.Records),
			strings.Join(channelsOf(r), "; "), strings.Join(r.About, " ")})
	}
	w.Flush()
	return w.Error()
}
