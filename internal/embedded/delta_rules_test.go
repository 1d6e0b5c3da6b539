package embedded

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// ruled is the small desk after a full run, everything that agents can do, and a
// delta by a rule.
func ruled(t *testing.T, rule string) (tickets map[string]*helpdesk.Ticket, report evidence.Report) {
	t.Helper()
	source, target := smallDesk(memory.Options{PageSize: 3}), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t, rule), source.Source(), target.Target())
	migrate(t, r)
	agitate(t, r, source, target)
	source.Edit(helpdesk.KindTicket, "t8", func(r *helpdesk.Record) { r.Ticket.Category = helpdesk.StatusClosed })
	source.Reply("t8", "late")
	report = delta(t, r)
	tickets = map[string]*helpdesk.Ticket{}
	for _, k := range target.Records(helpdesk.KindTicket) {
		tickets[k.Ticket.Number] = k.Ticket
	}
	return tickets, report
}

func TestTheRuleForConflictsDecidesOnWhatBothChanged(t *testing.T) {
	for rule, want := range map[string]string{"": "by the target", "delta: {conflict: source}": "by the source", "delta: {conflict: review}": "by the target"} {
		tickets, report := ruled(t, rule)
		if got := tickets["N-t1"].Subject; got != want {
			t.Errorf("%q: subject %q, want %q", rule, got, want)
		}
		// What only one of them changed is nobody's conflict.
		if k := tickets["N-t1"]; k.Status != "closed" || k.Priority != "high" || !slices.Contains(k.Tags, "new") || !slices.Contains(k.Tags, "here") {
			t.Errorf("%q: %+v", rule, k)
		}
		if kept := report.Merged.Kept["ticket.subject"]; (kept == 1) != (want == "by the target") {
			t.Errorf("%q: the report says that %d subjects were kept", rule, kept)
		}
	}
}

func TestTheRuleForDeletionsDecidesOnTicketsAndNeverOnPeople(t *testing.T) {
	for rule, want := range map[string]struct{ there, tagged bool }{
		"":                          {false, false},
		"delta: {deletion: tag}":    {true, true},
		"delta: {deletion: keep}":   {true, false},
		"delta: {conflict: source}": {false, false},
	} {
		tickets, report := ruled(t, rule)
		k, there := tickets["N-t3"]
		if there != want.there || there && slices.Contains(k.Tags, "deleted-in-source") != want.tagged {
			t.Errorf("%q: t3 is there: %t, %+v", rule, there, k)
		}
		// t4 was worked on in the target: only who says that the source goes first loses it.
		if _, there := tickets["N-t4"]; there == (rule == "delta: {conflict: source}") {
			t.Errorf("%q: t4 is there: %t", rule, there)
		}
		if out := kindOf(t, report, helpdesk.KindPerson).Outcomes; out["erased"] != 2 {
			t.Errorf("%q: people %v, want two erased: one deleted, one merged", rule, out)
		}
	}
}

func TestTheRuleForMergesDecidesOnALink(t *testing.T) {
	for rule, want := range map[string]int{"": 1, "delta: {merges: keep}": 0} {
		tickets, _ := ruled(t, rule)
		if k := tickets["N-t5"]; k == nil || len(k.Links) != want || len(tickets["N-t6"].Comments) != 4 {
			t.Errorf("%q: t5 is %+v, t6 has %d comments", rule, k, len(tickets["N-t6"].Comments))
		}
	}
}

func TestTheRuleForLateCommentsDecidesOnClosedTickets(t *testing.T) {
	for rule, want := range map[string]int{"": 3, "delta: {late_comments: review}": 2} {
		tickets, report := ruled(t, rule)
		if n := len(tickets["N-t8"].Comments); n != want || len(report.Reviews) != 3-want {
			t.Errorf("%q: %d comments, want %d; reviews %+v", rule, n, want, report.Reviews)
		}
	}
}

func TestACommentThatSomebodyLetsThroughIsAdded(t *testing.T) {
	source, target := smallDesk(memory.Options{PageSize: 3}), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t, "delta: {late_comments: review}"), source.Source(), target.Target())
	migrate(t, r)
	source.Edit(helpdesk.KindTicket, "t8", func(r *helpdesk.Record) { r.Ticket.Category = helpdesk.StatusClosed })
	source.Reply("t8", "late")
	for _, v := range delta(t, r).Reviews {
		if n, err := r.DecideReview(t.Context(), v.Ref, v.Field, plan.ConflictSource); n != 1 || err != nil {
			t.Fatalf("%d decided, %v", n, err)
		}
	}
	report := delta(t, r)
	if k := (migrated{source, target, r}).inTarget(t, "t8").Ticket; len(k.Comments) != 3 || k.Comments[2].Body != "late" || len(report.Reviews) != 0 {
		t.Errorf("%d comments, reviews %+v", len(k.Comments), report.Reviews)
	}
}

// TestADeltaLooksForTheNamesOfPeopleWhoDidNotChange: only the ticket comes with the
// delta, and the policy still has to know who is on it.
func TestADeltaLooksForTheNamesOfPeopleWhoDidNotChange(t *testing.T) {
	for _, o := range []memory.Options{{Tick: 2 * time.Second}, {Tick: 2 * time.Second, Forgetful: true}} {
		source, target := smallDesk(o), memory.New(memory.Options{Batch: 10})
		p, err := plan.Parse([]byte(strings.Replace(planText, "preset: gdpr", "preset: pseudonymous", 1)), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		source.Edit(helpdesk.KindPerson, "p2", func(r *helpdesk.Record) { r.Person.Name = "Wilhelmina Hargreaves" })
		source.Edit(helpdesk.KindPerson, "p3", func(r *helpdesk.Record) { r.Person.Notes = "the last change" })
		r := open(t, t.TempDir(), p, source.Source(), target.Target())
		migrate(t, r)
		source.Reply("t1", "Wilhelmina Hargreaves called again") // t1 is hers
		delta(t, r)
		last := (migrated{source, target, r}).inTarget(t, "t1").Ticket.Comments[2].Body
		if strings.Contains(last, "Hargreaves") || !strings.Contains(last, "called again") {
			t.Errorf("the target reads %q", last)
		}
	}
}
