package rt

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Append adds a message: a reply if it is public, else a comment.
func (t *target) Append(ctx context.Context, ticket string, c helpdesk.Comment, open connectors.OpenFunc) (string, error) {
	if err := numeric("add message", ticket); err != nil {
		return "", err
	}
	showComment(&c)
	by, err := t.name(ctx, c.Author)
	if err != nil {
		return "", rejected(err, "comment.author")
	}
	attached, err := files(ctx, c.Attachments, open)
	if err != nil {
		return "", err
	}
	way := "/correspond"
	if c.Visibility == helpdesk.VisibilityPrivate {
		way = "/comment"
	}
	format := cmp.Or(c.Format, helpdesk.FormatText)
	body := map[string]any{"Content": origin.Put(origin.Line{By: by, Written: c.Created}, t.Language, format, c.Body), "ContentType": contentType(format)}
	if body["Content"] == "" {
		body["Content"] = "\n" // a message that says nothing is none
	}
	if len(attached) > 0 {
		body["Attachments"] = attached
	}
	answer, err := t.send(ctx, http.MethodPost, "add message", "/ticket/"+ticket+way, body, nil)
	if err != nil {
		return "", refused(err)
	}
	number := path.Base(answer.Header.Get("Location")) // /REST/2.0/transaction/38
	if numeric("add message", number) != nil {
		return "", fmt.Errorf("rt: add message: %w: the answer names no transaction", connectors.ErrUnavailable)
	}
	return number, nil
}

// Finish sets the status, which messages change and of which RT takes some only
// of tickets that exist, makes agents members of their group, and disables who is
// suspended.
func (t *target) Finish(ctx context.Context, key string, d connectors.Draft) error {
	f, err := t.learn(ctx)
	if err != nil {
		return err
	}
	switch r := d.Record; {
	case r.Person != nil:
		return t.finishUser(ctx, f, key, r.Person)
	case r.Ticket != nil:
		return t.finishTicket(ctx, f, key, d)
	}
	return nil
}

// finishTicket first sees that the ticket has its marker: from an account that
// has lost the right to set custom fields RT takes a ticket without them.
func (t *target) finishTicket(ctx context.Context, f *facts, key string, d connectors.Draft) error {
	now, err := t.head(ctx, key)
	if err != nil {
		return err
	}
	if valueOf(now.Custom, t.MarkerField) == "" {
		if now, err = t.mark(ctx, f, key, t.Render(d.Record).Ticket, d.Marker); err != nil {
			return err
		}
	}
	return t.setStatus(ctx, key, now, d.Record.Ticket)
}

func (t *target) mark(ctx context.Context, f *facts, key string, k *helpdesk.Ticket, marker string) (*ticket, error) {
	custom, err := t.ticketCustom(f, marker, k)
	if err != nil {
		return nil, err
	}
	if err := t.edit(ctx, "mark", key, map[string]any{"CustomFields": custom}); err != nil {
		return nil, err
	}
	now, err := t.head(ctx, key)
	if err == nil && valueOf(now.Custom, t.MarkerField) == "" {
		err = denied("rt: mark")
	}
	return now, err
}

func (t *target) finishUser(ctx context.Context, f *facts, key string, p *helpdesk.Person) error {
	if p.Role == helpdesk.RoleAgent {
		u, err := t.readUser(ctx, key)
		if err != nil {
			return err
		}
		if err := t.enlist(ctx, f, u); err != nil {
			return err
		}
	}
	if !p.Suspended {
		return nil
	}
	name, err := escape(key)
	if err != nil {
		return err
	}
	_, err = t.send(ctx, http.MethodPut, "disable user", "/user/"+name, map[string]any{"Disabled": 1}, nil)
	return refused(err)
}

// setStatus gives a ticket its status, unless an agent has given it one: what we
// leave behind is the status of its create, or open, after a reply. RT then takes
// the present for the time of its solution, which is set right after.
func (t *target) setStatus(ctx context.Context, key string, now *ticket, k *helpdesk.Ticket) (err error) {
	if k.Status != "" && now.Status != k.Status && (now.Status == "new" || now.Status == "open") {
		if err := t.edit(ctx, "set status", key, map[string]any{"Status": k.Status}); err != nil {
			return err
		}
		if now, err = t.head(ctx, key); err != nil {
			return err
		}
	}
	if now.Status != k.Status || now.Resolved.Equal(k.Solved) {
		return nil
	}
	return t.edit(ctx, "set time of solution", key, map[string]any{"Resolved": stampOf(k.Solved)})
}

func (t *target) edit(ctx context.Context, name, key string, body map[string]any) error {
	_, err := t.send(ctx, http.MethodPut, name, "/ticket/"+key, body, nil)
	return refused(err)
}

// Link links two tickets. To link again says so and does nothing.
func (t *target) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	if err := numeric("link", ticket); err != nil {
		return err
	}
	if _, err := t.head(ctx, l.Ticket); err != nil {
		return rejected(err, "link.ticket")
	}
	field := map[string]string{"parent": "AddMemberOf", "depends_on": "AddDependsOn"}[l.Type]
	_, err := t.send(ctx, http.MethodPut, "link", "/ticket/"+ticket, map[string]any{cmp.Or(field, "AddRefersTo"): l.Ticket}, nil)
	return refused(err)
}
