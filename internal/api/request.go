package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// An endpoint answers one route.
type endpoint struct {
	*handler
	route
}

// A request is what a route's function needs: who asks, for which migration of
// its tenant, and the parts of the path, checked.
type request struct {
	*http.Request
	who  Identity
	of   Migration
	body []byte
	key  string // Idempotency-Key, bound to tenant, method and path; empty for none
}

// ServeHTTP checks what all routes check, in the order in which the least is told
// to those who may not know it.
func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := w.(*call) // handler.ServeHTTP calls nothing else
	c.entry.Route = e.path
	q := request{Request: r, who: c.who, of: Migration{c.who.Tenant, r.PathValue("migration")}}
	if err := e.admit(&q, w); err != nil {
		c.fail(err)
		return
	}
	a, err := e.answer(r.Context(), q)
	if err != nil {
		c.fail(err)
		return
	}
	c.send(r, a)
}

func (e endpoint) admit(q *request, w http.ResponseWriter) error {
	if !slices.ContainsFunc(e.roles, func(r Role) bool { return slices.Contains(q.who.Roles, r) }) {
		return &Refusal{Kind: ErrNotAllowed, Code: "role", Say: "That is for: " + list(e.roles) + ".",
			Next: "Ask somebody who has that role, or to be given it."}
	}
	if err := checkPath(q.Request); err != nil {
		return err
	}
	if power := e.power; power != "" && !e.Backend.has(power) {
		return &Refusal{Kind: ErrUnavailable, Code: "not-offered", Say: "This runtime has no " + power + ".", Next: e.Backend.Instead[power]}
	}
	return e.read(q, w)
}

func list(roles []Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// What the parts of a path look like. Whatever else is asked for is not there.
var parts = map[string]form{
	"migration": newForm(`^[a-z0-9][a-z0-9-]{0,44}$`), // a plan's name, and -demo
	"run":       newForm(`^(r[0-9]{4,9}|close)$`),     // close: where the certificate lies
	"task":      newForm(`^[a-z0-9][a-z0-9-]{0,63}$`),
	"document":  newForm(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`),
}

func checkPath(r *http.Request) error {
	for name, like := range parts {
		if value := r.PathValue(name); strings.Contains(r.Pattern, "{"+name+"}") && !like.matches(value) {
			return NotFound(name)
		}
	}
	return nil
}

// Sizes of bodies. A plan passes through Lambda, which takes 6 MB after base64.
const (
	maxBody = 64 << 10
	maxPlan = 4 << 20
)

// read reads the body where the route takes one. A body where none is expected
// is refused too: what is sent and not read was meant for something.
func (e endpoint) read(q *request, w http.ResponseWriter) (err error) {
	size := int64(maxBody)
	if e.takes == typeYAML {
		size = maxPlan
	}
	q.body, err = io.ReadAll(http.MaxBytesReader(w, q.Body, size))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &Refusal{Kind: ErrInvalid, Code: "too-large", Say: "The body is too large.", Next: "Send no more than " + sizes[size] + "."}
	case err != nil:
		return &Refusal{Kind: ErrInvalid, Code: "not-json", Say: "The body ends early.", Next: "Send it again."}
	case e.takes == "" && len(bytes.TrimSpace(q.body)) > 0:
		return &Refusal{Kind: ErrInvalid, Code: "not-json", Say: "The path takes no body.", Next: "Send none."}
	case e.takes == "":
	case !e.accepts(q.Header.Get("Content-Type")):
		return &Refusal{Kind: ErrInvalid, Code: "media-type", Say: "The body is not of the type " + e.takes + ".", Next: "Send Content-Type: " + e.takes + "."}
	}
	return q.idempotency()
}

var sizes = map[int64]string{maxBody: "64 KiB", maxPlan: "4 MiB"}

func (e endpoint) accepts(header string) bool {
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		return false
	}
	yaml := kind == "text/yaml" || kind == "application/x-yaml"
	return kind == e.takes || e.takes == typeYAML && yaml
}

// parse reads the body as strict JSON: a field that nobody knows may be a
// mistyped wish.
func (q request) parse(into any) error {
	d := json.NewDecoder(bytes.NewReader(q.body))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("more than one value")
		}
	}
	if err == nil {
		err = exact(q.body)
	}
	if err == nil {
		return nil
	}
	say := "The body is not JSON as the path takes it"
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		say += ": " + wrong.Field + " is not a " + wrong.Type.String()
	} else if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown && len(field) < 40 {
		say += ": there is no field " + field
	}
	return &Refusal{Kind: ErrInvalid, Code: "not-json", Say: say + ".", Next: "The form is in /v1/openapi.json."}
}

// exact refuses what encoding/json lets pass and the document does not: null for
// a value, and names of fields in capitals.
func exact(body []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return errors.New("no object")
	}
	for name, value := range fields {
		if string(value) == "null" || name != strings.ToLower(name) {
			return errors.New("json: unknown field " + strconv.Quote(name))
		}
	}
	return nil
}

// answer calls the route's function, or the memory of what it answered before.
func (e endpoint) answer(ctx context.Context, q request) (answer, error) {
	if q.key == "" || q.Method != http.MethodPost {
		return e.do(e.handler, ctx, q)
	}
	return e.once(ctx, q)
}
