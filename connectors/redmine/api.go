package redmine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// perPage is the most that Redmine gives at a time (Setting.per_page limits of
// ApplicationController#api_offset_and_limit).
const perPage = 100

// A named is an object as others refer to it.
type named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (n *named) key() string {
	if n == nil {
		return ""
	}
	return id(n.ID)
}

func id(n int64) string { return strconv.FormatInt(n, 10) }

// A field is the value of a custom field: a string, a list of them, or null.
type field struct {
	ID    int64           `json:"id"`
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

func (f field) values() []string {
	var many []string
	if json.Unmarshal(f.Value, &many) == nil {
		return many
	}
	var one string
	if json.Unmarshal(f.Value, &one) == nil && one != "" {
		return []string{one}
	}
	return nil
}

// valueOf is the value of the custom field with that name.
func valueOf(fields []field, name string) string {
	for _, f := range fields {
		if v := f.values(); f.Name == name && len(v) > 0 {
			return v[0]
		}
	}
	return ""
}

type project struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Identifier  string    `json:"identifier"`
	Description string    `json:"description"`
	Custom      []field   `json:"custom_fields"`
	Updated     time.Time `json:"updated_on"`
	Modules     []named   `json:"enabled_modules"`
}

type user struct {
	ID          int64        `json:"id"`
	Login       string       `json:"login"`
	Admin       bool         `json:"admin"`
	First       string       `json:"firstname"`
	Last        string       `json:"lastname"`
	Mail        string       `json:"mail"`
	Status      int          `json:"status"`
	Created     time.Time    `json:"created_on"`
	Updated     time.Time    `json:"updated_on"`
	Custom      []field      `json:"custom_fields"`
	Memberships []membership `json:"memberships"`
}

// Statuses of a user (Principal::STATUS_*).
const (
	active = 1
	locked = 3
)

type membership struct {
	ID      int64   `json:"id"`
	Project *named  `json:"project"`
	User    *named  `json:"user"`
	Roles   []named `json:"roles"`
}

type issue struct {
	ID          int64        `json:"id"`
	Project     *named       `json:"project"`
	Tracker     *named       `json:"tracker"`
	Status      status       `json:"status"`
	Priority    *named       `json:"priority"`
	Author      *named       `json:"author"`
	Assigned    *named       `json:"assigned_to"`
	Category    *named       `json:"category"`
	Version     *named       `json:"fixed_version"`
	Parent      *named       `json:"parent"`
	Subject     string       `json:"subject"`
	Description string       `json:"description"`
	Start       string       `json:"start_date"`
	Due         string       `json:"due_date"`
	Done        json.Number  `json:"done_ratio"`
	Private     bool         `json:"is_private"`
	Spent       json.Number  `json:"spent_hours"`
	Custom      []field      `json:"custom_fields"`
	Created     time.Time    `json:"created_on"`
	Updated     time.Time    `json:"updated_on"`
	Closed      time.Time    `json:"closed_on"`
	Attachments []attachment `json:"attachments"`
	Journals    []journal    `json:"journals"`
	Relations   []relation   `json:"relations"`
	Watchers    []named      `json:"watchers"`
	Entries     []timeEntry  `json:"-"`
}

type status struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Closed bool   `json:"is_closed"`
}

type attachment struct {
	ID          int64     `json:"id"`
	Name        string    `json:"filename"`
	Size        int64     `json:"filesize"`
	ContentType string    `json:"content_type"`
	Created     time.Time `json:"created_on"`
}

type journal struct {
	ID      int64     `json:"id"`
	User    *named    `json:"user"`
	Notes   string    `json:"notes"`
	Private bool      `json:"private_notes"`
	Created time.Time `json:"created_on"`
	Details []struct {
		Property string `json:"property"`
		Name     string `json:"name"`
		Now      string `json:"new_value"`
	} `json:"details"`
}

type relation struct {
	From int64  `json:"issue_id"`
	To   int64  `json:"issue_to_id"`
	Type string `json:"relation_type"`
}

type timeEntry struct {
	ID       int64       `json:"id"`
	User     *named      `json:"user"`
	Hours    json.Number `json:"hours"`
	Comments string      `json:"comments"`
	Spent    string      `json:"spent_on"`
}

// get reads one object or one page.
func (d *desk) get(ctx context.Context, name, path string, query url.Values, into any) error {
	_, err := d.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: query, Name: "redmine: " + name}, into)
	return advise(err)
}

// send writes something. as is the login of the person to act as, or empty.
func (d *desk) send(ctx context.Context, method, name, path, as string, body, into any) error {
	r := rest.Request{Method: method, Path: path, JSON: body, Name: "redmine: " + name, Repeatable: method == http.MethodDelete}
	if as != "" {
		r.Header = http.Header{"X-Redmine-Switch-User": {as}}
	}
	_, err := d.client.Do(ctx, r, into)
	if errors.Is(err, connectors.ErrRejected) {
		return cmp.Or(d.demoted(ctx), err)
	}
	return advise(err)
}

// advise adds what to do about an account that is refused.
func advise(err error) error {
	var s *rest.Status
	if errors.As(err, &s) && s.Code == http.StatusUnauthorized {
		return fmt.Errorf("%s: %w", s.Name, &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The API key is wrong, or its account is locked: see My account, API access key, in Redmine."})
	}
	if errors.As(err, &s) && s.Code == http.StatusForbidden {
		return fmt.Errorf("%s: %w", s.Name, &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The API key must be an administrator's, and Administration, Settings, API must have the REST web service enabled."})
	}
	return err
}

// numeric is an id that Redmine may have given: anything else would be another
// path.
func numeric(name, text string) error {
	if n, err := strconv.ParseInt(text, 10, 32); err != nil || n <= 0 || id(n) != text {
		return fmt.Errorf("redmine: %s: %w", name, connectors.ErrNotFound)
	}
	return nil
}

// each goes over all objects of a list whose order an edit does not change.
func each[T any](ctx context.Context, d *desk, name, path, list string, query url.Values, visit func(T) (more bool)) error {
	for offset := 0; ; {
		q := url.Values{"limit": {strconv.Itoa(perPage)}, "offset": {strconv.Itoa(offset)}}
		for k, v := range query {
			q[k] = v
		}
		var page map[string]json.RawMessage
		if err := d.get(ctx, name, path, q, &page); err != nil {
			return err
		}
		var some []T
		var total int
		if json.Unmarshal(page[list], &some) != nil || json.Unmarshal(page["total_count"], &total) != nil {
			return fmt.Errorf("redmine: %s: %w: the answer is not a list", name, connectors.ErrUnavailable)
		}
		for _, t := range some {
			if !visit(t) {
				return nil
			}
		}
		if offset += len(some); len(some) == 0 || offset >= total {
			return nil
		}
	}
}

// after is the query for issues with a greater id than n, closed ones too, in the
// order of ids: what agents edit or delete meanwhile moves nothing.
func after(n int64) url.Values {
	return url.Values{"set_filter": {"1"}, "f[]": {"issue_id", "status_id"}, "op[issue_id]": {">="}, "v[issue_id][]": {id(n + 1)},
		"op[status_id]": {"*"}, "sort": {"id"}, "limit": {strconv.Itoa(perPage)}}
}

// issuesAfter gives a page of issues and whether it is the last.
func (d *desk) issuesAfter(ctx context.Context, n int64, more url.Values) (issues []issue, last bool, err error) {
	q := after(n)
	for k, v := range more {
		q[k] = append(q[k], v...)
	}
	var page struct {
		Issues []issue `json:"issues"`
		Total  *int    `json:"total_count"`
	}
	if err := d.get(ctx, "list issues", "/issues.json", q, &page); err != nil {
		return nil, false, err
	}
	if page.Total == nil {
		return nil, false, fmt.Errorf("redmine: list issues: %w: the answer is not a list", connectors.ErrUnavailable)
	}
	for i, is := range page.Issues {
		if is.ID <= n || i > 0 && is.ID <= page.Issues[i-1].ID {
			return nil, false, fmt.Errorf("redmine: list issues: %w: a page came again, or out of order", connectors.ErrUnavailable)
		}
	}
	return page.Issues, *page.Total <= len(page.Issues), nil
}

// whole reads an issue with all its parts.
func (d *desk) whole(ctx context.Context, key string) (*issue, error) {
	if err := numeric("read issue", key); err != nil {
		return nil, err
	}
	var answer struct {
		Issue *issue `json:"issue"`
	}
	err := d.get(ctx, "read issue", "/issues/"+key+".json", url.Values{"include": {"journals,attachments,relations,watchers"}}, &answer)
	if err != nil {
		return nil, err
	}
	if answer.Issue == nil || id(answer.Issue.ID) != key {
		return nil, fmt.Errorf("redmine: read issue: %w: another object came back", connectors.ErrUnavailable)
	}
	if spent, _ := answer.Issue.Spent.Float64(); spent > 0 {
		err = each(ctx, d, "list time entries", "/time_entries.json", "time_entries", url.Values{"issue_id": {key}, "sort": {"id"}},
			func(e timeEntry) bool { answer.Issue.Entries = append(answer.Issue.Entries, e); return true })
	}
	return answer.Issue, err
}
