package embedded

import (
	"fmt"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// smallDesk is a desk of a group, four people and eight tickets of two comments
// each, whose keys are p1 to p4 and t1 to t8.
func smallDesk(o memory.Options) *memory.Desk {
	desk := memory.New(o)
	group := helpdesk.New(helpdesk.KindGroup, "g1")
	group.Group.Name = "Support"
	desk.Add(group)
	for i := 1; i <= 4; i++ {
		desk.Add(somebody(fmt.Sprintf("p%d", i)))
	}
	for i := 1; i <= 8; i++ {
		desk.Add(something(fmt.Sprintf("t%d", i), fmt.Sprintf("p%d", 1+i%4)))
	}
	return desk
}

func somebody(key string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, key)
	*r.Person = helpdesk.Person{Name: "Jane " + key, Emails: []string{key + "@example.test"}, Role: helpdesk.RoleContact, Notes: "first"}
	return r
}

func something(key, requester string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, key)
	at := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	*r.Ticket = helpdesk.Ticket{Number: "N-" + key, Subject: "subject of " + key, Status: "open", Priority: "low", Requester: requester, Group: "g1",
		Tags: []string{"old"}, Created: at, Comments: []helpdesk.Comment{
			{Key: key + "c1", Author: requester, Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatText, Body: "one of " + key, Created: at},
			{Key: key + "c2", Author: requester, Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatText, Body: "two of " + key, Created: at.Add(time.Minute)},
		}}
	return r
}

// agitate has agents work on both desks after a full run: everything that a delta
// is about happens once.
func agitate(t testing.TB, r *Runtime, source, target *memory.Desk) {
	t.Helper()
	there := func(k helpdesk.Kind, key string) string {
		e, err := r.entryOf(t.Context(), k, key)
		if err != nil || e.State != ledger.StateLoaded {
			t.Fatalf("%s %s is %q, %v", k, key, e.State, err)
		}
		return e.Target
	}
	ticket := func(desk *memory.Desk, key string, change func(*helpdesk.Ticket)) {
		desk.Edit(helpdesk.KindTicket, key, func(r *helpdesk.Record) { change(r.Ticket) })
	}
	// Both change the subject of t1, one of them each of the other fields.
	ticket(source, "t1", func(k *helpdesk.Ticket) {
		k.Subject, k.Status, k.Tags = "by the source", "closed", []string{"old", "new"}
	})
	ticket(target, there(helpdesk.KindTicket, "t1"), func(k *helpdesk.Ticket) {
		k.Subject, k.Priority, k.Tags = "by the target", "high", append(k.Tags, "here")
	})
	source.Reply("t1", "late news")
	source.Reply("t1", "late news")
	target.Reply(there(helpdesk.KindTicket, "t1"), "late news") // by an agent, by chance the same
	source.Reply("t2", "only a comment")
	source.Delete(helpdesk.KindTicket, "t3")
	source.Delete(helpdesk.KindTicket, "t4")
	target.Reply(there(helpdesk.KindTicket, "t4"), "an agent works on what the source deletes")
	source.Merge(helpdesk.KindTicket, "t5", "t6")
	source.Delete(helpdesk.KindPerson, "p2")
	source.Merge(helpdesk.KindPerson, "p3", "p4")
	source.Edit(helpdesk.KindPerson, "p1", func(r *helpdesk.Record) { r.Person.Notes = "second" })
	source.Add(something("t9", "p9"))
	source.Add(somebody("p9"), somebody("p10"))
	ticket(target, there(helpdesk.KindTicket, "t7"), func(k *helpdesk.Ticket) { k.Priority = "high" })
}
