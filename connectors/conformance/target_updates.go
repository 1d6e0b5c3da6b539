package conformance

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// changeable are the fields of a kind that the suite tries to change: those that
// agents change most.
var changeable = map[helpdesk.Kind][]string{
	helpdesk.KindPerson: {"name", "notes", "tags"},
	helpdesk.KindTicket: {"subject", "priority", "status", "tags", "assignee"},
}

// edit decides on an edit of a record that stands in the target: it takes the
// fields from another draft of the kind.
func (d *targetRun) edit(id string, k helpdesk.Kind) connectors.Edit {
	d.Helper()
	was, err := d.read(k, id)
	if err != nil {
		d.Fatalf("read %s: %v", k, err)
	}
	other := d.draft(k)
	e := connectors.Edit{Was: was, Record: other.Record, Open: other.Open}
	for v := range e.Record.Values() {
		if words := d.profile.Vocabulary[v.Field.Name]; len(words) > 0 && !v.Empty() {
			_ = v.Set(words[len(words)-1:]) // drafts take the first
		}
	}
	for _, f := range changeable[k] {
		if fidelity := d.profile.Fidelity[string(k)+"."+f]; fidelity == connectors.Native || fidelity == connectors.Second {
			e.Fields = append(e.Fields, f)
		}
	}
	return e
}

func (d *targetRun) update(u connectors.Updater, id string, e connectors.Edit) error {
	_, err := ask(d, "update", func(ctx context.Context) (struct{}, error) { return struct{}{}, u.Update(ctx, id, e) })
	return err
}

func targetUpdates(d *targetRun) {
	u, can := d.Target.(connectors.Updater)
	if !can {
		notClaimed(d, "Updater: what stands in the target is never changed")
		return
	}
	d.define()
	for _, k := range d.kinds() {
		if len(changeable[k]) == 0 {
			continue
		}
		id := d.create(d.draft(k))
		e := d.edit(id, k)
		for range 2 {
			if err := d.update(u, id, e); err != nil && !errors.Is(err, connectors.ErrChanged) {
				d.Fatalf("update %s: %v", k, err)
			}
			d.wantEdited(id, e)
		}
		if err := d.update(u, nonsense, e); !errors.Is(err, connectors.ErrNotFound) {
			d.Errorf("update of a %s that does not exist = %v, want ErrNotFound", k, err)
		}
	}
}

// wantEdited wants the fields of the edit as it says and all others as they were.
func (d *targetRun) wantEdited(id string, e connectors.Edit) {
	d.Helper()
	got, err := d.read(e.Record.Kind, id)
	if err != nil {
		d.Fatalf("read %s: %v", e.Record.Kind, err)
	}
	want := d.shown(e.Record)
	for v, g := range helpdesk.Pairs(&want, &got) {
		if e.Has(v.Path()) && !sameValue(v, g) {
			d.Errorf("%s %s was updated, and %s", got.Kind, v.Path(), difference(v, g))
		}
	}
	for v, g := range helpdesk.Pairs(&e.Was, &got) {
		if d.profile.Of(v.Name()).Keeps() && v.Field.Class != helpdesk.ClassTime && !e.Has(v.Path()) && !sameValue(v, g) {
			d.Errorf("%s %s was not to be updated, and %s", got.Kind, v.Path(), difference(v, g))
		}
	}
}

// targetYields updates a record twice from the same reading, as if somebody else
// had been first. A help desk that lets it tell refuses the second; one that does
// not is noted.
func targetYields(d *targetRun) {
	u, can := d.Target.(connectors.Updater)
	if !can || !d.has(helpdesk.KindTicket) {
		notClaimed(d, "Updater: what stands in the target is never changed")
		return
	}
	d.define()
	id := d.create(d.draft(helpdesk.KindTicket))
	agents := d.edit(id, helpdesk.KindTicket)
	ours := agents
	ours.Record = d.draft(helpdesk.KindTicket).Record
	if err := d.update(u, id, agents); err != nil {
		d.Fatalf("update: %v", err)
	}
	switch err := d.update(u, id, ours); {
	case err == nil:
		untested(d, "the help desk does not tell that somebody was first")
	case !errors.Is(err, connectors.ErrChanged):
		d.Errorf("update of what somebody changed meanwhile = %v, want ErrChanged", err)
	default:
		d.wantEdited(id, agents)
	}
}
