package rt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

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
		if err == nil && now.Status != deleted { // to delete it twice is a failure of RT's
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

// forgotten are the fields of a user that may tell who it is, besides those that get
// another value.
var forgotten = []string{"NickName", "Organization", "Comments", "Signature", "FreeformContactInfo", "Address1", "Address2", "City", "State", "Zip", "Country",
	"WorkPhone", "MobilePhone", "HomePhone", "PagerPhone", "Gecos"}

// Erase gives a user another name and address and nothing else. RT keeps the row of
// whom it disables.
func (t *target) Erase(ctx context.Context, key string, as helpdesk.Record) error {
	u, err := t.readUser(ctx, key)
	if err != nil {
		return err
	}
	body := map[string]any{"Name": as.Person.Emails[0], "RealName": as.Person.Name, "EmailAddress": as.Person.Emails[0]}
	for _, field := range forgotten {
		body[field] = ""
	}
	custom := map[string]any{}
	for _, c := range u.Custom {
		if c.Name != t.MarkerField {
			custom[c.Name] = nil
		}
	}
	if len(custom) > 0 {
		body["CustomFields"] = custom
	}
	_, err = t.send(ctx, http.MethodPut, "erase user", "/user/"+url.PathEscape(key), body, nil)
	t.forget(key)
	return err
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
