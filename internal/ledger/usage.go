package ledger

import (
	"context"
	"errors"
	"iter"

	"github.com/safeconduct/safeconduct/internal/usage"
)

// A Usage is what it took to bring a segment through a step: what customers are
// billed by, and what a run cost. The row is written in the transaction that
// completes the segment, so that a step which is repeated counts once.
type Usage struct {
	Step    string       `json:"step"` // "extract", "anonymize", "load/tickets", "verify"
	Segment string       `json:"segment"`
	Records int64        `json:"records,omitempty"` // that the segment holds in this step
	Bytes   int64        `json:"bytes,omitempty"`   // sealed: that it wrote, or read; with the files that extract staged
	Ms      int64        `json:"ms"`                // of the invocation, so far
	Calls   usage.Counts `json:"calls,omitempty"`   // of help desks and of the cloud, so far
	// Open: the invocation did not complete the segment and has to be called again.
	Open bool `json:"open,omitempty"`
}

func (l *Ledger) usageKey(run string, u Usage) Key {
	return l.runKey(run, "usage#"+u.Step+"#"+u.Segment)
}

// use is the change that enters a usage where there is none.
func (l *Ledger) use(run string, u Usage) Change { return put(l.usageKey(run, u), 0, u) }

// Used enters what completed a segment, where a step writes nothing else at its
// end. The first entry stands.
func (l *Ledger) Used(ctx context.Context, run string, u Usage) error {
	err := l.store.Commit(ctx, l.use(run, u))
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// UsedSoFar enters what an invocation took that has to be called again, under a
// name of its own.
func (l *Ledger) UsedSoFar(ctx context.Context, run, name string, u Usage) error {
	u.Open, u.Records = true, 0
	change := l.use(run, u)
	change.Sort += "#" + name
	return l.store.Commit(ctx, change)
}

// Usages goes over what a run took.
func (l *Ledger) Usages(ctx context.Context, run string) iter.Seq2[Usage, error] {
	return list[Usage](ctx, l.store, l.partition("run", run), "usage#")
}

// Verified enters the verdict on a segment. Verify may be repeated: the last
// verdict stands, and the first usage.
func (l *Ledger) Verified(ctx context.Context, run, segment string, verdict any, u Usage) error {
	note := put(l.runKey(run, "note#verdict#"+segment), Any, verdict)
	err := l.store.Commit(ctx, note, l.use(run, u))
	if errors.Is(err, ErrConflict) {
		err = l.store.Commit(ctx, note)
	}
	return err
}
