package freshdesk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// What agents and administrators do in the browser. No limit of the API counts it.

// AddField defines a custom field of tickets, contacts or companies.
func (d *Desk) AddField(of, label, kind string, choices ...any) *Field {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := &Field{ID: d.id(), Name: "cf_" + strings.ReplaceAll(strings.ToLower(label), " ", "_"), Label: label, Type: kind}
	if of != "ticket" {
		f.Name = strings.TrimPrefix(f.Name, "cf_")
	}
	if len(choices) > 0 {
		f.Choices = choices
	}
	d.fields[of] = append(d.fields[of], f)
	return f
}

// AddAgent gives somebody a seat.
func (d *Desk) AddAgent(name, email string) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := &Agent{ID: d.id(), Groups: []int64{}, Created: second(d.Now()), Updated: second(d.Now())}
	a.Contact.Name, a.Contact.Email = name, email
	d.agents[a.ID] = a
	return a.ID
}

// AddGroup makes a group.
func (d *Desk) AddGroup(name, description string) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := &Group{ID: d.id(), Name: name, Description: &description, Created: second(d.Now()), Updated: second(d.Now())}
	d.groups[g.ID] = g
	return g.ID
}

// AddCompany, AddContact and AddTicket put a record there as it is; what it does not
// say happens now.
func (d *Desk) AddCompany(c Company) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.ID = d.id()
	d.dated(&c.Created, &c.Updated)
	d.companies[c.ID] = &c
	return c.ID
}

func (d *Desk) AddContact(c Contact) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.ID = d.id()
	d.dated(&c.Created, &c.Updated)
	d.contacts[c.ID] = &c
	return c.ID
}

func (d *Desk) AddTicket(t Ticket, stats Stats) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	t.ID, t.stats = d.nextTicket(), stats
	d.dated(&t.Created, &t.Updated)
	if t.CustomFields == nil {
		t.CustomFields = map[string]any{}
	}
	d.tickets[t.ID] = &t
	return t.ID
}

func (d *Desk) dated(all ...*time.Time) {
	for _, at := range all {
		if at.IsZero() {
			*at = d.Now()
		}
	}
}

// Attach gives a ticket a file.
func (d *Desk) Attach(ticket int64, name, kind string, content []byte) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	files, _, _ := d.keep([]upload{{name, kind, content}})
	t := d.tickets[ticket]
	t.Attachments = append(t.Attachments, files...)
	return files[0].ID
}

// Say adds a conversation to a ticket, now unless it says when.
func (d *Desk) Say(ticket int64, c Conversation) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tickets[ticket]
	if t == nil || t.Deleted {
		return 0
	}
	c.ID, c.Ticket = d.id(), ticket
	d.dated(&c.Created, &c.Updated)
	c.Text = stripped(c.Body)
	d.said(t, &c)
	return c.ID
}

// Edit changes a ticket.
func (d *Desk) Edit(ticket int64, change func(*Ticket)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.tickets[ticket]; t != nil && !t.Deleted {
		change(t)
		t.Updated = d.Now()
	}
}

// EditContact changes a contact.
func (d *Desk) EditContact(contact int64, change func(*Contact)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.contacts[contact]; c != nil && !c.Deleted {
		change(c)
		c.Updated = d.Now()
	}
}

// EditOther changes a company or a group.
func (d *Desk) EditOther(id int64, company func(*Company), group func(*Group)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.companies[id]; c != nil {
		company(c)
		c.Updated = d.Now()
	}
	if g := d.groups[id]; g != nil {
		group(g)
		g.Updated = d.Now()
	}
}

// Delete puts a ticket or a contact into the trash, and takes anything else away.
func (d *Desk) Delete(id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.tickets[id] != nil:
		d.tickets[id].Deleted, d.tickets[id].Updated = true, d.Now()
	case d.contacts[id] != nil:
		d.contacts[id].Deleted, d.contacts[id].Updated = true, d.Now()
	}
	for of, all := range d.fields {
		d.fields[of] = slices.DeleteFunc(all, func(f *Field) bool { return f.ID == id })
	}
	delete(d.companies, id)
	delete(d.groups, id)
	delete(d.agents, id)
}

// Tickets are those that are there, in the order of their ids, each with what was
// said on it.
func (d *Desk) Tickets() (all []Ticket, said [][]Conversation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range sorted(d.tickets) {
		if t.Deleted {
			continue
		}
		all = append(all, *t)
		var list []Conversation
		for _, c := range t.conversations {
			list = append(list, *c)
		}
		said = append(said, list)
	}
	return all, said
}

// Contacts are those that are there.
func (d *Desk) Contacts() (all []Contact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range sorted(d.contacts) {
		if !c.Deleted {
			all = append(all, *c)
		}
	}
	return all
}

// Agents, Groups, Companies and Fields are those that are there.
func (d *Desk) Agents() []Agent      { return copies(d, d.agents) }
func (d *Desk) Groups() []Group      { return copies(d, d.groups) }
func (d *Desk) Companies() []Company { return copies(d, d.companies) }

func copies[T any](d *Desk, all map[int64]*T) (list []T) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range sorted(all) {
		list = append(list, *x)
	}
	return list
}

// Fields are those of tickets, contacts or companies.
func (d *Desk) Fields(of string) (list []Field) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.fields[of] {
		list = append(list, *f)
	}
	return list
}

// Busy lets an agent do one thing, by chance, and says what.
func (d *Desk) Busy(chance *rand.Rand) string {
	tickets, _ := d.Tickets()
	people := d.Contacts()
	if len(tickets) == 0 || len(people) == 0 {
		return "nothing"
	}
	ticket, who := tickets[chance.IntN(len(tickets))].ID, people[chance.IntN(len(people))].ID
	switch n := chance.IntN(100); {
	case n < 40:
		d.Say(ticket, Conversation{Body: fmt.Sprintf("An answer, number %d.", chance.IntN(1e6)), User: who})
		return "reply"
	case n < 70:
		d.Edit(ticket, func(t *Ticket) { t.Status = 2 + chance.IntN(4) })
		return "status"
	case n < 80:
		d.AddTicket(Ticket{Subject: fmt.Sprintf("New %d", chance.IntN(1e6)), Description: "<p>It came in.</p>", Status: 2, Requester: who}, Stats{})
		return "new"
	case n < 90:
		d.EditContact(who, func(c *Contact) { c.Name = fmt.Sprintf("%c Jane %d", 'A'+rune(chance.IntN(26)), chance.IntN(1e6)) })
		return "person"
	case n < 94:
		d.AddContact(Contact{Name: fmt.Sprintf("%c John", 'A'+rune(chance.IntN(26)))})
		return "new person"
	case n < 97:
		d.Delete(who)
		return "delete person"
	}
	d.Delete(ticket)
	return "delete"
}
