package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Remove deletes for good: first so that it could be restored, then what could be.
// Articles Zendesk only archives, and it keeps people who ask for open tickets and
// groups that tickets are in.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) (done []connectors.Removal, err error) {
	if k == helpdesk.KindTicket {
		return t.removeTickets(ctx, ids)
	}
	for _, key := range ids {
		removal, err := t.removeOne(ctx, k, key)
		if errors.Is(err, connectors.ErrNotFound) {
			removal, err = connectors.Removed, nil
			if k == helpdesk.KindArticle {
				removal = connectors.Disabled
			}
		}
		if err != nil {
			return nil, err
		}
		done = append(done, removal)
	}
	return done, nil
}

// removeTickets deletes a hundred tickets by two jobs. What is not there any more a
// job calls an error, and that is what was wanted; whatever else went wrong is seen
// by looking.
func (t *target) removeTickets(ctx context.Context, ids []string) ([]connectors.Removal, error) {
	var there []string
	for _, key := range ids {
		if _, err := rest.Number("zendesk: remove ticket", key); err == nil {
			there = append(there, key)
		}
	}
	for some := range slices.Chunk(there, perPage) {
		query := url.Values{"ids": {strings.Join(some, ",")}}
		for _, path := range []string{"/tickets/destroy_many.json", "/deleted_tickets/destroy_many.json"} {
			if _, err := t.run(ctx, http.MethodDelete, "remove tickets", path, query, nil); err != nil {
				return nil, err
			}
		}
		var answer struct {
			Tickets []ticket `json:"tickets"`
		}
		if err := t.get(ctx, "look for tickets", "/tickets/show_many.json", query, &answer); err != nil {
			return nil, err
		}
		if len(answer.Tickets) > 0 {
			return nil, fmt.Errorf("zendesk: remove tickets: %w: %d of %d are still there", connectors.ErrUnavailable, len(answer.Tickets), len(some))
		}
	}
	return slices.Repeat([]connectors.Removal{connectors.Removed}, len(ids)), nil
}

func (t *target) removeOne(ctx context.Context, k helpdesk.Kind, key string) (connectors.Removal, error) {
	if _, err := rest.Number("zendesk: remove", key); err != nil {
		return "", err
	}
	remove := func(path string) error {
		return t.send(ctx, http.MethodDelete, "remove "+string(k), path+key+".json", nil, nil, nil)
	}
	switch k {
	case helpdesk.KindPerson:
		if err := remove("/users/"); errors.Is(err, connectors.ErrRejected) {
			return connectors.Kept, nil
		} else if err != nil && !errors.Is(err, connectors.ErrNotFound) { // or deleted by an attempt before
			return "", err
		}
		return connectors.Removed, remove("/deleted_users/")
	case helpdesk.KindGroup:
		if used, err := t.used(ctx, key); used || err != nil {
			return connectors.Kept, err
		}
		return connectors.Removed, remove("/groups/")
	case helpdesk.KindOrganization:
		return connectors.Removed, remove("/organizations/")
	case helpdesk.KindArticle:
		return connectors.Disabled, remove("/help_center/articles/")
	}
	return "", fmt.Errorf("zendesk: remove %s: %w", k, connectors.ErrDenied)
}

// Erase gives a person another name and address and no others, nor anything else.
// Zendesk deletes nobody who asks for tickets that are open.
func (t *target) Erase(ctx context.Context, key string, as helpdesk.Record) error {
	if _, err := rest.Number("zendesk: erase person", key); err != nil {
		return err
	}
	var had struct {
		User *user `json:"user"`
	}
	path := "/users/" + key
	if err := t.get(ctx, "read person", path+".json", nil, &had); err != nil {
		return err
	}
	if had.User == nil || had.User.gone() {
		return fmt.Errorf("zendesk: erase person: %w", connectors.ErrNotFound)
	}
	fields := object{}
	for name := range had.User.Fields {
		fields[name] = nil
	}
	body := object{"name": as.Person.Name, "alias": "", "details": "", "notes": "", "signature": "", "phone": nil, "tags": []string{}, "organization_id": nil, "user_fields": fields}
	if err := t.send(ctx, http.MethodPut, "erase person", path+".json", nil, object{"user": body}, nil); err != nil {
		return err
	}
	return t.readdress(ctx, path+"/identities", as.Person.Emails, true)
}

// used reports whether tickets are in a group: deleting it would take it from
// them, whoever made them.
func (t *target) used(ctx context.Context, group string) (bool, error) {
	var answer struct {
		Count int `json:"count"`
	}
	err := t.get(ctx, "count tickets", "/search/count.json", url.Values{"query": {"type:ticket group:" + group}}, &answer)
	return answer.Count > 0, err
}
