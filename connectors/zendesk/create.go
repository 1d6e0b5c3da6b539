package zendesk

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// references are ids of Zendesk in a field; none may be anything else.
func references(field string, keys ...string) (all []int64, err error) {
	for _, key := range keys {
		if key == "" {
			continue
		}
		n, err := rest.Number("zendesk: "+field, key)
		if err != nil {
			return nil, unknown(field)
		}
		all = append(all, n)
	}
	return all, nil
}

// put sets a field unless the value is empty.
func put[T comparable](o object, name string, value T) {
	var empty T
	if value != empty {
		o[name] = value
	}
}

// refer sets a field to the id that a reference stands for.
func refer(o object, name, field, key string) error {
	all, err := references(field, key)
	if err == nil && len(all) > 0 {
		o[name] = all[0]
	}
	return err
}

func putTime(o object, name string, at time.Time) {
	if !at.IsZero() {
		o[name] = at.UTC().Format(time.RFC3339)
	}
}

// customBody is what people and organizations hold in custom fields, by their keys.
func (t *target) customBody(f *facts, scope string, all []helpdesk.CustomValue) (object, error) {
	held := object{}
	for _, v := range all {
		c := f.field(scope, v.Name)
		if c == nil || !c.takes() {
			continue
		}
		value, ok := c.given(v.Values)
		if !ok {
			return nil, &connectors.Rejected{Reason: "unknown_word", Field: scope + ".custom." + v.Name}
		}
		held[c.Key] = value
	}
	return held, nil
}

func (t *target) organizationBody(f *facts, d connectors.Draft) (object, error) {
	o := d.Record.Organization
	custom, err := t.customBody(f, "organization", o.Custom)
	if err != nil {
		return nil, err
	}
	body := object{"name": o.Name, "external_id": d.Marker, "organization_fields": custom}
	put(body, "notes", o.Notes)
	putList(body, "domain_names", o.Domains)
	putList(body, "tags", o.Tags)
	return body, nil
}

func putList(o object, name string, values []string) {
	if len(values) > 0 {
		o[name] = values
	}
}

// personBody is a person who is not told by mail that there is an account.
func (t *target) personBody(f *facts, d connectors.Draft) (object, error) {
	p := d.Record.Person
	custom, err := t.customBody(f, "person", p.Custom)
	if err != nil {
		return nil, err
	}
	body := object{"name": p.Name, "external_id": d.Marker, "role": "end-user", "verified": true, "skip_verify_email": true, "user_fields": custom}
	if p.Name == "" {
		body["name"] = nameless(p)
	}
	switch {
	case p.Role != "" && p.Role != helpdesk.RoleAgent && p.Role != helpdesk.RoleContact:
		return nil, &connectors.Rejected{Reason: "unknown_word", Field: "person.role"}
	case t.Agents && p.Role == helpdesk.RoleAgent:
		body["role"] = "agent"
	}
	var identities []object
	for i, address := range p.Emails {
		if i == 0 {
			body["email"] = address
			continue
		}
		identities = append(identities, object{"type": "email", "value": address, "verified": true})
	}
	if len(identities) > 0 {
		body["identities"] = identities
	}
	if len(p.Phones) > 0 {
		body["phone"] = p.Phones[0]
	}
	put(body, "notes", p.Notes)
	put(body, "locale", p.Locale)
	putList(body, "tags", p.Tags)
	if _, err := references("person.groups", p.Groups...); err != nil {
		return nil, err
	}
	organizations, err := references("person.organizations", p.Organizations...)
	if err == nil && len(organizations) > 0 {
		body["organization_id"] = organizations[0]
	}
	return body, err
}

// nameless is the name of a person who has none: Zendesk wants one.
func nameless(p *helpdesk.Person) string {
	if len(p.Emails) > 0 {
		return p.Emails[0]
	}
	return "?"
}

// createGroup makes a group. Zendesk has no external id of groups: the marker is a
// line of the description.
func (t *target) createGroup(ctx context.Context, d connectors.Draft) (string, error) {
	var answer struct {
		Group *group `json:"group"`
	}
	body := object{"group": object{"name": d.Record.Group.Name, "description": d.Record.Group.Description + markerLine + d.Marker}}
	if err := t.send(ctx, http.MethodPost, "create group", "/groups.json", nil, body, &answer); err != nil {
		return "", err
	}
	if answer.Group == nil || answer.Group.ID == 0 {
		return "", unlike("create group")
	}
	return rest.ID(answer.Group.ID), nil
}

// How much a ticket takes.
const (
	mostComments = 5000
	mostText     = 64 << 10
)

// ticketBody is a ticket as an import takes it, its files uploaded.
func (t *target) ticketBody(ctx context.Context, f *facts, d connectors.Draft) (object, error) {
	k := d.Record.Ticket
	body := object{"subject": k.Subject, "external_id": d.Marker}
	if err := t.ticketWords(f, body, k); err != nil {
		return nil, err
	}
	if err := t.ticketPeople(body, k); err != nil {
		return nil, err
	}
	putTime(body, "created_at", k.Created)
	putTime(body, "updated_at", k.Updated)
	putTime(body, "solved_at", k.Solved)
	putTime(body, "due_at", k.Due)
	putList(body, "tags", k.Tags)
	if len(k.Comments) > mostComments {
		return nil, &connectors.Rejected{Reason: "too_many", Field: "comment.body"}
	}
	comments := []object{}
	now := t.client.ServerTime()
	for i := range k.Comments {
		if err := checkComment(&k.Comments[i]); err != nil {
			return nil, err
		}
		if k.Comments[i].Created.After(now.Add(time.Second)) { // by a clock that is ahead: a later run will bring it
			return nil, &connectors.Rejected{Reason: "in_the_future", Field: "comment.created"}
		}
	}
	for i := range k.Comments {
		c, err := t.commentBody(ctx, &k.Comments[i], d.Open)
		if err != nil {
			return nil, err
		}
		putTime(c, "created_at", k.Comments[i].Created)
		comments = append(comments, c)
	}
	body["comments"] = comments
	return body, nil
}

// ticketWords sets what has a vocabulary.
func (t *target) ticketWords(f *facts, body object, k *helpdesk.Ticket) error {
	words := t.vocabulary(f)
	for field, value := range map[string]string{"status": k.Status, "priority": k.Priority, "type": k.Type} {
		if value == "" {
			continue
		}
		if !contains(words["ticket."+field], value) {
			return &connectors.Rejected{Reason: "unknown_word", Field: "ticket." + field}
		}
		body[field] = value
	}
	for _, s := range f.statuses {
		if s.Label == k.Status {
			body["status"], body["custom_status_id"] = s.Category, s.ID
		}
	}
	for _, b := range f.brands {
		if strings.EqualFold(b.Name, k.Brand) {
			body["brand_id"] = b.ID
		}
	}
	fields := []object{}
	for _, v := range k.Custom {
		c := f.field("ticket", v.Name)
		if c == nil || !c.takes() {
			continue
		}
		value, ok := c.given(v.Values)
		if !ok {
			return &connectors.Rejected{Reason: "unknown_word", Field: "ticket.custom." + v.Name}
		}
		fields = append(fields, object{"id": c.ID, "value": value})
	}
	if len(fields) > 0 {
		body["custom_fields"] = fields
	}
	return nil
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}

// ticketPeople sets who is on a ticket, and which group and organization.
func (t *target) ticketPeople(body object, k *helpdesk.Ticket) error {
	if k.Requester == "" {
		return &connectors.Rejected{Reason: "missing", Field: "ticket.requester"}
	}
	for _, r := range []struct{ name, field, key string }{
		{"requester_id", "ticket.requester", k.Requester},
		{"submitter_id", "ticket.submitter", k.Submitter},
		{"group_id", "ticket.group", k.Group},
		{"organization_id", "ticket.organization", k.Organization},
	} {
		if err := refer(body, r.name, r.field, r.key); err != nil {
			return err
		}
	}
	if t.Agents {
		if err := refer(body, "assignee_id", "ticket.assignee", k.Assignee); err != nil {
			return err
		}
	}
	copied, following := []object{}, []object{}
	for _, p := range k.Participants {
		n, err := references("participant.person", p.Person)
		if err != nil {
			return err
		}
		one := object{"user_id": n[0], "action": "put"}
		if p.Role == "cc" {
			copied = append(copied, one)
		} else {
			following = append(following, one)
		}
	}
	if len(copied) > 0 {
		body["email_ccs"] = copied
	}
	if len(following) > 0 {
		body["followers"] = following
	}
	return nil
}

// htmlOf is a comment's text as HTML.
func htmlOf(c *helpdesk.Comment) string {
	if c.Format == helpdesk.FormatHTML {
		return c.Body
	}
	return markup.FromText(c.Body)
}

// checkComment refuses what Zendesk would, before anything of the ticket is sent.
func checkComment(c *helpdesk.Comment) error {
	if len(htmlOf(c)) > mostText {
		return &connectors.Rejected{Reason: "too_long", Field: "comment.body"}
	}
	for _, a := range c.Attachments {
		if a.LeftOut == "" && a.Size > mostBytes {
			return &connectors.Rejected{Reason: "too_large", Field: "attachment.size"}
		}
	}
	_, err := references("comment.author", c.Author)
	return err
}

// commentBody is a comment, its files uploaded. One that says nothing is a dot:
// Zendesk takes no empty ones.
func (t *target) commentBody(ctx context.Context, c *helpdesk.Comment, open connectors.OpenFunc) (object, error) {
	text := htmlOf(c)
	uploads := []string{}
	for _, a := range c.Attachments {
		if a.LeftOut != "" {
			continue
		}
		token, address, err := t.upload(ctx, a, open)
		if err != nil {
			return nil, err
		}
		uploads = append(uploads, token)
		text = show(text, a, address)
	}
	if strings.TrimSpace(text) == "" {
		text = "."
	}
	body := object{"html_body": text, "public": c.Visibility == helpdesk.VisibilityPublic || c.Visibility == ""}
	putList(body, "uploads", uploads)
	return body, refer(body, "author_id", "comment.author", c.Author)
}
