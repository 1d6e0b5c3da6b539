package embedded

import (
	"context"
	"iter"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// Reviews goes over what somebody has to decide on.
func (r *Runtime) Reviews(ctx context.Context) iter.Seq2[evidence.Review, error] {
	return func(yield func(evidence.Review, error) bool) {
		for _, k := range helpdesk.Kinds() {
			for e, err := range r.Ledger().All(ctx, k) {
				if err != nil {
					yield(evidence.Review{}, err)
					return
				}
				for _, f := range migration.Open(e) {
					if !yield(evidence.Review{Kind: string(k), Ref: e.Ref, ID: e.Target, Field: f}, nil) {
						return
					}
				}
			}
		}
	}
}

// DecideReview notes what somebody decided on a field of a record, or on all that
// are open, and on how many that was. The next delta reads the record again and
// does it.
func (r *Runtime) DecideReview(ctx context.Context, ref, field, decision string) (decided int, err error) {
	last, err := r.Ledger().LastRun(ctx)
	if err != nil {
		return 0, err
	}
	for _, k := range helpdesk.Kinds() {
		entries, err := r.Ledger().Entries(ctx, k, ref)
		if err != nil {
			return 0, err
		}
		e := &entries[0]
		for _, f := range migration.Open(*e) {
			if field == "" || f == field {
				e.Review[f] = decision
				decided++
			}
		}
		if decided == 0 {
			continue
		}
		event := audit.Event{At: r.now().UTC(), Op: audit.ReviewDecided, Object: audit.Object{Type: "record", Ref: ref},
			Counts: map[string]int64{"fields": int64(decided)}, Outcome: audit.OK}
		run := r.Run(last.ID, migration.Mode(last.Mode))
		if _, err := r.log().Record(ctx, run, "review/"+ref, event); err != nil {
			return 0, err
		}
		if err := migration.Unsettle(ctx, r.Ledger(), last.ID); err != nil {
			return 0, err
		}
		return decided, r.Ledger().PutEntries(ctx, e)
	}
	return 0, nil
}
