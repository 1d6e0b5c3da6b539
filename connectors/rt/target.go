package rt

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// target writes into a Request Tracker.
type target struct{ *desk }

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
		if x.Status == deleted {
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
