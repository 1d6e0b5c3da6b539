package conformance

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// nonsense is a word that no vocabulary has and an id that no record has.
const nonsense = "canary424242"

// spoil returns a draft of kind k with a field set to something else, or false
// if the samples do not fill that field.
func (d *targetRun) spoil(k helpdesk.Kind, field string, to ...string) (connectors.Draft, bool) {
	d.Helper()
	d.define()
	draft, found := d.draft(k), false
	for v := range draft.Record.Values() {
		if v.Field.Name == field && !v.Empty() {
			found = true
			if err := v.Set(to); err != nil {
				return draft, false // a field that can't hold nonsense at all
			}
		}
	}
	return draft, found
}

// wantRejected wants a draft to be rejected by the field, and nothing of it to
// be left in the target.
func (d *targetRun) wantRejected(draft connectors.Draft, field string) {
	d.Helper()
	id, err := d.try(draft)
	var rejected *connectors.Rejected
	switch {
	case err == nil:
		d.Errorf("%s was taken although its %s is one that the profile rules out (id %q)", draft.Record.Kind, field, id)
	case !errors.As(err, &rejected):
		d.Errorf("%s with such a %s: %v, want a Rejected", draft.Record.Kind, field, err)
	case rejected.Field != field || rejected.Reason == "":
		d.Errorf("%s with such a %s is rejected for %q (%s)", draft.Record.Kind, field, rejected.Reason, rejected.Field)
	}
	if err != nil && !isAppended(field) {
		d.wantNothing(draft)
	}
}

// isAppended reports whether a field comes with Append on some targets, when
// the ticket stands there already.
func isAppended(field string) bool {
	return strings.HasPrefix(field, "comment.") || strings.HasPrefix(field, "attachment.")
}

func (d *targetRun) wantNothing(draft connectors.Draft) {
	d.Helper()
	if got := d.find(draft.Record.Kind, draft.Marker); len(got) > 0 {
		d.Errorf("%s was refused, and stands in the target as %q", draft.Record.Kind, got)
	}
}

func targetKnowsItsWords(d *targetRun) {
	if len(d.profile.Vocabulary) == 0 {
		notClaimed(d, "a closed vocabulary")
	}
	for _, field := range slices.Sorted(maps.Keys(d.profile.Vocabulary)) {
		d.eachKindWith(field, func(k helpdesk.Kind) {
			if draft, ok := d.spoil(k, field, nonsense); ok {
				d.wantRejected(draft, field)
			} else {
				untested(d, "the vocabulary of "+field)
			}
		})
	}
}

func targetRequires(d *targetRun) {
	if len(d.profile.Requires) == 0 {
		notClaimed(d, "required references")
	}
	for _, field := range d.profile.Requires {
		d.eachKindWith(field, func(k helpdesk.Kind) {
			if draft, ok := d.spoil(k, field); ok {
				d.wantRejected(draft, field)
			} else {
				untested(d, "that "+field+" is required")
			}
		})
	}
}

// eachKindWith calls f for the claimed kinds whose records have the field.
func (d *targetRun) eachKindWith(field string, f func(helpdesk.Kind)) {
	d.Helper()
	for _, k := range d.kinds() {
		if slices.ContainsFunc(helpdesk.Fields(k), func(x helpdesk.Field) bool { return x.Name == field }) {
			f(k)
		}
	}
}

// targetRefers: a target with references of its own can't hold one to nothing;
// one that merely stores them may.
func targetRefers(d *targetRun) {
	for _, k := range d.kinds() {
		for _, f := range helpdesk.Fields(k) {
			if f.Class != helpdesk.ClassReference || !d.keeps(f.Name) {
				continue
			}
			if draft, ok := d.spoil(k, f.Name, nonsense); ok {
				d.wantRefusedOrKept(draft)
			}
		}
	}
}

// wantRefusedOrKept allows a target everything but to take something silently
// and to hold something else.
func (d *targetRun) wantRefusedOrKept(draft connectors.Draft) {
	d.Helper()
	id, err := d.try(draft)
	if err == nil {
		d.wantStored(draft, id)
		return
	}
	if !errors.Is(err, connectors.ErrRejected) {
		d.Errorf("%s: %v, want it taken or rejected", draft.Record.Kind, err)
	}
}

// targetRejectsOne puts a draft that the target will not take between two that
// it will.
func targetRejectsOne(d *targetRun) {
	for _, k := range d.kinds() {
		bad, ok := d.unacceptable(k)
		if !ok {
			untested(d, "a rejected "+string(k)+" among others: nothing is known that the target rejects")
			continue
		}
		drafts := []connectors.Draft{d.draft(k), bad, d.draft(k)}
		created := d.tryAll(drafts)
		if created[1].Err == nil || created[1].ID != "" {
			d.Errorf("create %s, the bad one of three: id %q, error %v; want only an error", k, created[1].ID, created[1].Err)
		}
		d.wantNothing(bad)
		for _, i := range []int{0, 2} {
			if created[i].Err != nil {
				d.Errorf("%s %d of 3 fails with its neighbour: %v", k, i+1, created[i].Err)
			} else if got := d.find(k, drafts[i].Marker); !slices.Equal(got, []string{created[i].ID}) {
				d.Errorf("%s %d of 3, beside one that is rejected: found %q, want %q", k, i+1, got, created[i].ID)
			}
		}
	}
}

// unacceptable returns a draft that this target rejects already at Create.
func (d *targetRun) unacceptable(k helpdesk.Kind) (connectors.Draft, bool) {
	d.Helper()
	for _, f := range helpdesk.Fields(k) {
		if isAppended(f.Name) {
			continue
		}
		_, closed := d.profile.Vocabulary[f.Name]
		if f.Class == helpdesk.ClassReference || closed {
			if draft, ok := d.spoil(k, f.Name, nonsense); ok && d.rejects(draft) {
				draft.Marker = d.marker()
				return draft, true
			}
		}
	}
	return connectors.Draft{}, false
}

func (d *targetRun) rejects(draft connectors.Draft) bool {
	d.Helper()
	_, err := d.try(draft)
	return errors.Is(err, connectors.ErrRejected)
}
