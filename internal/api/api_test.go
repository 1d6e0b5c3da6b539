package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/apitest"
)

// A service is the API over a runtime in memory. Every answer that it gives in a
// test is held against the OpenAPI document.
type service struct {
	*apitest.Memory
	handler http.Handler
	rows    *apitest.Rows
	notes   []api.Entry
}

var claims = api.Claims{Tenant: "tenant", Role: "roles"}

// serve fills two tenants: acme with acme-2026, globex with globex-2026.
func serve(t *testing.T) *service {
	t.Helper()
	s := &service{Memory: &apitest.Memory{}, rows: &apitest.Rows{}}
	s.Fill("acme", "acme-2026")
	s.Fill("globex", "globex-2026")
	s.handler = api.New(api.Config{Backend: s.Backend(), Rows: s.rows, Who: claims.Who,
		Note: func(_ *http.Request, e api.Entry) { s.notes = append(s.notes, e) }})
	return s
}

// document is the OpenAPI document, ready to hold answers against.
var document = sync.OnceValues(func() (validator.Validator, error) {
	doc, err := libopenapi.NewDocument(api.OpenAPI)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return v, nil
})

// A reply is an answer that was read.
type reply struct {
	*http.Response
	text string
}

func (r reply) json(t *testing.T) (doc map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.text), &doc); err != nil {
		t.Fatalf("%q is not a JSON object: %v", r.text, err)
	}
	return doc
}

// as asks as somebody of a tenant: as(t, "acme", "operator", "GET /v1/migrations").
func (s *service) as(t *testing.T, tenant, roles, ask, body string, header ...string) reply {
	t.Helper()
	method, path, _ := strings.Cut(ask, " ")
	q := httptest.NewRequest(method, path, strings.NewReader(body))
	if tenant != "" {
		q = q.WithContext(api.WithClaims(q.Context(), map[string]string{"sub": "somebody", "tenant": tenant, "roles": roles}, ""))
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, q)
	r := reply{w.Result(), w.Body.String()}
	conforms(t, q, r)
	return r
}

// conforms holds an answer against the document; a path that is not in it has
// answers of its own to nothing.
func conforms(t *testing.T, q *http.Request, r reply) {
	t.Helper()
	v, err := document()
	if err != nil {
		t.Fatal(err)
	}
	r.Response.Body = io.NopCloser(bytes.NewReader([]byte(r.text)))
	ok, faults := v.ValidateHttpResponse(q, r.Response)
	for _, f := range faults {
		if ok || strings.Contains(f.Message, "Path") && r.StatusCode >= 400 {
			continue
		}
		t.Errorf("%s %s answers %d, which the document does not say: %s %s", q.Method, q.URL.Path, r.StatusCode, f.Message, f.Reason)
		for _, e := range f.SchemaValidationErrors {
			t.Errorf("  %s: %s", e.FieldPath, e.Reason)
		}
	}
}

// want fails unless the answer has a status.
func (r reply) want(t *testing.T, status int) reply {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("status %d, want %d: %s", r.StatusCode, status, r.text)
	}
	return r
}
