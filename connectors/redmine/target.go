package redmine

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// target writes into a Redmine.
type target struct {
	*desk
	mu       sync.Mutex
	projects map[string]string // of tickets that were written to: ticket → project
}

// Create creates one record: Redmine has no batches.
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
			key, err = t.createProject(ctx, f, d)
		case helpdesk.KindPerson:
			key, err = t.createUser(ctx, f, d)
		case helpdesk.KindTicket:
			key, err = t.createIssue(ctx, f, d)
		case helpdesk.KindArticle:
			key, err = t.createArticle(ctx, f, d)
		default:
			err = &connectors.Rejected{Reason: "unknown_kind"}
		}
		created[i] = connectors.Created{ID: key, Err: refused(err)}
	}
	return created, nil
}

// refused makes an answer of 422 a reason of ours: its texts hold content, in
// the language of the account.
func refused(err error) error {
	var known *connectors.Rejected
	if err == nil || errors.As(err, &known) || !errors.Is(err, connectors.ErrRejected) {
		return err
	}
	return &connectors.Rejected{Reason: "refused_by_redmine"}
}

// Read gives the record as it stands there, without the lines of origin.
func (t *target) Read(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindGroup:
		return t.readProject(ctx, key)
	case helpdesk.KindPerson:
		u, err := t.readUser(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		r := t.personOf(f, u)
		if t.Role == "" { // nobody is an agent by our doing
			r.Person.Role = ""
		}
		return r, nil
	case helpdesk.KindTicket:
		i, err := t.whole(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return view{t.desk, f.me.ID, true}.ticket(i), nil
	case helpdesk.KindArticle:
		return t.readArticle(ctx, key)
	}
	return helpdesk.Record{}, fmt.Errorf("redmine: read %s: %w", k, connectors.ErrNotFound)
}

func (t *target) readProject(ctx context.Context, key string) (helpdesk.Record, error) {
	if err := numeric("read project", key); err != nil {
		return helpdesk.Record{}, err
	}
	var answer struct {
		Project project `json:"project"`
	}
	err := t.get(ctx, "read project", "/projects/"+key+".json", nil, &answer)
	return groupOf(answer.Project), err
}

// Match knows people by their address and projects by their name.
func (t *target) Match(ctx context.Context, r helpdesk.Record) (key string, err error) {
	switch r = t.Render(r); {
	case r.Person != nil && len(r.Person.Emails) > 0:
		mail := r.Person.Emails[0]
		err = t.users(ctx, url.Values{"name": {mail}}, func(u user) bool {
			if strings.EqualFold(u.Mail, mail) {
				key = id(u.ID)
			}
			return key == ""
		})
	case r.Group != nil && r.Group.Name != "":
		err = each(ctx, t.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
			if strings.EqualFold(p.Name, r.Group.Name) {
				key = id(p.ID)
			}
			return key == ""
		})
	}
	if err == nil && key == "" {
		err = fmt.Errorf("redmine: match %s: %w", r.Kind, connectors.ErrNotFound)
	}
	return key, err
}
