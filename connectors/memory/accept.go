package memory

import (
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// accept says whether the desk takes a record, by its options.
func (d *Desk) accept(r helpdesk.Record) error {
	if !slices.Contains(d.options.Kinds, r.Kind) || !r.Complete() {
		return &connectors.Rejected{Reason: "unknown_kind"}
	}
	for v := range r.Values() {
		if err := d.acceptValue(v); err != nil {
			return err
		}
	}
	if d.options.UniqueEmails && d.emailTaken(r) {
		return &connectors.Rejected{Reason: "email_taken", Field: "person.emails"}
	}
	return nil
}

func (d *Desk) acceptValue(v helpdesk.Value) error {
	name := v.Field.Name
	if v.Empty() {
		if slices.Contains(d.options.Requires, name) {
			return &connectors.Rejected{Reason: "missing", Field: name}
		}
		return nil
	}
	known, closed := d.options.Vocabulary[name]
	for _, s := range v.Strings() {
		if closed && !slices.Contains(known, s) {
			return &connectors.Rejected{Reason: "unknown_value", Field: name}
		}
		if v.Field.Class == helpdesk.ClassReference && d.find(v.Field.Refers, s) == nil {
			return &connectors.Rejected{Reason: "unknown_reference", Field: name}
		}
	}
	return nil
}

func (d *Desk) emailTaken(r helpdesk.Record) bool {
	return r.Person != nil && d.byEmail(r.Person.Emails) != nil
}

// byEmail returns the person who has one of the addresses, whatever their case.
func (d *Desk) byEmail(addresses []string) *entry {
	for _, e := range d.list(helpdesk.KindPerson) {
		for _, has := range e.record.Person.Emails {
			if slices.ContainsFunc(addresses, func(a string) bool { return strings.EqualFold(a, has) }) {
				return e
			}
		}
	}
	return nil
}

// store keeps an accepted record in the desk's own way and returns its id.
func (d *Desk) store(u upload) string {
	r := u.record
	if d.options.Threaded && r.Ticket != nil {
		d.open(&r)
	}
	d.mould(&r)
	d.keep(&r, u.files)
	if d.options.Reopening && r.Ticket != nil && len(r.Ticket.Comments) > 0 {
		r.Ticket.Comments[0].Key = connectors.OpeningKey
	}
	return d.put(r, u.marker).record.Key
}

// open leaves a new ticket what it opens with.
func (d *Desk) open(r *helpdesk.Record) {
	opening := connectors.Opening(r.Ticket)
	r.Ticket.Comments = nil
	if d.options.Reopening {
		r.Ticket.Status = d.firstStatus()
		if opening != nil {
			r.Ticket.Comments = []helpdesk.Comment{*opening}
		}
	}
}

// mould drops what the desk does not keep and normalises the rest.
func (d *Desk) mould(r *helpdesk.Record) {
	if d.options.Reopening {
		*r = inMarkup(*r)
	}
	for v := range r.Values() {
		if slices.Contains(d.options.Lossy, v.Field.Name) {
			_ = v.Set(nil) // to empty a field never fails
		} else if d.options.Normalise && isText(v.Field.Class) && !v.Empty() {
			_ = v.Set(normalised(v.Strings()))
		}
	}
}

func isText(c helpdesk.Class) bool { return c == helpdesk.ClassText || c == helpdesk.ClassHTML }

func normalised(texts []string) []string {
	var all []string
	for _, s := range texts {
		all = append(all, strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), " \t\n"))
	}
	return all
}

// keep gives the record's parts ids of the desk and stores its files.
func (d *Desk) keep(r *helpdesk.Record, files [][]byte) {
	if t := r.Ticket; t != nil {
		for i := range t.Comments {
			t.Comments[i].Key = d.nextID()
		}
		for i := range t.TimeEntries {
			t.TimeEntries[i].Key = d.nextID()
		}
	}
	d.keepFiles(r, files)
}

// keepFiles stores the files of a record, in the order of its attachments.
func (d *Desk) keepFiles(r *helpdesk.Record, files [][]byte) {
	for _, a := range attachments(r) {
		a.Blob = nil
		if a.LeftOut != "" {
			a.Key, a.Locator = d.nextID(), ""
			continue
		}
		*a = d.attach(*a, files[0])
		files = files[1:]
	}
}
