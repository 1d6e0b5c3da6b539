package sample

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A desk is an account in the making.
type desk struct {
	scale scale
	book  *book
	cast  *cast
	files map[string][]byte
}

// A scale says how big an account gets.
type scale struct {
	ordinary int // tickets without an oddity
	contacts int
	thread   int // comments of the longest thread
	body     int // bytes of the longest comment
	file     int // bytes of the biggest attachment

	longEvery  int // so many keys apart, an ordinary ticket is as long as the longest; 0: none
	enclosures int // files that each ordinary ticket has besides what its scenario asks for
}

// A draft is a ticket in the making.
type draft struct {
	desk      *desk
	scenario  *scenario
	voice     *voice
	key       string
	ticket    *helpdesk.Ticket
	requester helpdesk.Record // its Person is nil if nobody asked
	agent     helpdesk.Record
	last      *letter // the last public message, to be quoted
}

func (d *desk) newDraft(key string, s *scenario) *draft {
	dice := newDice("ticket " + key)
	t := &draft{desk: d, scenario: s, key: key, ticket: &helpdesk.Ticket{},
		voice: &voice{dice: dice, lang: s.lang, book: d.book, facts: map[string]string{}, now: bornAt(key, dice)}}
	t.agent = pick(dice, d.cast.inGroup(s.head["group"], s.lang))
	t.requester = d.requester(dice, s)
	t.learn()
	t.fillHead()
	return t
}

// requester is whom the scenario calls by name, or anybody who speaks its
// language and, if it says so, belongs to a company.
func (d *desk) requester(dice *dice, s *scenario) helpdesk.Record {
	people := inLanguage(d.cast.contacts, s.lang)
	switch name := s.head["requester"]; name {
	case "":
		return pick(dice, people)
	case "company":
		return pick(dice, slices.DeleteFunc(people, func(r helpdesk.Record) bool { return r.Person.Organizations == nil }))
	default:
		named, _ := d.cast.find(name)
		return named
	}
}

// bornAt says when a ticket came in: keys count up over the whole time of the
// account, at about three days a ticket.
func bornAt(key string, dice *dice) time.Time {
	n, err := strconv.Atoi(key)
	if err != nil {
		panic("sample: ticket key " + key)
	}
	t := begin.Add(time.Duration(n-firstKey) * 77 * time.Hour)
	return atWork(t.Add(time.Duration(dice.n(36_000)) * time.Second))
}

// atWork moves a time into office hours.
func atWork(t time.Time) time.Time {
	switch {
	case t.Hour() < 6:
		t = t.Add(time.Duration(7-t.Hour()) * time.Hour)
	case t.Hour() > 17:
		t = t.Add(time.Duration(31-t.Hour()) * time.Hour)
	}
	for t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

// learn settles the facts that the ticket's people bring with them.
func (t *draft) learn() {
	facts := map[string]string{"agentfirst": firstName(t.agent.Person.Name)}
	if p := t.requester.Person; p != nil {
		maps.Copy(facts, map[string]string{"requester": p.Name, "first": firstName(p.Name),
			"domain": t.desk.cast.domain(t.requester), "phone": p.Phones[0], "org": p.Name})
		if p.Login != "" {
			facts["login"] = p.Login
		}
		if o, ok := t.organization(); ok {
			facts["org"] = o.Organization.Name
		}
	}
	maps.Copy(t.voice.facts, facts)
}

// organization is the requester's first organization.
func (t *draft) organization() (helpdesk.Record, bool) {
	if p := t.requester.Person; p != nil && len(p.Organizations) > 0 {
		for _, o := range t.desk.cast.organizations {
			if o.Key == p.Organizations[0] {
				return o, true
			}
		}
	}
	return helpdesk.Record{}, false
}

// fillHead sets everything that is known before a word is said.
func (t *draft) fillHead() {
	head, dice := t.scenario.head, t.voice.dice
	*t.ticket = helpdesk.Ticket{
		Number:  fmt.Sprintf("AC-2%s", t.key),
		Subject: t.voice.say(pick(dice, t.scenario.subjects)),
		Type:    head["type"], Group: head["group"], Priority: head["priority"], Channel: head["channel"],
		Brand:     map[string]string{"en": brandEN, "de": brandDE}[t.scenario.lang],
		Requester: t.requester.Key, Submitter: t.requester.Key, Assignee: t.agent.Key,
		Created: t.voice.now,
	}
	for tag := range strings.SplitSeq(head["tags"], "; ") {
		if tag != "" {
			t.ticket.Tags = append(t.ticket.Tags, tag)
		}
	}
	if o, ok := t.organization(); ok {
		t.ticket.Organization = o.Key
	}
	t.fillHabits()
	t.fillCustom()
}

// fillHabits sets what a scenario may leave to chance.
func (t *draft) fillHabits() {
	dice := t.voice.dice
	if t.ticket.Priority == "" {
		t.ticket.Priority = pick(dice, []string{"low", "normal", "normal", "normal", "normal", "high"})
	}
	if t.ticket.Channel == "" {
		t.ticket.Channel = pick(dice, []string{"email", "email", "email", "web"})
	}
	if t.ticket.Channel == "phone" || t.ticket.Requester == "" {
		t.ticket.Submitter = t.agent.Key
	}
	if t.ticket.Priority == "high" {
		t.ticket.Due = atWork(t.ticket.Created.AddDate(0, 0, 2))
	}
}

func (t *draft) fillCustom() {
	dice := t.voice.dice
	add := func(name string, values ...string) {
		t.ticket.Custom = append(t.ticket.Custom, helpdesk.CustomValue{Name: name, Values: values})
	}
	if product := t.scenario.head["product"]; product != "" {
		add(fieldProduct, product)
	}
	if contract := t.voice.facts["contract"]; contract != "" || dice.chance(10) {
		add(fieldContract, t.voice.fact("contract"))
	}
	if dice.chance(15) {
		add(fieldCallback, "yes")
	}
	if t.scenario.head["product"] == "Printers" && dice.chance(30) {
		add(fieldDevices, "Kopierer", "Printer")
	}
	if t.scenario.head["group"] == "technik" && dice.chance(25) {
		add(fieldVisit, t.ticket.Created.AddDate(0, 0, dice.in(5, 60)).Format(time.DateOnly))
	}
	if dice.chance(60) {
		t.ticket.Extra = []helpdesk.ExtraValue{{Name: extraCRM, Values: []string{fmt.Sprintf("CRM-T%05d", dice.n(1e5))}}}
	}
}

// record is the finished ticket.
func (t *draft) record() helpdesk.Record {
	return helpdesk.Record{Kind: helpdesk.KindTicket, Key: t.key, Changed: t.ticket.Updated, Ticket: t.ticket}
}
