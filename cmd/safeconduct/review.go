package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/safeconduct/safeconduct/internal/embedded"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/plan"
)

func (a *app) reviewCommand() *cobra.Command {
	var ref, field, decision string
	c := &cobra.Command{
		Use:   "review",
		Short: "List what somebody has to decide on, and decide",
		Long: `Lists the fields that both help desks changed and the plan wants somebody to
decide on, by the id of the record in the target. Look at both, then say which of
them stays. The next delta does it.`,
		Example: "  safeconduct review\n  safeconduct review --ref n9qdUruwWofK3rmtC5GJDBqM --field subject --decide source",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if ref == "" && decision == "" {
				return a.listReviews(c.Context())
			}
			if ref == "" || !slices.Contains([]string{plan.ConflictSource, plan.ConflictTarget}, decision) {
				return usage(errors.New("say --ref as review lists it, and --decide source or --decide target"))
			}
			return a.decideReview(c.Context(), ref, field, decision)
		},
	}
	c.Flags().StringVar(&ref, "ref", "", "the record, as review lists it")
	c.Flags().StringVar(&field, "field", "", "the field; all that are open if left out")
	c.Flags().StringVar(&decision, "decide", "", "whose version stays: source or target")
	return c
}

func (a *app) listReviews(ctx context.Context) error {
	all := []evidence.Review{}
	err := a.here(ctx, func(r *embedded.Runtime, _ *progress) error {
		for review, err := range r.Reviews(ctx) {
			if err != nil {
				return err
			}
			all = append(all, review)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.print(map[string]any{"reviews": all}, func(w io.Writer) {
		for _, v := range all {
			fmt.Fprintf(w, "%-8s %-28s %-24s id %s in the target\n", v.Kind, v.Ref, v.Field, v.ID)
		}
		if len(all) == 0 {
			fmt.Fprintln(w, "Nothing to decide.")
		}
	})
}

func (a *app) decideReview(ctx context.Context, ref, field, decision string) error {
	n := 0
	err := a.here(ctx, func(r *embedded.Runtime, _ *progress) (err error) {
		n, err = r.DecideReview(ctx, ref, field, decision)
		return err
	})
	if err != nil {
		return err
	}
	if n == 0 {
		return usage(fmt.Errorf("nothing is open of %s; safeconduct review lists what is", ref))
	}
	return a.print(map[string]any{"decided": n}, func(w io.Writer) {
		fmt.Fprintf(w, "Decided on %d fields: the %s stays. The next delta does it.\n", n, decision)
	})
}
