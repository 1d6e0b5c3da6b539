package embedded

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// TestADeltaIntoZendeskBringsEditsAndLeavesAgentsWork: what the source changed
// arrives in the simulated account, and what its agents did stays.
func TestADeltaIntoZendeskBringsEditsAndLeavesAgentsWork(t *testing.T) {
	account := sample.Crash()
	source, desk := smallDesk(memory.Options{PageSize: 3}), zendeskAccount(account, zendesk.Options{})
	r, err := openWith(t.TempDir(), parse(t), source.Source(), zendeskTarget(t, desk), func(p *Parts) { p.Clock = &together{desk: desk} })
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	migrate(t, r)
	there := map[string]int64{} // by subject
	for _, id := range desk.IDs("tickets") {
		shown, _ := desk.Shown("tickets", id)
		there[shown["subject"].(string)] = id
	}
	t1, t4 := there["subject of t1"], there["subject of t4"]
	desk.Change("tickets", t1, zendesk.Object{"priority": "urgent"})
	desk.Reply(t4, 0, "an agent works on what the source deletes", false)
	source.Edit(helpdesk.KindTicket, "t1", func(r *helpdesk.Record) {
		r.Ticket.Subject, r.Ticket.Priority, r.Ticket.Tags = "by the source", "high", []string{"old", "new"}
	})
	source.Reply("t1", "late news")
	source.Delete(helpdesk.KindTicket, "t3")
	source.Delete(helpdesk.KindTicket, "t4")
	source.Add(something("t9", "p1"))
	report := delta(t, r)
	out := kindOf(t, report, helpdesk.KindTicket).Outcomes
	if out["loaded"] != 1 || out["updated"] != 1 || out["erased"] != 1 {
		t.Errorf("outcomes %v, want one loaded, updated and erased", out)
	}
	shown, _ := desk.Shown("tickets", t1)
	comments := desk.Comments(t1)
	if last, _ := comments[len(comments)-1]["body"].(string); shown["subject"] != "by the source" || shown["priority"] != "urgent" || len(comments) != 3 || !strings.Contains(last, "late news") {
		t.Errorf("t1 is %v, its last comment of %d %q", shown, len(comments), last)
	}
	if !slices.Contains(desk.IDs("tickets"), t4) || slices.Contains(desk.IDs("tickets"), there["subject of t3"]) {
		t.Errorf("tickets %v", desk.IDs("tickets"))
	}
}

// TestDeltasFollowABusyZendesk: its agents work between and while they are read.
func TestDeltasFollowABusyZendesk(t *testing.T) {
	from, _ := moved(t, zendesk.Options{})
	from.Advance(2 * time.Minute)
	target := memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), zendeskSource(t, from), target.Target())
	migrate(t, r)
	chance := rand.New(rand.NewPCG(7, 7))
	for range 3 {
		for range 12 {
			from.Busy(chance)
		}
		from.Advance(2 * time.Minute) // the last minute does not show up yet
		delta(t, r)
	}
	there := map[string]helpdesk.Record{}
	for _, k := range target.Records(helpdesk.KindTicket) {
		if _, twice := there[k.Ticket.Number]; twice {
			t.Errorf("%s stands there twice", k.Ticket.Number)
		}
		there[k.Ticket.Number] = k
	}
	for id, shown := range shownIn(from, "tickets") {
		k, ok := there[id]
		if !ok {
			t.Errorf("ticket %s is missing", id)
			continue
		}
		if k.Ticket.Status != shown["status"] {
			t.Errorf("ticket %s is %s, want %s", id, k.Ticket.Status, shown["status"])
		}
	}
}

// shownIn are what a table shows, by id.
func shownIn(desk *zendesk.Desk, table string) map[string]zendesk.Object {
	all := map[string]zendesk.Object{}
	for _, id := range desk.IDs(table) {
		shown, _ := desk.Shown(table, id)
		all[strconv.FormatInt(id, 10)] = shown
	}
	return all
}
