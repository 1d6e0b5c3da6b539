package memory

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// threaded is a target that takes comments one by one.
type threaded struct{ *target }

// Append adds the comment behind those that the ticket has.
func (t *threaded) Append(ctx context.Context, ticket string, c helpdesk.Comment, open connectors.OpenFunc) (id string, err error) {
	part := helpdesk.New(helpdesk.KindTicket, "") // a ticket of this one comment
	part.Ticket.Comments = []helpdesk.Comment{c}
	u := send(ctx, connectors.Draft{Record: part, Open: open})
	err = t.desk.do(ctx, Operation{Name: OpAppend, Kind: helpdesk.KindTicket, ID: ticket}, func() (err error) {
		id, err = t.desk.append(ticket, u)
		return err
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

func (d *Desk) append(ticket string, u upload) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u.err != nil {
		return "", u.err
	}
	e := d.find(helpdesk.KindTicket, ticket)
	if e == nil {
		return "", fmt.Errorf("memory: append: %w", connectors.ErrNotFound)
	}
	if err := d.acceptComment(u.record); err != nil {
		return "", err
	}
	d.mould(&u.record)
	d.keep(&u.record, u.files)
	c := u.record.Ticket.Comments[0]
	if d.options.Reopening {
		e.record.Ticket.Status = d.firstStatus()
	}
	e.record.Ticket.Comments = append(e.record.Ticket.Comments, c)
	d.touch(e)
	return c.Key, nil
}

// acceptComment is accept for the parts of a ticket.
func (d *Desk) acceptComment(r helpdesk.Record) error {
	for v := range r.Values() {
		if strings.HasPrefix(v.Field.Name, "ticket.") {
			continue
		}
		if err := d.acceptValue(v); err != nil {
			return err
		}
	}
	return nil
}

// Update sets the fields of an edit, unless somebody changed one of them since the
// record was read.
func (t *threaded) Update(ctx context.Context, id string, e connectors.Edit) error {
	k := e.Record.Kind
	u := send(ctx, connectors.Draft{Record: e.Record, Open: e.Open})
	return t.desk.do(ctx, Operation{Name: OpUpdate, Kind: k, ID: id}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		return t.desk.update(k, id, e, u)
	})
}

func (d *Desk) update(k helpdesk.Kind, id string, e connectors.Edit, u upload) error {
	at := d.find(k, id)
	switch {
	case at == nil:
		return fmt.Errorf("memory: update %s: %w", k, connectors.ErrNotFound)
	case u.err != nil:
		return u.err
	}
	if err := d.accept(u.record); err != nil {
		return err
	}
	for v, was := range helpdesk.Pairs(&at.record, &e.Was) {
		if e.Has(fieldOf(v, was)) && v.Field.Class != helpdesk.ClassKey && !slices.Equal(v.Strings(), was.Strings()) {
			return fmt.Errorf("memory: update %s: %w", k, connectors.ErrChanged)
		}
	}
	d.mould(&u.record)
	r := clone(at.record)
	if e.Has("attachments") {
		d.keepFiles(&u.record, u.files)
	}
	connectors.Merge(&r, e, u.record)
	at.record = r
	d.touch(at)
	return nil
}

// fieldOf is the name by which an edit calls the field that one of two values is.
func fieldOf(a, b helpdesk.Value) string {
	if !a.Exists() {
		a = b
	}
	return connectors.FieldOf(a.Path())
}

// Link relates two tickets that stand on the desk.
func (t *target) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	return t.desk.do(ctx, Operation{Name: OpLink, Kind: helpdesk.KindTicket, ID: ticket}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		e := t.desk.find(helpdesk.KindTicket, ticket)
		if e == nil {
			return fmt.Errorf("memory: link: %w", connectors.ErrNotFound)
		}
		if t.desk.find(helpdesk.KindTicket, l.Ticket) == nil {
			return &connectors.Rejected{Reason: "unknown_reference", Field: "link.ticket"}
		}
		if !slices.Contains(e.record.Ticket.Links, l) {
			e.record.Ticket.Links = append(e.record.Ticket.Links, l)
			t.desk.touch(e)
		}
		return nil
	})
}

// Match knows people by e-mail address, groups and organizations by name.
func (t *target) Match(ctx context.Context, r helpdesk.Record) (id string, err error) {
	err = t.desk.do(ctx, Operation{Name: OpMatch, Kind: r.Kind}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		e := t.desk.match(r)
		if e == nil {
			return fmt.Errorf("memory: match %s: %w", r.Kind, connectors.ErrNotFound)
		}
		id = e.record.Key
		return nil
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

func (d *Desk) match(r helpdesk.Record) *entry {
	if r.Person != nil {
		return d.byEmail(r.Person.Emails)
	}
	name := name(r)
	for _, e := range d.list(r.Kind) {
		if name != "" && strings.EqualFold(name, nameOf(e)) {
			return e
		}
	}
	return nil
}

func nameOf(e *entry) string { return name(e.record) }

func name(r helpdesk.Record) string {
	switch {
	case r.Group != nil:
		return r.Group.Name
	case r.Organization != nil:
		return r.Organization.Name
	}
	return ""
}

// Census lists the marked as they are when it starts.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		var all []connectors.Marked
		err := t.desk.do(ctx, Operation{Name: OpCensus, Kind: k, Marker: prefix}, func() error {
			t.desk.mu.Lock()
			defer t.desk.mu.Unlock()
			all = t.desk.marked(k, prefix)
			return nil
		})
		if err != nil {
			yield(connectors.Marked{}, err)
			return
		}
		for _, m := range all {
			if !yield(m, nil) {
				return
			}
		}
	}
}

func (d *Desk) marked(k helpdesk.Kind, prefix string) []connectors.Marked {
	var all []connectors.Marked
	for _, e := range d.list(k) {
		if e.marker != "" && strings.HasPrefix(e.marker, prefix) {
			all = append(all, connectors.Marked{ID: e.record.Key, Marker: e.marker})
		}
	}
	return all
}

// Erase gives a person who is there another name and address, and nothing else.
func (t *target) Erase(ctx context.Context, id string, as helpdesk.Record) error {
	return t.desk.do(ctx, Operation{Name: OpUpdate, Kind: helpdesk.KindPerson}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		e := t.desk.shelves[helpdesk.KindPerson][id]
		if e == nil {
			return fmt.Errorf("memory: erase person: %w", connectors.ErrNotFound)
		}
		e.record.Person = &helpdesk.Person{Name: as.Person.Name, Emails: slices.Clone(as.Person.Emails), Role: as.Person.Role}
		t.desk.touch(e)
		return nil
	})
}

// Remove does to the records what Options.Removal says.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) (done []connectors.Removal, err error) {
	err = t.desk.do(ctx, Operation{Name: OpRemove, Kind: k}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		for _, id := range ids {
			done = append(done, t.desk.remove(k, id))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

func (d *Desk) remove(k helpdesk.Kind, id string) connectors.Removal {
	e := d.find(k, id)
	if e == nil {
		return connectors.Removed
	}
	switch d.options.Removal {
	case connectors.Disabled:
		e.hidden = true
	case connectors.Removed:
		for _, a := range attachments(&e.record) {
			delete(d.files, a.Locator)
		}
		delete(d.shelves[k], id)
	}
	return d.options.Removal
}
