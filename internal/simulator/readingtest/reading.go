// Package readingtest has a connector read a simulated account at work: between its
// requests agents write, delete, merge and create, any request may fail, and the
// process may die before what it read was kept. What was read is then compared, by
// whoever knows the platform, with what is there.
package readingtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
)

// Kinds are those that are read.
func Kinds() []helpdesk.Kind { return []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket} }

// A Reading is one interleaving. It runs in a bubble of testing/synctest.
type Reading struct {
	*testing.T
	Chance *rand.Rand
	// Connect opens the source as a new process does.
	Connect func() (connectors.Source, error)
	// Busy lets an agent do something, at most 60 times, and says what.
	Busy func(*rand.Rand) string
	// Meanwhile is what the account runs before each request, and Faults its plan.
	Meanwhile *func()
	Faults    *simulator.Faults
	Trouble   []simulator.Fault // each befalls one request in sixty
	Settle    time.Duration     // until the last delta sees everything

	// Read is what was read, and not told to be gone.
	Read map[helpdesk.Kind]map[string]helpdesk.Record

	source  connectors.Source
	cursors map[helpdesk.Kind]connectors.Cursor
	acts    int
}

// Try reads up to three times while agents work, and once after all is quiet.
func (r *Reading) Try() {
	r.cursors, r.Read = map[helpdesk.Kind]connectors.Cursor{}, map[helpdesk.Kind]map[string]helpdesk.Record{}
	for _, k := range Kinds() {
		r.Read[k] = map[string]helpdesk.Record{}
	}
	r.connect()
	*r.Meanwhile = r.meanwhile
	for _, f := range r.Trouble {
		f.When = func(int) bool { return r.Chance.IntN(60) == 0 }
		r.Faults.Add(f)
	}
	for range 1 + r.Chance.IntN(3) {
		r.run()
		time.Sleep(time.Duration(r.Chance.IntN(300)) * time.Second)
	}
	*r.Meanwhile = nil
	r.Faults.Clear()
	time.Sleep(r.Settle)
	r.run()
}

func (r *Reading) connect() {
	source, err := r.Connect()
	if err != nil {
		r.Fatal(err)
	}
	r.source = source
}

func (r *Reading) meanwhile() {
	if r.Chance.IntN(3) == 0 && r.acts < 60 {
		r.acts++
		r.Busy(r.Chance)
	}
	if r.Chance.IntN(4) == 0 {
		time.Sleep(time.Duration(r.Chance.IntN(900)) * time.Millisecond)
	}
}

// run reads what changed, kind by kind, and goes on from the cursor of the last page
// that was kept, whatever happened.
func (r *Reading) run() {
	for _, k := range Kinds() {
		for tries := 0; ; {
			page, err := r.source.Page(context.Background(), k, r.cursors[k])
			if err != nil {
				tries++
				r.wait(k, err, tries)
				continue
			}
			if r.Chance.IntN(8) == 0 { // a crash before the page was kept
				r.connect()
				continue
			}
			r.keep(k, page)
			if page.Last {
				break
			}
		}
	}
}

// wait waits out a failure that may pass.
func (r *Reading) wait(k helpdesk.Kind, err error, tries int) {
	if tries > 200 || !errors.Is(err, connectors.ErrUnavailable) {
		r.Fatalf("page of %s: %v", k, err)
	}
	var limited *connectors.RateLimited
	if errors.As(err, &limited) {
		time.Sleep(limited.After)
	}
	time.Sleep(time.Second)
}

func (r *Reading) keep(k helpdesk.Kind, page connectors.Page) {
	for _, rec := range page.Records {
		r.Read[k][rec.Key] = rec
	}
	for _, g := range page.Gone {
		delete(r.Read[k], g.Key)
	}
	r.cursors[k] = page.Next
}
