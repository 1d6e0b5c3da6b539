package freshdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// perPage is the most that Freshdesk gives of a list at a time, and wall the last
// page that it gives.
const (
	perPage = 100
	wall    = 300
)

const root = "/api/v2"

type ticket struct {
	ID           int64          `json:"id"`
	Subject      string         `json:"subject"`
	Description  string         `json:"description"`
	Status       int            `json:"status"`
	Priority     int            `json:"priority"`
	Source       int            `json:"source"`
	Type         string         `json:"type"`
	Requester    int64          `json:"requester_id"`
	Responder    int64          `json:"responder_id"`
	Group        int64          `json:"group_id"`
	Company      int64          `json:"company_id"`
	Copied       []string       `json:"cc_emails"`
	Tags         []string       `json:"tags"`
	CustomFields map[string]any `json:"custom_fields"`
	Due          time.Time      `json:"due_by"`
	Deleted      bool           `json:"deleted"`
	Created      time.Time      `json:"created_at"`
	Updated      time.Time      `json:"updated_at"`
	Attachments  []file         `json:"attachments"`
	Stats        struct {
		Resolved  *time.Time `json:"resolved_at"`
		Closed    *time.Time `json:"closed_at"`
		Responded *time.Time `json:"first_responded_at"`
	} `json:"stats"`
}

type conversation struct {
	ID          int64     `json:"id"`
	Body        string    `json:"body"`
	User        int64     `json:"user_id"`
	Private     bool      `json:"private"`
	Source      int       `json:"source"`
	Created     time.Time `json:"created_at"`
	Attachments []file    `json:"attachments"`
}

type file struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`
	URL         string `json:"attachment_url"`
}

type contact struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	Email        string         `json:"email"`
	OtherEmails  []string       `json:"other_emails"`
	Phone        string         `json:"phone"`
	Mobile       string         `json:"mobile"`
	Address      string         `json:"address"`
	Description  string         `json:"description"`
	Language     string         `json:"language"`
	TimeZone     string         `json:"time_zone"`
	Tags         []string       `json:"tags"`
	Company      int64          `json:"company_id"`
	External     string         `json:"unique_external_id"`
	CustomFields map[string]any `json:"custom_fields"`
	Deleted      bool           `json:"deleted"`
	Created      time.Time      `json:"created_at"`
	Updated      time.Time      `json:"updated_at"`
}

type agent struct {
	ID      int64     `json:"id"`
	Groups  []int64   `json:"group_ids"`
	Created time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
	Contact struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	} `json:"contact"`
}

type company struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	Description  string         `json:"description"`
	Note         string         `json:"note"`
	Domains      []string       `json:"domains"`
	CustomFields map[string]any `json:"custom_fields"`
	Created      time.Time      `json:"created_at"`
	Updated      time.Time      `json:"updated_at"`
}

type group struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Updated     time.Time `json:"updated_at"`
}

func (d *desk) get(ctx context.Context, name, path string, query url.Values, into any) error {
	_, err := d.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: root + path, Query: query, Class: classOf(http.MethodGet, path), Name: "freshdesk: " + name}, into)
	return advise(err)
}

// send writes something. To delete twice is to delete once.
func (d *desk) send(ctx context.Context, method, name, path string, body, into any) error {
	_, err := d.client.Do(ctx, rest.Request{Method: method, Path: root + path, JSON: body, Class: classOf(method, path), Name: "freshdesk: " + name, Repeatable: method == http.MethodDelete}, into)
	return advise(err)
}

// advise adds what to do about an account that is refused.
func advise(err error) error {
	var s *rest.Status
	if errors.As(err, &s) && (s.Code == http.StatusUnauthorized || s.Code == http.StatusForbidden) {
		return fmt.Errorf("%s: %w", s.Name, &connectors.Advice{Err: connectors.ErrDenied,
			Sentence: "The API key is wrong, or not an administrator's: see Profile settings in Freshdesk."})
	}
	return err
}

// refused makes an answer of 400 or 409 a reason of ours: its texts hold content.
func refused(err error) error {
	var known *connectors.Rejected
	if err == nil || errors.As(err, &known) || !errors.Is(err, connectors.ErrRejected) {
		return err
	}
	return &connectors.Rejected{Reason: "refused_by_freshdesk"}
}

// page gives a page of a list, and whether there is another behind it.
func page[T any](ctx context.Context, d *desk, name, path string, query url.Values, n int) (some []T, more bool, err error) {
	q := url.Values{"per_page": {strconv.Itoa(d.Page)}, "page": {strconv.Itoa(n)}}
	for k, v := range query {
		q[k] = v
	}
	res, err := d.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: root + path, Query: q, Class: classOf(http.MethodGet, path), Name: "freshdesk: " + name}, &some)
	if err != nil {
		return nil, false, advise(err)
	}
	return some, strings.Contains(res.Header.Get("Link"), `rel="next"`), nil
}

// each goes over all objects of a list that is short, or whose order an edit does
// not change.
func each[T any](ctx context.Context, d *desk, name, path string, query url.Values, visit func(T) (goOn bool)) error {
	for n := 1; ; n++ {
		some, more, err := page[T](ctx, d, name, path, query, n)
		if err != nil {
			return err
		}
		for _, t := range some {
			if !visit(t) {
				return nil
			}
		}
		if !more {
			return nil
		}
	}
}

// unlike is the error of an answer that is not what the API gives.
func unlike(name string) error {
	return fmt.Errorf("freshdesk: %s: %w: the answer is another than the API gives", name, connectors.ErrUnavailable)
}

// A field is one of tickets, contacts or companies.
type field struct {
	ID       int64           `json:"id"`
	Name     string          `json:"name"`
	Label    string          `json:"label"`
	Type     string          `json:"type"`
	Required bool            `json:"required_for_agents"`
	Choices  json.RawMessage `json:"choices"`
	scope    string
}
