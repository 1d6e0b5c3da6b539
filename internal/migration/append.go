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
		if e.State != ledger.StateLoaded || e.Pending || e.Source != lines[i].Source || done[e.Ref] || w.whole(e, &lines[i].Record) {
			continue
		}
		done[e.Ref] = true
		it := &item{entry: e, record: lines[i].Record, line: &lines[i]}
		if err := w.resolve(ctx, []*item{it}); err != nil {
			return err
		}
		if err := w.complete(ctx, []*item{it}); err != nil {
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
	known := e.Besides[want[:thumb]]
	for i, child := range e.Children {
		if child != refusedComment && w.says(e, i, shown, want) {
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
	return "", w.held(e)
}

// says reports whether a comment that is known to stand in the target is shown as
// the digest says. What it is in the source may have changed since.
func (w *worker) says(e *ledger.Entry, i int, shown []helpdesk.Comment, digest string) bool {
	if i < len(e.Said) {
		return parseSaying(e.Said[i]).shown == digest[:thumb]
	}
	return commentDigest(w.index, shown[i]) == digest
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
