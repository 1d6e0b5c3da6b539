package migration

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// append completes the records that earlier invocations created and did not come
// to the end of.
func (w *worker) append(ctx context.Context, lines []cleanLine, entries map[string]*ledger.Entry) error {
	done := map[string]bool{}
	for i := range lines {
		e := entries[lines[i].Record.Key]
		if e.State != ledger.StateLoaded || e.Pending || done[e.Ref] || w.whole(e, &lines[i].Record) {
			continue
		}
		done[e.Ref] = true
		it := &item{e, lines[i].Record}
		if err := w.resolve(ctx, []*item{it}); err != nil {
			return err
		}
		if err := w.complete(ctx, []*item{it}); err != nil {
			return err
		}
	}
	return nil
}

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

// appendAll adds the comments from the first that is not known to be there. The
// result of the last is stored by the caller, with that of finish.
func (w *worker) appendAll(ctx context.Context, it *item) error {
	a, ok := w.target.(connectors.Appender)
	if !ok || it.record.Ticket == nil {
		return nil
	}
	e, comments, shown := it.entry, it.record.Ticket.Comments, render(w.target, it.record).Ticket.Comments
	intended := e.Child != "" // by an invocation that died, or whose answer was lost
	for i := len(e.Children); i < len(comments); i++ {
		if short(ctx) {
			return &laterError{}
		}
		id, err := w.appendOne(ctx, a, e, comments, shown, intended)
		if err != nil {
			return err
		}
		intended = false
		e.Children = append(e.Children, id)
		w.moved++
		e.Child = ""
		if i+1 == len(comments) {
			return nil
		}
		e.Child = commentDigest(w.index, shown[i+1]) // the result of one and the intent of the next are one write
		if err := w.put(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// appendOne adds the first comment that is not known to be there. shown are the
// comments as the target gives them back.
func (w *worker) appendOne(ctx context.Context, a connectors.Appender, e *ledger.Entry, comments, shown []helpdesk.Comment, intended bool) (string, error) {
	next := len(e.Children)
	digest := commentDigest(w.index, shown[next])
	if intended {
		id, err := w.arrived(ctx, e, shown, digest)
		if id != "" || err != nil {
			return id, err
		}
	}
	if intended || e.Child == "" { // an intent anew: the wait for a lost request counts from it
		e.Child = digest
		if err := w.put(ctx, e); err != nil {
			return "", err
		}
	}
	id, err := a.Append(ctx, e.Target, comments[next], w.openBlob)
	if errors.Is(err, connectors.ErrRejected) {
		return refusedComment, nil
	}
	return cmp.Or(id, unnamed), ofTarget("append a comment", err)
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
		if !lines[i].Record.Person.Suspended || e.State != ledger.StateLoaded || e.Run != w.run.ID {
			continue
		}
		if short(ctx) {
			return &laterError{}
		}
		it := &item{e, lines[i].Record}
		if err := w.resolve(ctx, []*item{it}); err != nil {
			return err
		}
		if err := f.Finish(ctx, e.Target, w.draftOf(it, it.record)); err != nil && !errors.Is(err, connectors.ErrRejected) {
			return ofTarget("suspend a person", err)
		}
	}
	return nil
}

// refusedComment stands in the place of the id of a comment that the target will
// never take: the others go on, and verify finds it missing.
const refusedComment = "-"

// unnamed stands for the id of a comment whose help desk does not say it.
const unnamed = "+"

// arrived looks on the thread for the comment that was intended. Equal comments
// are told apart by their number: the one that was intended is there if it stands
// there once more than the known ones account for. Where it is not there yet, and
// the target may still carry out the request, it asks to wait.
func (w *worker) arrived(ctx context.Context, e *ledger.Entry, shown []helpdesk.Comment, want string) (id string, err error) {
	r, err := w.target.Read(ctx, helpdesk.KindTicket, e.Target)
	if err != nil {
		return "", ofTarget("read a ticket", err)
	}
	known := 0
	for i, child := range e.Children {
		if child != refusedComment && commentDigest(w.index, shown[i]) == want {
			known++
		}
	}
	for _, c := range r.Ticket.Comments {
		if commentDigest(w.index, c) != want {
			continue
		}
		if known == 0 {
			w.out.Adopted++
			return cmp.Or(c.Key, unnamed), nil
		}
		known--
	}
	if wait := e.At.Add(w.profile.Hold).Sub(w.Now()); w.profile.Hold > 0 && wait > 0 {
		return "", &laterError{wait}
	}
	return "", nil
}

// commentDigest tells comments apart by what any target gives back: text without
// regard to white space, visibility and the names of files.
func commentDigest(index keyring.Index, c helpdesk.Comment) string {
	parts := []string{c.Visibility, strings.Join(strings.Fields(c.Body), " ")}
	for _, a := range c.Attachments {
		if a.LeftOut == "" {
			parts = append(parts, a.Name)
		}
	}
	text, _ := json.Marshal(parts)
	return index.Digest(text)
}

// relate makes the links of tickets, all of which stand in the target by now.
func (w *worker) relate(ctx context.Context, lines []cleanLine) error {
	linker, ok := w.target.(connectors.Linker)
	if !ok {
		return nil
	}
	entries, err := w.entries(ctx, helpdesk.KindTicket, lines)
	if err != nil {
		return err
	}
	for i := range lines {
		e := entries[lines[i].Record.Key]
		if len(lines[i].Record.Ticket.Links) == 0 || e.State != ledger.StateLoaded || e.Pending {
			continue
		}
		if short(ctx) {
			return &laterError{}
		}
		if err := w.link(ctx, linker, e, lines[i].Record); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) link(ctx context.Context, linker connectors.Linker, e *ledger.Entry, r helpdesk.Record) error {
	it := &item{e, copyOf(r)}
	ids, err := w.lookUp(ctx, []*item{it})
	if err != nil {
		return err
	}
	if _, err := ids.apply(&it.record); err != nil {
		return err
	}
	text, _ := json.Marshal(it.record.Ticket.Links)
	digest := w.index.Digest(text)
	if digest == e.Links {
		return nil
	}
	for _, l := range it.record.Ticket.Links {
		if err := linker.Link(ctx, e.Target, l); err != nil && !errors.Is(err, connectors.ErrRejected) {
			return ofTarget("link", err)
		}
	}
	e.Links = digest
	return w.put(ctx, e)
}
