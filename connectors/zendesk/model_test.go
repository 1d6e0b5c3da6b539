package zendesk_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/readingtest"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

var interleavings = flag.Int("interleavings", 60, "how many random readings of an account at work are tried")

// TestNothingIsLostWhileAgentsWork reads an account of which every request may fail
// and between whose requests agents reply, merge, delete and create, with crashes,
// limits and clocks that differ. After the last delta what was read is what is
// there: each ticket once as it is now, comments in order and none twice, and what
// was deleted told.
func TestNothingIsLostWhileAgentsWork(t *testing.T) {
	for seed := range *interleavings {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			decode := settings(t, "http://127.0.0.1", "page: 3\nconnections: 1\norganizations: all\n")
			synctest.Test(t, func(t *testing.T) { newReading(t, uint64(seed), decode).try() })
		})
	}
}

// A reading is one interleaving.
type reading struct {
	*readingtest.Reading
	desk *simulated.Desk
}

func newReading(t *testing.T, seed uint64, decode connectors.Settings) *reading {
	chance := rand.New(rand.NewPCG(seed, 7))
	desk := simulated.New(simulated.Options{Page: 1 + chance.IntN(4), Repeats: chance.IntN(2) == 0, PerMinute: []int{0, 200, 700}[chance.IntN(3)], Incremental: []int{0, 10}[chance.IntN(2)]})
	desk.Advance(time.Duration(chance.IntN(600)-300) * time.Second) // whose clock is right nobody knows
	time.Sleep(10 * time.Minute)                                    // but the account is older
	for i := range 3 + chance.IntN(4) {
		who := desk.Put("users", object{"name": "Jane", "email": fmt.Sprintf("jane%d@example.test", i)})
		for range 1 + chance.IntN(3) {
			desk.Say(desk.Put("tickets", object{"subject": "Printer", "requester_id": who, "submitter_id": who}), object{"body": "It is on fire.", "author_id": who})
		}
	}
	return &reading{&readingtest.Reading{T: t, Chance: chance, Busy: desk.Busy, Meanwhile: &desk.Meanwhile, Faults: &desk.Faults,
		Connect: func() (connectors.Source, error) {
			return zendesk.SourceVia(decode, simulator.Transport{Platform: desk.Handler()})
		},
		Trouble: []simulator.Fault{{Effect: simulator.Refuse, Status: 429, After: 7}, {Effect: simulator.Refuse, Status: 429, After: 60},
			{Effect: simulator.Refuse, Status: 500}, {Effect: simulator.Refuse, Status: 503, After: 3}, {Effect: simulator.Drop}, {Effect: simulator.Cut}},
		Settle: 2 * time.Minute, // the last minute is over
	}, desk}
}

func (r *reading) try() {
	r.Try()
	r.compare()
}

// compare recounts what is there without the API.
func (r *reading) compare() {
	for table, k := range map[string]helpdesk.Kind{"users": helpdesk.KindPerson, "tickets": helpdesk.KindTicket} {
		ids := r.desk.IDs(table)
		if len(ids) != len(r.Read[k]) {
			r.Errorf("%d %ss were read, and there are %d", len(r.Read[k]), k, len(ids))
		}
		for _, n := range ids {
			rec, there := r.Read[k][text(n)]
			shown, _ := r.desk.Shown(table, n)
			switch {
			case !there:
				r.Errorf("%s %d is lost", k, n)
			case k == helpdesk.KindPerson && rec.Person.Notes != word(shown["notes"]):
				r.Errorf("person %d: a change is lost", n)
			case k == helpdesk.KindTicket:
				r.compareTicket(n, rec.Ticket, shown)
			}
		}
	}
}

func word(v any) string { s, _ := v.(string); return s }

func (r *reading) compareTicket(n int64, t *helpdesk.Ticket, shown object) {
	var said, read []string
	for _, c := range r.desk.Comments(n) {
		said = append(said, word(c["plain_body"]))
	}
	for _, c := range t.Comments {
		read = append(read, strings.NewReplacer("<p>", "", "</p>", "").Replace(c.Body))
	}
	if !slices.Equal(said, read) {
		r.Errorf("ticket %d: %d comments were read, and there are %d, or others", n, len(read), len(said))
	}
	if t.Status != word(shown["status"]) {
		r.Errorf("ticket %d: status %q was read, and it is %q", n, t.Status, shown["status"])
	}
}
