package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/privacy/risk"
)

// A riskJob is what risk is asked.
type riskJob struct {
	quasi, sensitive []string
	person           string
}

func (a *app) riskCommand() *cobra.Command {
	var j riskJob
	c := &cobra.Command{
		Use:   "risk [FILE]",
		Short: "Measure how easily people are found again without their names",
		Long: `Without FILE, reads the tickets that the migration created from the target, and
measures how easily their requesters are found again by what tells them apart
together (quasi-identifiers): organization, group, channel, tags, custom fields,
day of creation, language, time zone. Words are not looked at.

With FILE, a CSV with a header or - for standard input, it measures that: each row
is about another person, or about the one that the column --person names.

The answer names columns and counts people; it holds no value.`,
		Example: "  safeconduct privacy risk\n  safeconduct privacy risk people.csv --quasi zip,year --sensitive diagnosis",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 1:
				return a.riskOfFile(j, args[0])
			case a.remote != "":
				return usage(errors.New("risk reads the target from this machine; leave --remote out"))
			case j.person != "":
				return usage(errors.New("--person is for a file"))
			}
			return a.riskOfTarget(c.Context(), j)
		},
	}
	c.Flags().StringSliceVar(&j.quasi, "quasi", nil, "the columns that somebody may know of a person; all that say something, if left out")
	c.Flags().StringSliceVar(&j.sensitive, "sensitive", nil, "the columns that nobody should learn; of tickets, type and rating, if left out")
	c.Flags().StringVar(&j.person, "person", "", "the column of FILE that tells whom a row is about")
	return c
}

func (a *app) riskOfTarget(ctx context.Context, j riskJob) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	r, _, err := a.open(ctx, p)
	if err != nil {
		return &exitError{err, exitUsage}
	}
	defer r.Close()
	result, err := r.Risk(ctx, j.quasi, j.sensitive)
	switch {
	case errors.Is(err, migration.ErrNoTickets):
		return usage(fmt.Errorf("%w: run migrate or demo first", err))
	case err != nil:
		return &exitError{err, exitUsage}
	}
	return a.printRisk(result)
}

func (a *app) riskOfFile(j riskJob, file string) error {
	if file == "-" {
		file = ""
	}
	in, err := a.input(file)
	if err != nil {
		return usage(err)
	}
	defer in.Close()
	table, err := readTable(in, j.person)
	if err != nil {
		return usage(err)
	}
	result, err := measured(table, j)
	if errors.Is(err, risk.ErrNoRows) {
		return usage(errors.New("the file has no rows below its header"))
	}
	if err != nil {
		return usage(err)
	}
	return a.printRisk(result)
}

// readTable reads a CSV with a header.
func readTable(in io.Reader, person string) (*risk.Table, error) {
	r := csv.NewReader(in)
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("the header can't be read: %w", err)
	}
	who := slices.Index(header, person)
	if person != "" && who < 0 {
		return nil, fmt.Errorf("there is no column %q; there are %q", person, header)
	}
	table := risk.New()
	for n := 1; ; n++ {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return table, nil
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("line %d can't be read: %w", wrong.Line, wrong.Err)
		}
		if err != nil {
			return nil, err
		}
		row, about := map[string]string{}, strconv.Itoa(n)
		for i, v := range values {
			if i == who {
				about = v
			} else {
				row[header[i]] = v
			}
		}
		table.Add(about, row)
	}
}

func measured(t *risk.Table, j riskJob) (r migration.RiskResult, err error) {
	if r.Quasi = j.quasi; r.Quasi == nil {
		for _, name := range t.Columns() {
			if !slices.Contains(j.sensitive, name) && t.Values(name) > 1 {
				r.Quasi = append(r.Quasi, name)
			}
		}
	}
	if r.Figures, err = t.Measure(r.Quasi, j.sensitive); err != nil {
		return r, err
	}
	if r.Singles, err = t.Singles(r.Quasi); err != nil {
		return r, err
	}
	r.Relief, err = t.Relieve(r.Quasi, nil)
	return r, err
}

func (a *app) printRisk(r migration.RiskResult) error {
	return a.print(r, func(w io.Writer) {
		f := r.Figures
		fmt.Fprintf(w, "%d records about %d people\n", f.Rows, f.People)
		fmt.Fprintf(w, "Looked at        %s\n", strings.Join(r.Quasi, ", "))
		fmt.Fprintf(w, "Alone            %d (%s) are told from all others by these together; %d are among fewer than %d\n",
			f.Unique, percent(f.Unique, f.People), f.Small, risk.Small)
		fmt.Fprintf(w, "Found at worst   %s (prosecutor; k = %d); on average %s (marketer)\n", share(f.Prosecutor), f.K, share(f.Marketer))
		for _, s := range f.Sensitive {
			fmt.Fprintf(w, "Told of %-8s l %d, entropy l %.2f, alpha %.2f, t %.2f, beta %.2f (enhanced %.2f), delta %.2f\n",
				s.Column, s.L, s.EntropyL, s.Alpha, s.T, s.Beta, s.EnhancedBeta, s.Delta)
		}
		for i, s := range r.Singles {
			fmt.Fprintf(w, "%-16s %d by %s\n", first(i, "Singled out"), s.People, strings.Join(s.Columns, " + "))
		}
		for i, l := range r.Relief {
			what := l.Operator + " " + l.Column
			if l.To != "" {
				what += " to " + l.To
			}
			fmt.Fprintf(w, "%-16s %s: %d alone, %d among fewer than %d, k = %d\n", first(i, "Helps, in turn"), what, l.Unique, l.Small, risk.Small, l.K)
		}
		for i, l := range r.Links {
			fmt.Fprintf(w, "%-16s %s of the tickets by the %s, for %s; %s\n", first(i, "Links to before"), share(l.Tickets), l.By, l.Who, l.Lower)
		}
	})
}

func first(i int, label string) string {
	if i == 0 {
		return label
	}
	return ""
}

func share(f float64) string { return strconv.FormatFloat(100*f, 'f', 1, 64) + " %" }

func percent(n, of int) string { return share(float64(n) / float64(of)) }
