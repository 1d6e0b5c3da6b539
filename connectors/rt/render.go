package rt

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Render is the record as RT shows it: one address, three telephones, subjects of
// 200 bytes, links of three kinds, lines that end in \n.
func (t *target) Render(r helpdesk.Record) helpdesk.Record {
	switch {
	case r.Person != nil:
		p := *r.Person
		p.Emails, p.Phones = taken(p.Emails), p.Phones[:min(len(p.Phones), 3)]
		p.Custom = t.shownCustom(ofUsers, p.Custom)
		r.Person = &p
	case r.Ticket != nil:
		k := *r.Ticket
		t.showTicket(&k)
		r.Ticket = &k
	case r.Article != nil:
		a := *r.Article
		a.Title, a.Body, a.Attachments = shorten(strings.Join(strings.Fields(a.Title), " "), maxSubject), fromHTML(a.Body), blank(a.Attachments)
		r.Article = &a
	}
	return r
}

// taken is the first of a person's addresses that RT takes: it has one, of ASCII
// signs (RT::User, ValidateEmailAddress).
func taken(addresses []string) []string {
	for _, a := range addresses {
		if strings.IndexFunc(a, func(r rune) bool { return r > '~' || r < '!' }) < 0 {
			return []string{a}
		}
	}
	return nil
}

func (t *target) showTicket(k *helpdesk.Ticket) {
	k.Subject = shorten(strings.Join(strings.Fields(k.Subject), " "), maxSubject)
	k.Custom = t.shownCustom(ofTickets, k.Custom)
	k.Comments = slices.Clone(k.Comments)
	for i := range k.Comments {
		showComment(&k.Comments[i])
	}
	k.Links = slices.Clone(k.Links)
	for i, l := range k.Links {
		if l.Type != "parent" && l.Type != "depends_on" {
			k.Links[i].Type = "related"
		}
	}
	seen := map[helpdesk.Participant]bool{}
	k.Participants = slices.Clone(k.Participants)
	for i, p := range k.Participants {
		shown := helpdesk.Participant{Person: p.Person, Role: "cc"}
		if p.Role == "collaborator" {
			shown.Role = p.Role
		}
		if p.Person == "" || seen[shown] {
			shown = helpdesk.Participant{}
		}
		k.Participants[i], seen[shown] = shown, true
	}
}

// shownCustom joins the values of fields that take one.
func (t *target) shownCustom(of string, all []helpdesk.CustomValue) []helpdesk.CustomValue {
	all = slices.Clone(all)
	t.facts.mu.Lock()
	defer t.facts.mu.Unlock()
	for i, v := range all {
		if c := t.facts.field(of, v.Name); c != nil && c.Most.int() == 1 && len(v.Values) > 1 {
			all[i].Values = []string{strings.Join(v.Values, separator)}
		}
	}
	return all
}

func showComment(c *helpdesk.Comment) {
	if c.Visibility != helpdesk.VisibilityPublic && c.Visibility != "" {
		c.Visibility = helpdesk.VisibilityPrivate
	}
	c.Body = strings.ReplaceAll(c.Body, "\r\n", "\n")
}

// maxSubject is the longest subject, in bytes (etc/schema, Tickets.Subject); RT
// cuts what is longer without a word.
const maxSubject = 200

// ellipsis marks a text that was cut.
const ellipsis = "…"

func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	cut := most - len(ellipsis)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + ellipsis
}
