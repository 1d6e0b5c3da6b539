package freshdesk_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

func text(n int64) string { return strconv.FormatInt(n, 10) }

func number(key string) int64 {
	n, _ := strconv.ParseInt(key, 10, 64)
	return n
}

func at[T any](v T) *T { return &v }

var longAgo = time.Date(2020, 1, 5, 12, 0, 0, 0, time.UTC)

// A fixture is an account, and what is to be read of it.
type fixture struct {
	*simulated.Desk
	want map[helpdesk.Kind]map[string]helpdesk.Record
	made int
}

func newFixture(n int) *fixture {
	f := &fixture{Desk: simulated.New(simulated.Options{}), want: map[helpdesk.Kind]map[string]helpdesk.Record{}}
	for _, k := range helpdesk.Kinds() {
		f.want[k] = map[string]helpdesk.Record{}
	}
	f.AddField("ticket", "Canary product", "custom_dropdown", "Canary LX-5", "Canary LX-6")
	f.expectAccount()
	for range n {
		for _, k := range []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket} {
			f.make(k)
			f.Advance(300 * time.Millisecond) // some within the same second, some not
		}
	}
	return f
}

// expectAccount expects what is there of itself, as the account tells it.
func (f *fixture) expectAccount() {
	agents, groups, fields := f.Agents(), f.Groups(), f.Fields("ticket")
	f.expect(helpdesk.KindPerson, text(agents[0].ID), func(r *helpdesk.Record) {
		*r.Person = helpdesk.Person{Name: "Migration", Role: helpdesk.RoleAgent, Emails: []string{"migration@example.test"}, Created: agents[0].Created, Updated: agents[0].Updated}
	})
	f.expect(helpdesk.KindGroup, text(groups[0].ID), func(r *helpdesk.Record) { *r.Group = helpdesk.Group{Name: "Support"} })
	f.expect(helpdesk.KindDefinition, "ticket/"+text(fields[len(fields)-1].ID), func(r *helpdesk.Record) {
		*r.Definition = helpdesk.Definition{Title: "Canary product", Scope: "ticket", Type: "dropdown", Options: []string{"Canary LX-5", "Canary LX-6"}}
	})
}

func (f *fixture) expect(k helpdesk.Kind, key string, fill func(*helpdesk.Record)) helpdesk.Record {
	r := helpdesk.New(k, key)
	fill(&r)
	f.want[k][key] = r
	return r
}

func (f *fixture) all() (list []helpdesk.Record) {
	for _, k := range helpdesk.Kinds() {
		for _, r := range f.want[k] {
			list = append(list, r)
		}
	}
	return list
}

// some is the key of a record of the kind, or of somebody who is gone.
func (f *fixture) some(k helpdesk.Kind) string {
	keys := []string{"424242"}
	for key := range f.want[k] {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return int(number(b) - number(a)) })
	return keys[0]
}

func (f *fixture) make(k helpdesk.Kind) helpdesk.Record {
	f.made++
	n := f.made
	switch k {
	case helpdesk.KindDefinition:
		label := fmt.Sprintf("Canary field %d", n)
		field := f.AddField("contact", label, "custom_text")
		return f.expect(k, "person/"+text(field.ID), func(r *helpdesk.Record) {
			*r.Definition = helpdesk.Definition{Title: label, Scope: "person", Type: "text"}
		})
	case helpdesk.KindGroup:
		name := fmt.Sprintf("Canary group %d", n)
		return f.expect(k, text(f.AddGroup(name, "A canary.")), func(r *helpdesk.Record) { *r.Group = helpdesk.Group{Name: name, Description: "A canary."} })
	case helpdesk.KindOrganization:
		name := fmt.Sprintf("Canary & Sons %d", n)
		key := f.AddCompany(simulated.Company{Name: name, Domains: []string{"canary.example.test"}, Note: at("They keep a canary."), Created: longAgo, Updated: longAgo})
		return f.expect(k, text(key), func(r *helpdesk.Record) {
			*r.Organization = helpdesk.Organization{Name: name, Domains: []string{"canary.example.test"}, Notes: "They keep a canary.", Created: longAgo, Updated: longAgo}
		})
	case helpdesk.KindPerson:
		return f.makePerson(n)
	}
	return f.makeTicket(n)
}

func (f *fixture) makePerson(n int) helpdesk.Record {
	name, first, second := fmt.Sprintf("Jane Canary %d", n), fmt.Sprintf("canary%d@example.test", n), fmt.Sprintf("canary%d.b@example.test", n)
	company := f.some(helpdesk.KindOrganization)
	now := f.Now().Truncate(time.Second)
	key := f.AddContact(simulated.Contact{Name: name, Email: &first, OtherEmails: []string{second}, Phone: at("+49 30 5550001"), Address: at("Canary Lane 5"),
		Description: at("Keeps a canary."), Language: "de", TimeZone: "Berlin", Tags: []string{"vip"}, Company: at(number(company)), Created: longAgo, Updated: now})
	return f.expect(helpdesk.KindPerson, text(key), func(r *helpdesk.Record) {
		*r.Person = helpdesk.Person{Name: name, Role: helpdesk.RoleContact, Emails: []string{first, second}, Phones: []string{"+49 30 5550001"}, Address: "Canary Lane 5",
			Notes: "Keeps a canary.", Locale: "de", TimeZone: "Berlin", Tags: []string{"vip"}, Organizations: []string{company}, Created: longAgo, Updated: now}
	})
}

func (f *fixture) makeTicket(n int) helpdesk.Record {
	requester, group := f.some(helpdesk.KindPerson), f.some(helpdesk.KindGroup)
	file := conformance.Files[0]
	subject := fmt.Sprintf("The canary %d is silent", n)
	key := f.AddTicket(simulated.Ticket{Subject: subject, Description: "<p>It is silent, the canary.</p>", Status: 6, Priority: 3, Source: 1, Type: at("Incident"),
		Requester: number(requester), Responder: at(int64(4242)), Group: at(number(group)), Copied: []string{"Canary <canary.cc@example.test>"}, Tags: []string{"song"},
		CustomFields: map[string]any{"cf_canary_product": "Canary LX-5"}, Due: longAgo.Add(time.Hour), Created: longAgo}, simulated.Stats{Resolved: at(longAgo.Add(time.Minute))})
	attached := f.Attach(key, file.Name, file.Type, file.Content)
	note := f.Say(key, simulated.Conversation{Body: "<b>Sing, canary!</b>", User: 4242, Private: true, Created: longAgo})
	return f.expect(helpdesk.KindTicket, text(key), func(r *helpdesk.Record) {
		*r.Ticket = helpdesk.Ticket{Number: text(key), Subject: subject, Status: "Waiting on supplier", Category: helpdesk.StatusOpen, Priority: "High", Type: "Incident",
			Channel: "email", Requester: requester, Assignee: "4242", Group: group, Tags: []string{"song"}, Created: longAgo, Updated: f.updated(key),
			Due: longAgo.Add(time.Hour), Solved: longAgo.Add(time.Minute), Custom: []helpdesk.CustomValue{{Name: "Canary product", Values: []string{"Canary LX-5"}}},
			Participants: []helpdesk.Participant{{Role: "cc", Email: "canary.cc@example.test"}},
			Comments: []helpdesk.Comment{
				{Key: connectors.OpeningKey, Author: requester, Visibility: "public", Channel: "email", Format: "html", Body: "<p>It is silent, the canary.</p>", Created: longAgo,
					Attachments: []helpdesk.Attachment{{Key: text(attached), Name: file.Name, ContentType: file.Type, Size: int64(len(file.Content)), SHA256: digest(file.Content)}}},
				{Key: text(note), Author: "4242", Visibility: "private", Format: "html", Body: "<b>Sing, canary!</b>", Created: longAgo}}}
	})
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// updated is when a ticket or a contact changed, as the account knows it.
func (f *fixture) updated(key int64) (at time.Time) {
	tickets, _ := f.Tickets()
	for _, t := range tickets {
		if t.ID == key {
			at = t.Updated
		}
	}
	for _, c := range f.Contacts() {
		if c.ID == key {
			at = c.Updated
		}
	}
	return at
}

// edit changes a record as an agent would.
func (f *fixture) edit(_ testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
	defer f.Advance(2 * time.Second) // the source waits for seconds that are not over
	r, n := f.want[k][key], number(key)
	switch k {
	case helpdesk.KindGroup:
		g := *r.Group
		g.Name += ", edited"
		f.EditOther(n, nil, func(x *simulated.Group) { x.Name = g.Name })
		r.Group = &g
	case helpdesk.KindOrganization:
		o := *r.Organization
		o.Notes += " Edited."
		f.EditOther(n, func(x *simulated.Company) { x.Note = &o.Notes }, nil)
		for _, c := range f.Companies() {
			if c.ID == n {
				o.Updated = c.Updated
			}
		}
		r.Organization = &o
	case helpdesk.KindPerson:
		p := *r.Person
		if p.Role == helpdesk.RoleContact {
			p.Name = "A" + p.Name // moves in the list
			f.EditContact(n, func(x *simulated.Contact) { x.Name = p.Name })
			p.Updated = f.updated(n)
		}
		r.Person = &p
	case helpdesk.KindTicket:
		t := *r.Ticket
		t.Subject += ", edited"
		f.Edit(n, func(x *simulated.Ticket) { x.Subject = t.Subject })
		t.Updated = f.updated(n)
		r.Ticket = &t
	}
	f.want[k][key] = r
	return r
}

func (f *fixture) create(_ testing.TB, k helpdesk.Kind) helpdesk.Record { return f.make(k) }

func (f *fixture) delete(_ testing.TB, k helpdesk.Kind, key string) {
	delete(f.want[k], key)
	if k == helpdesk.KindDefinition {
		for i, c := range key {
			if c == '/' {
				key = key[i+1:]
				break
			}
		}
	}
	f.Delete(number(key))
}
