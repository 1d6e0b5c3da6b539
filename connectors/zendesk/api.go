package zendesk

import (
	"bytes"
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

// perPage is the most that Zendesk gives of a list at a time.
const perPage = 100

// root is what all paths begin with.
const root = "/api/v2"

type user struct {
	ID           int64                      `json:"id"`
	Name         string                     `json:"name"`
	Email        string                     `json:"email"`
	Phone        string                     `json:"phone"`
	Role         string                     `json:"role"`
	Locale       string                     `json:"locale"`
	TimeZone     string                     `json:"iana_time_zone"`
	Notes        string                     `json:"notes"`
	Details      string                     `json:"details"`
	Alias        string                     `json:"alias"`
	Signature    string                     `json:"signature"`
	External     string                     `json:"external_id"`
	Organization int64                      `json:"organization_id"`
	Tags         []string                   `json:"tags"`
	Suspended    bool                       `json:"suspended"`
	Active       *bool                      `json:"active"`
	Created      time.Time                  `json:"created_at"`
	Updated      time.Time                  `json:"updated_at"`
	Fields       map[string]json.RawMessage `json:"user_fields"`
}

// gone reports whether the person was deleted, which the export goes on to tell.
func (u *user) gone() bool { return u.Active != nil && !*u.Active }

type identity struct {
	ID      int64  `json:"id"`
	User    int64  `json:"user_id"`
	Type    string `json:"type"`
	Value   string `json:"value"`
	Primary bool   `json:"primary"`
}

type membership struct {
	User         int64 `json:"user_id"`
	Group        int64 `json:"group_id"`
	Organization int64 `json:"organization_id"`
}

type group struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Deleted     bool      `json:"deleted"`
	Updated     time.Time `json:"updated_at"`
}

type organization struct {
	ID       int64                      `json:"id"`
	Name     string                     `json:"name"`
	Domains  []string                   `json:"domain_names"`
	Tags     []string                   `json:"tags"`
	Notes    string                     `json:"notes"`
	Details  string                     `json:"details"`
	External string                     `json:"external_id"`
	Created  time.Time                  `json:"created_at"`
	Updated  time.Time                  `json:"updated_at"`
	Deleted  *time.Time                 `json:"deleted_at"`
	Fields   map[string]json.RawMessage `json:"organization_fields"`
}

type ticket struct {
	ID           int64         `json:"id"`
	Subject      string        `json:"subject"`
	Status       string        `json:"status"`
	CustomStatus int64         `json:"custom_status_id"`
	Priority     string        `json:"priority"`
	Type         string        `json:"type"`
	Brand        int64         `json:"brand_id"`
	Form         int64         `json:"ticket_form_id"`
	Recipient    string        `json:"recipient"`
	External     string        `json:"external_id"`
	Requester    int64         `json:"requester_id"`
	Submitter    int64         `json:"submitter_id"`
	Assignee     int64         `json:"assignee_id"`
	Group        int64         `json:"group_id"`
	Organization int64         `json:"organization_id"`
	Problem      int64         `json:"problem_id"`
	Tags         []string      `json:"tags"`
	Created      time.Time     `json:"created_at"`
	Updated      time.Time     `json:"updated_at"`
	Due          *time.Time    `json:"due_at"`
	Copied       []int64       `json:"email_cc_ids"`
	Followers    []int64       `json:"follower_ids"`
	Fields       []customField `json:"custom_fields"`
	Via          via           `json:"via"`
	Rating       *rating       `json:"satisfaction_rating"`
	Generated    int64         `json:"generated_timestamp"`
}

// changed is when the ticket changed by the clock of the export: updated_at may be
// what an import said.
func (t *ticket) changed() int64 {
	if t.Generated > 0 {
		return t.Generated
	}
	return t.Updated.Unix()
}

type customField struct {
	ID    int64           `json:"id"`
	Value json.RawMessage `json:"value"`
}

type via struct {
	Channel string `json:"channel"`
	Source  struct {
		Rel  string `json:"rel"`
		From struct {
			Ticket int64 `json:"ticket_id"`
		} `json:"from"`
	} `json:"source"`
}

type rating struct {
	Score   string `json:"score"`
	Comment string `json:"comment"`
}

// A metricSet tells times of a ticket that the ticket does not.
type metricSet struct {
	Ticket int64      `json:"ticket_id"`
	Solved *time.Time `json:"solved_at"`
	Reply  struct {
		Calendar *int64 `json:"calendar"` // minutes
	} `json:"reply_time_in_minutes"`
}

type comment struct {
	ID          int64        `json:"id"`
	Author      int64        `json:"author_id"`
	HTML        string       `json:"html_body"`
	Plain       string       `json:"plain_body"`
	Public      bool         `json:"public"`
	Created     time.Time    `json:"created_at"`
	Attachments []attachment `json:"attachments"`
	Via         via          `json:"via"`
	Metadata    struct {
		System struct {
			MessageID string `json:"message_id"`
		} `json:"system"`
	} `json:"metadata"`
}

type attachment struct {
	ID          int64  `json:"id"`
	Name        string `json:"file_name"`
	ContentType string `json:"content_type"`
	URL         string `json:"content_url"`
	Size        int64  `json:"size"`
	Inline      bool   `json:"inline"`
}

// get reads one object or one page.
func (d *desk) get(ctx context.Context, name, path string, query url.Values, into any) error {
	_, err := d.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: root + path, Query: query, Class: classOf(http.MethodGet, path), Name: "zendesk: " + name}, into)
	return advise(err)
}

// send writes something. To delete twice is to delete once.
func (d *desk) send(ctx context.Context, method, name, path string, query url.Values, body, into any) error {
	_, err := d.client.Do(ctx, rest.Request{Method: method, Path: root + path, Query: query, JSON: body, Class: classOf(method, path), Name: "zendesk: " + name,
		Repeatable: method == http.MethodDelete}, into)
	return advise(err)
}

// advise adds what to do about an account that is refused.
func advise(err error) error {
	var s *rest.Status
	if errors.As(err, &s) && s.Code == http.StatusUnauthorized {
		return fmt.Errorf("%s: %w", s.Name, &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The token or its address is wrong, or access by token is off: see Admin Center, Apps and integrations, APIs, in Zendesk."})
	}
	if errors.As(err, &s) && s.Code == http.StatusForbidden {
		return fmt.Errorf("%s: %w", s.Name, &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The address must be an administrator's, and the plan of the account must have what is asked for."})
	}
	return err
}

// closedTicket is what Zendesk says of a change to a ticket that is closed for good.
const closedTicket = "closed prevents ticket update"

// refused makes an answer of 422 a reason of ours: its texts hold content.
func refused(err error) error {
	var known *connectors.Rejected
	if err == nil || errors.As(err, &known) || !errors.Is(err, connectors.ErrRejected) {
		return err
	}
	var s *rest.Status
	if errors.As(err, &s) && bytes.Contains(s.Body, []byte(closedTicket)) {
		return &connectors.Rejected{Reason: "closed", Field: "ticket.status"}
	}
	return &connectors.Rejected{Reason: "refused_by_zendesk"}
}

// each goes over all objects of a list, page by page behind the last object: what
// is deleted meanwhile moves nothing.
func each[T any](ctx context.Context, d *desk, name, path, list string, query url.Values, visit func(T) (more bool)) error {
	q := url.Values{"page[size]": {strconv.Itoa(perPage)}}
	for k, v := range query {
		q[k] = v
	}
	for {
		some, next, err := listPage[T](ctx, d, name, path, list, q)
		if err != nil {
			return err
		}
		for _, t := range some {
			if !visit(t) {
				return nil
			}
		}
		if next == "" {
			return nil
		}
		q.Set("page[after]", next)
	}
}

// listPage gives a page of a list and where the next begins; empty: there is none.
func listPage[T any](ctx context.Context, d *desk, name, path, list string, q url.Values) (some []T, next string, err error) {
	var page map[string]json.RawMessage
	if err := d.get(ctx, name, path, q, &page); err != nil {
		return nil, "", err
	}
	var meta struct {
		More  bool   `json:"has_more"`
		After string `json:"after_cursor"`
	}
	if json.Unmarshal(page[list], &some) != nil || page["meta"] != nil && json.Unmarshal(page["meta"], &meta) != nil {
		return nil, "", unlike(name)
	}
	if !meta.More {
		return some, "", nil
	}
	if meta.After == "" || meta.After == q.Get("page[after]") {
		return nil, "", unlike(name)
	}
	return some, meta.After, nil
}

// unlike is the error of an answer that is not what the API gives.
func unlike(name string) error {
	return fmt.Errorf("zendesk: %s: %w: the answer is another than the API gives", name, connectors.ErrUnavailable)
}
