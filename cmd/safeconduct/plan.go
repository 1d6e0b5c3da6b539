package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
)

func (a *app) planCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "plan",
		Short: "Show what would be moved, mapped, masked, dropped and lost; changes nothing",
		Long: `Connects to both sides, reads the source through, and shows what migrate would
do with it: records and fields by what becomes of them in this target, values
that are not mapped with the line to add, and the plan's hash, which
migrate --plan-hash holds a run to. Nothing is written anywhere.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				return a.there(func(r *remote) error { return r.preview(c.Context()) })
			}
			return a.preview(c.Context())
		},
	}
}

func (a *app) preview(ctx context.Context) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	var desks embedded.Desks
	defer desks.Close()
	source, err := desks.Source(ctx, p)
	if err != nil {
		return usage(err)
	}
	target, err := desks.Target(ctx, p)
	if err != nil {
		return usage(err)
	}
	bar := newProgress(a.err, a.quiet)
	f, err := migration.Preview(ctx, p, source, target, func(k helpdesk.Kind, n int) {
		bar.step(embedded.Progress{Step: string(k), Done: n})
	})
	bar.end()
	if err != nil {
		return err
	}
	return a.printForecast(f)
}

func (a *app) printForecast(f *migration.Forecast) error {
	if err := a.print(f, func(w io.Writer) { forecast{w, f}.print(a.flag()) }); err != nil {
		return err
	}
	if len(f.Target.Unprepared) > 0 {
		return &exitError{errors.New("the target has to be prepared first"), exitUsage}
	}
	if len(f.Unmapped) > 0 {
		return &exitError{fmt.Errorf("%d values are not mapped", len(f.Unmapped)), exitUsage}
	}
	return nil
}

// A forecast prints a migration.Forecast as text.
type forecast struct {
	io.Writer
	*migration.Forecast
}

func (f forecast) print(flag string) {
	fmt.Fprintf(f, "From  %s\n", product(f.Source.Product, f.Source.Version))
	notes(f, f.Source.Notes)
	fmt.Fprintf(f, "To    %s\n", product(f.Target.Product, f.Target.Version))
	notes(f, f.Target.Notes)
	f.kinds()
	f.fields()
	f.personal()
	f.others()
	f.paces()
	f.unmapped()
	f.unprepared()
	fmt.Fprintf(f, "\nNothing was changed. Plan %s\n", f.PlanHash)
	if len(f.Unmapped)+len(f.Target.Unprepared) == 0 {
		fmt.Fprintf(f, "To do just this: safeconduct migrate --plan-hash %s%s\n", f.PlanHash, flag)
	}
}

func product(name, version string) string { return strings.TrimSpace(name + " " + version) }

func notes(w io.Writer, all []string) {
	for _, n := range all {
		fmt.Fprintf(w, "      · %s\n", n)
	}
}

func (f forecast) kinds() {
	fmt.Fprintln(f)
	t := tabwriter.NewWriter(f, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "records\tread\tmove\texcluded\tunreadable\t")
	for _, k := range f.Kinds {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t\n", k.Kind, number(k.Read), number(k.Move), number(total(k.Excluded)), number(total(k.Broken)))
	}
	t.Flush()
	for _, k := range f.Kinds {
		if k.Partial {
			fmt.Fprintf(f, "  %s: the first %s only; there are more\n", k.Kind, number(k.Read))
		}
		if k.There > 0 {
			fmt.Fprintf(f, "  %s: %s in the target already, which stay as they are there\n", k.Kind, number(k.There))
		}
		if k.Express > 0 {
			fmt.Fprintf(f, "  %s: %s that are open or recent come first, the others with the run after\n", k.Kind, number(k.Express))
		}
		for _, reason := range slices.Sorted(maps.Keys(k.Excluded)) {
			fmt.Fprintf(f, "  %s excluded: %s %s\n", k.Kind, number(k.Excluded[reason]), reason)
		}
		for _, reason := range slices.Sorted(maps.Keys(k.Broken)) {
			fmt.Fprintf(f, "  %s unreadable, will be quarantined: %s %s\n", k.Kind, number(k.Broken[reason]), reason)
		}
		for _, place := range k.Places {
			fmt.Fprintf(f, "    %s\n", place)
		}
	}
}

func number(n int) string {
	if n == 0 {
		return "-"
	}
	return humanize.Comma(int64(n))
}

func total(m map[string]int) (n int) {
	for _, c := range m {
		n += c
	}
	return n
}

func (f forecast) fields() {
	fmt.Fprintln(f, "\nWhat becomes of each field in this target:")
	t := tabwriter.NewWriter(f, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "field\ttarget\tvalues\tkept\tmapped\tmasked\tdropped\temulated\tlost")
	for _, x := range f.Fields {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Name, x.Fidelity, number(x.Values), number(x.Kept), number(x.Mapped),
			number(x.Masked), number(x.Dropped), number(x.Emulated), number(x.Lost))
	}
	t.Flush()
}

func (f forecast) personal() {
	if f.Inventory.Total() == 0 {
		return
	}
	sums := map[string]int{}
	for _, kinds := range f.Inventory.Fields {
		for kind, n := range kinds {
			sums[string(kind)] += n.Found
		}
	}
	fmt.Fprint(f, "\nPersonal data found: ")
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(sums)) {
		parts = append(parts, fmt.Sprintf("%s %s", number(sums[kind]), kind))
	}
	fmt.Fprintln(f, strings.Join(parts, ", "))
}

func (f forecast) others() {
	fmt.Fprintf(f, "Files: %s, %s", number(f.Files.Count), humanize.IBytes(uint64(max(0, f.Files.Bytes))))
	for _, reason := range slices.Sorted(maps.Keys(f.Files.LeftOut)) {
		fmt.Fprintf(f, "; left out: %s %s", number(f.Files.LeftOut[reason]), reason)
	}
	fmt.Fprintln(f)
	for _, kind := range slices.Sorted(maps.Keys(f.Dangling)) {
		n := f.Dangling[kind]
		what := "left empty"
		if kind == string(helpdesk.KindPerson) {
			what = "a placeholder stands in"
		}
		fmt.Fprintf(f, "References to a %s that does not exist: %s; %s\n", kind, number(n), what)
	}
	if !f.Target.Removes {
		fmt.Fprintln(f, "The target does not let records be removed: a rollback will not be possible.")
	}
}

// paces tells how long the APIs take at least.
func (f forecast) paces() {
	for _, p := range f.Paces {
		fmt.Fprintf(f, "API of the %s: about %s requests at %d a minute, %s at least; of the %d that %s answers, %d%% are reserved for agents\n", p.Side,
			number(p.Requests), p.PerMinute*(100-p.Reserve)/100, time.Duration(p.Minutes)*time.Minute, p.PerMinute, p.Product, p.Reserve)
	}
}

func (f forecast) unprepared() {
	if len(f.Target.Unprepared) == 0 {
		return
	}
	fmt.Fprintf(f, "\nTo be set up in %s before a run:\n", f.Target.Product)
	for _, what := range f.Target.Unprepared {
		fmt.Fprintf(f, "  %s\n", what)
	}
}

func (f forecast) unmapped() {
	if len(f.Unmapped) == 0 {
		return
	}
	fmt.Fprintf(f, "\nNot mapped: the target does not take these values. Add the lines to the plan:\n")
	for _, u := range f.Unmapped {
		fmt.Fprintf(f, "  %s   (%s times)\n", u.Line, number(u.Count))
	}
}
