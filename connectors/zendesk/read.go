package zendesk

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func minutes(n int64) time.Duration { return time.Duration(n) * time.Minute }

func (d *desk) readTicket(ctx context.Context, n int64) (*ticket, *metricSet, error) {
	var answer struct {
		Ticket *ticket     `json:"ticket"`
		Sets   []metricSet `json:"metric_sets"`
	}
	if err := d.get(ctx, "read ticket", "/tickets/"+rest.ID(n)+".json", url.Values{"include": {"metric_sets"}}, &answer); err != nil {
		return nil, nil, err
	}
	if answer.Ticket == nil || answer.Ticket.ID != n {
		return nil, nil, unlike("read ticket")
	}
	if answer.Ticket.Status == deleted {
		return nil, nil, fmt.Errorf("zendesk: read ticket: %w", connectors.ErrNotFound)
	}
	if len(answer.Sets) > 0 {
		return answer.Ticket, &answer.Sets[0], nil
	}
	return answer.Ticket, nil, nil
}

func (d *desk) readUser(ctx context.Context, n int64) (*user, error) {
	var answer struct {
		User *user `json:"user"`
	}
	if err := d.get(ctx, "read person", "/users/"+rest.ID(n)+".json", nil, &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.User == nil || answer.User.ID != n:
		return nil, unlike("read person")
	case answer.User.gone():
		return nil, fmt.Errorf("zendesk: read person: %w", connectors.ErrNotFound)
	}
	return answer.User, nil
}

func (d *desk) readOrganization(ctx context.Context, n int64) (*organization, error) {
	var answer struct {
		Organization *organization `json:"organization"`
	}
	if err := d.get(ctx, "read organization", "/organizations/"+rest.ID(n)+".json", nil, &answer); err != nil {
		return nil, err
	}
	switch {
	case answer.Organization == nil || answer.Organization.ID != n:
		return nil, unlike("read organization")
	case answer.Organization.Deleted != nil:
		return nil, fmt.Errorf("zendesk: read organization: %w", connectors.ErrNotFound)
	}
	return answer.Organization, nil
}

// persons are people with their addresses, which come for a hundred at a time, and
// their memberships, which are asked for of agents, and of others if wanted.
func (d *desk) persons(ctx context.Context, f *facts, users []user) (all []helpdesk.Record, err error) {
	if len(users) == 0 {
		return nil, nil
	}
	var ids []string
	for _, u := range users {
		ids = append(ids, rest.ID(u.ID))
	}
	var answer struct {
		Identities []identity `json:"identities"`
	}
	query := url.Values{"ids": {strings.Join(ids, ",")}, "include": {"identities"}}
	if err := d.get(ctx, "list addresses", "/users/show_many.json", query, &answer); err != nil {
		return nil, err
	}
	for i := range users {
		u := &users[i]
		r := view{f: f}.person(u, answer.Identities)
		if u.Role != "end-user" {
			if r.Person.Groups, err = d.memberships(ctx, u.ID, "group"); err != nil {
				return nil, err
			}
		}
		if d.Organizations == "all" && u.Organization != 0 {
			more, err := d.memberships(ctx, u.ID, "organization")
			if err != nil {
				return nil, err
			}
			r.Person.Organizations = unique(append(r.Person.Organizations, more...))
		}
		all = append(all, r)
	}
	return all, nil
}

// memberships are the groups or organizations that a person is in.
func (d *desk) memberships(ctx context.Context, user int64, of string) (keys []string, err error) {
	path := "/users/" + rest.ID(user) + "/" + of + "_memberships.json"
	err = absent(each(ctx, d, "list memberships", path, of+"_memberships", nil, func(m membership) bool {
		keys = append(keys, rest.ID(m.Group+m.Organization)) // one of the two is 0
		return true
	}))
	return keys, err
}

// unique leaves of equal keys the first.
func unique(keys []string) (all []string) {
	seen := map[string]bool{"": true}
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			all = append(all, k)
		}
	}
	return all
}

// guideFile is what a locator of a help center's file begins with.
const guideFile = "article/"

// OpenAttachment reads the bytes of a file: Zendesk tells its address, which sends
// on to where the bytes lie.
func (d *desk) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	path, key := "/attachments/", a.Locator
	if rest, ok := strings.CutPrefix(key, guideFile); ok {
		path, key = "/help_center/articles/attachments/", rest
	}
	n, err := rest.Number("zendesk: read attachment", key)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Ticket  *attachment `json:"attachment"`
		Article *attachment `json:"article_attachment"`
	}
	if err := d.get(ctx, "read attachment", path+strconv.FormatInt(n, 10)+".json", nil, &answer); err != nil {
		return nil, err
	}
	found := answer.Ticket
	if found == nil {
		found = answer.Article
	}
	if found == nil || found.ID != n {
		return nil, unlike("read attachment")
	}
	way, err := url.Parse(found.URL)
	if err != nil || way.Path == "" {
		return nil, unlike("read attachment")
	}
	// The host may be that of another brand of the account: the path is good on all.
	body, err := d.client.Stream(ctx, rest.Request{Method: http.MethodGet, Path: way.RequestURI(), Away: true, Name: "zendesk: read attachment"})
	return body, advise(err)
}
