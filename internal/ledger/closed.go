package ledger

import (
	"context"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Closed is what stays of a migration that was closed: numbers.
type Closed struct {
	Begun time.Time `json:"begun,omitzero"` // from then on no run starts
	At    time.Time `json:"at,omitzero"`    // when all was gone
	Runs  int       `json:"runs"`
	// Records are how many were on record, by kind and state. Until all are counted,
	// Kinds of helpdesk.Kinds are, and of the next one those up to the ref After.
	Records map[helpdesk.Kind]map[State]int `json:"records"`
	Kinds   int                             `json:"kinds"`
	After   string                          `json:"after,omitempty"`
	Rows    int                             `json:"rows"` // that were deleted
}

func (l *Ledger) closedKey() Key { return l.migrationKey("closed") }

// Closed tells whether the migration was closed, or is being closed: then Begun is set.
func (l *Ledger) Closed(ctx context.Context) (c Closed, err error) {
	c, _, err = load[Closed](ctx, l.store, l.closedKey())
	return c, err
}

// PutClosed records how far closing has come.
func (l *Ledger) PutClosed(ctx context.Context, c Closed) error {
	return l.store.Commit(ctx, put(l.closedKey(), Any, c))
}

// Purge deletes the rows of the migration: records, runs with what belongs to them and
// to those named besides, cursors. The lease and what Closed tells stay. It deletes as
// long as more wants it, tells each number of rows to count once they are gone, and
// reports whether nothing is left. Runs go last, so that whoever calls it again finds
// what else there is.
func (l *Ledger) Purge(ctx context.Context, besides []string, more func() bool, count func(rows int) error) (done bool, err error) {
	var partitions []string
	for _, k := range helpdesk.Kinds() {
		partitions = append(partitions, l.partition("map", string(k)))
	}
	for r, err := range l.Runs(ctx) {
		if err != nil {
			return false, err
		}
		partitions = append(partitions, l.partition("run", r.ID))
	}
	for _, name := range besides {
		partitions = append(partitions, l.partition("run", name))
	}
	for _, p := range partitions {
		if done, err := l.purge(ctx, p, "", more, count); err != nil || !done {
			return false, err
		}
	}
	for _, prefix := range []string{"cursor#", "run#"} {
		if done, err := l.purge(ctx, l.partition("mig"), prefix, more, count); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

// purge deletes what stands in a partition.
func (l *Ledger) purge(ctx context.Context, partition, prefix string, more func() bool, count func(int) error) (done bool, err error) {
	for more() {
		rows, err := l.store.List(ctx, partition, prefix, "", MaxChanges)
		if err != nil || len(rows) == 0 {
			return err == nil, err
		}
		changes := make([]Change, 0, len(rows))
		for _, r := range rows {
			changes = append(changes, Change{Key: r.Key, Expect: Any, Delete: true})
		}
		if err := l.store.Each(ctx, changes...); err != nil {
			return false, err
		}
		if err := count(len(rows)); err != nil {
			return false, err
		}
	}
	return false, nil
}
