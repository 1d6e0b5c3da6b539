package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// leastWatch is how often a delta may come at most: help desks count changes in
// seconds and show them late.
const leastWatch = time.Minute

func (a *app) deltaCommand() *cobra.Command {
	q := embedded.Request{Mode: migration.ModeDelta}
	var every time.Duration
	c := &cobra.Command{
		Use:   "delta",
		Short: "Take over what changed in the source since the last run",
		Long: `Takes over what was created, changed, deleted or merged in the source since the
last run, also of records that were moved already: fields, tags, comments. What
agents of the target did meanwhile stays, unless the plan says otherwise (delta:
conflict, deletion, merges, late_comments). With --watch it does so again and
again until Ctrl-C.`,
		Example: "  safeconduct delta\n  safeconduct delta --watch 5m",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case every == 0:
				return a.migrate(c.Context(), q)
			case every < leastWatch:
				return usage(fmt.Errorf("--watch takes %s at least", leastWatch))
			case a.remote != "":
				return usage(errors.New("--watch works on this machine only; there, a schedule does it: safeconduct schedule --every 15m"))
			}
			return a.watchDeltas(c.Context(), q, every)
		},
	}
	c.Flags().StringVar(&q.PlanHash, "plan-hash", "", "refuse to run a plan other than the one that plan printed")
	c.Flags().BoolVar(&q.GiveUp, "new-run", false, "give up an unfinished run and start anew")
	c.Flags().BoolVar(&q.Quick, "quick", false, "take no roll of the source and no census of the target: what is deleted shows up only where the source's list of changes tells it")
	c.Flags().DurationVar(&every, "watch", 0, "run again this long after the last one ended, as 5m; until Ctrl-C")
	return c
}

// watchDeltas runs deltas until the context ends or one fails. A run that is only
// partial is no reason to stop: its report says what to do.
func (a *app) watchDeltas(ctx context.Context, q embedded.Request, every time.Duration) error {
	for last := (time.Time{}); ; {
		if q.Quick = !last.IsZero() && time.Since(last) < migration.CensusEvery; !q.Quick {
			last = time.Now()
		}
		err := a.migrate(ctx, q)
		var exit *exitError
		if err != nil && !(errors.As(err, &exit) && exit.code == exitPartial) {
			return err
		}
		fmt.Fprintf(a.err, "next delta in %s; Ctrl-C ends\n", every)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}
