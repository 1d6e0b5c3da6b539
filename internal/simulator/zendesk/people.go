package zendesk

import (
	"maps"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

func (d *Desk) peopleRoutes() map[string]func(*request) answer {
	return map[string]func(*request) answer{
		"GET /users/me":                     func(*request) answer { return ok(object{"user": d.showUser(d.me)}) },
		"GET /users":                        d.listUsers,
		"GET /users/count":                  func(*request) answer { return count(len(d.list("users"))) },
		"GET /users/search":                 d.searchUsers,
		"GET /users/show_many":              d.showUsers,
		"GET /users/{id}":                   d.user,
		"POST /users":                       d.createUser,
		"PUT /users/{id}":                   d.updateUser,
		"POST /users/create_many":           func(q *request) answer { return d.many(q, "users", d.newUser) },
		"POST /users/create_or_update_many": func(q *request) answer { return d.many(q, "users", d.newOrOldUser) },
		"GET /users/{id}/identities":        d.identities,
		"POST /users/{id}/identities":       d.addIdentity,
		"PUT /users/{id}/identities/{identity}/make_primary": d.makePrimary,
		"DELETE /users/{id}/identities/{identity}":           d.deleteIdentity,
		"GET /users/{id}/group_memberships":                  func(q *request) answer { return d.memberships(q, "group_memberships") },
		"GET /users/{id}/organization_memberships":           func(q *request) answer { return d.memberships(q, "organization_memberships") },
		"POST /group_memberships":                            func(q *request) answer { return d.join(q, "group_membership", "group_id", "groups") },
		"POST /organization_memberships": func(q *request) answer {
			return d.join(q, "organization_membership", "organization_id", "organizations")
		},
		"GET /groups":                          func(q *request) answer { return d.page(q, "groups", d.all("groups"), showGroup) },
		"GET /groups/count":                    func(*request) answer { return count(len(d.list("groups"))) },
		"GET /groups/{id}":                     func(q *request) answer { return d.one(q, "group", "groups", showGroup) },
		"POST /groups":                         d.createGroup,
		"DELETE /groups/{id}":                  func(q *request) answer { return d.softDelete(q, "groups") },
		"GET /organizations":                   func(q *request) answer { return d.page(q, "organizations", d.list("organizations"), showOrganization) },
		"GET /organizations/count":             func(*request) answer { return count(len(d.list("organizations"))) },
		"GET /organizations/search":            d.searchOrganizations,
		"GET /organizations/{id}":              func(q *request) answer { return d.one(q, "organization", "organizations", showOrganization) },
		"PUT /organizations/{id}":              d.updateOrganization,
		"POST /organizations/create_many":      func(q *request) answer { return d.many(q, "organizations", d.newOrganization) },
		"POST /organizations/create_or_update": d.createOrUpdateOrganization,
		"DELETE /organizations/{id}":           func(q *request) answer { return d.softDelete(q, "organizations") },
	}
}

func count(n int) answer { return ok(object{"count": object{"value": n, "refreshed_at": nil}}) }

func (d *Desk) one(q *request, name, table string, show func(*row) object) answer {
	if r := d.get(table, number(q.PathValue("id"))); r != nil {
		return ok(object{name: show(r)})
	}
	return missing()
}

func (d *Desk) softDelete(q *request, table string) answer {
	r := d.get(table, number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	r.deleted = true
	d.touch(r)
	return none()
}

func showGroup(r *row) object {
	o := maps.Clone(r.at)
	o["deleted"] = r.deleted
	return o
}

func showOrganization(r *row) object {
	o := maps.Clone(r.at)
	o["deleted_at"] = nil
	if r.deleted {
		o["deleted_at"] = r.text("updated_at")
	}
	return o
}

// showUser is a person as the API tells of one. Of a person who was deleted for
// good nothing is left.
func (d *Desk) showUser(r *row) object {
	o := maps.Clone(r.at)
	o["active"] = !r.deleted
	o["permanently_deleted"] = r.scrubbed
	if r.scrubbed {
		for field := range o {
			if !slices.Contains([]string{"id", "active", "permanently_deleted", "created_at", "updated_at", "role"}, field) {
				o[field] = nil
			}
		}
		o["name"] = "Permanently deleted user"
	}
	return o
}

func (d *Desk) listUsers(q *request) answer {
	external := q.URL.Query().Get("external_id")
	return d.page(q, "users", d.listIf("users", func(r *row) bool { return external == "" || r.text("external_id") == external }), d.showUser)
}

// searchUsers finds by external_id at once, and by query what the index knows.
func (d *Desk) searchUsers(q *request) answer {
	if external := q.URL.Query().Get("external_id"); external != "" {
		return d.listUsers(q)
	}
	wanted := strings.ToLower(strings.Trim(strings.TrimPrefix(strings.TrimPrefix(q.URL.Query().Get("query"), "email:"), "user:"), `"`))
	found := d.listIf("users", func(r *row) bool {
		return wanted != "" && d.indexed(r) && slices.ContainsFunc(d.addresses(r.id), func(a string) bool { return strings.Contains(a, wanted) })
	})
	return d.page(q, "users", found, d.showUser)
}

func (d *Desk) indexed(r *row) bool { return !r.generated.After(d.Now().Add(-d.o.SearchLag)) }

func (d *Desk) showUsers(q *request) answer {
	found, people := []object{}, []*row{}
	for _, id := range strings.Split(q.URL.Query().Get("ids"), ",") {
		if r := d.get("users", number(id)); r != nil && len(people) < 100 {
			people = append(people, r)
			found = append(found, d.showUser(r))
		}
	}
	body := object{"users": found, "count": len(found)}
	d.sideloadPeople(q, body, people)
	return ok(body)
}

func (d *Desk) user(q *request) answer {
	r := d.table("users").rows[number(q.PathValue("id"))]
	if r == nil || r.scrubbed {
		return missing()
	}
	body := object{"user": d.showUser(r)} // one that was deleted is shown, and not active
	d.sideloadPeople(q, body, []*row{r})
	return ok(body)
}

// sideloadPeople adds what include asks for.
func (d *Desk) sideloadPeople(q *request, body object, people []*row) {
	if !strings.Contains(q.URL.Query().Get("include"), "identities") {
		return
	}
	all := []object{}
	for _, i := range d.list("identities") {
		if slices.ContainsFunc(people, func(p *row) bool { return p.id == i.number("user_id") }) {
			all = append(all, i.at)
		}
	}
	body["identities"] = all
}

// addresses are those of a person, in small letters.
func (d *Desk) addresses(user int64) (all []string) {
	for _, i := range d.list("identities") {
		if i.number("user_id") == user && i.text("type") == "email" {
			all = append(all, strings.ToLower(i.text("value")))
		}
	}
	return all
}

func (d *Desk) byAddress(address string) *row {
	for _, i := range d.list("identities") {
		if i.text("type") == "email" && strings.EqualFold(i.text("value"), address) {
			return d.get("users", i.number("user_id"))
		}
	}
	return nil
}

func (d *Desk) createUser(q *request) answer {
	body, _ := q.body["user"].(map[string]any)
	r, a := d.newUser(body)
	if r == nil {
		return a
	}
	return created(object{"user": d.showUser(r)})
}

// userFields are what a person is created with.
var userFields = []string{"name", "email", "external_id", "phone", "role", "locale", "time_zone", "notes", "details", "organization_id",
	"user_fields", "suspended", "alias", "signature", "default_group_id"}

// newUser creates a person, who is invited by mail unless that is said not to
// be.
func (d *Desk) newUser(body object) (*row, answer) {
	addresses := []string{}
	if email, _ := body["email"].(string); email != "" {
		addresses = append(addresses, email)
	}
	for _, i := range objects(body["identities"]) {
		if i["type"] == "email" {
			addresses = append(addresses, i["value"].(string))
		}
	}
	for _, a := range addresses {
		if !strings.Contains(a, "@") {
			return nil, invalid("email", "Email: "+a+" is not properly formatted")
		}
		if d.byAddress(a) != nil {
			return nil, invalid("email", "Email: "+a+" is already being used by another user")
		}
	}
	name, _ := body["name"].(string)
	if strings.TrimSpace(name) == "" {
		return nil, invalid("name", "Name: cannot be blank")
	}
	if id := number(body["organization_id"]); id != 0 && d.get("organizations", id) == nil {
		return nil, invalid("organization", "Organization: is invalid")
	}
	o := object{"role": "end-user", "suspended": false, "tags": tags(words(body["tags"])), "user_fields": object{}}
	for _, f := range userFields {
		if body[f] != nil {
			o[f] = body[f]
		}
	}
	r := d.add("users", o)
	for n, a := range slices.Compact(addresses) {
		d.add("identities", object{"user_id": r.id, "type": "email", "value": a, "primary": n == 0, "verified": true})
	}
	if r.text("email") == "" && len(addresses) > 0 {
		r.at["email"] = addresses[0]
	}
	if id := r.number("organization_id"); id != 0 {
		d.add("organization_memberships", object{"user_id": r.id, "organization_id": id, "default": true})
	}
	if !truth(body["skip_verify_email"]) && len(addresses) > 0 {
		d.Outbox.Send(simulator.Mail{At: d.Now(), To: r.id, Why: "verification of an address"})
	}
	return r, answer{}
}

// newOrOldUser updates the person who has the external id or an address, and
// creates one only where nobody has.
func (d *Desk) newOrOldUser(body object) (*row, answer) {
	var old *row
	external, _ := body["external_id"].(string)
	email, _ := body["email"].(string)
	for _, r := range d.list("users") {
		if external != "" && r.text("external_id") == external {
			old = r
		}
	}
	if old == nil && email != "" {
		old = d.byAddress(email)
	}
	if old == nil {
		return d.newUser(body)
	}
	d.change(old, body, userFields)
	return old, answer{}
}

func (d *Desk) change(r *row, body object, fields []string) {
	for _, f := range fields {
		v, given := body[f]
		switch custom, ofFields := v.(map[string]any); {
		case ofFields: // those that are not named stay
			held, _ := r.at[f].(object)
			held = maps.Clone(held)
			if held == nil {
				held = object{}
			}
			maps.Copy(held, custom)
			r.at[f] = held
		case given:
			r.at[f] = v
		}
	}
	if body["tags"] != nil {
		r.at["tags"] = tags(words(body["tags"]))
	}
	d.touch(r)
}

func (d *Desk) updateUser(q *request) answer {
	r := d.get("users", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	body, _ := q.body["user"].(map[string]any)
	d.change(r, body, userFields)
	return ok(object{"user": d.showUser(r)})
}

func (d *Desk) updateOrganization(q *request) answer {
	r := d.get("organizations", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	body, _ := q.body["organization"].(map[string]any)
	d.change(r, body, organizationFields)
	return ok(object{"organization": showOrganization(r)})
}

func (d *Desk) identities(q *request) answer {
	user := number(q.PathValue("id"))
	return d.page(q, "identities", d.listIf("identities", func(r *row) bool { return r.number("user_id") == user }), same)
}

func (d *Desk) addIdentity(q *request) answer {
	user := d.get("users", number(q.PathValue("id")))
	body, _ := q.body["identity"].(map[string]any)
	value, _ := body["value"].(string)
	switch {
	case user == nil:
		return missing()
	case d.byAddress(value) != nil:
		return invalid("value", "Value: is already being used by another user")
	case !truth(body["skip_verify_email"]):
		d.Outbox.Send(simulator.Mail{At: d.Now(), To: user.id, Why: "verification of an address"})
	}
	r := d.add("identities", object{"user_id": user.id, "type": body["type"], "value": value, "primary": false, "verified": true})
	d.touch(user)
	return created(object{"identity": r.at})
}

// ofUser is an identity of the person that the request names.
func (d *Desk) ofUser(q *request) *row {
	i := d.get("identities", number(q.PathValue("identity")))
	if i == nil || i.number("user_id") != number(q.PathValue("id")) {
		return nil
	}
	return i
}

func (d *Desk) makePrimary(q *request) answer {
	one := d.ofUser(q)
	if one == nil {
		return missing()
	}
	for _, i := range d.list("identities") {
		if i.number("user_id") == one.number("user_id") {
			i.at["primary"] = i.id == one.id
		}
	}
	user := d.get("users", one.number("user_id"))
	user.at["email"] = one.at["value"]
	d.touch(user)
	return d.identities(q)
}

func (d *Desk) deleteIdentity(q *request) answer {
	one := d.ofUser(q)
	switch {
	case one == nil:
		return missing()
	case truth(one.at["primary"]):
		return invalid("base", "The primary identity can't be deleted")
	}
	one.deleted = true
	d.touch(d.get("users", one.number("user_id")))
	return answer{status: 204}
}

func (d *Desk) memberships(q *request, table string) answer {
	user := number(q.PathValue("id"))
	return d.page(q, table, d.listIf(table, func(r *row) bool { return r.number("user_id") == user }), same)
}

// join makes a person a member of a group or an organization, once.
func (d *Desk) join(q *request, name, field, of string) answer {
	body, _ := q.body[name].(map[string]any)
	user, to := d.get("users", number(body["user_id"])), d.get(of, number(body[field]))
	switch {
	case user == nil || to == nil:
		return missing()
	case of == "groups" && user.text("role") == "end-user":
		return invalid("user", "User: must be an agent")
	}
	for _, m := range d.list(name + "s") {
		if m.number("user_id") == user.id && m.number(field) == to.id {
			return invalid("user_id", "User is already a member")
		}
	}
	m := d.add(name+"s", object{"user_id": user.id, field: to.id, "default": false})
	return created(object{name: m.at})
}

// in reports whether a person is a member.
func (d *Desk) in(table, field string, user, of int64) bool {
	return slices.ContainsFunc(d.list(table), func(m *row) bool { return m.number("user_id") == user && m.number(field) == of })
}

func (d *Desk) createGroup(q *request) answer {
	body, _ := q.body["group"].(map[string]any)
	name, _ := body["name"].(string)
	switch {
	case name == "":
		return invalid("name", "Name: cannot be blank")
	case slices.ContainsFunc(d.list("groups"), func(r *row) bool { return strings.EqualFold(r.text("name"), name) }):
		return invalid("name", "Name: has already been taken")
	}
	r := d.add("groups", object{"name": name, "description": body["description"], "default": false, "is_public": true})
	return created(object{"group": showGroup(r)})
}

var organizationFields = []string{"name", "external_id", "notes", "details", "domain_names", "organization_fields", "group_id"}

func (d *Desk) newOrganization(body object) (*row, answer) {
	name, _ := body["name"].(string)
	switch {
	case name == "":
		return nil, invalid("name", "Name: cannot be blank")
	case slices.ContainsFunc(d.list("organizations"), func(r *row) bool { return strings.EqualFold(r.text("name"), name) }):
		return nil, invalid("name", "Name: has already been taken")
	}
	o := object{"domain_names": []string{}, "tags": tags(words(body["tags"])), "organization_fields": object{}}
	for _, f := range organizationFields {
		if body[f] != nil {
			o[f] = body[f]
		}
	}
	return d.add("organizations", o), answer{}
}

func (d *Desk) createOrUpdateOrganization(q *request) answer {
	body, _ := q.body["organization"].(map[string]any)
	for _, r := range d.list("organizations") {
		if number(body["id"]) == r.id || body["external_id"] != nil && body["external_id"] == r.at["external_id"] {
			d.change(r, body, organizationFields)
			return ok(object{"organization": showOrganization(r)})
		}
	}
	r, a := d.newOrganization(body)
	if r == nil {
		return a
	}
	return created(object{"organization": showOrganization(r)})
}

func (d *Desk) searchOrganizations(q *request) answer {
	external, name := q.URL.Query().Get("external_id"), q.URL.Query().Get("name")
	return d.page(q, "organizations", d.listIf("organizations", func(r *row) bool {
		return external != "" && r.text("external_id") == external || name != "" && strings.EqualFold(r.text("name"), name)
	}), showOrganization)
}

// tags are what Zendesk makes of words: small letters, no spaces, each once, in
// the order of the alphabet.
func tags(all []string) []string {
	clean := []string{}
	for _, t := range all {
		clean = append(clean, strings.Join(strings.Fields(strings.ToLower(t)), "_"))
	}
	slices.Sort(clean)
	return slices.Compact(clean)
}
