package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// cutoverRun stands in the place of a run's id for the documents of a cut-over.
const cutoverRun = "cutover"

// lastDeltas is how many deltas a cut-over runs at most until one finds nothing new.
const lastDeltas = 10

// ErrNotQuiet: the source was changed during each of the last deltas.
var ErrNotQuiet = errors.New("each delta found something new: people still work in the source")

// Cutover runs deltas until one finds nothing new, checks all that stands in the target,
// and writes the table of redirects and the list of what people switch by hand. told
// hears of each delta. It returns ErrNotQuiet while the source does not come to rest.
func (r *Runtime) Cutover(ctx context.Context, told func(n int, report evidence.Report)) (c evidence.Cutover, paths []string, err error) {
	c = evidence.Cutover{Version: 1, Tool: r.Tool, Migration: r.Plan.Migration, Answers: migration.Answers(r.Plan), Hidden: r.Plan.Privacy.HidesNumbers()}
	if err := r.lastDeltas(ctx, &c, told); err != nil {
		return c, nil, err
	}
	stands, err := r.Recheck(ctx)
	if err != nil {
		return c, nil, err
	}
	c.Same, c.Changed, c.Missing = stands.Same, stands.Changed, stands.Missing
	for _, k := range stands.Census.Kinds {
		c.Foreign += k.Foreign + k.Doubled
	}
	for _, err := range r.Reviews(ctx) {
		if err != nil {
			return c, nil, err
		}
		c.Open = counted(c.Open, "review", 1)
	}
	documents, err := r.switchOver(ctx, &c)
	if err != nil {
		return c, nil, err
	}
	c.At = r.now().UTC()
	pages, err := c.Documents(html.Render)
	if err != nil {
		return c, nil, err
	}
	for _, d := range append(pages, documents...) {
		path, err := r.Documents.Write(ctx, r.Run(cutoverRun, migration.ModeFull), d.Name, d.Content)
		if err != nil {
			return c, nil, fmt.Errorf("write %s: %w", d.Name, err)
		}
		paths = append(paths, path)
	}
	return c, paths, nil
}

func (r *Runtime) lastDeltas(ctx context.Context, c *evidence.Cutover, told func(int, evidence.Report)) error {
	for c.Deltas < lastDeltas {
		run, err := r.Migrate(ctx, Request{Mode: migration.ModeDelta})
		if err != nil {
			return err
		}
		report, err := r.Report(ctx, run)
		if err != nil {
			return err
		}
		c.Deltas, c.Last = c.Deltas+1, run.ID
		c.Source, c.Target = report.Source.Product, report.Target.Product
		told(c.Deltas, report)
		if brought(report) == 0 {
			for _, k := range report.Kinds {
				c.Open = counted(counted(c.Open, "pending", k.Outcomes["pending"]), "quarantined", k.Outcomes["quarantined"])
			}
			return nil
		}
	}
	return ErrNotQuiet
}

// brought counts what a delta changed in the target.
func brought(r evidence.Report) (n int) {
	for _, k := range r.Kinds {
		n += k.Outcomes["loaded"] + k.Outcomes["updated"] + k.Outcomes["erased"]
	}
	return n
}

func counted(all map[string]int, name string, n int) map[string]int {
	if n > 0 && all == nil {
		all = map[string]int{}
	}
	if n > 0 {
		all[name] += n
	}
	return all
}

// switchOver asks the source what works by itself in it, and lists where tickets stand
// now.
func (r *Runtime) switchOver(ctx context.Context, c *evidence.Cutover) ([]evidence.Document, error) {
	source, err := r.Desks.Source(ctx, r.Plan)
	if err != nil {
		return nil, err
	}
	target, err := r.Desks.Target(ctx, r.Plan)
	if err != nil {
		return nil, err
	}
	c.Switches = []evidence.Switch{}
	if s, ok := source.(connectors.Surveyor); ok {
		found, err := s.Survey(ctx)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			c.Switches = append(c.Switches, evidence.Switch{Kind: string(f.Kind), Count: f.Count, Where: f.Where})
		}
	}
	if c.Hidden {
		return nil, nil
	}
	var all []evidence.Redirect
	for redirect, err := range migration.Redirects(ctx, r.Rows, r.Keys, r.Plan, source, target) {
		if err != nil {
			return nil, err
		}
		all = append(all, redirect)
	}
	if c.Redirects = len(all); c.Redirects == 0 {
		return nil, nil
	}
	return evidence.Redirects(all), nil
}
