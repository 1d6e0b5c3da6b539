package freshdesk_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

// These are complaints of people who migrated with other programs, as far as they are
// about Freshdesk. Each test carries its number.

// tickets reads all tickets that there are.
func tickets(t *testing.T, desk *simulated.Desk, decode connectors.Settings) map[string]bool {
	t.Helper()
	s, err := freshdesk.SourceVia(decode, simulator.Transport{Platform: desk.Handler()})
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for after := connectors.Cursor(""); ; {
		page, err := s.Page(t.Context(), helpdesk.KindTicket, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			read[r.Key] = true
		}
		if len(page.Broken) > 0 {
			t.Errorf("%d can't be read", len(page.Broken))
		}
		if after = page.Next; page.Last {
			return read
		}
	}
}

// TestC2TheWallBehindPage300HidesNothing: 200 tickets, three pages of ten before the
// wall.
func TestC2TheWallBehindPage300HidesNothing(t *testing.T) {
	decode := settings(t, "http://127.0.0.1", "connections: 1\npage: 10\n")
	synctest.Test(t, func(t *testing.T) {
		desk := simulated.New(simulated.Options{Wall: 3})
		who := desk.AddContact(simulated.Contact{Name: "Jane"})
		for range 200 {
			desk.AddTicket(simulated.Ticket{Subject: "x", Description: "x", Status: 2, Requester: who}, simulated.Stats{})
			time.Sleep(time.Second)
		}
		if read := tickets(t, desk, decode); len(read) != 200 {
			t.Errorf("%d tickets were read, want 200", len(read))
		}
	})
}

// TestC3TicketsThatNobodyTouchedForYearsAreRead: the list has those of thirty days
// unless it is asked for more.
func TestC3TicketsThatNobodyTouchedForYearsAreRead(t *testing.T) {
	decode := settings(t, "http://127.0.0.1", "connections: 1\n")
	synctest.Test(t, func(t *testing.T) {
		desk := simulated.New(simulated.Options{})
		who := desk.AddContact(simulated.Contact{Name: "Jane"})
		for range 5 {
			desk.AddTicket(simulated.Ticket{Subject: "x", Description: "x", Status: 2, Requester: who}, simulated.Stats{})
			time.Sleep(400 * 24 * time.Hour)
		}
		if read := tickets(t, desk, decode); len(read) != 5 {
			t.Errorf("%d tickets were read, want 5", len(read))
		}
	})
}
