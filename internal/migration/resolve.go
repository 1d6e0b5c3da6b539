package migration

import (
	"context"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A reference of a clean record is a ref; the target wants its own ids. resolve
// looks them up for a batch of items and puts placeholders where a person is
// missing.
func (w *worker) resolve(ctx context.Context, items []*item) error {
	for _, it := range items {
		if err := w.require(&it.record); err != nil {
			return err
		}
	}
	ids, err := w.lookUp(ctx, items)
	if err != nil {
		return err
	}
	if missing := missingPeople(items, ids); len(missing) > 0 {
		if err := w.placeholders(ctx, missing); err != nil {
			return err
		}
		if ids, err = w.lookUp(ctx, items); err != nil {
			return err
		}
	}
	for _, it := range items {
		it.record = copyOf(it.record)
		if _, err := ids.apply(&it.record); err != nil {
			return err
		}
	}
	return nil
}

// noRequester is the source key that stands for nobody: one placeholder serves
// every record that has to name somebody.
const noRequester = "placeholder:nobody"

// require fills references that the target insists on and the source lacks.
func (w *worker) require(r *helpdesk.Record) error {
	for v := range r.Values() {
		if v.Field.Class == helpdesk.ClassReference && v.Empty() && v.Exists() && slices.Contains(w.profile.Requires, v.Field.Name) {
			if err := v.Set([]string{w.index.Ref(string(v.Field.Refers), noRequester)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// A lookup maps refs to ids of the target, by kind; a ref that is not in it has
// no record there.
type lookup map[helpdesk.Kind]map[string]string

func (w *worker) lookUp(ctx context.Context, items []*item) (lookup, error) {
	records := make([]*helpdesk.Record, len(items))
	for i, it := range items {
		records[i] = &it.record
	}
	return w.Standing.lookUp(ctx, w.ledger, records)
}

func referencesOf(records []*helpdesk.Record) map[helpdesk.Kind][]string {
	refs := map[helpdesk.Kind][]string{}
	for _, r := range records {
		for v := range r.Values() {
			if v.Field.Class == helpdesk.ClassReference {
				refs[v.Field.Refers] = append(refs[v.Field.Refers], v.Strings()...)
			}
		}
	}
	for k := range refs {
		slices.Sort(refs[k])
		refs[k] = slices.Compact(refs[k])
	}
	return refs
}

// apply replaces the refs of a record by ids and returns the paths of references
// that lead nowhere; these are left empty, and a link that leads nowhere is
// left out.
func (ids lookup) apply(r *helpdesk.Record) (dangling []string, err error) {
	for v := range r.Values() {
		if v.Field.Class != helpdesk.ClassReference || v.Empty() {
			continue
		}
		var found []string
		for _, ref := range v.Strings() {
			if id, ok := ids[v.Field.Refers][ref]; ok {
				found = append(found, id)
			} else {
				dangling = append(dangling, v.Path())
			}
		}
		if err := v.Set(found); err != nil {
			return nil, err
		}
	}
	if t := r.Ticket; t != nil {
		t.Links = slices.DeleteFunc(t.Links, func(l helpdesk.Link) bool { return l.Ticket == "" })
		slices.SortFunc(t.Links, func(a, b helpdesk.Link) int {
			return strings.Compare(a.Type+"\x00"+a.Ticket, b.Type+"\x00"+b.Ticket)
		})
	}
	return dangling, nil
}

// missingPeople lists, sorted, the refs of people who are not in the target.
func missingPeople(items []*item, ids lookup) []string {
	var missing []string
	for _, it := range items {
		for v := range it.record.Values() {
			if v.Field.Refers != helpdesk.KindPerson {
				continue
			}
			for _, ref := range v.Strings() {
				if _, ok := ids[helpdesk.KindPerson][ref]; !ok {
					missing = append(missing, ref)
				}
			}
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}

// placeholders creates a stand-in for each person that records refer to and the
// target does not have: deleted in the source, left out or quarantined. The
// stand-in takes the person's ref, so it is the same one in every run.
func (w *worker) placeholders(ctx context.Context, refs []string) error {
	entries, err := w.ledger.Entries(ctx, helpdesk.KindPerson, refs...)
	if err != nil {
		return ofStorage("read entries", err)
	}
	var todo []*item
	for i := range entries {
		e := &entries[i]
		if e.InTarget() {
			continue
		}
		w.suspect(e)
		e.Placeholder, e.Rules, e.Seen = true, w.rules, w.run.ID
		todo = append(todo, &item{entry: e, record: placeholder(e.Ref, w.index.Marker(e.Ref))})
	}
	if todo, err = w.probe(ctx, todo); err != nil {
		return err
	}
	return w.create(ctx, todo)
}

// placeholder is a person by a name that says so, with an address on a domain
// that can't exist (RFC 6761, 6.4).
func placeholder(ref, marker string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, ref)
	short := marker[max(0, len(marker)-8):]
	*r.Person = helpdesk.Person{
		Name:   "Former user " + strings.ToUpper(short[:4]),
		Emails: []string{"former-user-" + short + "@placeholder.invalid"},
		Role:   helpdesk.RoleContact,
	}
	return r
}

// copyOf copies a record so deeply that references, links and comments of the
// copy can be replaced.
func copyOf(r helpdesk.Record) helpdesk.Record {
	switch {
	case r.Ticket != nil:
		t := *r.Ticket
		t.Participants, t.Links = slices.Clone(t.Participants), slices.Clone(t.Links)
		t.Comments, t.TimeEntries = slices.Clone(t.Comments), slices.Clone(t.TimeEntries)
		r.Ticket = &t
	case r.Person != nil:
		p := *r.Person
		r.Person = &p
	case r.Article != nil:
		a := *r.Article
		r.Article = &a
	}
	return r
}
