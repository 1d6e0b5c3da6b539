package sample

import (
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A cast is who takes part in an account.
type cast struct {
	organizations    []helpdesk.Record
	agents, contacts []helpdesk.Record
	domains          map[string]string // of organizations
}

// begin is when the account starts, asOf when it was exported.
var (
	begin = time.Date(2023, 1, 9, 0, 0, 0, 0, time.UTC)
	asOf  = time.Date(2025, 9, 1, 12, 0, 0, 0, time.UTC)
)

// newCast reads the people: all agents, and the first contacts with those that
// are needed.
func newCast(contacts int, needed map[string]bool) *cast {
	c := &cast{domains: map[string]string{}}
	for _, row := range readRows("text/organizations.txt", 6) {
		c.domains[row[0]] = row[2]
		c.organizations = append(c.organizations, organization(row))
	}
	for _, row := range readRows("text/people.txt", 8) {
		switch {
		case row[2] == helpdesk.RoleAgent:
			c.agents = append(c.agents, c.person(row))
		case len(c.contacts) < contacts || needed[row[0]]:
			c.contacts = append(c.contacts, c.person(row))
		}
	}
	return c
}

func organization(row []string) helpdesk.Record {
	d := newDice(row[0])
	r := helpdesk.New(helpdesk.KindOrganization, row[0])
	*r.Organization = helpdesk.Organization{
		Name: row[1], Domains: []string{row[2]}, Tags: split(row[4]), Notes: row[5],
		Created: begin.AddDate(0, 0, -d.in(20, 900)).Add(8 * time.Hour),
		Updated: begin.AddDate(0, 0, d.in(1, 800)).Add(9 * time.Hour),
		Custom: []helpdesk.CustomValue{
			{Name: fieldCustomerNumber, Values: []string{(&voice{dice: d}).coded("K-%06d", "", 999_999)}}},
	}
	r.Changed = r.Organization.Updated
	return r
}

// split reads the list of a cell.
func split(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ";")
}

func (c *cast) person(row []string) helpdesk.Record {
	d := newDice(row[0])
	r := helpdesk.New(helpdesk.KindPerson, row[0])
	*r.Person = helpdesk.Person{
		Name: row[1], Emails: []string{row[0]}, Role: row[2], Locale: row[3], TimeZone: timeZones[row[3]],
		Organizations: split(row[4]), Groups: split(row[5]), Login: row[6], Notes: row[7],
		Phones:    []string{phone(d, country(row[3]))},
		Suspended: row[0] == suspendedContact,
		Created:   begin.AddDate(0, 0, -d.in(5, 700)).Add(10 * time.Hour),
		Updated:   begin.AddDate(0, 0, d.in(1, 900)).Add(11 * time.Hour),
	}
	c.details(d, r.Person)
	r.Changed = r.Person.Updated
	return r
}

// details adds what only some people have.
func (c *cast) details(d *dice, p *helpdesk.Person) {
	v := &voice{dice: d, lang: language(p.Locale), book: theBook(), facts: map[string]string{}}
	if d.chance(25) {
		p.Emails = append(p.Emails, mailbox(p.Name)+"@example.net")
	}
	if d.chance(30) {
		p.Phones = append(p.Phones, phone(d, country(p.Locale)))
	}
	if len(p.Organizations) == 0 && p.Role == helpdesk.RoleContact {
		p.Address = v.phrase("street") + ", " + v.phrase("place-of-living")
	}
	if d.chance(20) {
		p.Tags = []string{pick(d, []string{"vip", "newsletter", "no-calls"})}
	}
	if d.chance(40) {
		p.Custom = []helpdesk.CustomValue{{Name: fieldDepartment, Values: []string{v.phrase("department")}}}
	}
	if d.chance(60) {
		p.Extra = []helpdesk.ExtraValue{{Name: extraCRM, Values: []string{v.coded("CRM-%06d", "CRM-%06d", 99_999)}}}
	}
}

var timeZones = map[string]string{"de-DE": "Europe/Berlin", "de-AT": "Europe/Vienna", "de-CH": "Europe/Zurich",
	"en-GB": "Europe/London", "en-IE": "Europe/Dublin", "en-US": "America/Chicago"}

func language(locale string) string { return locale[:2] }

func country(locale string) string {
	switch {
	case language(locale) == "de":
		return "de"
	case locale == "en-US":
		return "us"
	}
	return "uk"
}

// domain is where a person's mail comes from.
func (c *cast) domain(r helpdesk.Record) string {
	_, domain, _ := strings.Cut(r.Key, "@")
	return domain
}

// find returns the person with the key, and false if nobody has it.
func (c *cast) find(key string) (helpdesk.Record, bool) {
	for _, list := range [][]helpdesk.Record{c.contacts, c.agents} {
		for _, r := range list {
			if r.Key == key {
				return r, true
			}
		}
	}
	return helpdesk.Record{}, false
}

// inGroup lists the agents of a group who speak the language; where there are
// none, all agents who speak it.
func (c *cast) inGroup(group, lang string) []helpdesk.Record {
	speaking := inLanguage(c.agents, lang)
	var in []helpdesk.Record
	for _, a := range speaking {
		if slices.Contains(a.Person.Groups, group) {
			in = append(in, a)
		}
	}
	if in == nil {
		return speaking
	}
	return in
}

// inLanguage lists the people who write in a language.
func inLanguage(people []helpdesk.Record, lang string) []helpdesk.Record {
	var in []helpdesk.Record
	for _, p := range people {
		if language(p.Person.Locale) == lang {
			in = append(in, p)
		}
	}
	return in
}
