package rt

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

// api is where REST 2.0 stands below the address (RT::REST2).
const api = "/REST/2.0"

// perPage is the most that RT gives at a time, whatever it is asked for
// (RT::REST2::Resource::Collection).
const perPage = 100

// A ref is how RT names an object within another: users by name, the rest by
// number.
type ref struct {
	ID   loose  `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// A loose value is a string that RT sometimes writes as a number.
type loose string

// UnmarshalJSON takes both.
func (l *loose) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) == nil {
		*l = loose(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(text, &n); err != nil {
		*l = ""
		return nil // null, or an object where nothing is set
	}
	*l = loose(n.String())
	return nil
}

func (l loose) int() int64 {
	n, _ := strconv.ParseInt(string(l), 10, 64)
	return n
}

// A stamp is a time as RT writes it; "1970-01-01T00:00:00Z" and none are no time.
type stamp struct{ time.Time }

// UnmarshalJSON takes what RT writes for times that are not set, too.
func (s *stamp) UnmarshalJSON(text []byte) error {
	var l loose
	_ = l.UnmarshalJSON(text)
	if t, err := time.Parse(time.RFC3339, string(l)); err == nil && t.Unix() > 0 {
		s.Time = t.UTC()
	}
	return nil
}

type customField struct {
	ID     loose    `json:"id"`
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

func valueOf(fields []customField, name string) string {
	for _, f := range fields {
		if f.Name == name && len(f.Values) > 0 {
			return f.Values[0]
		}
	}
	return ""
}

type queue struct {
	ID          loose         `json:"id"`
	Name        string        `json:"Name"`
	Description string        `json:"Description"`
	Disabled    loose         `json:"Disabled"`
	Updated     stamp         `json:"LastUpdated"`
	Custom      []customField `json:"CustomFields"`
}

type user struct {
	ID           loose         `json:"id"`
	Name         string        `json:"Name"`
	RealName     string        `json:"RealName"`
	Email        string        `json:"EmailAddress"`
	Organization string        `json:"Organization"`
	Privileged   loose         `json:"Privileged"`
	Disabled     loose         `json:"Disabled"`
	Lang         string        `json:"Lang"`
	Timezone     string        `json:"Timezone"`
	Comments     string        `json:"Comments"`
	WorkPhone    string        `json:"WorkPhone"`
	MobilePhone  string        `json:"MobilePhone"`
	HomePhone    string        `json:"HomePhone"`
	Address1     string        `json:"Address1"`
	Address2     string        `json:"Address2"`
	City         string        `json:"City"`
	State        string        `json:"State"`
	Zip          string        `json:"Zip"`
	Country      string        `json:"Country"`
	Created      stamp         `json:"Created"`
	Updated      stamp         `json:"LastUpdated"`
	Custom       []customField `json:"CustomFields"`
}

type ticket struct {
	ID         loose         `json:"id"`
	Effective  ref           `json:"EffectiveId"`
	Queue      ref           `json:"Queue"`
	Subject    string        `json:"Subject"`
	Status     string        `json:"Status"`
	Priority   loose         `json:"Priority"`
	Owner      ref           `json:"Owner"`
	Creator    ref           `json:"Creator"`
	Requestors []ref         `json:"Requestor"`
	Cc         []ref         `json:"Cc"`
	AdminCc    []ref         `json:"AdminCc"`
	Created    stamp         `json:"Created"`
	Updated    stamp         `json:"LastUpdated"`
	Started    stamp         `json:"Started"`
	Starts     stamp         `json:"Starts"`
	Due        stamp         `json:"Due"`
	Resolved   stamp         `json:"Resolved"`
	Worked     loose         `json:"TimeWorked"`
	Custom     []customField `json:"CustomFields"`
	Hyperlinks []link        `json:"_hyperlinks"`

	history []transaction
	parts   []part
}

type link struct {
	Ref  string `json:"ref"`
	Type string `json:"type"`
	ID   loose  `json:"id"`
}

type transaction struct {
	ID        loose  `json:"id"`
	Object    string `json:"type"` // "transaction"; without it Go would take it for Type
	Type      string `json:"Type"`
	Creator   ref    `json:"Creator"`
	Created   stamp  `json:"Created"`
	TimeTaken loose  `json:"TimeTaken"`
}

// A part is one leaf or branch of the MIME tree of a message.
type part struct {
	ID          loose  `json:"id"`
	Transaction loose  `json:"TransactionId"`
	Parent      loose  `json:"-"`
	Name        string `json:"Filename"`
	ContentType string `json:"ContentType"`
	Length      loose  `json:"ContentLength"`
	MessageID   string `json:"MessageId"`
	Headers     string `json:"Headers"`
	Content     string `json:"Content"`
}

// get reads one object or one page.
func (d *desk) get(ctx context.Context, name, path string, query url.Values, into any) error {
	_, err := d.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: api + path, Query: query, Name: "rt: " + name}, into)
	return advise(err)
}

// send writes something.
func (d *desk) send(ctx context.Context, method, name, path string, body, into any) (*rest.Response, error) {
	r := rest.Request{Method: method, Path: api + path, JSON: body, Name: "rt: " + name, Repeatable: method == http.MethodDelete}
	answer, err := d.client.Do(ctx, r, into)
	return answer, advise(err)
}

func advise(err error) error {
	var s *rest.Status
	if errors.As(err, &s) && s.Code == http.StatusForbidden {
		return denied(s.Name)
	}
	return err
}

func denied(name string) error {
	return fmt.Errorf("%s: %w", name, &connectors.Advice{Err: connectors.ErrDenied,
		Sentence: "The account lacks a right: give it SuperUser, Admin, Global, User Rights, for the time of the migration."})
}

// numeric is a number that RT may have given: anything else would be another
// path.
func numeric(name, text string) error {
	if n, err := strconv.ParseInt(text, 10, 32); err != nil || n <= 0 || strconv.FormatInt(n, 10) != text {
		return fmt.Errorf("rt: %s: %w", name, connectors.ErrNotFound)
	}
	return nil
}

// escape makes a user's name a part of a path. RT can't be asked for a name with
// a slash in it.
func escape(name string) (string, error) {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return "", fmt.Errorf("rt: read user: %w", connectors.ErrNotFound)
	}
	return url.PathEscape(name), nil
}
