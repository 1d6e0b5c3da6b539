package rt

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// people are the users that were asked for, by name, and those who are agents.
type people struct {
	mu     sync.Mutex
	known  map[string]user
	agents map[loose]bool
}

// builtIn are users that stand for nobody.
var builtIn = []string{"RT_System", "Nobody"}

// somebody is the name of a user, or nothing for those that stand for nobody.
func (r ref) somebody() string {
	if slices.Contains(builtIn, string(r.ID)) {
		return ""
	}
	return string(r.ID)
}

// person is the user of that name, ErrNotFound if there is none.
func (d *desk) person(ctx context.Context, name string) (user, error) {
	d.people.mu.Lock()
	u, ok := d.people.known[name]
	d.people.mu.Unlock()
	if ok {
		return u, nil
	}
	u, err := d.readUser(ctx, name)
	if err != nil {
		return u, err
	}
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	if d.people.known == nil {
		d.people.known = map[string]user{}
	}
	d.people.known[name] = u
	return u, nil
}

func (d *desk) forget(name string) {
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	delete(d.people.known, name)
}

func (d *desk) readUser(ctx context.Context, name string) (user, error) {
	path, err := escape(name)
	if err != nil {
		return user{}, err
	}
	var u user
	if err := d.get(ctx, "read user", "/user/"+path, nil, &u); err != nil {
		return user{}, err
	}
	if u.Name != name { // RT also finds users by number and address
		return user{}, notFound("read user")
	}
	return u, nil
}

// enlist makes a user a member of the group of agents, once.
func (d *desk) enlist(ctx context.Context, f *facts, u user) error {
	if f.group == "" {
		return nil
	}
	d.people.mu.Lock()
	done := d.people.agents[u.ID]
	d.people.mu.Unlock()
	if done {
		return nil
	}
	if _, err := d.send(ctx, http.MethodPut, "add member", "/group/"+string(f.group)+"/members", []string{string(u.ID)}, nil); err != nil {
		return err
	}
	d.people.mu.Lock()
	defer d.people.mu.Unlock()
	if d.people.agents == nil {
		d.people.agents = map[loose]bool{}
	}
	d.people.agents[u.ID] = true
	return nil
}

// personOf is a user as a record.
func (d *desk) personOf(u user) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, u.Name)
	r.Changed = u.Updated.Time
	p := helpdesk.Person{Name: u.RealName, Login: u.Name, Role: helpdesk.RoleContact, Locale: u.Lang, TimeZone: u.Timezone, Notes: u.Comments,
		Suspended: u.Disabled == "1", Created: u.Created.Time, Updated: u.Updated.Time, Address: address(u), Custom: d.custom(u.Custom)}
	if u.Privileged == "1" {
		p.Role = helpdesk.RoleAgent
	}
	if u.Email != "" {
		p.Emails = []string{u.Email}
	}
	for _, phone := range []string{u.WorkPhone, u.MobilePhone, u.HomePhone} {
		if phone != "" {
			p.Phones = append(p.Phones, phone)
		}
	}
	if u.Organization != "" {
		p.Organizations = []string{u.Organization}
	}
	*r.Person = p
	return r
}

// address are the lines of an address, as they are put on a letter.
func address(u user) string {
	lines := []string{u.Address1, u.Address2, strings.TrimSpace(u.Zip + " " + u.City), u.State, u.Country}
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "" }), "\n")
}

// custom are the values of custom fields without our own.
func (d *desk) custom(fields []customField) (all []helpdesk.CustomValue) {
	for _, c := range fields {
		if len(c.Values) > 0 && c.Name != d.MarkerField && (c.Name != d.TagsField || d.TagsField == "") {
			all = append(all, helpdesk.CustomValue{Name: c.Name, Values: c.Values})
		}
	}
	slices.SortFunc(all, func(a, b helpdesk.CustomValue) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func unknown(field string) error {
	return &connectors.Rejected{Reason: "unknown_reference", Field: field}
}
