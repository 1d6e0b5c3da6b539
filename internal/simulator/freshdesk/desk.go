package freshdesk

import (
	"cmp"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

// Options are how an account differs from others. The zero value is one without
// limits that mails nobody.
type Options struct {
	// PerMinute is the limit of the account; List, Create and Update those of these
	// requests alone. 0: none.
	PerMinute, List, Create, Update int
	// Wall is the last page of a list; 0: 300.
	Wall int
	// SearchLag is how long the index is behind.
	SearchLag time.Duration
	// Notifies: administrators left the notifications on.
	Notifies bool
	// Unmarked: the field for markers is not there.
	Unmarked bool
}

// Key is the API key of the administrator.
const Key = "simulated-key"

// MarkerField is the label of the custom field that holds markers.
const MarkerField = "Safeconduct"

// A Desk is an account.
type Desk struct {
	simulator.Clock
	Outbox simulator.Outbox
	Faults simulator.Faults
	// Meanwhile, if it is set, runs before each request.
	Meanwhile func()

	o      Options
	limits *simulator.Limiter
	mux    *http.ServeMux

	mu        sync.Mutex // guards what follows
	number    int64
	last      int64 // of a ticket; none is given twice
	base      string
	tickets   map[int64]*Ticket
	contacts  map[int64]*Contact
	agents    map[int64]*Agent
	companies map[int64]*Company
	groups    map[int64]*Group
	fields    map[string][]*Field // of tickets, contacts, companies
	files     map[int64][]byte
	me        *Agent // whose key it is
	calls     map[string]int
	refused   int
	rules     map[string][2]int // on and off, by list
}

// New returns an account with one agent and one group.
func New(o Options) *Desk {
	o.Wall = cmp.Or(o.Wall, 300)
	d := &Desk{o: o, base: "http://127.0.0.1", tickets: map[int64]*Ticket{}, contacts: map[int64]*Contact{}, agents: map[int64]*Agent{},
		companies: map[int64]*Company{}, groups: map[int64]*Group{}, files: map[int64][]byte{}, calls: map[string]int{}, rules: map[string][2]int{}}
	d.limits = simulator.NewLimiter(&d.Clock)
	d.mux = http.NewServeMux()
	for pattern, handle := range d.routes() {
		d.mux.Handle(pattern, d.serve(pattern, handle))
	}
	d.fields = map[string][]*Field{"ticket": {
		{ID: d.id(), Name: "status", Label: "Status", Type: "default_status", Default: true,
			Choices: map[string]any{"2": []any{"Open", "Being processed"}, "3": []any{"Pending", "Awaiting your reply"}, "4": []any{"Resolved", "Resolved"}, "5": []any{"Closed", "Closed"}, "6": []any{"Waiting on supplier", "Being processed"}}},
		{ID: d.id(), Name: "ticket_type", Label: "Type", Type: "default_ticket_type", Default: true, Choices: []any{"Question", "Incident", "Problem"}},
	}}
	if !o.Unmarked {
		d.AddField("ticket", MarkerField, "custom_text")
		d.AddField("company", MarkerField, "custom_text")
	}
	d.me = d.agents[d.AddAgent("Migration", "migration@example.test")]
	d.AddGroup("Support", "")
	return d
}

func (d *Desk) id() int64 {
	d.number++
	return 43_000_000_000 + d.number
}

func (d *Desk) nextTicket() int64 {
	d.last++
	return d.last
}

// Handler is the account's API, with the plan of faults in front of it.
func (d *Desk) Handler() http.Handler {
	api := d.Faults.Wrap(d.mux)
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
	return server.URL
}

// Calls counts the requests that reached the API, by route.
func (d *Desk) Calls() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.calls)
}

// Refused counts the requests that a limit refused.
func (d *Desk) Refused() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.refused
}

// sorted are the objects of a kind in the order of their ids.
func sorted[T any](all map[int64]*T) (list []*T) {
	for _, id := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[id])
	}
	return list
}

func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// second is a time as the API tells it.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
