package embedded

import (
	"context"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

func freshdeskSettings(t *testing.T, desk *freshdesk.Desk, more string) connectors.Settings {
	t.Setenv("SAFECONDUCT_TEST_FRESHDESK_KEY", freshdesk.Key)
	text := "url: " + desk.Serve(t) + "\nkey: env:SAFECONDUCT_TEST_FRESHDESK_KEY\n" + more
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}

func freshdeskTarget(t *testing.T, desk *freshdesk.Desk) connectors.Target {
	t.Helper()
	c, _ := list.Find("freshdesk")
	target, err := c.Target(t.Context(), freshdeskSettings(t, desk, "silenced: true\nhold: 1s\n"))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// freshdeskWords are what the words of the sample account are called in Freshdesk.
const freshdeskWords = `
map:
  statuses: {Closed: Closed, Merged: Closed, New: Open, On hold: Pending, Solved: Resolved, waiting for supplier: Waiting on supplier}
  priorities: {low: Low, normal: Medium, high: High}
  types: {question: Question, incident: Incident, problem: Problem, task: Question}
`

// TestAnAccountMovesIntoFreshdeskAndNobodyIsMailed: with answers lost after tickets
// and notes were made, and an index that is behind.
func TestAnAccountMovesIntoFreshdeskAndNobodyIsMailed(t *testing.T) {
	desk := freshdesk.New(freshdesk.Options{SearchLag: time.Hour})
	desk.Faults.Add(simulator.Fault{Method: "POST", Path: "/api/v2/tickets", When: func(n int) bool { return n%40 == 7 }, Effect: simulator.Lose},
		simulator.Fault{Method: "POST", Path: "/api/v2/contacts", When: simulator.Nth(3), Effect: simulator.Cut},
		simulator.Fault{Method: "POST", Path: "/api/v2/companies", When: simulator.Nth(2), Effect: simulator.Lose},
		simulator.Fault{Method: "PUT", When: simulator.Nth(4), Effect: simulator.Lose})
	r, err := openWith(t.TempDir(), parse(t, freshdeskWords), fill(t, memory.Options{}, sample.Crash()).Source(), freshdeskTarget(t, desk), func(p *Parts) {
		p.Clock = &advancing{desk: desk}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	report := migrate(t, r)
	if report.Partial() || !report.Census.Conserved {
		t.Errorf("%s\n%+v", report.Summary("en"), report.Findings)
	}
	tickets, said := desk.Tickets()
	notes := 0
	for _, all := range said {
		notes += len(all)
	}
	if mails := desk.Outbox.Mails(); len(tickets) != 50 || len(mails) != 0 {
		t.Errorf("%d tickets with %d notes, and %d mails; want 50 and none", len(tickets), notes, len(mails))
	}
	if again := kindOf(t, migrate(t, r), helpdesk.KindTicket); again.Outcomes["unchanged"] != 50 {
		t.Errorf("a second run: %v, want 50 unchanged", again.Outcomes)
	}
}

// advancing hurries the account's clock as well.
type advancing struct {
	hurried
	desk *freshdesk.Desk
}

func (c *advancing) Sleep(ctx context.Context, d time.Duration) error {
	c.desk.Advance(d)
	return c.hurried.Sleep(ctx, d)
}

// TestAFreshdeskMovesToZendesk: with its dates and authors, which the other way are
// lines of text.
func TestAFreshdeskMovesToZendesk(t *testing.T) {
	from := freshdesk.New(freshdesk.Options{})
	email := "jane@example.test"
	jane := from.AddContact(freshdesk.Contact{Name: "Jane", Email: &email})
	long := time.Date(2020, 1, 5, 12, 0, 0, 0, time.UTC)
	ticket := from.AddTicket(freshdesk.Ticket{Subject: "Printer", Description: "<p>On fire.</p>", Status: 5, Priority: 3, Requester: jane, Created: long, Updated: long.Add(time.Hour)}, freshdesk.Stats{})
	from.Say(ticket, freshdesk.Conversation{Body: "<b>Still.</b>", User: jane, Created: long.Add(time.Minute)})
	to := zendesk.New(zendesk.Options{})
	c, _ := list.Find("freshdesk")
	source, err := c.Source(t.Context(), freshdeskSettings(t, from, ""))
	if err != nil {
		t.Fatal(err)
	}
	words := "\nmap:\n  statuses: {Closed: closed}\n  priorities: {High: high}\n"
	report := migrate(t, open(t, t.TempDir(), parse(t, words), source, zendeskTarget(t, to)))
	if report.Partial() || !report.Census.Conserved {
		t.Errorf("%s\n%+v", report.Summary("en"), report.Findings)
	}
	ids := to.IDs("tickets")
	if len(ids) != 1 || len(to.Comments(ids[0])) != 2 {
		t.Fatalf("%d tickets arrived", len(ids))
	}
	if said := to.Comments(ids[0]); said[1]["created_at"] != "2020-01-05T12:01:00Z" || said[1]["author_id"] == to.IDs("users")[0] {
		t.Errorf("the second comment is %v", said[1])
	}
}
