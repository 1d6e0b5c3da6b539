package migration

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Reasons of an entry whose record the source has no more and the target keeps,
// besides GoneInSource.
const (
	ChangedHere    = "changed_here"     // agents of the target changed it
	KeptByTarget   = "kept_by_target"   // the target does not remove it
	MergedInSource = "merged_in_source" // it is part of another now
)

// removing is the intent of a removal.
const removing = "remove"

// goneTag is what a ticket gets that stays although the source has it no more.
const goneTag = "deleted-in-source"

// mergedInto is the type of the link from a ticket to the one that it became part
// of.
const mergedInto = "merged_into"

// removeAll does to what the source has no more what the plan says. It is asked
// again until all is done: what is done has no entry in the target any more, or one
// that says so.
func (w *worker) removeAll(ctx context.Context, k helpdesk.Kind, lines []goneLine) error {
	for _, line := range lines {
		if short(ctx) {
			return &laterError{}
		}
		refs := []string{line.Ref}
		if line.Into != "" && line.Into != line.Ref {
			refs = append(refs, line.Into)
		}
		entries, err := w.ledger.Entries(ctx, k, refs...)
		if err != nil {
			return ofStorage("read entries", err)
		}
		into := &ledger.Entry{}
		if len(entries) > 1 {
			into = &entries[1]
		}
		if err := w.gone(ctx, &entries[0], into); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) gone(ctx context.Context, e, into *ledger.Entry) error {
	if e.State == ledger.StateIntended { // of a run that was given up
		if err := w.found(ctx, e); err != nil {
			return err
		}
	}
	merged := into.InTarget() && !into.Placeholder
	switch {
	case e.State == "", e.State == ledger.StateRemoved, e.State == ledger.StateDropped, e.Placeholder:
		return nil
	case e.State == ledger.StateLoaded && e.Kind == helpdesk.KindPerson:
		return w.remove(ctx, e)
	case e.State == ledger.StateLoaded && merged && e.Kind == helpdesk.KindTicket:
		return w.merged(ctx, e, into)
	case e.State == ledger.StateLoaded:
		return w.deleted(ctx, e)
	}
	// What was never moved, or stood in the target before, leaves a tombstone.
	*e = *e.Removed(w.run.ID, w.Now().UTC())
	return w.put(ctx, e)
}

// found looks for a record that was intended.
func (w *worker) found(ctx context.Context, e *ledger.Entry) error {
	ids, err := w.target.Find(ctx, e.Kind, w.index.Marker(e.Ref))
	if err != nil {
		return ofTarget("find by marker", err)
	}
	if len(ids) > 0 {
		e.State, e.Target = ledger.StateLoaded, ids[0]
		return nil
	}
	if err := w.held(e); err != nil {
		return err
	}
	e.State = ledger.StateQuarantined
	return nil
}

// merged links a ticket to the one that it became part of. The comments came with
// that one.
func (w *worker) merged(ctx context.Context, e, into *ledger.Entry) error {
	linker, can := w.target.(connectors.Linker)
	if can && w.delta.Merges == plan.MergesLink && into.Target != e.Target {
		err := linker.Link(ctx, e.Target, helpdesk.Link{Type: mergedInto, Ticket: into.Target})
		if err != nil && !errors.Is(err, connectors.ErrRejected) && !errors.Is(err, connectors.ErrNotFound) {
			return ofTarget("link", err)
		}
	}
	e.Into = into.Ref
	return w.stays(ctx, e, MergedInSource)
}

func (w *worker) stays(ctx context.Context, e *ledger.Entry, reason string) error {
	e.Gone, e.Reason, e.Edit, e.Pending = true, reason, "", false
	e.Seen = w.run.ID
	return w.put(ctx, e)
}

// deleted does what the plan says of a record that the source deleted. Definitions,
// groups and organizations stay: agents of the target work with them.
func (w *worker) deleted(ctx context.Context, e *ledger.Entry) error {
	rule := w.delta.Deletion
	if decided := e.Review[wholeRecord]; decided == plan.ConflictSource {
		rule = plan.DeletionMirror
	}
	switch {
	case e.Kind != helpdesk.KindTicket && e.Kind != helpdesk.KindArticle:
		return w.stays(ctx, e, GoneInSource)
	case rule == plan.DeletionTag:
		return w.tag(ctx, e)
	case rule == plan.DeletionKeep:
		return w.stays(ctx, e, GoneInSource)
	}
	changed, err := changedHere(ctx, w.target, w.profile, w.index, e)
	switch {
	case errors.Is(err, connectors.ErrNotFound) && e.Edit == removing:
		return w.tombstone(ctx, e)
	case errors.Is(err, connectors.ErrNotFound):
		return w.dropped(ctx, e)
	case err != nil:
		return err
	case changed && e.Review[wholeRecord] != plan.ConflictSource && w.delta.Conflict != plan.ConflictSource:
		if w.delta.Conflict == plan.ConflictReview {
			w.ask(e, wholeRecord)
		}
		if e.Review[wholeRecord] == plan.ConflictTarget {
			delete(e.Review, wholeRecord)
		}
		return w.stays(ctx, e, ChangedHere)
	}
	return w.remove(ctx, e)
}

// wholeRecord is what a review is about where it is about no field.
const wholeRecord = "record"

// changedHere reports whether agents of the target did anything on the record since
// verify read it back. Of one that was never verified only comments tell: that there
// are more than were brought.
func changedHere(ctx context.Context, target connectors.Target, profile connectors.TargetProfile, index keyring.Index, e *ledger.Entry) (bool, error) {
	got, err := target.Read(ctx, e.Kind, e.Target)
	if err != nil {
		return false, ofTarget("read a "+string(e.Kind), err)
	}
	if e.Base == nil {
		return got.Ticket != nil && len(spoken(got.Ticket.Comments)) > len(e.Said), nil
	}
	is, sets := partsOf(index, &got, false), setsOf(index, &got)
	m := merging{index: index, profile: profile}
	for _, f := range slices.Sorted(maps.Keys(fieldsOf(is, e.Base))) {
		own := m.changeable(e.Kind, f) && f != listLinks
		_, isSet := fieldsOf(sets, e.Sets)[f]
		switch {
		case own && isSet && !sameSet(sets[f], e.Sets[f]), own && !isSet && is[f] != e.Base[f]:
			return true, nil
		}
	}
	if got.Ticket == nil {
		return false, nil
	}
	ours := map[string]int{}
	for _, s := range e.Said {
		ours[parseSaying(s).shown]++
	}
	for _, c := range spoken(got.Ticket.Comments) {
		d := commentDigest(index, c)[:thumb]
		if ours[d]--; ours[d] < 0 {
			return true, nil
		}
	}
	return false, nil
}

// spoken leaves out what the platform itself noted.
func spoken(all []helpdesk.Comment) (said []helpdesk.Comment) {
	for _, c := range all {
		if c.Visibility != helpdesk.VisibilitySystem {
			said = append(said, c)
		}
	}
	return said
}

// fieldsOf lists the fields of a record's own, and lists, that either map has.
func fieldsOf[T any](a, b map[string]T) map[string]bool {
	all := map[string]bool{}
	for _, m := range []map[string]T{a, b} {
		for f := range m {
			if connectors.FieldOf(f) == f {
				all[f] = true
			}
		}
	}
	return all
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// remove takes a record out of the target and leaves a tombstone: its ref, and that
// it is gone.
func (w *worker) remove(ctx context.Context, e *ledger.Entry) error {
	remover, can := w.target.(connectors.Remover)
	if !can {
		return w.stays(ctx, e, KeptByTarget)
	}
	e.Edit = removing
	if err := w.put(ctx, e); err != nil {
		return err
	}
	answers, err := remover.Remove(ctx, e.Kind, []string{e.Target})
	if err != nil || len(answers) != 1 {
		return ofTarget("remove a "+string(e.Kind), errors.Join(err, connectors.ErrUnavailable))
	}
	w.moved++
	eraser, can := w.target.(connectors.Eraser)
	if answers[0] != connectors.Removed && e.Kind == helpdesk.KindPerson && can {
		return w.erase(ctx, eraser, e, answers[0])
	}
	if answers[0] == connectors.Kept {
		return w.stays(ctx, e, KeptByTarget)
	}
	return w.tombstone(ctx, e)
}

// erase takes from a person whom the target does not remove what tells who it was. One
// whom it keeps stands in for those who are named and not there.
func (w *worker) erase(ctx context.Context, eraser connectors.Eraser, e *ledger.Entry, answer connectors.Removal) error {
	err := eraser.Erase(ctx, e.Target, placeholder(e.Ref, w.index.Marker(e.Ref)))
	if err != nil && !errors.Is(err, connectors.ErrNotFound) {
		return ofTarget("erase a person", err)
	}
	if answer == connectors.Kept && err == nil {
		*e = *e.Erased(w.run.ID, w.Now().UTC())
		return w.put(ctx, e)
	}
	return w.tombstone(ctx, e)
}

func (w *worker) tombstone(ctx context.Context, e *ledger.Entry) error {
	*e = *e.Removed(w.run.ID, w.Now().UTC())
	return w.put(ctx, e)
}

// tag marks a ticket or article in the target as one that the source has no more.
func (w *worker) tag(ctx context.Context, e *ledger.Entry) error {
	u, can := w.target.(connectors.Updater)
	if !can {
		return w.stays(ctx, e, GoneInSource)
	}
	for range attempts {
		got, err := w.target.Read(ctx, e.Kind, e.Target)
		if errors.Is(err, connectors.ErrNotFound) {
			return w.dropped(ctx, e)
		}
		if err != nil {
			return ofTarget("read a "+string(e.Kind), err)
		}
		want := copyOf(got)
		tags := tagsOf(&want)
		if slices.Contains(*tags, goneTag) {
			return w.stays(ctx, e, GoneInSource)
		}
		*tags = append(slices.Clone(*tags), goneTag)
		w.begun(e)
		e.Edit, e.Wrote, e.Updates = goneTag, union(e.Wrote, []string{"tags"}), union(e.Updates, []string{"tags"})
		if err := w.put(ctx, e); err != nil {
			return err
		}
		err = u.Update(ctx, e.Target, connectors.Edit{Fields: []string{"tags"}, Was: got, Record: want, Open: w.openBlob})
		switch {
		case errors.Is(err, connectors.ErrChanged):
		case err == nil, errors.Is(err, connectors.ErrRejected):
			return w.stays(ctx, e, GoneInSource)
		default:
			return ofTarget("tag a "+string(e.Kind), err)
		}
	}
	return &laterError{wait: time.Second}
}

func tagsOf(r *helpdesk.Record) *[]string {
	if r.Article != nil {
		return &r.Article.Tags
	}
	return &r.Ticket.Tags
}
