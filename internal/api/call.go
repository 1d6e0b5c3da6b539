package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A call is one request on its way.
type call struct {
	http.ResponseWriter
	began time.Time
	who   Identity
	entry Entry
}

// An answer is what a handler has to say.
type answer struct {
	status   int
	body     any    // written as JSON; nil for none
	raw      []byte // instead of body
	kind     string // content type of raw
	location string
	after    time.Duration
	policy   string // of a document that a browser may show
}

// Content types.
const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
	typeYAML    = "application/yaml"
)

// content renders the body of an answer.
func (a answer) content() (body []byte, kind string, err error) {
	if a.raw != nil || a.body == nil {
		return a.raw, a.kind, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err = e.Encode(a.body)
	return b.Bytes(), typeJSON, err
}

// send writes an answer. What was read has a tag, so that whoever asks again and
// again is told in a few bytes that nothing has changed.
func (c *call) send(r *http.Request, a answer) {
	body, kind, err := a.content()
	if err != nil {
		c.fail(err)
		return
	}
	h := c.Header()
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.after > 0 {
		h.Set("Retry-After", strconv.Itoa(int(a.after.Round(time.Second)/time.Second)))
	}
	if a.policy != "" {
		h.Set("Content-Security-Policy", a.policy)
	}
	if a.status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		tag := tagOf(body)
		h.Set("ETag", tag)
		h.Set("Cache-Control", "no-cache, private")
		if matches(r.Header.Get("If-None-Match"), tag) {
			c.finish(http.StatusNotModified, "", nil)
			return
		}
	}
	c.finish(a.status, kind, body)
}

func (c *call) finish(status int, kind string, body []byte) {
	c.entry.Status = status
	if kind != "" {
		c.Header().Set("Content-Type", kind)
		c.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	c.WriteHeader(status)
	_, _ = c.Write(body) // whoever went away does not read an error either
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// matches reports whether a tag is among those of If-None-Match.
func matches(header, tag string) bool {
	return slices.ContainsFunc(strings.Split(header, ","), func(one string) bool {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		return one == tag || one == "*"
	})
}

// A Problem is an error as RFC 9457 wants it told.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"` // what the person can do
	ID     string `json:"request_id"`
}

// fail tells an error: a refusal with its sentences, anything else with the
// request's id alone.
func (c *call) fail(err error) {
	p := Problem{ID: c.entry.ID}
	var refusal *Refusal
	var method *methodError
	switch {
	case errors.As(err, &method):
		c.Header().Set("Allow", method.allow)
		p.Status, p.Type, p.Detail = http.StatusMethodNotAllowed, "method", "The path does not take "+strconv.Quote(c.entry.Method)+"."
		p.Next = "It takes " + method.allow + "."
	case errors.Is(err, ErrNoIdentity):
		c.Header().Set("WWW-Authenticate", `Bearer realm="safeconduct"`)
		p.Status, p.Type, p.Detail = http.StatusUnauthorized, "no-identity", "The request carries no valid token."
		p.Next = "Sign in anew and send the token as Authorization: Bearer."
	case errors.As(err, &refusal):
		p.Status, p.Type, p.Detail, p.Next = statusOf(refusal), refusal.Code, refusal.Say, refusal.Next
		if refusal.After > 0 {
			c.Header().Set("Retry-After", strconv.Itoa(int(refusal.After/time.Second)))
		}
	default:
		c.entry.Fault = fmt.Sprintf("%T", root(err))
		p.Status, p.Type, p.Detail = http.StatusInternalServerError, "fault", "Something went wrong here."
		p.Next = "Try again. If it stays so, tell whoever runs this system the request id."
	}
	p.Title = http.StatusText(p.Status)
	c.entry.Code = p.Type
	p.Type = "urn:safeconduct:problem:" + p.Type
	body, _ := json.Marshal(p) // strings and a number
	c.finish(p.Status, typeProblem, append(body, '\n'))
}

// statusOf maps the kinds of refusals to HTTP in one place.
func statusOf(r *Refusal) int {
	if status, ok := statuses[r.Code]; ok {
		return status
	}
	for kind, status := range map[error]int{ErrInvalid: http.StatusUnprocessableEntity, ErrNotFound: http.StatusNotFound,
		ErrConflict: http.StatusConflict, ErrNotAllowed: http.StatusForbidden, ErrUnavailable: http.StatusServiceUnavailable} {
		if errors.Is(r.Kind, kind) {
			return status
		}
	}
	return http.StatusInternalServerError
}

// statuses are those of refusals that the kind alone does not tell.
var statuses = map[string]int{
	"not-json":    http.StatusBadRequest,
	"too-long":    http.StatusBadRequest,
	"too-large":   http.StatusRequestEntityTooLarge,
	"media-type":  http.StatusUnsupportedMediaType,
	"not-offered": http.StatusNotFound, // a server's fault would wake somebody up,
	"too-many":    http.StatusTooManyRequests,
}

func root(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
