package embedded

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// delta takes over what changed since the last run.
func delta(t testing.TB, r *Runtime) evidence.Report {
	t.Helper()
	run, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDelta})
	if err != nil {
		t.Fatalf("delta: %v", err)
	}
	report, err := r.Report(t.Context(), run)
	if err != nil {
		t.Fatalf("report: %v", err)
	}
	return report
}

// waysOfTargets are those in which a record can be changed.
var waysOfTargets = map[string]memory.Options{
	"whole":     {Batch: 10},
	"threaded":  {Batch: 10, Threaded: true},
	"reopening": {Batch: 1, Reopening: true},
}

// migrated is a migration of a small account that has gone through a full run.
type migrated struct {
	source, target *memory.Desk
	runtime        *Runtime
}

func move(t *testing.T, from, to memory.Options, more ...string) migrated {
	t.Helper()
	source, target := fill(t, from, sample.Crash()), memory.New(to)
	r := open(t, t.TempDir(), parse(t, more...), source.Source(), target.Target())
	migrate(t, r)
	return migrated{source, target, r}
}

// inTarget is the ticket of the target that stands for one of the source: both
// have its subject.
func (m migrated) inTarget(t *testing.T, key string) helpdesk.Record {
	t.Helper()
	e, err := m.runtime.entryOf(t.Context(), helpdesk.KindTicket, key)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := m.target.Get(helpdesk.KindTicket, e.Target)
	return r
}

func TestADeltaOfNothingWritesNothing(t *testing.T) {
	for name, o := range waysOfTargets {
		t.Run(name, func(t *testing.T) {
			m := move(t, memory.Options{}, o)
			before := string(m.target.Dump())
			for range 2 {
				report := delta(t, m.runtime)
				for _, k := range report.Kinds {
					if k.Outcomes["updated"]+k.Outcomes["loaded"]+k.Outcomes["erased"] > 0 {
						t.Errorf("%s: %v", k.Kind, k.Outcomes)
					}
				}
			}
			if after := string(m.target.Dump()); after != before {
				t.Errorf("the target is another")
			}
		})
	}
}

func TestADeltaBringsEditsAndCommentsAndLeavesAgentsWork(t *testing.T) {
	for name, o := range waysOfTargets {
		t.Run(name, func(t *testing.T) {
			m := move(t, memory.Options{}, o)
			keys := m.source.IDs(helpdesk.KindTicket)
			key := keys[3]
			there := m.inTarget(t, key).Key
			m.target.Edit(helpdesk.KindTicket, there, func(r *helpdesk.Record) {
				r.Ticket.Priority = "agents"
				r.Ticket.Tags = append(r.Ticket.Tags, "here")
			})
			m.target.Reply(there, "an agent of the target")
			m.source.Edit(helpdesk.KindTicket, key, func(r *helpdesk.Record) {
				r.Ticket.Subject = "another subject"
				r.Ticket.Priority = "sources"
				r.Ticket.Tags = append(r.Ticket.Tags, "there")
			})
			m.source.Reply(key, "late news")
			report := delta(t, m.runtime)
			got := m.inTarget(t, key).Ticket
			if got.Subject != "another subject" || got.Priority != "agents" || !contains(got.Tags, "here") || !contains(got.Tags, "there") {
				t.Errorf("subject %q, priority %q, tags %q", got.Subject, got.Priority, got.Tags)
			}
			if n := len(got.Comments); got.Comments[n-1].Body != "late news" || got.Comments[n-2].Body != "an agent of the target" {
				t.Errorf("the thread ends with %q and %q", got.Comments[n-2].Body, got.Comments[n-1].Body)
			}
			if out := kindOf(t, report, helpdesk.KindTicket).Outcomes; out["updated"] != 1 {
				t.Errorf("outcomes %v, want one updated", out)
			}
			before := string(m.target.Dump())
			delta(t, m.runtime)
			if after := string(m.target.Dump()); after != before {
				t.Errorf("a second delta changed something")
			}
		})
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestWhatBothSidesChangedWaitsForWhoeverReviewsIt(t *testing.T) {
	for decision, want := range map[string]string{"source": "by the source", "target": "by the target"} {
		t.Run(decision, func(t *testing.T) {
			source, target := smallDesk(memory.Options{PageSize: 3}), memory.New(memory.Options{Batch: 10})
			r := open(t, t.TempDir(), parse(t, "delta: {conflict: review}"), source.Source(), target.Target())
			migrate(t, r)
			agitate(t, r, source, target)
			report := delta(t, r)
			if len(report.Reviews) != 2 { // the subject of t1, and t4, which is gone from the source
				t.Fatalf("reviews %+v", report.Reviews)
			}
			for _, v := range report.Reviews {
				if n, err := r.DecideReview(t.Context(), v.Ref, v.Field, decision); n != 1 || err != nil {
					t.Fatalf("%d decided, %v", n, err)
				}
			}
			if report := delta(t, r); len(report.Reviews) != 0 {
				t.Errorf("still open: %+v", report.Reviews)
			}
			var subject string
			t4 := false
			for _, k := range target.Records(helpdesk.KindTicket) {
				if k.Ticket.Number == "N-t1" {
					subject = k.Ticket.Subject
				}
				t4 = t4 || k.Ticket.Number == "N-t4"
			}
			if subject != want || t4 != (decision == "target") {
				t.Errorf("the subject is %q, t4 stands there: %t", subject, t4)
			}
		})
	}
}

// countingRows counts what is listed.
type countingRows struct {
	ledger.Store
	listed atomic.Int64
}

func (c *countingRows) List(ctx context.Context, partition, prefix, after string, limit int) ([]ledger.Row, error) {
	rows, err := c.Store.List(ctx, partition, prefix, after, limit)
	c.listed.Add(int64(len(rows)))
	return rows, err
}

// TestAQuickDeltaOfNothingCostsTheListOfChangesOnly: neither the help desks nor the
// ledger are asked for what did not change, however much that is.
func TestAQuickDeltaOfNothingCostsTheListOfChangesOnly(t *testing.T) {
	listed := map[int]int64{}
	for _, more := range []int{0, 200} {
		source, target := smallDesk(memory.Options{Tombs: true, Tick: 2 * time.Second}), memory.New(memory.Options{Batch: 100})
		for i := range more {
			source.Add(something(fmt.Sprintf("more%d", i), "p1"))
		}
		rows := &countingRows{}
		r, err := openWith(t.TempDir(), parse(t), source.Source(), target.Target(), func(p *Parts) { rows.Store, p.Rows = p.Rows, rows })
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		migrate(t, r)
		calls := func() (n int) {
			for _, op := range []string{memory.OpPage, memory.OpGet, memory.OpRoll, memory.OpCensus, memory.OpRead, memory.OpFind} {
				n += source.Calls(op) + target.Calls(op)
			}
			return n
		}
		before := calls()
		rows.listed.Store(0)
		if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeDelta, Quick: true}); err != nil {
			t.Fatal(err)
		}
		// One page of each kind; the last ticket comes again, and its requester with it.
		if n := calls() - before; n > len(helpdesk.Kinds())+2 {
			t.Errorf("%d records more: %d calls, want one page of each kind", more, n)
		}
		listed[more] = rows.listed.Load()
	}
	if listed[200] > listed[0]+10 {
		t.Errorf("the ledger lists %v rows: they grow with the records", listed)
	}
}

func TestADeltaAfterARollbackBringsEverythingBack(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	migrate(t, r)
	own := target.Add(something("own", ""))
	if _, err := r.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ids := target.IDs(helpdesk.KindTicket); len(ids) != 1 || ids[0] != own[0] {
		t.Errorf("after the rollback the target has %v, want what its agents made", ids)
	}
	if out := kindOf(t, delta(t, r), helpdesk.KindTicket).Outcomes; out["loaded"] != 8 {
		t.Errorf("outcomes %v, want all eight loaded", out)
	}
}

// TestWhatAgentsOfTheTargetRemovedIsNotCreatedAgain, also where the target is busy
// just when it is asked whether the record is really gone.
func TestWhatAgentsOfTheTargetRemovedIsNotCreatedAgain(t *testing.T) {
	m := smallMove(t, memory.Options{}, memory.Options{})
	m.target.Delete(helpdesk.KindTicket, m.inTarget(t, "t1").Key)
	limited := false
	m.target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpRead && !limited {
			limited = true
			return &connectors.RateLimited{After: time.Second}
		}
		return nil
	}})
	for i := range 2 {
		report := delta(t, m.runtime)
		if want := 1 - i; report.Merged.Dropped != want || !report.Census.Conserved {
			t.Errorf("delta %d: %d dropped, want %d; census %+v", i, report.Merged.Dropped, want, report.Census)
		}
		m.edit("t1", "edited all the same")
	}
	if got := m.subjects(); len(got) != 7 || got["N-t1"] != "" {
		t.Errorf("tickets %v, want all but t1", got)
	}
}

// copying is a target that knows one role of people besides requester and assignee, as
// Request Tracker does for those who watch.
type copying struct {
	connectors.Target
	connectors.Updater
	connectors.Appender
	connectors.Remover
	connectors.Censor
}

func copyingTo(d *memory.Desk) copying {
	t := d.Target()
	return copying{t, t.(connectors.Updater), t.(connectors.Appender), t.(connectors.Remover), t.(connectors.Censor)}
}

func (copying) Render(r helpdesk.Record) helpdesk.Record {
	if r.Ticket == nil {
		return r
	}
	k := *r.Ticket
	k.Participants = slices.Clone(k.Participants)
	for i := range k.Participants {
		k.Participants[i].Role = "cc"
	}
	r.Ticket = &k
	return r
}

func (c copying) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	shown := slices.Clone(drafts)
	for i := range shown {
		shown[i].Record = c.Render(shown[i].Record)
	}
	return c.Target.Create(ctx, shown)
}

// TestWhatATargetShowsInAnotherWayIsNoWorkOfItsAgents: a watcher whom the source takes
// off goes, and a ticket that it deletes too.
func TestWhatATargetShowsInAnotherWayIsNoWorkOfItsAgents(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	watch := func(key string, people ...string) {
		source.Edit(helpdesk.KindTicket, key, func(r *helpdesk.Record) {
			r.Ticket.Participants = nil
			for _, p := range people {
				r.Ticket.Participants = append(r.Ticket.Participants, helpdesk.Participant{Role: "follower", Person: p})
			}
		})
	}
	watch("t1", "p1", "p2")
	watch("t2", "p1")
	r := open(t, t.TempDir(), parse(t), source.Source(), copyingTo(target))
	migrate(t, r)
	m := migrated{source, target, r}
	watch("t1", "p2", "p3")
	source.Delete(helpdesk.KindTicket, "t2")
	delta(t, r)
	var who []string
	for _, p := range m.inTarget(t, "t1").Ticket.Participants {
		who = append(who, p.Role+" "+p.Person)
	}
	want := []string{"cc " + m.person(t, "p2"), "cc " + m.person(t, "p3")}
	if slices.Sort(who); !slices.Equal(who, slices.Sorted(slices.Values(want))) {
		t.Errorf("%q watch t1, want %q", who, want)
	}
	if m.subjects()["N-t2"] != "" {
		t.Error("t2 is deleted in the source and still in the target")
	}
}

// person is the id in the target of a person of the source.
func (m migrated) person(t *testing.T, key string) string {
	t.Helper()
	for _, r := range m.target.Records(helpdesk.KindPerson) {
		if r.Person.Emails[0] == key+"@example.test" {
			return r.Key
		}
	}
	t.Fatalf("%s is not in the target", key)
	return ""
}
