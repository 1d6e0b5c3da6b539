package migration

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// whole reports whether nothing is left to be done for the record, or the target
// takes records whole.
func (w *worker) whole(e *ledger.Entry, r *helpdesk.Record) bool {
	_, appends := w.target.(connectors.Appender)
	_, finishes := w.target.(connectors.Finisher)
	return (r.Ticket == nil || !appends || len(e.Children) >= len(r.Ticket.Comments)) && (!finishes || e.Finished)
}

// complete adds the comments of tickets that stand in the target one by one,
// where the target wants them so, and finishes the records. One invocation has a
// record in hand at a time: its row's version sees to that.
func (w *worker) complete(ctx context.Context, items []*item) error {
	for _, it := range items {
		if it.entry.State != ledger.StateLoaded || w.whole(it.entry, &it.record) {
			continue
		}
		if err := w.appendAll(ctx, it); err != nil {
			return err
		}
		if err := w.finish(ctx, it); err != nil {
			return err
		}
		if err := w.put(ctx, it.entry); err != nil {
			return err
		}
		if it.record.Ticket == nil {
			continue
		}
		if err := w.silent(ctx); err != nil {
			return err
		}
	}
	return nil
}

// finish gives a record what it takes only now: a ticket what its comments would
// have changed.
func (w *worker) finish(ctx context.Context, it *item) error {
	f, ok := w.target.(connectors.Finisher)
	if !ok {
		return nil
	}
	if err := f.Finish(ctx, it.entry.Target, w.draftOf(it, unsuspended(it.record))); err != nil && !errors.Is(err, connectors.ErrRejected) {
		return ofTarget("finish a "+string(it.entry.Kind), err) // what is rejected verify finds missing
	}
	it.entry.Finished = true
	return nil
}

// unsuspended is a person as one who may write.
func unsuspended(r helpdesk.Record) helpdesk.Record {
	if r.Person != nil && r.Person.Suspended {
		p := *r.Person
		p.Suspended = false
		r.Person = &p
	}
	return r
}

// suspendAll suspends the people whom this migration created and who are
// suspended in the source.
func (w *worker) suspendAll(ctx context.Context, lines []cleanLine) error {
	f, ok := w.target.(connectors.Finisher)
	if !ok {
		return nil
	}
	entries, err := w.entries(ctx, helpdesk.KindPerson, lines)
	if err != nil {
		return err
	}
	for i := range lines {
		e := entries[lines[i].Record.Key]
		if !lines[i].Record.Person.Suspended || e.State != ledger.StateLoaded || e.Run != w.run.ID && e.Updated != w.run.ID {
			continue
		}
		if short(ctx) {
			return &laterError{}
		}
		it := &item{entry: e, record: lines[i].Record, line: &lines[i]}
		if err := w.resolve(ctx, []*item{it}); err != nil {
			return err
		}
		if err := f.Finish(ctx, e.Target, w.draftOf(it, it.record)); err != nil && !errors.Is(err, connectors.ErrRejected) {
			return ofTarget("suspend a person", err)
		}
	}
	return nil
}
