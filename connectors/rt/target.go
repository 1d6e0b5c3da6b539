package rt

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// target writes into a Request Tracker.
type target struct{ *desk }

// Profile says what this RT keeps, and what has to be set up in it first.
func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return connectors.TargetProfile{}, err
	}
	p := connectors.TargetProfile{Product: "Request Tracker", Version: f.version,
		Kinds:    []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindPerson, helpdesk.KindTicket},
		Fidelity: t.fidelity(f), Vocabulary: t.vocabulary(f), Batch: 1, Hold: t.hold, Opening: true, Unprepared: t.unprepared(f),
		Notes: []string{"Who wrote a message and when stands in a line of its text: RT's API takes neither. safeconduct date-fixup writes SQL that sets the dates.",
			"RT deletes nothing: a rollback marks tickets deleted and disables users and queues; agents see them no more, and the data stays until rt-shredder runs."}}
	if t.Class != "" {
		p.Kinds = append(p.Kinds, helpdesk.KindArticle)
	}
	if t.AgentsGroup == "" {
		p.Notes = append(p.Notes, "No ticket gets an owner: without agents_group nobody has the right to own one.")
	}
	return p, nil
}

// fidelity was tried on RT 5.0.3. What is not named is lost.
func (t *target) fidelity(f *facts) map[string]connectors.Fidelity {
	kept := map[connectors.Fidelity][]string{
		connectors.Native: {"group.name", "group.description", "person.name", "person.emails", "person.phones", "person.role", "person.locale",
			"person.time_zone", "person.notes", "ticket.subject", "ticket.priority", "ticket.requester", "ticket.group", "ticket.due",
			"participant.role", "participant.person", "article.state", "comment.visibility", "comment.format", "comment.body",
			"attachment.name", "attachment.size", "attachment.sha256"},
		connectors.OnCreate: {"ticket.created", "ticket.solved", "ticket.pending_until"},
		connectors.Second:   {"ticket.status", "person.suspended", "link.type", "link.ticket"},
		connectors.Emulated: {"person.login", "person.address", "ticket.updated", "ticket.closed", "comment.created", "comment.author",
			"attachment.content_type", "time_entry.seconds", "article.title", "article.body"},
	}
	if t.AgentsGroup != "" {
		kept[connectors.Native] = append(kept[connectors.Native], "ticket.assignee")
	}
	if t.TagsField != "" {
		kept[connectors.Native] = append(kept[connectors.Native], "ticket.tags")
	}
	all := map[string]connectors.Fidelity{}
	for fidelity, names := range kept {
		for _, n := range names {
			all[n] = fidelity
		}
	}
	for _, c := range f.fields {
		if scope := map[string]string{ofTickets: "ticket", ofUsers: "person"}[c.Of]; scope != "" && c.takes() && c.Name != t.MarkerField {
			all[scope+".custom."+c.Name] = connectors.Native
		}
	}
	return all
}

// takes reports whether the field keeps texts as they are given.
func (c *definition) takes() bool {
	return slices.Contains([]string{"Freeform", "Select", "Text", "Autocomplete", "Combobox"}, c.Type)
}

func (t *target) vocabulary(f *facts) map[string][]string {
	words := map[string][]string{"ticket.status": t.Statuses, "ticket.priority": t.Priorities, "article.state": {"published"}}
	for _, c := range f.fields {
		if c.Of == ofTickets && c.Type == "Select" {
			words["ticket.custom."+c.Name] = c.options
		}
	}
	return words
}

// Create creates one record: RT's bulk requests take no files.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return nil, err
	}
	created := make([]connectors.Created, len(drafts))
	for i, d := range drafts {
		var key string
		d.Record = t.Render(d.Record)
		switch d.Record.Kind {
		case helpdesk.KindGroup:
			key, err = t.createQueue(ctx, f, d)
		case helpdesk.KindPerson:
			key, err = t.createUser(ctx, f, d)
		case helpdesk.KindTicket:
			key, err = t.createTicket(ctx, f, d)
		case helpdesk.KindArticle:
			key, err = t.createArticle(ctx, f, d)
		default:
			err = &connectors.Rejected{Reason: "unknown_kind"}
		}
		created[i] = connectors.Created{ID: key, Err: refused(err)}
	}
	return created, nil
}

// refused makes an answer of 400 a reason of ours: its text holds content.
func refused(err error) error {
	var known *connectors.Rejected
	if err == nil || errors.As(err, &known) || !errors.Is(err, connectors.ErrRejected) {
		return err
	}
	return &connectors.Rejected{Reason: "refused_by_rt"}
}

// Find looks for the marker in its custom field.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	for m, err := range t.Census(ctx, k, marker) {
		if err != nil {
			return nil, err
		}
		if m.Marker == marker {
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}

// Census searches the custom field. What was deleted or taken back is not in it:
// see removeOne.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		err := t.marked(ctx, k, prefix, func(m marked) bool {
			return yield(connectors.Marked{ID: m.key(k), Marker: valueOf(m.Custom, t.MarkerField)}, nil)
		})
		if err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

// A marked object carries a marker.
type marked struct {
	ID     loose         `json:"id"`
	Name   string        `json:"Name"`
	Custom []customField `json:"CustomFields"`
}

func (m marked) key(k helpdesk.Kind) string {
	if k == helpdesk.KindPerson {
		return m.Name
	}
	return string(m.ID)
}

// marked goes over the objects whose marker starts with the prefix; people who are
// suspended, and so disabled, are among them.
func (t *target) marked(ctx context.Context, k helpdesk.Kind, prefix string, visit func(marked) bool) error {
	if strings.ContainsAny(prefix, `'"\{}%_`) || prefix == "" {
		return fmt.Errorf("rt: find by marker: no such marker")
	}
	l := list{name: "find by marker", where: []condition{{"CustomField.{" + t.MarkerField + "}", "LIKE", prefix}},
		query: url.Values{"orderby": {"id"}, "fields": {"Name,CustomFields"}, "find_disabled_rows": {"1"}}}
	switch k {
	case helpdesk.KindTicket:
		l.path, l.where = "/tickets", nil
		l.query = url.Values{"orderby": {"id"}, "fields": {"CustomFields"}, "query": {"CF.{" + t.MarkerField + "} LIKE '" + prefix + "'"}}
	case helpdesk.KindPerson:
		l.path = "/users"
	case helpdesk.KindGroup:
		l.path = "/queues"
	case helpdesk.KindArticle:
		l.path = "/articles"
	default:
		return nil
	}
	return each(ctx, t.desk, l, func(m marked) bool {
		return !strings.HasPrefix(valueOf(m.Custom, t.MarkerField), prefix) || visit(m)
	})
}

// Read gives the record as it stands there, without the lines of origin.
func (t *target) Read(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	switch k {
	case helpdesk.KindGroup:
		q, err := t.readQueue(ctx, key)
		return groupOf(q), err
	case helpdesk.KindPerson:
		u, err := t.readUser(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		if strings.HasPrefix(valueOf(u.Custom, t.MarkerField), gone) {
			return helpdesk.Record{}, notFound("read user")
		}
		r := t.personOf(u)
		r.Person.Organizations = nil // a text here, and no reference
		return r, nil
	case helpdesk.KindTicket:
		x, err := t.whole(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		if x.Status == "deleted" {
			return helpdesk.Record{}, notFound("read ticket")
		}
		return view{t.desk, true}.ticket(x), nil
	case helpdesk.KindArticle:
		a, err := t.readArticle(ctx, key)
		if err == nil && a.Disabled == "1" {
			err = notFound("read article")
		}
		return t.articleOf(a, true), err
	}
	return helpdesk.Record{}, notFound("read " + string(k))
}

// readQueue is a queue in use.
func (d *desk) readQueue(ctx context.Context, key string) (queue, error) {
	if err := numeric("read queue", key); err != nil {
		return queue{}, err
	}
	q, err := d.queue(ctx, key)
	if err == nil && q.Disabled == "1" {
		err = notFound("read queue")
	}
	return q, err
}

func (d *desk) queue(ctx context.Context, key string) (q queue, err error) {
	return q, d.get(ctx, "read queue", "/queue/"+key, nil, &q)
}

// Match knows people by their address and queues by their name.
func (t *target) Match(ctx context.Context, r helpdesk.Record) (key string, err error) {
	switch r = t.Render(r); {
	case r.Person != nil && len(r.Person.Emails) > 0:
		mail := r.Person.Emails[0]
		err = each(ctx, t.desk, list{name: "find user", path: "/users", query: url.Values{"fields": {"Name,EmailAddress,CustomFields"}, "find_disabled_rows": {"1"}},
			where: []condition{{"EmailAddress", "=", mail}}}, func(u user) bool {
			if strings.EqualFold(u.Email, mail) && !strings.HasPrefix(valueOf(u.Custom, t.MarkerField), gone) {
				key = u.Name
			}
			return key == ""
		})
	case r.Group != nil && r.Group.Name != "":
		err = each(ctx, t.desk, list{name: "find queue", path: "/queues", query: url.Values{"fields": {"Name"}},
			where: []condition{{"Name", "=", r.Group.Name}}}, func(q queue) bool {
			if strings.EqualFold(q.Name, r.Group.Name) {
				key = string(q.ID)
			}
			return key == ""
		})
	}
	if err == nil && key == "" {
		err = notFound("match " + string(r.Kind))
	}
	return key, err
}

// Remove marks tickets deleted and disables users and queues: RT has no more.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) (done []connectors.Removal, err error) {
	for _, key := range ids {
		removal, err := t.removeOne(ctx, k, key)
		if errors.Is(err, connectors.ErrNotFound) {
			removal, err = connectors.Removed, nil
		}
		if err != nil {
			return nil, err
		}
		t.forget(key)
		done = append(done, removal)
	}
	return done, nil
}

// gone stands before the marker of a user or queue that was taken back. RT keeps
// the row, and with it address and name, which no other may have: a later run
// finds it by this and takes it into use again.
const gone = "removed-"

func (t *target) removeOne(ctx context.Context, k helpdesk.Kind, key string) (connectors.Removal, error) {
	if k == helpdesk.KindTicket {
		now, err := t.head(ctx, key)
		if err == nil && now.Status != "deleted" { // to delete it twice is a failure of RT's
			_, err = t.send(ctx, http.MethodDelete, "remove ticket", "/ticket/"+key, nil, nil)
		}
		return connectors.Disabled, err
	}
	path, custom, disabled, err := t.place(ctx, k, key)
	if err != nil {
		return "", err
	}
	if marker := valueOf(custom, t.MarkerField); marker != "" && !strings.HasPrefix(marker, gone) {
		body := map[string]any{"CustomFields": map[string]any{t.MarkerField: gone + marker}}
		if _, err := t.send(ctx, http.MethodPut, "unmark "+string(k), path, body, nil); err != nil {
			return "", err
		}
	}
	if !disabled { // to disable it twice is a failure of RT's
		_, err = t.send(ctx, http.MethodDelete, "remove "+string(k), path, nil, nil)
	}
	return connectors.Disabled, err
}

// place is the path of a user or queue, its custom fields, and whether it is
// disabled.
func (t *target) place(ctx context.Context, k helpdesk.Kind, key string) (path string, custom []customField, disabled bool, err error) {
	switch k {
	case helpdesk.KindPerson:
		u, err := t.readUser(ctx, key)
		return "/user/" + url.PathEscape(key), u.Custom, u.Disabled == "1", err
	case helpdesk.KindGroup:
		if err := numeric("read queue", key); err != nil {
			return "", nil, false, err
		}
		q, err := t.queue(ctx, key)
		return "/queue/" + key, q.Custom, q.Disabled == "1", err
	case helpdesk.KindArticle:
		a, err := t.readArticle(ctx, key)
		return "/article/" + key, a.Custom, a.Disabled == "1", err
	}
	return "", nil, false, fmt.Errorf("rt: remove %s: %w", k, connectors.ErrDenied)
}

// revive takes a user or queue of an earlier run, which was taken back, into use
// again, with what it should hold now.
func (t *target) revive(ctx context.Context, k helpdesk.Kind, marker string, body map[string]any) (key string, err error) {
	err = t.marked(ctx, k, gone+marker, func(m marked) bool { key = m.key(k); return false })
	if err != nil || key == "" {
		return "", err
	}
	path, _, _, err := t.place(ctx, k, key)
	if err != nil {
		return "", err
	}
	body["Disabled"] = 0
	delete(body, "Name")
	_, err = t.send(ctx, http.MethodPut, "revive "+string(k), path, body, nil)
	return key, err
}

// Mails counts the mails that RT recorded since then for what the account did.
func (t *target) Mails(ctx context.Context, since time.Time) (n int, err error) {
	if _, err := t.learn(ctx); err != nil {
		return 0, err
	}
	if now := t.client.ServerTime(); !now.IsZero() { // since is by our clock, RT answers by its own
		since = since.Add(time.Until(now))
	}
	query := fmt.Sprintf("(Type = 'EmailRecord' OR Type = 'CommentEmailRecord') AND Created > '%s'", since.UTC().Add(-time.Second).Format(time.DateTime))
	var found struct {
		Total loose `json:"total"`
	}
	if strings.ContainsAny(t.User, `'"\`) {
		return 0, fmt.Errorf("rt: count mails: %w: the account's name can't be searched for", connectors.ErrSettings)
	}
	err = t.get(ctx, "count mails", "/transactions", url.Values{"query": {query + " AND Creator = '" + t.User + "'"}, "per_page": {"1"}}, &found)
	return int(found.Total.int()), err
}
