package migration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// probe looks for records that were intended before: somebody may have created
// them and died. What is found is adopted; what is not goes on to be created,
// but not before the target can no longer carry out the lost request.
func (w *worker) probe(ctx context.Context, items []*item) (todo []*item, err error) {
	for _, it := range items {
		if it.entry.State != ledger.StateIntended {
			todo = append(todo, it)
			continue
		}
		ids, err := w.target.Find(ctx, it.entry.Kind, w.index.Marker(it.entry.Ref))
		if err != nil {
			return nil, ofTarget("find by marker", err)
		}
		if len(ids) == 0 {
			if err := w.held(it.entry); err != nil {
				return nil, err
			}
			todo = append(todo, it)
			continue
		}
		if it.line != nil && it.entry.Source == "" { // by a run that nobody remembers
			w.sends(it)
		}
		w.stands(it, ids[0])
		if len(ids) > 1 {
			it.entry.Reason = DoubledInTarget
		}
		w.laterVersion(it)
		if err := w.put(ctx, it.entry); err != nil {
			return nil, err
		}
		w.out.Adopted++
	}
	return todo, nil
}

// laterVersion has a record that was found, and is of an older version than the
// line, taken over by a delta or listed as pending by a full run.
func (w *worker) laterVersion(it *item) {
	if it.line == nil || it.entry.Source == it.line.Source {
		return
	}
	if w.run.Mode == ModeDelta {
		w.older = append(w.older, it)
	} else {
		it.entry.Pending, it.entry.Changed = true, it.line.Record.Changed
	}
}

// matched reports whether records of the kind may have been in the target before.
func matched(k helpdesk.Kind) bool {
	return k == helpdesk.KindPerson || k == helpdesk.KindGroup || k == helpdesk.KindOrganization || k == helpdesk.KindDefinition
}

// match finds people, groups and organizations that the target had before.
func (w *worker) match(ctx context.Context, items []*item) (todo []*item, err error) {
	matcher, ok := w.target.(connectors.Matcher)
	if !ok {
		return items, nil
	}
	for _, it := range items {
		if !matched(it.entry.Kind) {
			return items, nil
		}
		id, err := matcher.Match(ctx, it.record)
		if errors.Is(err, connectors.ErrNotFound) {
			todo = append(todo, it)
			continue
		}
		if err != nil {
			return nil, ofTarget("match", err)
		}
		it.entry.State, it.entry.Target, it.entry.Run, it.entry.Placeholder = ledger.StateMatched, id, w.run.ID, false
		w.sends(it)
		if err := w.put(ctx, it.entry); err != nil {
			return nil, err
		}
	}
	return todo, nil
}

// create writes the intents of a batch, creates it, and writes what came of it.
func (w *worker) create(ctx context.Context, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	if err := w.resolve(ctx, items); err != nil {
		return err
	}
	for batch := range slices.Chunk(items, max(1, min(w.profile.Batch, ledger.MaxChanges))) {
		if short(ctx) {
			return &laterError{}
		}
		if err := w.createBatch(ctx, batch); err != nil {
			return err
		}
		if err := w.complete(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) createBatch(ctx context.Context, batch []*item) error {
	drafts := make([]connectors.Draft, len(batch))
	for i, it := range batch {
		it.entry.State, it.entry.Run = ledger.StateIntended, w.run.ID
		if !it.entry.Placeholder { // else why it stands in is worth knowing
			it.entry.Reason = ""
		}
		w.sends(it)
		drafts[i] = w.draftOf(it, w.draft(it.record))
	}
	entries := entriesOf(batch)
	if err := w.put(ctx, entries...); err != nil {
		return err
	}
	created, err := w.target.Create(ctx, drafts)
	if err != nil {
		return ofTarget("create "+string(batch[0].entry.Kind), err)
	}
	if len(created) != len(drafts) {
		return failf(TargetUnavailable, "create: %d answers to %d drafts", len(created), len(drafts))
	}
	var unknown error
	for i, c := range created {
		if err := w.settle(batch[i], c); err != nil {
			unknown = err
		}
	}
	return errors.Join(w.put(ctx, entries...), unknown)
}

// sends notes which version of a record is about to be sent. It becomes durable
// with the intent: whoever finds the record after a crash knows what was sent.
func (w *worker) sends(it *item) {
	if it.line == nil {
		return
	}
	e := it.entry
	e.Source, e.Rules, e.Changed, e.Parts = it.line.Source, w.rules, it.line.Record.Changed, it.line.Parts
	shown := render(w.target, it.record)
	e.Sets = setsOf(w.index, &shown)
	e.Base = partsOf(w.index, &shown, false) // until verify knows better
	if shown.Ticket != nil {
		e.Said = sayings(w.index, it.line.Said, shown.Ticket.Comments)
	}
}

func (w *worker) draftOf(it *item, r helpdesk.Record) connectors.Draft {
	return connectors.Draft{Marker: w.index.Marker(it.entry.Ref), Record: r, Open: w.openBlob}
}

// stands notes that the record stands in the target, and a ticket with the
// comment that it opens with.
func (w *worker) stands(it *item, id string) {
	it.entry.State, it.entry.Target, it.entry.Run = ledger.StateLoaded, id, w.run.ID
	w.moved++
	switch _, appends := w.target.(connectors.Appender); {
	case it.record.Ticket == nil:
	case w.profile.Opening && connectors.Opening(it.record.Ticket) != nil:
		it.entry.Children = []string{connectors.OpeningKey}
	case w.profile.Whole && appends:
		it.entry.Children = slices.Repeat([]string{unnamed}, len(it.entry.Said))
	}
}

// settle writes into an entry what became of its draft. An error means that
// nobody knows: the entry stays intended.
func (w *worker) settle(it *item, c connectors.Created) error {
	e := it.entry
	var rejected *connectors.Rejected
	switch {
	case c.Err == nil && c.ID != "":
		w.stands(it, c.ID)
		w.out.Created++
	case errors.As(c.Err, &rejected):
		e.State, e.Reason = ledger.StateQuarantined, rejected.Error()
	case errors.Is(c.Err, connectors.ErrRejected):
		e.State, e.Reason = ledger.StateQuarantined, "rejected"
	default:
		return ofTarget("create "+string(e.Kind), fmt.Errorf("%w: %w", connectors.ErrUnavailable, c.Err))
	}
	return nil
}

func entriesOf(items []*item) []*ledger.Entry {
	entries := make([]*ledger.Entry, len(items))
	for i, it := range items {
		entries[i] = it.entry
	}
	return entries
}

// draft is the record as Create gets it: links wait for their own phase, and so
// do comments where the target takes them one by one.
func (w *worker) draft(r helpdesk.Record) helpdesk.Record {
	r.Key = ""
	if r.Ticket == nil {
		return r
	}
	t := *r.Ticket
	t.Links = nil
	if _, ok := w.target.(connectors.Appender); ok && !w.profile.Whole {
		t.Comments = nil
		if w.profile.Opening && connectors.Opening(r.Ticket) != nil {
			t.Comments = r.Ticket.Comments[:1:1]
		}
	}
	r.Ticket = &t
	return r
}

// openBlob opens the bytes of an attachment from staging.
func (w *worker) openBlob(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	if a.Blob == nil {
		return nil, connectors.ErrNotFound
	}
	return staging.OpenBlob(ctx, w.Staging, w.Clean, w.run.scope(keyring.Clean), *a.Blob)
}
