package redmine

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// people are the users that were asked for, by id, and who is a member of which
// project in which roles.
type people struct {
	mu      sync.Mutex
	known   map[string]user
	members map[string]map[int64][]int64 // project → user → roles
}

// person is the user with that id, ErrNotFound if there is none.
func (d *desk) person(ctx context.Context, key string) (user, error) {
	d.people.mu.Lock()
	u, ok := d.people.known[key]
	d.people.mu.Unlock()
	if ok {
		return u, nil
	}
	u, err := d.readUser(ctx, key)
	if err != nil {
		return u, err
	}
	d.remember(u)
	return u, nil
}

func (d *desk) remember(u user) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	if d.people.known == nil {
		d.people.known = map[string]user{}
	}
	d.people.known[id(u.ID)] = u
}

func (d *desk) forget(key string) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	delete(d.people.known, key)
}

func (d *desk) readUser(ctx context.Context, key string) (user, error) {
	if err := numeric("read user", key); err != nil {
		return user{}, err
	}
	var answer struct {
		User user `json:"user"`
	}
	err := d.get(ctx, "read user", "/users/"+key+".json", url.Values{"include": {"memberships"}}, &answer)
	return answer.User, err
}

// users goes over all users of whatever status.
func (d *desk) users(ctx context.Context, query url.Values, visit func(user) bool) error {
	q := url.Values{"status": {""}, "sort": {"id"}}
	for k, v := range query {
		q[k] = v
	}
	return each(ctx, d, "list users", "/users.json", "users", q, visit)
}

// agent reports whether the user has the role of agents somewhere.
func (d *desk) agent(f *facts, u user) bool {
	r, ok := f.roles[d.Role]
	return ok && slices.ContainsFunc(u.Memberships, func(m membership) bool { return has(m.Roles, r.ID) })
}

func has(roles []named, id int64) bool {
	return slices.ContainsFunc(roles, func(r named) bool { return r.ID == id })
}

// roleOf is the role that the user writes with, or none.
func (d *desk) roleOf(f *facts, u user) (role, bool) {
	name := d.ContactRole
	if d.agent(f, u) {
		name = d.Role
	}
	r, ok := f.roles[name]
	return r, ok
}

// join makes the user a member of the project, unless it is one in that role.
func (d *desk) join(ctx context.Context, project string, u user, r role) error {
	roles, err := d.membersOf(ctx, project)
	if err != nil {
		return err
	}
	d.people.mu.Lock()
	had := slices.Clone(roles[u.ID])
	d.people.mu.Unlock()
	if len(had) > 0 { // in whatever role: what an administrator decided stays
		return nil
	}
	body := map[string]any{"membership": map[string]any{"user_id": u.ID, "role_ids": []int64{r.ID}}}
	err = d.send(ctx, http.MethodPost, "add member", "/projects/"+project+"/memberships.json", "", body, nil)
	if errors.Is(err, connectors.ErrRejected) {
		err = nil // taken meanwhile, or no user that can be a member: writing will tell
	}
	if err == nil {
		d.people.mu.Lock()
		roles[u.ID] = []int64{r.ID}
		d.people.mu.Unlock()
	}
	return err
}

// membersOf lists the members of a project once.
func (d *desk) membersOf(ctx context.Context, project string) (map[int64][]int64, error) {
	d.people.mu.Lock()
	roles, ok := d.people.members[project]
	d.people.mu.Unlock()
	if ok {
		return roles, nil
	}
	roles = map[int64][]int64{}
	err := each(ctx, d, "list members", "/projects/"+project+"/memberships.json", "memberships", nil, func(m membership) bool {
		if m.User != nil {
			for _, r := range m.Roles {
				roles[m.User.ID] = append(roles[m.User.ID], r.ID)
			}
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	if d.people.members == nil {
		d.people.members = map[string]map[int64][]int64{}
	}
	if first, ok := d.people.members[project]; ok {
		return first, nil
	}
	d.people.members[project] = roles
	return roles, nil
}

// noAddress starts the address of a user whose person has none: Redmine insists
// on one, and a domain that can't exist (RFC 6761, 6.4) takes no mail.
const noAddress = "no-address-"

const nowhere = "@placeholder.invalid"

// noName stands for the part of a name that a person does not have.
const noName = "-"

// maxFirst is the longest first name (User, validates_length_of :firstname).
const maxFirst = 30

// split cuts a name into the two that Redmine insists on.
func split(name string) (first, last string) {
	words := strings.Fields(name)
	if len(words) < 2 {
		return noName, strings.Join(words, "")
	}
	n := len(words) - 1
	for n > 0 && len([]rune(strings.Join(words[:n], " "))) > maxFirst {
		n--
	}
	if n == 0 {
		return noName, strings.Join(words, " ")
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ")
}

func join(first, last string) string {
	if first == noName {
		return last
	}
	return first + " " + last
}

// personOf is a user as a record.
func (d *desk) personOf(f *facts, u user) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, id(u.ID))
	r.Changed = u.Updated
	p := helpdesk.Person{Name: join(u.First, u.Last), Login: u.Login, Role: helpdesk.RoleContact, Suspended: u.Status == locked,
		Created: u.Created, Updated: u.Updated, Custom: d.custom(u.Custom)}
	if !strings.HasPrefix(u.Mail, noAddress) && u.Mail != "" {
		p.Emails = []string{u.Mail}
	}
	for _, m := range u.Memberships {
		if m.Project == nil || d.Role != "" && !has(m.Roles, f.roles[d.Role].ID) {
			continue
		}
		p.Role, p.Groups = helpdesk.RoleAgent, append(p.Groups, m.Project.key())
	}
	*r.Person = p
	return r
}

// custom are the values of custom fields without our own.
func (d *desk) custom(fields []field) (all []helpdesk.CustomValue) {
	for _, c := range fields {
		if v := c.values(); len(v) > 0 && c.Name != d.MarkerField && (c.Name != d.TagsField || d.TagsField == "") {
			all = append(all, helpdesk.CustomValue{Name: c.Name, Values: v})
		}
	}
	return all
}
