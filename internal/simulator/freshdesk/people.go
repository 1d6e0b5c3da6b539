package freshdesk

import (
	"slices"
	"strings"
	"time"
)

// listContacts lists contacts in the order of their names, which an edit moves;
// deleted ones only where they are asked for.
func (d *Desk) listContacts(q *request) answer {
	query := q.URL.Query()
	since, _ := time.Parse(time.RFC3339, query.Get("_updated_since"))
	var all []*Contact
	for _, c := range sorted(d.contacts) {
		switch {
		case c.Deleted != (query.Get("state") == "deleted"),
			second(c.Updated).Before(since),
			query.Has("email") && !strings.EqualFold(deref(c.Email), query.Get("email")),
			query.Has("unique_external_id") && deref(c.External) != query.Get("unique_external_id"):
			continue
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b *Contact) int { return strings.Compare(a.Name, b.Name) })
	return paged(d, q, all)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (d *Desk) contact(q *request) answer {
	c := d.contacts[number(q.PathValue("id"))]
	if c == nil {
		return missing()
	}
	return ok(c)
}

// taken is whoever has an address.
func (d *Desk) taken(address string) int64 {
	for _, c := range sorted(d.contacts) {
		if strings.EqualFold(deref(c.Email), address) || slices.ContainsFunc(c.OtherEmails, func(o string) bool { return strings.EqualFold(o, address) }) {
			return c.ID
		}
	}
	for _, a := range sorted(d.agents) {
		if strings.EqualFold(a.Contact.Email, address) {
			return a.ID
		}
	}
	return 0
}

func (d *Desk) createContact(q *request) answer {
	c := &Contact{ID: d.id(), OtherEmails: []string{}, Tags: []string{}, CustomFields: map[string]any{}, Language: "en", TimeZone: "Eastern Time (US & Canada)",
		Created: second(d.Now()), Updated: d.Now()}
	if a, fine := d.fill(c, q.body); !fine {
		return a
	}
	if c.Email == nil && c.Phone == nil && c.Mobile == nil && c.External == nil {
		return invalid("email", "Please fill at least 1 of email, mobile, phone, twitter_id, unique_external_id fields", "missing_field")
	}
	d.contacts[c.ID] = c
	return created(c)
}

// fill sets the fields of a contact.
func (d *Desk) fill(c *Contact, body map[string]any) (answer, bool) {
	for name, into := range map[string]**string{"email": &c.Email, "phone": &c.Phone, "mobile": &c.Mobile, "address": &c.Address, "description": &c.Description, "unique_external_id": &c.External} {
		switch v := body[name].(type) {
		case string:
			*into = &v
		case nil:
			if _, given := body[name]; given {
				*into = nil
			}
		}
	}
	if _, given := body["company_id"]; given {
		c.Company = nil
	}
	if name := text(body["name"]); name != "" {
		c.Name = name
	}
	if body["other_emails"] != nil {
		c.OtherEmails = list(body["other_emails"])
	}
	if body["tags"] != nil {
		c.Tags = append([]string{}, list(body["tags"])...)
	}
	if l := text(body["language"]); l != "" {
		c.Language = l
	}
	for _, address := range append([]string{deref(c.Email)}, c.OtherEmails...) {
		if id := d.taken(address); address != "" && id != 0 && id != c.ID {
			return conflict("email", id), false
		}
	}
	for _, other := range sorted(d.contacts) {
		if c.External != nil && other.ID != c.ID && deref(other.External) == *c.External {
			return conflict("unique_external_id", other.ID), false
		}
	}
	if v := body["company_id"]; v != nil {
		n, _ := whole(v)
		if d.companies[n] == nil {
			return invalid("company_id", "There is no company matching the given company_id", "invalid_value"), false
		}
		c.Company = &n
	}
	custom, _ := body["custom_fields"].(map[string]any)
	for name, v := range custom {
		if !slices.ContainsFunc(d.fields["contact"], func(f *Field) bool { return f.Name == name }) {
			return invalid(name, "Unexpected/invalid field in request", "invalid_field"), false
		}
		c.CustomFields[name] = v
	}
	return answer{}, true
}

func (d *Desk) updateContact(q *request) answer {
	c := d.contacts[number(q.PathValue("id"))]
	if c == nil || c.Deleted {
		return missing()
	}
	next := *c
	if a, fine := d.fill(&next, q.body); !fine {
		return a
	}
	next.Updated = d.Now()
	*c = next
	return ok(c)
}

func (d *Desk) deleteContact(q *request) answer {
	c := d.contacts[number(q.PathValue("id"))]
	if c == nil || c.Deleted {
		return missing()
	}
	c.Deleted, c.Updated = true, d.Now()
	return none()
}

// hardDelete destroys a contact, with all that the contact asked for.
func (d *Desk) hardDelete(q *request) answer {
	c := d.contacts[number(q.PathValue("id"))]
	switch {
	case c == nil:
		return missing()
	case !c.Deleted && q.URL.Query().Get("force") != "true":
		return answer{status: 400}
	}
	delete(d.contacts, c.ID)
	for id, t := range d.tickets {
		if t.Requester == c.ID {
			delete(d.tickets, id)
		}
	}
	return none()
}

func (d *Desk) createCompany(q *request) answer {
	name := text(q.body["name"])
	for _, c := range sorted(d.companies) {
		if strings.EqualFold(c.Name, name) {
			return conflict("name", c.ID)
		}
	}
	if name == "" {
		return invalid("name", "It should not be blank", "invalid_value")
	}
	c := &Company{ID: d.id(), Name: name, Domains: append([]string{}, list(q.body["domains"])...), CustomFields: map[string]any{}, Created: second(d.Now()), Updated: d.Now()}
	for field, into := range map[string]**string{"description": &c.Description, "note": &c.Note} {
		if v, given := q.body[field].(string); given {
			*into = &v
		}
	}
	custom, _ := q.body["custom_fields"].(map[string]any)
	for name, v := range custom {
		if !slices.ContainsFunc(d.fields["company"], func(f *Field) bool { return f.Name == name }) {
			return invalid(name, "Unexpected/invalid field in request", "invalid_field")
		}
		c.CustomFields[name] = v
	}
	d.companies[c.ID] = c
	return created(c)
}

func (d *Desk) createGroup(q *request) answer {
	name := text(q.body["name"])
	for _, g := range sorted(d.groups) {
		if strings.EqualFold(g.Name, name) {
			return conflict("name", g.ID)
		}
	}
	if name == "" {
		return invalid("name", "It should not be blank", "invalid_value")
	}
	g := &Group{ID: d.id(), Name: name, Created: second(d.Now()), Updated: d.Now()}
	if v, given := q.body["description"].(string); given {
		g.Description = &v
	}
	d.groups[g.ID] = g
	return created(g)
}
