package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// target writes into a Zendesk.
type target struct {
	*desk
	shelving sync.Mutex // one makes categories and sections at a time
}

// Create creates records, many by one job, others one by one. An error of the whole
// call leaves open what was created.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return nil, err
	}
	created := make([]connectors.Created, len(drafts))
	var bodies []object
	var at []int
	for i, d := range drafts {
		body, err := t.body(ctx, f, d)
		if err == nil && body == nil {
			created[i].ID, err = t.createOne(ctx, f, d)
		}
		if created[i].Err = refused(err); err == nil && body != nil {
			bodies, at = append(bodies, body), append(at, i)
		}
	}
	if len(bodies) == 0 {
		return created, nil
	}
	results, err := t.many(ctx, drafts[at[0]].Record.Kind, bodies)
	if err != nil {
		return nil, err
	}
	for n, r := range results {
		created[at[n]] = r
	}
	return created, nil
}

// An object is one of the API's, as it is sent.
type object = map[string]any

// body is what a job makes a record of, or nil for kinds that none makes.
func (t *target) body(ctx context.Context, f *facts, d connectors.Draft) (object, error) {
	d.Record = t.sent(d.Record)
	switch d.Record.Kind {
	case helpdesk.KindOrganization:
		return t.organizationBody(f, d)
	case helpdesk.KindPerson:
		return t.personBody(f, d)
	case helpdesk.KindTicket:
		return t.ticketBody(ctx, f, d)
	case helpdesk.KindGroup, helpdesk.KindArticle:
		return nil, nil
	}
	return nil, &connectors.Rejected{Reason: "unknown_kind"}
}

// sent is a record as Render shows it, but for its texts: pictures are shown by their
// addresses, which are not compared.
func (t *target) sent(r helpdesk.Record) helpdesk.Record {
	shown := t.Render(r)
	switch {
	case r.Ticket != nil: // the comments are the rendered record's own
		for i, c := range r.Ticket.Comments {
			shown.Ticket.Comments[i].Format, shown.Ticket.Comments[i].Body = markup.Clean(c.Format, c.Body)
		}
	case r.Article != nil:
		shown.Article.Body = markup.CleanPage(r.Article.Body)
	}
	return shown
}

func (t *target) createOne(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	if d.Record.Kind == helpdesk.KindGroup {
		return t.createGroup(ctx, d)
	}
	return t.createArticle(ctx, f, d)
}

// Read gives the record as it stands there, as Render gives it too.
func (t *target) Read(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	n, err := rest.Number("zendesk: read "+string(k), key)
	if err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindGroup:
		return t.readGroup(ctx, key)
	case helpdesk.KindOrganization:
		o, err := t.readOrganization(ctx, n)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return view{f, true}.organization(o), nil
	case helpdesk.KindPerson:
		return t.readPerson(ctx, f, n)
	case helpdesk.KindTicket:
		k, _, err := t.readTicket(ctx, n)
		if err != nil {
			return helpdesk.Record{}, err
		}
		comments, err := t.comments(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return view{f, true}.ticket(k, comments), nil
	case helpdesk.KindArticle:
		return t.readBack(ctx, key)
	}
	return helpdesk.Record{}, fmt.Errorf("zendesk: read %s: %w", k, connectors.ErrNotFound)
}

func (t *target) readPerson(ctx context.Context, f *facts, n int64) (helpdesk.Record, error) {
	u, err := t.readUser(ctx, n)
	if err != nil {
		return helpdesk.Record{}, err
	}
	var list []identity
	err = each(ctx, t.desk, "list addresses", "/users/"+rest.ID(n)+"/identities.json", "identities", nil, func(i identity) bool {
		list = append(list, i)
		return true
	})
	if err != nil {
		return helpdesk.Record{}, err
	}
	r := view{f, true}.person(u, list)
	if u.Role != "end-user" {
		if r.Person.Groups, err = t.memberships(ctx, n, "group"); err != nil {
			return helpdesk.Record{}, err
		}
	}
	more, err := t.memberships(ctx, n, "organization")
	if err != nil {
		return helpdesk.Record{}, err
	}
	r.Person.Organizations = unique(append(r.Person.Organizations, more...))
	r.Person.Phones = r.Person.Phones[:min(1, len(r.Person.Phones))]
	if !t.Agents {
		r.Person.Role, r.Person.Groups = "", nil // nobody is an agent by our doing
	}
	return r, nil
}

// markerLine is what stands before the marker of a group, at the end of its
// description.
const markerLine = "\n\nsafeconduct:"

func (t *target) readGroup(ctx context.Context, key string) (helpdesk.Record, error) {
	var answer struct {
		Group *group `json:"group"`
	}
	if err := t.get(ctx, "read group", "/groups/"+key+".json", nil, &answer); err != nil {
		return helpdesk.Record{}, err
	}
	switch {
	case answer.Group == nil || rest.ID(answer.Group.ID) != key:
		return helpdesk.Record{}, unlike("read group")
	case answer.Group.Deleted:
		return helpdesk.Record{}, fmt.Errorf("zendesk: read group: %w", connectors.ErrNotFound)
	}
	return groupOf(answer.Group), nil
}

// Match knows people by their address, groups and organizations by their name.
func (t *target) Match(ctx context.Context, r helpdesk.Record) (key string, err error) {
	switch {
	case r.Person != nil && len(r.Person.Emails) > 0:
		key, err = t.byAddress(ctx, r.Person.Emails[0])
	case r.Group != nil && r.Group.Name != "":
		err = each(ctx, t.desk, "list groups", "/groups.json", "groups", nil, func(g group) bool {
			if !g.Deleted && strings.EqualFold(g.Name, r.Group.Name) {
				key = rest.ID(g.ID)
			}
			return key == ""
		})
	case r.Organization != nil && r.Organization.Name != "":
		err = each(ctx, t.desk, "find organization", "/organizations/search.json", "organizations", url.Values{"name": {r.Organization.Name}},
			func(o organization) bool {
				if strings.EqualFold(o.Name, r.Organization.Name) {
					key = rest.ID(o.ID)
				}
				return key == ""
			})
	}
	if err == nil && key == "" {
		err = fmt.Errorf("zendesk: match %s: %w", r.Kind, connectors.ErrNotFound)
	}
	return key, err
}

// byAddress finds the person who has an address; it may not be the first of theirs.
func (t *target) byAddress(ctx context.Context, address string) (key string, err error) {
	var found []user
	err = each(ctx, t.desk, "find person", "/users/search.json", "users", url.Values{"query": {`email:"` + address + `"`}}, func(u user) bool {
		found = append(found, u)
		return true
	})
	for i := range found {
		if u := &found[i]; err == nil && key == "" && !u.gone() {
			err = each(ctx, t.desk, "list addresses", "/users/"+rest.ID(u.ID)+"/identities.json", "identities", nil, func(i identity) bool {
				if i.Type == "email" && strings.EqualFold(i.Value, address) {
					key = rest.ID(u.ID)
				}
				return key == ""
			})
		}
	}
	return key, err
}

// Finish makes agents members of their groups, suspends who is suspended, and gives
// articles the files that an attempt before may have left out.
func (t *target) Finish(ctx context.Context, key string, d connectors.Draft) error {
	switch r := d.Record; {
	case r.Person != nil:
		return t.finishPerson(ctx, key, r.Person)
	case r.Article != nil && len(r.Article.Attachments) > 0:
		_, err := t.claimMissing(ctx, key, d)
		return err
	case r.Ticket != nil:
		_, err := rest.Number("zendesk: finish ticket", key)
		return err
	}
	return nil
}

func (t *target) finishPerson(ctx context.Context, key string, p *helpdesk.Person) error {
	n, err := rest.Number("zendesk: finish person", key)
	if err != nil {
		return err
	}
	for of, wanted := range map[string][]string{"group": p.Groups, "organization": p.Organizations} {
		if of == "group" && (!t.Agents || p.Role != helpdesk.RoleAgent) || of == "organization" && len(wanted) < 2 {
			continue
		}
		had, err := t.memberships(ctx, n, of)
		if err != nil {
			return err
		}
		for _, w := range wanted {
			if slices.Contains(had, w) {
				continue
			}
			if err := t.join(ctx, key, of, w); err != nil {
				return err
			}
		}
	}
	if !p.Suspended {
		return nil
	}
	return refused(t.send(ctx, "PUT", "suspend person", "/users/"+key+".json", nil, object{"user": object{"suspended": true}}, nil))
}

func (t *target) join(ctx context.Context, person, of, to string) error {
	body := object{of + "_membership": object{"user_id": person, of + "_id": to}}
	err := t.send(ctx, "POST", "add membership", "/"+of+"_memberships.json", nil, body, nil)
	if errors.Is(err, connectors.ErrNotFound) {
		return unknown("person." + of + "s")
	}
	return refused(err)
}
