package freshdesk_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
	"github.com/safeconduct/safeconduct/internal/simulator/readingtest"
)

var interleavings = flag.Int("interleavings", 60, "how many random readings of an account at work are tried")

// TestNothingIsLostWhileAgentsWork reads an account of which every request may fail
// and between whose requests agents write, delete, rename and create, with crashes,
// limits and clocks that differ. After the last delta what was read is what is there.
func TestNothingIsLostWhileAgentsWork(t *testing.T) {
	for seed := range *interleavings {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			decode := settings(t, "http://127.0.0.1", fmt.Sprintf("connections: 1\npage: %d\n", 1+seed%4))
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
	desk := simulated.New(simulated.Options{PerMinute: []int{0, 200, 400}[chance.IntN(3)], List: []int{0, 20}[chance.IntN(2)]})
	desk.Advance(time.Duration(chance.IntN(600)-300) * time.Second) // whose clock is right nobody knows
	for i := range 3 + chance.IntN(4) {
		who := desk.AddContact(simulated.Contact{Name: fmt.Sprintf("%c Jane", 'A'+rune(chance.IntN(26))), Email: at(fmt.Sprintf("jane%d@example.test", i))})
		for range 1 + chance.IntN(3) {
			desk.AddTicket(simulated.Ticket{Subject: "Printer", Description: "<p>It is on fire.</p>", Status: 2, Requester: who}, simulated.Stats{})
		}
	}
	time.Sleep(time.Duration(chance.IntN(2000)) * time.Millisecond)
	return &reading{&readingtest.Reading{T: t, Chance: chance, Busy: desk.Busy, Meanwhile: &desk.Meanwhile, Faults: &desk.Faults,
		Connect: func() (connectors.Source, error) {
			return freshdesk.SourceVia(decode, simulator.Transport{Platform: desk.Handler()})
		},
		Trouble: []simulator.Fault{{Effect: simulator.Refuse, Status: 429, After: 7}, {Effect: simulator.Refuse, Status: 429, After: 60},
			{Effect: simulator.Refuse, Status: 500}, {Effect: simulator.Drop}, {Effect: simulator.Cut}},
		Settle: 2 * time.Second,
	}, desk}
}

func (r *reading) try() {
	r.Try()
	r.compare()
}

// compare recounts what is there without the API. That a contact is gone a roll
// tells.
func (r *reading) compare() {
	for _, c := range r.desk.Contacts() {
		if rec, there := r.Read[helpdesk.KindPerson][text(c.ID)]; !there || rec.Person.Name != c.Name {
			r.Errorf("contact %d: read %t, or a change is lost", c.ID, there)
		}
	}
	tickets, said := r.desk.Tickets()
	if len(tickets) != len(r.Read[helpdesk.KindTicket]) {
		r.Errorf("%d tickets were read, and there are %d", len(r.Read[helpdesk.KindTicket]), len(tickets))
	}
	for i, t := range tickets {
		rec, there := r.Read[helpdesk.KindTicket][text(t.ID)]
		if !there {
			r.Errorf("ticket %d is lost", t.ID)
			continue
		}
		var want, got []string
		for _, c := range said[i] {
			want = append(want, c.Body)
		}
		for _, c := range rec.Ticket.Comments[1:] {
			got = append(got, c.Body)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") || rec.Ticket.Category == "" {
			r.Errorf("ticket %d: %d comments were read, and there are %d, or others", t.ID, len(got), len(want))
		}
	}
}

// TestTheCasesInWhichOthersLoseTickets are those that airbyte-cdk 7.39.1 was measured
// with on an account like this one: ten a page, a wall behind page 3.
func TestTheCasesInWhichOthersLoseTickets(t *testing.T) {
	for name, c := range map[string]struct {
		tickets, perSecond, edits int
		beyond                    int // what can't be reached, and is named
	}{
		"distinct seconds":           {100, 1, 0, 0},
		"seven a second":             {100, 7, 0, 0},
		"edits above the wall":       {100, 1, 6, 0},
		"edits below the wall":       {25, 1, 6, 0},
		"a tie as wide as the wall":  {30, 30, 0, 0},
		"a tie wider than the wall":  {40, 40, 0, 10},
		"a tie and edits within it":  {28, 28, 6, 0},
		"ties that end within pages": {60, 13, 6, 0},
	} {
		t.Run(name, func(t *testing.T) {
			decode := settings(t, "http://127.0.0.1", "connections: 1\npage: 10\n")
			synctest.Test(t, func(t *testing.T) {
				desk := simulated.New(simulated.Options{Wall: 3})
				who := desk.AddContact(simulated.Contact{Name: "Jane"})
				for i := range c.tickets {
					desk.AddTicket(simulated.Ticket{Subject: "x", Description: "x", Status: 2, Requester: who}, simulated.Stats{})
					if (i+1)%c.perSecond == 0 {
						time.Sleep(time.Second)
					}
				}
				time.Sleep(time.Minute)
				s, err := freshdesk.SourceVia(decode, simulator.Transport{Platform: desk.Handler()})
				if err != nil {
					t.Fatal(err)
				}
				read, named := map[string]bool{}, 0
				for after := connectors.Cursor(""); ; {
					page, err := s.Page(t.Context(), helpdesk.KindTicket, after)
					if err != nil {
						t.Fatal(err)
					}
					for i, r := range page.Records {
						if !read[r.Key] && i == 0 && c.edits > 0 { // what was delivered is edited, and moves
							c.edits--
							desk.Edit(number(r.Key), func(t *simulated.Ticket) { t.Priority = 4 })
							time.Sleep(time.Second)
						}
						read[r.Key] = true
					}
					named += len(page.Broken)
					if after = page.Next; page.Last {
						break
					}
				}
				if missing := c.tickets - len(read); missing != c.beyond || (named > 0) != (c.beyond > 0) {
					t.Errorf("%d of %d are missing, want %d; %d spans of time are named", missing, c.tickets, c.beyond, named)
				}
				t.Logf("%d tickets: %d missing, %d named, %d list calls", c.tickets, c.tickets-len(read), named, desk.Calls()["GET /api/v2/tickets"])
			})
		})
	}
}
