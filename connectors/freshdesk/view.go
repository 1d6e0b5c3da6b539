package freshdesk

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A view is who looks at a record: a source gives all of it, a target what was
// written, with the lines of origin taken off.
type view struct {
	*desk
	f      *facts
	target bool
}

// markerLine is what stands before the marker of a group, at the end of its
// description.
const markerLine = "\n\nsafeconduct:"

func unmarked(description string) string {
	if i := strings.LastIndex(description, markerLine); i >= 0 {
		return description[:i]
	}
	return description
}

func groupOf(g *group) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindGroup, rest.ID(g.ID))
	r.Changed = g.Updated
	*r.Group = helpdesk.Group{Name: g.Name, Description: unmarked(g.Description)}
	return r
}

func agentOf(a *agent) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, rest.ID(a.ID))
	r.Changed = a.Updated
	*r.Person = helpdesk.Person{Name: a.Contact.Name, Emails: unique([]string{a.Contact.Email}), Role: helpdesk.RoleAgent, Created: a.Created, Updated: a.Updated}
	for _, g := range a.Groups {
		r.Person.Groups = append(r.Person.Groups, rest.ID(g))
	}
	return r
}

func (v view) organization(c *company) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindOrganization, rest.ID(c.ID))
	r.Changed = c.Updated
	*r.Organization = helpdesk.Organization{Name: c.Name, Domains: c.Domains, Notes: c.Note, Custom: v.f.custom("organization", v.MarkerField, c.CustomFields)}
	if !v.target { // there the dates are those of the migration
		r.Organization.Created, r.Organization.Updated = c.Created, c.Updated
		r.Organization.Extra = extra(map[string]string{"description": c.Description})
	}
	return r
}

func (v view) person(c *contact) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, rest.ID(c.ID))
	r.Changed = c.Updated
	*r.Person = helpdesk.Person{Name: c.Name, Emails: unique(append([]string{c.Email}, c.OtherEmails...)), Phones: unique([]string{c.Phone, c.Mobile}),
		Organizations: unique([]string{rest.ID(c.Company)}), Address: c.Address, Notes: c.Description, Tags: c.Tags, Custom: v.f.custom("person", v.MarkerField, c.CustomFields)}
	if !v.target {
		r.Person.Role, r.Person.Locale, r.Person.TimeZone = helpdesk.RoleContact, c.Language, c.TimeZone
		r.Person.Created, r.Person.Updated = c.Created, c.Updated
		r.Person.Extra = extra(map[string]string{"unique_external_id": c.External})
	}
	return r
}

// unique leaves of equal texts the first, and no empty one.
func unique(texts []string) (all []string) {
	for _, t := range texts {
		if t != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

func extra(values map[string]string) (all []helpdesk.ExtraValue) {
	for name, v := range values {
		if v != "" {
			all = append(all, helpdesk.ExtraValue{Name: name, Values: []string{v}})
		}
	}
	return all
}

func (v view) ticket(t *ticket, said []conversation) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, rest.ID(t.ID))
	r.Changed = t.Updated
	k := r.Ticket
	*k = helpdesk.Ticket{Subject: t.Subject, Status: v.f.statuses[t.Status], Type: t.Type, Requester: rest.ID(t.Requester), Assignee: rest.ID(t.Responder),
		Group: rest.ID(t.Group), Organization: rest.ID(t.Company), Tags: t.Tags, Created: t.Created, Updated: t.Updated, Custom: v.f.custom("ticket", v.MarkerField, t.CustomFields)}
	if t.Priority > 0 && t.Priority <= len(priorities) {
		k.Priority = priorities[t.Priority-1]
	}
	for _, address := range t.Copied {
		k.Participants = append(k.Participants, helpdesk.Participant{Role: "cc", Email: bare(address)})
	}
	if c, there := v.opening(t); there {
		k.Comments = append(k.Comments, c)
	}
	for i := range said {
		k.Comments = append(k.Comments, v.comment(t, &said[i]))
	}
	if !v.target {
		v.history(k, t)
	}
	return r
}

// bare is the address in "Jane <jane@example.org>".
func bare(address string) string {
	if _, inside, ok := strings.Cut(address, "<"); ok {
		return strings.TrimSuffix(strings.TrimSpace(inside), ">")
	}
	return address
}

// history is what a source tells of a ticket besides.
func (v view) history(k *helpdesk.Ticket, t *ticket) {
	k.Number, k.Channel, k.Category = rest.ID(t.ID), channels[t.Source], categories[t.Status]
	if k.Category == "" {
		k.Category = helpdesk.StatusOpen
	}
	k.Due = t.Due
	for _, at := range []struct {
		from *time.Time
		into *time.Time
	}{{t.Stats.Resolved, &k.Solved}, {t.Stats.Closed, &k.Closed}, {t.Stats.Responded, &k.FirstReply}} {
		if at.from != nil {
			*at.into = *at.from
		}
	}
}

// nothing is what a description says that has nothing to say: Freshdesk wants one.
const nothing = "."

// opening is the description. What a target wrote there for a ticket that opens with
// nothing is none.
func (v view) opening(t *ticket) (helpdesk.Comment, bool) {
	c := helpdesk.Comment{Key: connectors.OpeningKey, Author: rest.ID(t.Requester), Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatHTML,
		Body: t.Description, Created: t.Created}
	c.Attachments, c.Body = v.files(t.Attachments, t.ID, 0, c.Body)
	if !v.target {
		c.Channel = channels[t.Source]
		return c, c.Body != "" || len(c.Attachments) > 0
	}
	l := unlined(&c)
	tells := l.By != "" || !l.Written.IsZero()
	return c, tells || c.Body != nothing || len(c.Attachments) > 0
}

// unlined takes the line of origin off what a target reads back.
func unlined(c *helpdesk.Comment) origin.Line {
	c.Format, c.Body = markup.Canonical(c.Format, c.Body)
	l, rest, ok := origin.Cut(c.Format, c.Body)
	if !ok {
		return l
	}
	c.Body = rest
	if c.Format == helpdesk.FormatHTML { // what is left may be a text
		c.Format, c.Body = markup.Canonical(c.Format, c.Body)
	}
	if l.By != "" {
		c.Author = "" // the requester's, in the name of somebody
	}
	if !l.Written.IsZero() {
		c.Created = l.Written
	}
	return l
}

func (v view) comment(t *ticket, s *conversation) helpdesk.Comment {
	c := helpdesk.Comment{Key: rest.ID(s.ID), Author: rest.ID(s.User), Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatHTML, Body: s.Body, Created: s.Created}
	if s.Private {
		c.Visibility = helpdesk.VisibilityPrivate
	}
	c.Attachments, c.Body = v.files(s.Attachments, t.ID, s.ID, c.Body)
	if v.target {
		unlined(&c)
	}
	return c
}

// files are attachments, and the text that shows some of them, by Content-IDs of
// ours: their addresses die.
func (v view) files(all []file, ticket, conversation int64, body string) (list []helpdesk.Attachment, shown string) {
	for _, f := range all {
		a := helpdesk.Attachment{Key: rest.ID(f.ID), Name: f.Name, ContentType: f.ContentType, Size: f.Size, Locator: fmt.Sprintf("%d/%d/%d", ticket, conversation, f.ID)}
		before := body
		for _, address := range []string{f.URL, html.EscapeString(f.URL)} {
			if address != "" {
				body = strings.ReplaceAll(body, address, "cid:"+cid(f.ID))
			}
		}
		if body != before {
			a.Inline, a.ContentID = true, cid(f.ID)
		}
		list = append(list, a)
	}
	return list, body
}

func cid(n int64) string { return fmt.Sprintf("attachment-%d@freshdesk", n) }
