package zendesk

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

// Options are how an account differs from others. The zero value is one without
// limits whose jobs are done at once.
type Options struct {
	// PerMinute is the limit of the account and plan: 200, 400, 700 or 2500; 0: none.
	PerMinute int
	// Incremental is how many exports a minute may have, 10 or 30; 0: no limit.
	Incremental int
	// Page is the most records of a page of an export or a list; 0: 1000 and 100.
	Page int
	// Queue is how long a job waits, Work how long each of its items takes.
	Queue, Work time.Duration
	// SearchLag is how long the index is behind.
	SearchLag time.Duration
	// Repeats: each page of an export begins with the last record of the one before.
	Repeats bool
	// Brand is the address that files are told by, if it is that of another brand.
	Brand string
	// TokenLives is how long an upload can be attached; 0: three days.
	TokenLives time.Duration
	// NoLabels: articles have no labels, as on plans below Professional.
	NoLabels bool
	// Without lists what the plan does not have, by the beginnings of paths behind
	// /api/v2: asked for, it is not found.
	Without []string
	// Exempt: triggers leave out changes by the account of the API, as operators are
	// asked to have it.
	Exempt bool
	// StrictNotes: an end user can't be the author of a private comment.
	StrictNotes bool
}

// Account and Token are who may use the API, as an administrator.
const (
	Account = "migration@example.test"
	Token   = "simulated-token"
)

// A Desk is an account.
type Desk struct {
	simulator.Clock
	Outbox simulator.Outbox
	Faults simulator.Faults
	// Meanwhile, if it is set, runs before each request: agents who work while
	// somebody reads.
	Meanwhile func()

	o      Options
	limits *simulator.Limiter
	mux    *http.ServeMux

	mu      sync.Mutex // guards what follows
	tables  map[string]*table
	number  int64 // the id that was given away last, tickets aside
	changes int   // so far
	events  []event
	jobs    []*job
	files   map[int64][]byte
	tokens  map[string]*upload
	base    string
	me      *row
	calls   map[string]int // by route
	refused int            // requests answered 429
	rules   map[string]int // how many, by list
}

// New returns an account with one administrator, one brand and one group.
func New(o Options) *Desk {
	if o.TokenLives == 0 {
		o.TokenLives = 72 * time.Hour
	}
	d := &Desk{o: o, tables: map[string]*table{}, files: map[int64][]byte{}, tokens: map[string]*upload{},
		calls: map[string]int{}, rules: map[string]int{}, base: "http://127.0.0.1"}
	d.limits = simulator.NewLimiter(&d.Clock)
	d.mux = http.NewServeMux()
	for pattern, answer := range d.routes() {
		d.mux.Handle(pattern, d.serve(pattern, answer))
	}
	d.me = d.add("users", object{"name": "Migration", "email": Account, "role": "admin", "active": true})
	d.add("identities", object{"user_id": d.me.id, "type": "email", "value": Account, "primary": true, "verified": true})
	d.add("brands", object{"name": "Example", "subdomain": "example", "active": true, "default": true})
	d.add("groups", object{"name": "Support", "description": "", "default": true})
	d.add("permission_groups", object{"name": "Administrators", "built_in": true})
	return d
}

// Handler is the account's API, with the plan of faults in front of it.
func (d *Desk) Handler() http.Handler {
	api := d.Faults.Wrap(plain(d.mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.Meanwhile != nil {
			d.Meanwhile()
		}
		api.ServeHTTP(w, r)
	})
}

// Serve serves the API on this machine until the test ends, and returns its
// address.
func (d *Desk) Serve(t testing.TB) string {
	server := httptest.NewServer(d.Handler())
	t.Cleanup(server.Close)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.base = server.URL
	return server.URL
}

// Calls counts the requests that reached the API, those that a limit refused
// aside, by route.
func (d *Desk) Calls() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := map[string]int{}
	for route, n := range d.calls {
		all[route] = n
	}
	return all
}

// Refused counts the requests that a limit refused.
func (d *Desk) Refused() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused
}
