package embedded

import (
	"slices"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// longAgo makes a ticket of smallDesk one that is over for years.
func longAgo(r *helpdesk.Record) {
	at := time.Date(2019, 5, 1, 9, 0, 0, 0, time.UTC)
	r.Ticket.Status, r.Ticket.Category, r.Ticket.Created, r.Ticket.Updated = "closed", helpdesk.StatusClosed, at, at
	for i := range r.Ticket.Comments {
		r.Ticket.Comments[i].Created = at
	}
}

// TestAnExpressMigrationMovesOpenAndRecentTicketsFirst and the others with the delta
// after it: once, with their files and links, while agents of both desks work on the
// first ones.
func TestAnExpressMigrationMovesOpenAndRecentTicketsFirst(t *testing.T) {
	for name, o := range waysOfTargets {
		t.Run(name, func(t *testing.T) {
			source, target := memory.New(memory.Options{PageSize: 3}), memory.New(o)
			source.Add(somebody("p1"))
			active, recent, old, oldest := something("open", "p1"), something("recent", "p1"), something("old", "p1"), something("oldest", "p1")
			longAgo(&recent)
			recent.Ticket.Comments[1].Created = time.Now().Add(-time.Hour)
			longAgo(&old)
			longAgo(&oldest)
			old.Ticket.Comments[0].Attachments = []helpdesk.Attachment{source.File("old.txt", []byte("of the old"))}
			active.Ticket.Links = []helpdesk.Link{{Type: "related", Ticket: "old"}}
			for _, k := range []*helpdesk.Record{&active, &recent, &old, &oldest} {
				k.Ticket.Group = ""
			}
			source.Add(active, recent, old, oldest)
			r := open(t, t.TempDir(), under(t, "gdpr", "run: {express: 30 days}"), source.Source(), target.Target())

			report := migrate(t, r)
			if got := numbersOf(target); !slices.Equal(got, []string{"N-open", "N-recent"}) {
				t.Fatalf("the first run moved %v", got)
			}
			if report.Express.IsZero() || outcomes(report, helpdesk.KindTicket)["excluded"] != 2 || source.Calls(memory.OpOpen) != 0 {
				t.Errorf("express since %v, %v, %d files read", report.Express, outcomes(report, helpdesk.KindTicket), source.Calls(memory.OpOpen))
			}
			source.Reply("open", "later")
			id := targetOf(t, r, "open")
			target.Reply(id, "by an agent")
			target.Edit(helpdesk.KindTicket, id, func(k *helpdesk.Record) { k.Ticket.Priority = "high" })

			next := delta(t, r)
			if got := numbersOf(target); !slices.Equal(got, []string{"N-old", "N-oldest", "N-open", "N-recent"}) {
				t.Errorf("after the second run there are %v", got)
			}
			if n := outcomes(next, helpdesk.KindTicket); n["loaded"] != 2 || n["updated"] != 1 || !next.Express.IsZero() {
				t.Errorf("the second run: %v", n)
			}
			k, _ := target.Get(helpdesk.KindTicket, id)
			if len(k.Ticket.Comments) != 4 || k.Ticket.Priority != "high" {
				t.Errorf("the open ticket has %d comments and priority %q", len(k.Ticket.Comments), k.Ticket.Priority)
			}
			if !slices.ContainsFunc(k.Ticket.Links, func(l helpdesk.Link) bool { return l.Ticket == targetOf(t, r, "old") }) {
				t.Errorf("the open ticket links to %v", k.Ticket.Links)
			}
			old, _ = target.Get(helpdesk.KindTicket, targetOf(t, r, "old"))
			if len(old.Ticket.Comments[0].Attachments) != 1 {
				t.Error("the old ticket has no file")
			}
			if again := delta(t, r); outcomes(again, helpdesk.KindTicket)["loaded"] != 0 {
				t.Errorf("the delta after: %v", outcomes(again, helpdesk.KindTicket))
			}
		})
	}
}

func TestWhatAnExpressMigrationMovesFirst(t *testing.T) {
	since := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	before, after := since.Add(-time.Second), since
	for name, c := range map[string]struct {
		ticket helpdesk.Ticket
		want   bool
	}{
		"open, for years":             {helpdesk.Ticket{Category: helpdesk.StatusOpen, Updated: before}, true},
		"pending":                     {helpdesk.Ticket{Category: helpdesk.StatusPending, Updated: before}, true},
		"of a status nobody knows":    {helpdesk.Ticket{Status: "wontfix", Updated: before}, true},
		"solved since":                {helpdesk.Ticket{Category: helpdesk.StatusSolved, Updated: after}, true},
		"solved before":               {helpdesk.Ticket{Category: helpdesk.StatusSolved, Updated: before}, false},
		"closed, spoken about since":  {helpdesk.Ticket{Category: helpdesk.StatusClosed, Updated: before, Comments: []helpdesk.Comment{{Created: after}}}, true},
		"closed, and no date is told": {helpdesk.Ticket{Category: helpdesk.StatusClosed}, true},
	} {
		if got := plan.Recent(&c.ticket, since); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// outcomes are those of a kind in a report.
func outcomes(r evidence.Report, k helpdesk.Kind) map[string]int {
	for _, of := range r.Kinds {
		if of.Kind == string(k) {
			return of.Outcomes
		}
	}
	return nil
}

func numbersOf(d *memory.Desk) (all []string) {
	for _, r := range d.Records(helpdesk.KindTicket) {
		all = append(all, r.Ticket.Number)
	}
	slices.Sort(all)
	return all
}
