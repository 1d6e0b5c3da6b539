package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

func (a *app) migrateCommand() *cobra.Command {
	var q embedded.Request
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Move everything that the plan selects",
		Long: `Moves everything that the plan selects, verifies it, and seals the run. Records
that stand in the target already are not written again. Ctrl-C stops between two
steps; resume goes on. With run.express in the plan the first migrate makes two runs,
each with its report: tickets that are open or recent, then all others.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q.Mode = migration.ModeFull
			return a.migrate(c.Context(), q)
		},
	}
	c.Flags().StringVar(&q.PlanHash, "plan-hash", "", "refuse to run a plan other than the one that plan printed")
	c.Flags().BoolVar(&q.GiveUp, "new-run", false, "give up an unfinished run and start anew")
	c.Flags().BoolVar(&q.Adopt, "adopt", false, "the ledger was lost: look for each record in the target before creating it")
	return c
}

func (a *app) migrate(ctx context.Context, q embedded.Request) error {
	if a.remote != "" {
		return a.there(func(r *remote) error { return r.start(ctx, q) })
	}
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	if err := a.removeDemo(ctx, p); err != nil {
		return err
	}
	r, bar, err := a.open(ctx, p)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.Reach(ctx); err != nil {
		return err
	}
	a.warnChanged(ctx, r, p)
	run, err := r.Migrate(ctx, q)
	bar.end()
	err = a.finished(r, run, err)
	if first, failed := r.Ledger().Run(ctx, run.ID); failed != nil || first.Express.IsZero() || !ended(err) {
		return err
	}
	fmt.Fprintln(a.err, historyIsNext)
	run, err = r.Migrate(ctx, embedded.Request{Mode: migration.ModeDelta})
	bar.end()
	return a.finished(r, run, err)
}

// historyIsNext is said between the two runs of an express migration.
const historyIsNext = "Tickets that are open or recent have moved: agents can work with them. Now the others."

// ended reports whether a run came to its end, if only in part.
func ended(err error) bool {
	var coded *exitError
	return err == nil || errors.As(err, &coded) && coded.code == exitPartial
}

// warnChanged says that the plan is not that of the last finished run: what was
// moved keeps what was applied to it then.
func (a *app) warnChanged(ctx context.Context, r *embedded.Runtime, p *plan.Plan) {
	last, err := r.Ledger().LastRun(ctx)
	if err != nil {
		return
	}
	hash, err := r.PlanHash(ctx)
	if err == nil && last.PlanHash != "" && last.PlanHash != hash {
		fmt.Fprintf(a.err, "note: the plan was edited since run %s. Records that were moved then keep what was applied to them.\n", last.ID)
	}
}

// removeDemo takes a demo's records out of the target before a full run.
func (a *app) removeDemo(ctx context.Context, p *plan.Plan) error {
	demo := p.Demo()
	if _, err := os.Stat(filepath.Join(a.home, demo.Migration)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	r, _, err := a.open(ctx, demo)
	if err != nil {
		return err
	}
	defer r.Close()
	return a.rollback(ctx, r)
}

func (a *app) rollback(ctx context.Context, r *embedded.Runtime) error {
	back, err := r.Rollback(ctx)
	if errors.Is(err, migration.ErrNoRemover) {
		fmt.Fprintln(a.err, "note: the target does not remove records; those of the last demo stay in it.")
		return nil
	}
	if err != nil {
		return err
	}
	removed := 0
	for _, b := range back {
		removed += b.Removed + b.Disabled
	}
	if removed > 0 {
		fmt.Fprintf(a.err, "removed %d records of the last demo from the target\n", removed)
	}
	return nil
}

func (a *app) demoCommand() *cobra.Command {
	q := embedded.Request{Mode: migration.ModeDemo, GiveUp: true}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Move a few records, masked, as often as you like",
		Long: `Moves a few tickets, the ugliest first (longest thread, biggest attachment,
deleted author, odd encoding), through the same steps as a full run. A demo is a
migration of its own with keys and markers of its own; all personal data is
masked. The next demo, and the first full run, first remove what it created.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), q) },
	}
	c.Flags().IntVar(&q.Limit, "limit", migration.DemoLimit, "tickets to move")
	return c
}

func (a *app) demo(ctx context.Context, q embedded.Request) error {
	if q.Limit < 1 {
		return usage(errors.New("--limit must be at least 1"))
	}
	if a.remote != "" {
		return a.there(func(r *remote) error { return r.start(ctx, q) })
	}
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	r, bar, err := a.open(ctx, p.Demo())
	if err != nil {
		return err
	}
	defer r.Close()
	if err := a.rollback(ctx, r); err != nil {
		return err
	}
	run, err := r.Migrate(ctx, q)
	bar.end()
	return a.finished(r, run, err)
}

func (a *app) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume",
		Short: "Go on with a run that was stopped or failed",
		Long: `Goes on where the last run was stopped, or from the step in which it failed. It
keeps to the plan that the run was started with.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if a.remote != "" {
				return a.there(func(r *remote) error { return r.resume(c.Context()) })
			}
			return a.here(c.Context(), func(r *embedded.Runtime, bar *progress) error {
				run, err := r.Resume(c.Context())
				bar.end()
				return a.finished(r, run, err)
			})
		},
	}
}

// A runResult is what migrate, demo and resume print.
type runResult struct {
	Run       string           `json:"run"`
	Outcome   string           `json:"outcome"`
	Partial   bool             `json:"partial"`
	Report    *evidence.Report `json:"report,omitempty"`
	Documents string           `json:"documents,omitempty"` // folder
}

// finished prints what came of a run and gives its exit code.
func (a *app) finished(r *embedded.Runtime, run migration.Run, err error) error {
	if err != nil {
		return err
	}
	report, err := r.Report(context.WithoutCancel(context.Background()), run)
	if err != nil {
		return err
	}
	return a.printReport(report, filepath.Join(a.reports, run.Migration, run.ID))
}

// printReport prints the report of a run whose documents lie in a folder.
func (a *app) printReport(report evidence.Report, folder string) error {
	result := runResult{report.Run, report.State, report.Partial(), &report, folder}
	if err := a.print(result, func(w io.Writer) {
		fmt.Fprint(w, report.Summary(a.lang))
		if moved, stands := tally(report); moved == 0 && stands > 0 {
			fmt.Fprintf(w, "Nothing to move: 0 new, %d stand in the target already.\n", stands)
		}
		fmt.Fprintf(w, "\nReports: %s\n", display(filepath.Join(folder, reportName(a.lang))))
	}); err != nil {
		return err
	}
	if report.Partial() {
		return partial()
	}
	return nil
}

// tally counts the records that a run wrote and those that it had not to.
func tally(r evidence.Report) (moved, stands int) {
	for _, k := range r.Kinds {
		moved += k.Outcomes[migration.OutcomeLoaded] + k.Outcomes[migration.OutcomeUpdated]
		stands += k.Outcomes[migration.OutcomeUnchanged]
	}
	return moved, stands
}

// reportName is the document of a language.
func reportName(lang string) string {
	if lang == "de" {
		return "report.de.html"
	}
	return "report.html"
}

// display shortens a path to one that starts here.
func display(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if short, err := filepath.Rel(wd, path); err == nil && len(short) < len(path) {
		return short
	}
	return path
}

func (a *app) rollbackCommand() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use:   "rollback",
		Short: "Remove from the target what the migration created",
		Long: `Removes from the target every record that carries a marker of this migration.
What the target had before stays. So does what agents worked on since it was brought,
with the people and groups that it names; each is listed, with what deltas changed on
it, for that can't be undone.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.rollbackAll(c.Context(), yes) },
	}
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return c
}

func (a *app) rollbackAll(ctx context.Context, yes bool) error {
	p, err := a.readPlan()
	if err != nil {
		return err
	}
	if !yes && !a.confirm(fmt.Sprintf("Remove everything that migration %s created in the target?", p.Migration)) {
		return usage(errors.New("nothing was removed; say --yes, or answer yes"))
	}
	if a.remote != "" {
		return a.there(func(r *remote) error { return r.rollback(ctx) })
	}
	r, _, err := a.open(ctx, p)
	if err != nil {
		return err
	}
	defer r.Close()
	back, err := r.Rollback(ctx)
	if err != nil {
		return err
	}
	return a.printRolledBack(back)
}

func (a *app) printRolledBack(back []migration.RolledBack) error {
	if err := a.print(map[string]any{"rolled_back": back}, func(w io.Writer) {
		for _, b := range back {
			fmt.Fprintf(w, "%-14s removed %d, disabled %d, kept %d", b.Kind, b.Removed, b.Disabled, b.Kept)
			if b.Stayed > 0 {
				fmt.Fprintf(w, ", left for agents' work %d", b.Stayed)
			}
			fmt.Fprintln(w)
		}
		printStays(w, back)
		if len(back) == 0 {
			fmt.Fprintln(w, "Nothing to remove: the target holds no record of this migration.")
		}
	}); err != nil {
		return err
	}
	if len(back) == 0 {
		return &exitError{nil, exitNothing}
	}
	return nil
}

// stayedBecause says why a rollback left a record.
var stayedBecause = map[string]string{
	migration.ChangedHere:   "agents worked on it",
	migration.NamedByOthers: "a record that stays names it",
	migration.KeptByTarget:  "the target does not remove it",
}

// mostStays is how many records a terminal shows; --json has more.
const mostStays = 20

func printStays(w io.Writer, back []migration.RolledBack) {
	shown, all := 0, 0
	for _, b := range back {
		all += b.Kept + b.Stayed
		for _, s := range b.Stays {
			if shown == mostStays {
				break
			}
			shown++
			fmt.Fprintf(w, "  %s %s stays: %s", b.Kind, s.ID, stayedBecause[s.Reason])
			if len(s.Fields) > 0 {
				fmt.Fprintf(w, "; what deltas changed can't be undone: %s", strings.Join(s.Fields, ", "))
			}
			fmt.Fprintln(w)
		}
	}
	if all > shown {
		fmt.Fprintf(w, "  and %d more; --json lists them\n", all-shown)
	}
}
