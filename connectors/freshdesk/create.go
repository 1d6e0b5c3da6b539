package freshdesk

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// An object is one of the API's, as it is sent.
type object = map[string]any

// made creates a record and gives its id.
func (t *target) made(ctx context.Context, kind, path string, body object) (string, error) {
	var answer struct {
		ID int64 `json:"id"`
	}
	if err := t.send(ctx, http.MethodPost, "create "+kind, path, body, &answer); err != nil {
		return "", err
	}
	if answer.ID == 0 {
		return "", unlike("create " + kind)
	}
	return rest.ID(answer.ID), nil
}

func unknown(field string) error {
	return &connectors.Rejected{Reason: "unknown_reference", Field: field}
}

// refer sets a field to the id that a reference stands for.
func refer(o object, name, field, key string) error {
	if key == "" {
		return nil
	}
	n, err := rest.Number("freshdesk: "+field, key)
	if err != nil {
		return unknown(field)
	}
	o[name] = n
	return nil
}

func put(o object, name, value string) {
	if value != "" {
		o[name] = value
	}
}

func putList(o object, name string, values []string) {
	if len(values) > 0 {
		o[name] = values
	}
}

// customBody is what a record holds in custom fields, with its marker.
func (t *target) customBody(f *facts, scope, marker string, all []helpdesk.CustomValue) (object, error) {
	held := object{}
	for _, v := range all {
		c := f.field(scope, v.Name)
		if c == nil || !c.takes() || c.Label == t.MarkerField {
			continue
		}
		value, ok := c.given(v.Values)
		if !ok {
			return nil, &connectors.Rejected{Reason: "unknown_word", Field: scope + ".custom." + v.Name}
		}
		held[c.Name] = value
	}
	if scope != "person" {
		mark := f.field(scope, t.MarkerField)
		if mark == nil {
			return nil, t.unmarkable(scope)
		}
		held[mark.Name] = marker
	}
	return held, nil
}

func (t *target) createCompany(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	o := d.Record.Organization
	custom, err := t.customBody(f, "organization", d.Marker, o.Custom)
	if err != nil {
		return "", err
	}
	body := object{"name": o.Name, "custom_fields": custom}
	putList(body, "domains", o.Domains)
	put(body, "note", o.Notes)
	return t.made(ctx, "company", "/companies", body)
}

// putAddresses puts addresses and telephones where Freshdesk has them: one, and others.
func putAddresses(body object, p *helpdesk.Person) {
	if len(p.Emails) > 0 {
		body["email"] = p.Emails[0]
		putList(body, "other_emails", p.Emails[1:])
	}
	for i, phone := range p.Phones {
		body[[]string{"phone", "mobile"}[i]] = phone
	}
}

func (t *target) createContact(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	p := d.Record.Person
	custom, err := t.customBody(f, "person", "", p.Custom)
	if err != nil {
		return "", err
	}
	body := object{"name": cmp.Or(p.Name, "?"), "unique_external_id": d.Marker, "custom_fields": custom}
	putAddresses(body, p)
	put(body, "address", p.Address)
	put(body, "description", p.Notes)
	putList(body, "tags", p.Tags)
	language, _, _ := strings.Cut(p.Locale, "-")
	put(body, "language", strings.ToLower(language))
	for _, o := range p.Organizations {
		if err := refer(body, "company_id", "person.organizations", o); err != nil {
			return "", err
		}
	}
	return t.made(ctx, "contact", "/contacts", body)
}

// createTicket makes a ticket that opens with the first public comment.
func (t *target) createTicket(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	k := d.Record.Ticket
	body, err := t.ticketBody(f, k)
	if err != nil {
		return "", err
	}
	if k.Requester == "" {
		return "", &connectors.Rejected{Reason: "missing", Field: "ticket.requester"}
	}
	if body["custom_fields"], err = t.customBody(f, "ticket", d.Marker, k.Custom); err != nil {
		return "", err
	}
	body["status"] = opened
	body["source"] = sourceOf(k.Channel)
	text, files, err := t.opening(ctx, k)
	if err != nil {
		return "", err
	}
	body["description"] = text
	return t.post(ctx, "create ticket", "/tickets", body, files, d.Open)
}

// sourceOf is the number of a channel, or that of the portal.
func sourceOf(channel string) int {
	for n, word := range channels {
		if word == strings.ToLower(channel) {
			return n
		}
	}
	return 2
}

// opening is the description: the first public comment under a line that tells what
// Freshdesk does not take.
func (t *target) opening(ctx context.Context, k *helpdesk.Ticket) (text string, files []helpdesk.Attachment, err error) {
	l := origin.Line{Opened: k.Created, Changed: k.Updated, Solved: k.Solved, Closed: k.Closed}
	c := connectors.Opening(k)
	if c == nil {
		return markup.FromText(origin.Put(l, t.Language, helpdesk.FormatText, nothing)), nil, nil
	}
	l.Written = c.Created
	if c.Author != k.Requester {
		if l.By, err = t.name(ctx, c.Author); err != nil {
			return "", nil, err
		}
	}
	return t.lined(c, l), c.Attachments, nil
}

// lined is a comment under its line, as HTML.
func (t *target) lined(c *helpdesk.Comment, l origin.Line) string {
	text := origin.Put(l, t.Language, c.Format, orNothing(c.Body))
	if c.Format == helpdesk.FormatHTML {
		return text
	}
	return markup.FromText(text)
}

func orNothing(body string) string {
	if strings.TrimSpace(body) == "" {
		return nothing
	}
	return body
}

// name is what somebody is called.
func (t *target) name(ctx context.Context, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	f, err := t.learn(ctx)
	if err != nil {
		return "", err
	}
	r, err := t.read(ctx, f, helpdesk.KindPerson, key, true)
	if err != nil {
		return "", missingReference(err, "comment.author")
	}
	return r.Person.Name, nil
}

// missingReference makes a reference to nobody a rejection.
func missingReference(err error, field string) error {
	if isMissing(err) {
		return unknown(field)
	}
	return err
}

// ticketBody is what can be changed of a ticket, too.
func (t *target) ticketBody(f *facts, k *helpdesk.Ticket) (object, error) {
	body := object{"subject": orNothing(k.Subject), "priority": 1}
	if k.Status != "" {
		n, ok := f.statusNumber(k.Status)
		if !ok {
			return nil, &connectors.Rejected{Reason: "unknown_word", Field: "ticket.status"}
		}
		body["status"] = n
	}
	if k.Priority != "" {
		i := slices.Index(priorities, k.Priority)
		if i < 0 {
			return nil, &connectors.Rejected{Reason: "unknown_word", Field: "ticket.priority"}
		}
		body["priority"] = i + 1
	}
	if k.Type != "" && !slices.Contains(f.types, k.Type) {
		return nil, &connectors.Rejected{Reason: "unknown_word", Field: "ticket.type"}
	}
	put(body, "type", k.Type)
	putList(body, "tags", k.Tags)
	for _, r := range []struct{ name, field, key string }{
		{"requester_id", "ticket.requester", k.Requester}, {"group_id", "ticket.group", k.Group}, {"company_id", "ticket.organization", k.Organization}} {
		if err := refer(body, r.name, r.field, r.key); err != nil {
			return nil, err
		}
	}
	if _, seated := f.agents[k.Assignee]; seated {
		if err := refer(body, "responder_id", "ticket.assignee", k.Assignee); err != nil {
			return nil, err
		}
	}
	var copied []string
	for _, p := range k.Participants {
		if p.Role == "cc" && p.Email != "" {
			copied = append(copied, p.Email)
		}
	}
	putList(body, "cc_emails", unique(copied))
	return body, nil
}

// sent is a comment as Render shows it, but with the addresses of its pictures, which
// are not compared.
func sent(c helpdesk.Comment) helpdesk.Comment {
	format, text := markup.Clean(c.Format, c.Body)
	showComment(&c)
	c.Format, c.Body = format, text
	return c
}

// Append adds a note, which goes to nobody.
func (t *target) Append(ctx context.Context, key string, c helpdesk.Comment, open connectors.OpenFunc) (string, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return "", err
	}
	if _, err := rest.Number("freshdesk: add note", key); err != nil {
		return "", err
	}
	c = sent(c)
	body := object{"body": t.lined(&c, origin.Line{Written: c.Created}), "private": c.Visibility == helpdesk.VisibilityPrivate}
	if err := refer(body, "user_id", "comment.author", c.Author); err != nil {
		return "", err
	}
	if _, seated := f.agents[c.Author]; c.Author != "" && !seated {
		body["incoming"] = true
	}
	added, err := t.post(ctx, "add note", "/tickets/"+key+"/notes", body, c.Attachments, open)
	return added, refused(err)
}

// Finish sets the status: what comes in from a customer opens a ticket again. One
// that is not open any more was taken in hand by an agent.
func (t *target) Finish(ctx context.Context, key string, d connectors.Draft) error {
	if d.Record.Ticket == nil || d.Record.Ticket.Status == "" {
		return nil
	}
	f, err := t.learn(ctx)
	if err != nil {
		return err
	}
	n, err := rest.Number("freshdesk: finish ticket", key)
	if err != nil {
		return err
	}
	status, ok := f.statusNumber(d.Record.Ticket.Status)
	if !ok {
		return &connectors.Rejected{Reason: "unknown_word", Field: "ticket.status"}
	}
	is, err := t.readTicket(ctx, n)
	if err != nil || is.Status != opened || status == opened {
		return err
	}
	return refused(t.send(ctx, http.MethodPut, "set status", "/tickets/"+key, object{"status": status}, nil))
}

// Render is the record as Freshdesk shows it.
func (t *target) Render(r helpdesk.Record) helpdesk.Record {
	switch {
	case r.Organization != nil:
		o := *r.Organization
		o.Custom = t.shownCustom("organization", o.Custom)
		r.Organization = &o
	case r.Person != nil:
		p := *r.Person
		p.Custom = t.shownCustom("person", p.Custom)
		p.Organizations = p.Organizations[:min(1, len(p.Organizations))]
		p.Phones = p.Phones[:min(2, len(p.Phones))]
		r.Person = &p
	case r.Ticket != nil:
		k := *r.Ticket
		k.Custom = t.shownCustom("ticket", k.Custom)
		k.Comments = slices.Clone(k.Comments)
		for i := range k.Comments {
			showComment(&k.Comments[i])
		}
		r.Ticket = &k
	}
	return r
}

func showComment(c *helpdesk.Comment) {
	c.Format, c.Body = markup.Canonical(c.Format, c.Body)
	c.Body = orNothing(c.Body)
	if c.Visibility != helpdesk.VisibilityPublic && c.Visibility != "" {
		c.Visibility = helpdesk.VisibilityPrivate
	}
	c.Created = c.Created.UTC().Truncate(time.Second)
}

func (t *target) shownCustom(scope string, all []helpdesk.CustomValue) []helpdesk.CustomValue {
	t.facts.mu.Lock()
	defer t.facts.mu.Unlock()
	all = slices.Clone(all)
	for i, v := range all {
		if c := t.facts.field(scope, v.Name); c != nil {
			all[i].Values = c.shown(v.Values)
		}
	}
	return all
}
