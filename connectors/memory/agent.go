package memory

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Add puts records on the desk as its agents would have, without a marker. It
// returns their ids: the records' own keys, or new numbers where those are empty
// or taken.
func (d *Desk) Add(records ...helpdesk.Record) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []string
	for _, r := range records {
		ids = append(ids, d.put(clone(r), "").record.Key)
	}
	return ids
}

// AddWithFiles is Add for records with attachments, whose bytes open gives.
func (d *Desk) AddWithFiles(open connectors.OpenFunc, records ...helpdesk.Record) ([]string, error) {
	var ids []string
	for _, r := range records {
		u := send(context.Background(), connectors.Draft{Record: r, Open: open})
		if u.err != nil {
			return ids, u.err
		}
		u.record.Key = r.Key
		ids = append(ids, d.addUpload(u))
	}
	return ids, nil
}

func (d *Desk) addUpload(u upload) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keepFiles(&u.record, u.files)
	return d.put(u.record, "").record.Key
}

// File stores bytes and returns an attachment that stands for them. As with
// most platforms its digest is not known before somebody reads them.
func (d *Desk) File(name string, content []byte) helpdesk.Attachment {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.attach(helpdesk.Attachment{Name: name}, content)
}

// attach stores the bytes of an attachment under a new id.
func (d *Desk) attach(a helpdesk.Attachment, content []byte) helpdesk.Attachment {
	a.Key = d.nextID()
	a.Locator = "file-" + a.Key
	a.Size = int64(len(content))
	d.files[a.Locator] = bytes.Clone(content)
	return a
}

// Edit changes a record as an agent would. It panics if there is none: a test
// that edits nothing tests nothing.
func (d *Desk) Edit(k helpdesk.Kind, id string, change func(*helpdesk.Record)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.find(k, id)
	if e == nil {
		panic(fmt.Sprintf("memory: no %s %q to edit", k, id))
	}
	r := clone(e.record) // pages that were read keep what they had
	change(&r)
	e.record = r
	d.touch(e)
}

// Reply adds a public comment to a ticket and returns its id.
func (d *Desk) Reply(ticket, body string) (id string) {
	d.Edit(helpdesk.KindTicket, ticket, func(r *helpdesk.Record) {
		id = d.nextID()
		r.Ticket.Comments = append(r.Ticket.Comments, helpdesk.Comment{
			Key: id, Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatText,
			Body: body, Created: d.now,
		})
	})
	return id
}

// SetStatus gives a ticket another status.
func (d *Desk) SetStatus(ticket, status string) {
	d.Edit(helpdesk.KindTicket, ticket, func(r *helpdesk.Record) { r.Ticket.Status = status })
}

// Delete removes a record for good, whatever Options.Removal says, and leaves
// references to it as they are.
func (d *Desk) Delete(k helpdesk.Kind, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bury(k, id, "")
}

// Merge makes one ticket part of another, or two people one: the comments go over,
// tickets that name the one name the other from then on, and the one is gone.
func (d *Desk) Merge(k helpdesk.Kind, loser, survivor string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	from, to := d.find(k, loser), d.find(k, survivor)
	if from == nil || to == nil || loser == survivor {
		panic(fmt.Sprintf("memory: no two of %s to merge", k))
	}
	if k == helpdesk.KindTicket {
		r := clone(to.record)
		r.Ticket.Comments = append(r.Ticket.Comments, clone(from.record).Ticket.Comments...)
		to.record = r
		d.touch(to)
	}
	for _, e := range d.list(helpdesk.KindTicket) {
		d.rename(e, k, loser, survivor)
	}
	d.bury(k, loser, survivor)
}

// rename has a ticket name another record than before.
func (d *Desk) rename(e *entry, k helpdesk.Kind, from, to string) {
	r, changed := clone(e.record), false
	for v := range r.Values() {
		if v.Field.Refers != k {
			continue
		}
		names := v.Strings()
		for i := range names {
			if names[i] == from {
				names, changed = slices.Clone(names), true
				names[i] = to
			}
		}
		_ = v.Set(names) // a reference takes any key
	}
	if changed {
		e.record = r
		d.touch(e)
	}
}

// Get returns a copy of a record, and whether there is one.
func (d *Desk) Get(k helpdesk.Kind, id string) (helpdesk.Record, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.find(k, id)
	if e == nil {
		return helpdesk.Record{}, false
	}
	return clone(e.record), true
}

// Records returns copies of the records of kind k, first come first.
func (d *Desk) Records(k helpdesk.Kind) []helpdesk.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []helpdesk.Record
	for _, e := range d.list(k) {
		all = append(all, clone(e.record))
	}
	return all
}

// Last returns the text of a ticket's last comment.
func (d *Desk) Last(ticket string) string {
	r, ok := d.Get(helpdesk.KindTicket, ticket)
	if !ok || len(r.Ticket.Comments) == 0 {
		return ""
	}
	return r.Ticket.Comments[len(r.Ticket.Comments)-1].Body
}

// Marker returns the marker that a record carries.
func (d *Desk) Marker(k helpdesk.Kind, id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.shelves[k][id]; e != nil {
		return e.marker
	}
	return ""
}

// IDs returns the ids of the records of kind k, first come first.
func (d *Desk) IDs(k helpdesk.Kind) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var ids []string
	for _, e := range d.list(k) {
		ids = append(ids, e.record.Key)
	}
	return slices.Clip(ids)
}
