package migration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// takeOver brings what the source changed of records that stand in the target over
// to it, one by one.
func (w *worker) takeOver(ctx context.Context, items []*item) error {
	for _, it := range items {
		if !it.entry.InTarget() { // the target refused the first version of two
			continue
		}
		if short(ctx) {
			return &laterError{}
		}
		if err := w.takeOne(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// takeOne adds a ticket's new comments first, because comments change what the
// ticket holds; then it decides on the fields by what the target holds now.
func (w *worker) takeOne(ctx context.Context, it *item) error {
	e := it.entry
	if e.Edit != "" {
		// A request of an earlier invocation may land over whatever agents do meanwhile;
		// nothing is decided before.
		if err := w.held(e); err != nil {
			return err
		}
	}
	if err := w.resolve(ctx, []*item{it}); err != nil {
		return err
	}
	err := w.addComments(ctx, it)
	if err == nil {
		err = w.editUntilAgreed(ctx, it)
	}
	if errors.Is(err, connectors.ErrNotFound) {
		return w.dropped(ctx, e)
	}
	return err
}

// dropped notes that agents of the target removed the record. It is not created
// again: what they do goes before what we do.
func (w *worker) dropped(ctx context.Context, e *ledger.Entry) error {
	*e = *e.Dropped(w.run.ID, w.Now().UTC())
	return w.put(ctx, e)
}

// begun notes that this run changes the record.
func (w *worker) begun(e *ledger.Entry) {
	if e.Updated != w.run.ID {
		e.Updated, e.Wrote, e.Kept, e.Before = w.run.ID, nil, nil, len(e.Children)
	}
}

// ask puts a field on the list of what somebody is to decide.
func (w *worker) ask(e *ledger.Entry, field string) {
	if e.Review == nil {
		e.Review = map[string]string{}
	}
	if _, asked := e.Review[field]; !asked {
		e.Review[field] = ""
	}
}

// addComments appends what is new on a ticket behind what is known to stand there.
func (w *worker) addComments(ctx context.Context, it *item) error {
	e := it.entry
	if _, appends := w.target.(connectors.Appender); it.record.Ticket == nil || !appends {
		return nil
	}
	t := threadOf(w.index, e, it.line.Said, it.record.Ticket.Comments, render(w.target, it.record).Ticket.Comments)
	fresh := len(t.comments) > len(e.Children)
	if late := it.record.Ticket.Category == helpdesk.StatusClosed; fresh && late && w.delta.LateComments == plan.LateReview && e.Review[listComments] != plan.ConflictSource {
		w.ask(e, listComments)
		fresh = false
	}
	if fresh {
		if err := w.appendThread(ctx, it, t); err != nil {
			return err
		}
	}
	return w.afterComments(ctx, it)
}

func (w *worker) appendThread(ctx context.Context, it *item, t thread) error {
	e := it.entry
	if err := w.beforeComments(ctx, it, t); err != nil {
		return err
	}
	w.begun(e)
	whole, ticket := it.record, *it.record.Ticket
	ticket.Comments, e.Said, whole.Ticket = t.comments, t.said, &ticket
	if err := w.appendAll(ctx, &item{entry: e, record: whole, line: it.line}); err != nil {
		return err
	}
	if err := w.put(ctx, e); err != nil {
		return err
	}
	return w.silent(ctx)
}

// beforeComments notes what the ticket holds before comments are added: its status,
// in a target in which comments change it, and how many comments of others say the
// same as one of ours. It becomes durable with the intent of the first comment;
// after a crash it is known already.
func (w *worker) beforeComments(ctx context.Context, it *item, t thread) error {
	e := it.entry
	if e.Child != "" || e.Was != "" {
		return nil
	}
	got, err := w.target.Read(ctx, helpdesk.KindTicket, e.Target)
	if err != nil {
		return ofTarget("read a ticket", err)
	}
	if _, finishes := w.target.(connectors.Finisher); finishes && e.Finished {
		it.status, e.Was = got.Ticket.Status, w.statusDigest(got.Ticket.Status)
	}
	e.Besides = nil
	others := map[string]int{}
	for _, c := range got.Ticket.Comments {
		others[commentDigest(w.index, c)[:thumb]]++
	}
	for i, s := range t.said {
		if x := parseSaying(s); i < len(e.Children) {
			others[x.shown]--
		} else if n := others[x.shown]; n > 0 {
			if e.Besides == nil {
				e.Besides = map[string]int{}
			}
			e.Besides[x.shown] = n
		}
	}
	return nil
}

// afterComments gives the ticket back the status that it had before, or, if it was
// never finished, what it takes only now.
func (w *worker) afterComments(ctx context.Context, it *item) error {
	e := it.entry
	if _, finishes := w.target.(connectors.Finisher); !finishes || e.Finished && e.Was == "" {
		return nil
	}
	if e.Finished {
		if status, known := w.statusBefore(it); known {
			r, ticket := it.record, *it.record.Ticket
			ticket.Status, r.Ticket = status, &ticket
			if err := w.finish(ctx, &item{entry: e, record: r, line: it.line}); err != nil {
				return err
			}
		} else {
			w.ask(e, "status")
		}
	} else if err := w.finish(ctx, it); err != nil {
		return err
	}
	e.Was = ""
	return w.put(ctx, e)
}

// statusBefore is the status that a ticket had before comments changed it. Who knows
// only its digest, after a crash, gives a ticket whose status is the migration's own
// the one that it is to have, and finds another among the words of the target.
func (w *worker) statusBefore(it *item) (status string, known bool) {
	e, own := it.entry, it.record.Ticket.Status
	switch {
	case it.status != "":
		return it.status, true
	case e.Was == e.Base["status"]:
		return own, true
	}
	for _, s := range append([]string{own}, w.profile.Vocabulary["ticket.status"]...) {
		if w.statusDigest(s) == e.Was {
			return s, true
		}
	}
	return "", false
}

// statusDigest is the digest of a status as the base of a ticket has it.
func (w *worker) statusDigest(status string) string {
	r := helpdesk.New(helpdesk.KindTicket, "")
	r.Ticket.Status = status
	return partsOf(w.index, &r, false)["status"]
}

// attempts is how often an edit is decided anew because an agent was first.
const attempts = 3

// editUntilAgreed decides on the fields and writes them. Where an agent changes one
// of them in between, the target says so and it is decided anew.
func (w *worker) editUntilAgreed(ctx context.Context, it *item) error {
	for range attempts {
		got, err := w.target.Read(ctx, it.entry.Kind, it.entry.Target)
		if err != nil {
			return ofTarget("read a "+string(it.entry.Kind), err)
		}
		m, want := w.decide(it, &got)
		err = w.edit(ctx, it, m, want, got)
		if !errors.Is(err, connectors.ErrChanged) {
			return err
		}
	}
	return &laterError{wait: time.Second}
}

func (w *worker) decide(it *item, got *helpdesk.Record) (*merging, *helpdesk.Record) {
	want := render(w.target, copyOf(it.record))
	e := it.entry
	m := &merging{index: w.index, profile: w.profile, rule: w.delta.Conflict, entry: e, base: e.Base, parts: it.line.Parts}
	if e.Placeholder { // was never verified, and is known to the last letter
		stood := render(w.target, placeholder(e.Ref, w.index.Marker(e.Ref)))
		m.base = partsOf(w.index, &stood, false)
	}
	m.decide(&want, got)
	return m, &want
}

// edit writes what was decided, with a durable intent before it.
func (w *worker) edit(ctx context.Context, it *item, m *merging, want *helpdesk.Record, got helpdesk.Record) error {
	e := it.entry
	u, can := w.target.(connectors.Updater)
	if len(m.fields) > 0 && !can {
		e.Pending, e.Changed = true, it.line.Record.Changed
		return w.put(ctx, e)
	}
	if len(m.fields) > 0 {
		w.begun(e)
		text, _ := json.Marshal([]any{m.fields, partsOf(w.index, want, false)}) // strings only
		e.Edit = w.index.Digest(text)
		if err := w.put(ctx, e); err != nil {
			return err
		}
		err := u.Update(ctx, e.Target, connectors.Edit{Fields: m.fields, Was: got, Record: *want, Open: w.openBlob})
		switch {
		case errors.Is(err, connectors.ErrRejected):
			e.Edit, e.Pending, e.Reason = "", true, reasonOf(err)
			return w.put(ctx, e)
		case errors.Is(err, connectors.ErrChanged), errors.Is(err, connectors.ErrNotFound):
			return err
		case err != nil:
			return ofTarget("update a "+string(e.Kind), err)
		}
		w.moved++
	}
	w.taken(it, m, want)
	return w.put(ctx, e)
}

func reasonOf(err error) string {
	var rejected *connectors.Rejected
	if errors.As(err, &rejected) {
		return rejected.Error()
	}
	return "rejected"
}

// taken notes that the target holds what the source holds now, but for what it
// keeps. What somebody is to decide stays as it was, so that it comes up again.
func (w *worker) taken(it *item, m *merging, want *helpdesk.Record) {
	e, parts := it.entry, maps.Clone(it.line.Parts)
	for _, f := range m.review {
		w.ask(e, f)
		if was, had := e.Parts[f]; had {
			parts[f] = was
		} else {
			delete(parts, f)
		}
	}
	maps.DeleteFunc(e.Review, toDo)
	now := partsOf(w.index, want, false)
	if e.Base == nil {
		e.Base = map[string]string{}
	}
	for _, f := range slices.Concat(m.fields, m.agreed) {
		if e.Base[f] = now[f]; now[f] == "" {
			delete(e.Base, f)
		}
	}
	if len(m.fields)+len(m.kept) > 0 {
		w.begun(e)
	}
	e.Wrote, e.Updates, e.Kept = union(e.Wrote, m.fields), union(e.Updates, m.fields), union(e.Kept, m.kept)
	shown := render(w.target, copyOf(it.record))
	e.Parts, e.Sets = parts, setsOf(w.index, &shown)
	e.Source, e.Rules, e.Changed = it.line.Source, w.rules, it.line.Record.Changed
	e.Edit, e.Pending, e.Placeholder, e.Gone = "", false, false, false
	if e.State == ledger.StateLoaded {
		e.Reason = ""
	}
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// place is where in a run a line stands: places are in the order of reading.
func place(segment string, line int) string { return fmt.Sprintf("%s.%03d", segment, line) }
