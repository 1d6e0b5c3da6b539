package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
)

func (a *app) cutoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "cutover",
		Short: "Take the last changes, check everything, and list what to switch by hand",
		Long: `Runs deltas until one finds nothing new, reads from the target again every record
that the migration created, and writes into the folder of reports: a list of what
has to be switched by hand, from what was found in the source, and a table that leads
from each old ticket to where it stands now (not under a policy that pseudonymises).

It changes nothing but what a delta changes, and can be called as often as you like:
once to see how it stands, and again after mail was redirected.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				return usage(errors.New("cutover works on this machine only; there, start a delta and verify: safeconduct delta, safeconduct verify"))
			}
			return a.here(c.Context(), func(r *embedded.Runtime, bar *progress) error { return a.cutover(c.Context(), r, bar) })
		},
	}
}

// A cutoverResult is what cutover prints.
type cutoverResult struct {
	evidence.Cutover
	Level     evidence.Level `json:"level"`
	Documents []string       `json:"documents"`
}

func (a *app) cutover(ctx context.Context, r *embedded.Runtime, bar *progress) error {
	if _, err := r.Ledger().LastRun(ctx); err != nil {
		return usage(errors.New("there is nothing to cut over to: run safeconduct migrate" + a.flag() + " first"))
	}
	if err := r.Reach(ctx); err != nil {
		return err
	}
	c, paths, err := r.Cutover(ctx, func(n int, report evidence.Report) {
		bar.end()
		fmt.Fprintf(a.err, "delta %d (%s): %s\n", n, report.Run, brief(report))
	})
	bar.end()
	if errors.Is(err, embedded.ErrNotQuiet) {
		return &exitError{fmt.Errorf("%w: stop work there, then call cutover again", err), exitRetry}
	}
	if err != nil {
		return err
	}
	if err := a.print(cutoverResult{c, c.Level(), paths}, func(w io.Writer) { printCutover(w, c, paths) }); err != nil {
		return err
	}
	switch c.Level() {
	case evidence.Failed:
		return &exitError{errors.New("the target is not as it was left: do not switch over; safeconduct verify" + a.flag() + " says more"), exitFatal}
	case evidence.Attention:
		return partial()
	}
	return nil
}

// brief counts what a delta did.
func brief(r evidence.Report) string {
	n := map[string]int{}
	for _, k := range r.Kinds {
		for outcome, count := range k.Outcomes {
			n[outcome] += count
		}
	}
	if n["loaded"]+n["updated"]+n["erased"] == 0 {
		return "nothing new"
	}
	return fmt.Sprintf("%d new, %d changed, %d gone", n["loaded"], n["updated"], n["erased"])
}

func printCutover(w io.Writer, c evidence.Cutover, paths []string) {
	fmt.Fprintf(w, "Target     %d records stand as they were verified, %d were changed by agents since, %d are gone, %d are foreign or twice\n", c.Same, c.Changed, c.Missing, c.Foreign)
	for _, open := range []struct{ name, what string }{{"pending", "changed in the source, and the target does not take the change"}, {"quarantined", "in quarantine"},
		{"review", "for somebody to decide: safeconduct review"}} {
		if n := c.Open[open.name]; n > 0 {
			fmt.Fprintf(w, "Open       %d %s\n", n, open.what)
		}
	}
	for i, s := range c.Switches {
		label, count := "", "?"
		if i == 0 {
			label = "By hand"
		}
		if s.Count >= 0 {
			count = fmt.Sprint(s.Count)
		}
		fmt.Fprintf(w, "%-10s %3s %-12s %s\n", label, count, s.Kind, s.Where)
	}
	switch {
	case c.Hidden:
		fmt.Fprintln(w, "Redirects  none: the policy means tickets not to be recognised, and a table would undo it")
	case c.Redirects > 0:
		fmt.Fprintf(w, "Redirects  %d tickets, in %s\n", c.Redirects, filepath.Join(filepath.Dir(paths[0]), "redirects.csv"))
	}
	fmt.Fprintf(w, "The list to tick off: %s\n", paths[1])
}
