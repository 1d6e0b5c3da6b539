package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/cost"
	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A costQuestion is what cost is asked.
type costQuestion struct {
	run      string
	estimate bool
	workload cost.Workload
}

func (a *app) costCommand() *cobra.Command {
	var q costQuestion
	c := &cobra.Command{
		Use:   "cost",
		Short: "Show what a run cost, or what one would cost",
		Long: `Without flags, cost shows what the last run took and cost. With --estimate it
reads the source through and says beforehand what moving it would cost at AWS;
with --tickets it does so for an account of that size, and needs no plan.

On this machine a run costs nothing at AWS: what is shown then is what the same
run would cost deployed. Prices are AWS's list prices of the day that is named,
and no free tier is taken off. docs/cost.md says how it is computed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.cost(c.Context(), q) },
	}
	f, w := c.Flags(), &q.workload
	f.StringVar(&q.run, "run", "", "the run to show (default: the last)")
	f.BoolVar(&q.estimate, "estimate", false, "read the source and estimate")
	f.IntVar(&w.Tickets, "tickets", 0, "estimate for so many tickets")
	f.IntVar(&w.Comments, "comments", 5, "comments of a ticket")
	f.Float64Var(&w.Attachments, "attachments", 0, "files of a ticket, as 0.7")
	f.Int64Var(&w.AttachmentBytes, "attachment-bytes", 0, "bytes of a file (default 307200)")
	f.IntVar(&w.People, "people", 0, "people (default: one for 20 tickets, and 20)")
	f.BoolVar(&w.OneByOne, "one-by-one", false, "the target takes comments one by one, as Request Tracker and Redmine do")
	f.IntVar(&w.PerMinute, "per-minute", 0, "requests a minute that the target takes (default: as fast as it answers)")
	f.IntVar(&w.Concurrency, "concurrency", 4, "segments that are loaded side by side")
	return c
}

// A costResult is what cost prints.
type costResult struct {
	Run      string         `json:"run,omitempty"`
	Taken    *cost.Taken    `json:"taken,omitempty"`
	Workload *cost.Workload `json:"workload,omitempty"` // that an estimate is for
	Hours    float64        `json:"hours,omitempty"`    // that it would take
	Bill     cost.Bill      `json:"bill"`
	// Here: it ran on this machine, and cost nothing at AWS.
	Here bool `json:"here,omitempty"`
}

func (a *app) cost(ctx context.Context, q costQuestion) error {
	q.workload.Opening = q.workload.OneByOne
	var result costResult
	var err error
	switch {
	case q.workload.Tickets > 0:
		result = estimated(q.workload)
	case q.estimate:
		result, err = a.costOfSource(ctx, q.workload)
	case a.remote != "":
		err = a.there(func(r *remote) (err error) { result, err = r.costOf(ctx, q.run); return err })
	default:
		result, err = a.costOfRun(ctx, q)
	}
	if err != nil {
		return err
	}
	return a.print(result, func(w io.Writer) { result.print(w) })
}

// estimated is what a workload would cost.
func estimated(w cost.Workload) costResult {
	return costResult{Workload: &w, Hours: w.Hours(), Bill: cost.Prices().Bill(cost.Predict(w))}
}

// costOfSource reads the source through, as plan does.
func (a *app) costOfSource(ctx context.Context, w cost.Workload) (costResult, error) {
	p, err := a.readPlan()
	if err != nil {
		return costResult{}, err
	}
	var desks embedded.Desks
	defer desks.Close()
	source, err := desks.Source(ctx, p)
	if err != nil {
		return costResult{}, usage(err)
	}
	target, err := desks.Target(ctx, p)
	if err != nil {
		return costResult{}, usage(err)
	}
	f, err := migration.Preview(ctx, p, source, target, func(helpdesk.Kind, int) {})
	if err != nil {
		return costResult{}, err
	}
	size(&w, func(k helpdesk.Kind) (n int) {
		for _, kind := range f.Kinds {
			if kind.Kind == k {
				n += kind.Move
			}
		}
		return n
	})
	files(&w, int64(f.Files.Count), f.Files.Bytes)
	for _, field := range f.Fields {
		if field.Name == "comment.body" {
			w.Comments = perTicket(w, field.Values)
		}
	}
	return estimated(byPlan(ctx, w, p, target)), nil
}

// size fills in how many records there are.
func size(w *cost.Workload, of func(helpdesk.Kind) int) {
	orNone := func(n int) int {
		if n == 0 {
			return -1
		}
		return n
	}
	w.Tickets, w.People = of(helpdesk.KindTicket), orNone(of(helpdesk.KindPerson))
	w.Groups, w.Organizations = orNone(of(helpdesk.KindGroup)), orNone(of(helpdesk.KindOrganization))
}

func files(w *cost.Workload, n, bytes int64) {
	if n > 0 && w.Tickets > 0 {
		w.Attachments, w.AttachmentBytes = float64(n)/float64(w.Tickets), bytes/n
	}
}

// perTicket spreads comments over the tickets.
func perTicket(w cost.Workload, comments int) int {
	if w.Tickets == 0 {
		return 0
	}
	return (comments + w.Tickets/2) / w.Tickets
}

// byPlan takes from the plan's target how it takes comments.
func byPlan(ctx context.Context, w cost.Workload, p *plan.Plan, target connectors.Target) cost.Workload {
	_, w.OneByOne = target.(connectors.Appender)
	if profile, err := target.Profile(ctx); err == nil && profile.Whole { // else plan says what is wrong with the target
		w.OneByOne = false
	}
	w.Opening, w.Concurrency = w.OneByOne, p.Run.Concurrency
	return w
}

// costOfRun adds up what a run took.
func (a *app) costOfRun(ctx context.Context, q costQuestion) (costResult, error) {
	p, err := a.readPlan()
	if err != nil {
		return costResult{}, err
	}
	r, _, err := a.open(ctx, p)
	if err != nil {
		return costResult{}, err
	}
	defer r.Close()
	run, err := runOf(ctx, r.Ledger(), q.run)
	if errors.Is(err, ledger.ErrNotFound) {
		return costResult{}, usage(fmt.Errorf("there is no such run; safeconduct cost --estimate%s says what one would cost", a.flag()))
	}
	if err != nil {
		return costResult{}, err
	}
	var used []ledger.Usage
	for u, err := range r.Ledger().Usages(ctx, run.ID) {
		if err != nil {
			return costResult{}, err
		}
		used = append(used, u)
	}
	taken := cost.Sum(used)
	if taken.Deployed() {
		return costResult{Run: run.ID, Taken: &taken, Bill: cost.Prices().Bill(taken.Calls)}, nil
	}
	w, err := a.sizeOfRun(ctx, r, p, run, q.workload)
	if err != nil {
		return costResult{}, err
	}
	result := estimated(w)
	result.Run, result.Taken, result.Here = run.ID, &taken, true
	return result, nil
}

func runOf(ctx context.Context, l *ledger.Ledger, id string) (ledger.Run, error) {
	if id == "" {
		return l.LastRun(ctx)
	}
	return l.Run(ctx, id)
}

// sizeOfRun is the workload that a run was.
func (a *app) sizeOfRun(ctx context.Context, r *embedded.Runtime, p *plan.Plan, run ledger.Run, w cost.Workload) (cost.Workload, error) {
	records, blobs, sealed := map[helpdesk.Kind]int{}, int64(0), int64(0)
	for g, err := range r.Ledger().Segments(ctx, run.ID, "raw") {
		if err != nil {
			return w, err
		}
		records[g.Kind] += g.Records
		blobs, sealed = blobs+int64(g.Blobs), sealed+g.Bytes
	}
	var staged int64
	for u, err := range r.Ledger().Usages(ctx, run.ID) {
		if err != nil {
			return w, err
		}
		if u.Step == "extract" {
			staged += u.Bytes
		}
	}
	size(&w, func(k helpdesk.Kind) int { return records[k] })
	files(&w, blobs, staged-sealed)
	comments := 0
	for v, err := range ledger.Notes[migration.Verdict](ctx, r.Ledger(), run.ID, "verdict#") {
		if err != nil {
			return w, err
		}
		for _, n := range v.Fields["comment.body"] {
			comments += n
		}
	}
	w.Comments, w.Demo = perTicket(w, comments), run.Mode == string(migration.ModeDemo)
	target, err := r.Desks.Target(ctx, p)
	if err != nil {
		return w, usage(err)
	}
	return byPlan(ctx, w, p, target), nil
}

func (r costResult) print(w io.Writer) {
	if r.Taken != nil {
		fmt.Fprintf(w, "Run %s took %s requests to help desks, read %s records and loaded %s.\n", r.Run, humanize.Comma(r.Taken.Requests),
			humanize.Comma(r.Taken.Records["extract"]), humanize.Comma(loaded(r.Taken)))
	}
	switch {
	case r.Here:
		fmt.Fprint(w, "It ran on this machine and cost nothing at AWS. Deployed, the same run would cost:\n\n")
	case r.Run != "":
		fmt.Fprint(w, "At AWS it cost:\n\n")
	default:
		fmt.Fprintf(w, "Deployed to AWS, moving %s tickets with %d comments and %.2g files each would cost:\n\n",
			humanize.Comma(int64(r.Workload.Tickets)), r.Workload.Comments, r.Workload.Attachments)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, l := range r.Bill.Services() {
		fmt.Fprintf(t, "  %s\t$%.4f\t\n", l.Service, l.USD)
	}
	fmt.Fprintf(t, "  in all\t$%.4f\t\n", r.Bill.USD)
	_ = t.Flush() // writes to what Fprint writes to
	if r.Hours > 0 {
		fmt.Fprintf(w, "\nIt would take about %s.\n", hours(r.Hours))
	}
	fmt.Fprintf(w, "\nAWS's list prices of %s, %s, without free tiers; docs/cost.md says how they are applied.\n", r.Bill.Date, cost.Prices().Region)
}

// loaded is how many records the phases of load brought into the target.
func loaded(t *cost.Taken) (n int64) {
	for step, records := range t.Records {
		if len(step) > 5 && step[:5] == "load/" {
			n += records
		}
	}
	return n
}

func hours(h float64) string {
	switch {
	case h < 1.0/60:
		return "a minute"
	case h < 2:
		return fmt.Sprintf("%.0f minutes", h*60)
	}
	return fmt.Sprintf("%.0f hours", h)
}
