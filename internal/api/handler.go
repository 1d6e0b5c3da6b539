package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A Config is what the handlers need of a runtime.
type Config struct {
	Backend Backend
	// Rows remembers the answers to requests with an Idempotency-Key.
	Rows Rows
	// Who reads the identity of a request whose token has been checked.
	Who func(*http.Request) (Identity, error)
	// Note is told of each request; nil for nobody.
	Note func(*http.Request, Entry)
	Now  func() time.Time // nil for the clock
}

// Rows are those of a ledger.Store, as far as the API needs them.
type Rows interface {
	Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error)
	Each(ctx context.Context, changes ...ledger.Change) error
}

// An Entry is what may be logged of a request: no path with names of files, no
// query, no body.
type Entry struct {
	ID      string
	Route   string // as in the OpenAPI document; empty for none
	Method  string
	Status  int
	Code    string // of a refusal
	Fault   string // Go type of an unexpected error
	Tenant  string
	Subject string
	Took    time.Duration
}

// A handler is the API.
type handler struct {
	Config
	mux *http.ServeMux
}

// New returns the API. Everything below /v1 asks for an identity.
func New(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Note == nil {
		c.Note = func(*http.Request, Entry) {}
	}
	h := &handler{c, http.NewServeMux()}
	for _, rt := range routes {
		h.mux.Handle(rt.method+" "+rt.path, endpoint{h, rt})
	}
	return h
}

// maxURL bounds path and query: the longest of ours have some 200 bytes.
const maxURL = 2 << 10

// ServeHTTP answers every request, also one for nothing, in the same way: with an
// id, headers that keep browsers from guessing, and errors as problem+json.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{ResponseWriter: w, began: h.Now(), entry: Entry{ID: requestID(r), Method: r.Method}}
	defer func() {
		if p := recover(); p != nil {
			// What was panicked with may hold anything; its type is all that is said.
			c.fail(fmt.Errorf("panic: %w", panicked{fmt.Sprintf("%T", p)}))
		}
		c.entry.Took = h.Now().Sub(c.began)
		h.Note(r, c.entry)
	}()
	protect(w.Header(), c.entry.ID)
	who, err := h.Who(r)
	if err != nil {
		c.fail(err)
		return
	}
	c.who, c.entry.Tenant, c.entry.Subject = who, who.Tenant, who.Subject
	if len(r.URL.RequestURI()) > maxURL {
		c.fail(&Refusal{Kind: ErrInvalid, Code: "too-long", Say: "The address is too long.", Next: "Ask for one of the paths in /v1/openapi.json."})
		return
	}
	if path.Clean(r.URL.Path) != r.URL.Path { // the mux would lead on to another path
		c.fail(NotFound("path"))
		return
	}
	found, pattern := h.mux.Handler(r)
	if pattern == "" {
		c.fail(unmatched(found, r))
		return
	}
	h.mux.ServeHTTP(c, r)
}

// Refuse answers a request that does not get as far as the handlers, as they
// would.
func Refuse(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	c := &call{ResponseWriter: w, entry: Entry{ID: requestID(r), Method: r.Method}}
	protect(w.Header(), c.entry.ID)
	c.fail(refusal)
}

// unmatched asks the mux why it has no handler: it knows which methods a path has.
func unmatched(found http.Handler, r *http.Request) error {
	p := &probe{header: http.Header{}}
	found.ServeHTTP(p, r)
	if p.status == http.StatusMethodNotAllowed {
		return &methodError{allow: p.header.Get("Allow")}
	}
	return NotFound("path")
}

// A probe takes what the mux would have answered.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

type methodError struct{ allow string }

func (e *methodError) Error() string { return "the path does not take this method" }

// panicked is an error that knows the type of what was panicked with.
type panicked struct{ of string }

func (p panicked) Error() string { return "panic of type " + p.of }

// requestID is the id that the gateway gave the request, or one of ours.
func requestID(r *http.Request) string {
	if id, ok := r.Context().Value(requestIDKey{}).(string); ok && id != "" {
		return id
	}
	return strings.ToLower(rand.Text()[:16])
}

type requestIDKey struct{}

// protect sets the headers of every answer. Nothing here is a page: a browser
// that is led to an answer must neither run nor frame nor keep it.
func protect(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// ErrNoIdentity: the request has no token that was checked.
var ErrNoIdentity = errors.New("no identity")
