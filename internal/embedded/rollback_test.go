package embedded

import (
	"context"
	"github.com/safeconduct/safeconduct/connectors"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// agentsAtWork runs three deltas, before each of which agents of both desks work. It
// returns the ids of what a rollback has to leave, with the reason.
func agentsAtWork(t *testing.T, m migrated) (stays map[string]string) {
	t.Helper()
	ticket := func(key string) string { return m.inTarget(t, key).Key }
	m.edit("t1", "changed in the source")
	m.target.Reply(ticket("t1"), "An agent of the target answers.")
	delta(t, m.runtime)
	m.source.Reply("t2", "An agent of the source answers.")
	m.edit("t5", "changed in the source, and nowhere else")
	m.target.Edit(helpdesk.KindTicket, ticket("t3"), func(r *helpdesk.Record) { r.Ticket.Tags = append(r.Ticket.Tags, "vip") })
	delta(t, m.runtime)
	m.target.Edit(helpdesk.KindTicket, ticket("t4"), func(r *helpdesk.Record) { r.Ticket.Subject = "subject of the target" })
	m.source.Edit(helpdesk.KindTicket, "t4", func(r *helpdesk.Record) { r.Ticket.Priority = "high" })
	delta(t, m.runtime)
	stays = map[string]string{}
	for _, key := range []string{"t1", "t3", "t4"} {
		r := m.inTarget(t, key)
		stays[r.Key] = migration.ChangedHere
		stays[r.Ticket.Requester], stays[r.Ticket.Group] = migration.NamedByOthers, migration.NamedByOthers
		for _, c := range r.Ticket.Comments {
			if c.Author != "" {
				stays[c.Author] = migration.NamedByOthers
			}
		}
	}
	return stays
}

// standing are the records of a desk that have one of the ids.
func standing(d *memory.Desk, of func(id string) bool) map[string]helpdesk.Record {
	all := map[string]helpdesk.Record{}
	for _, k := range helpdesk.Kinds() {
		for _, r := range d.Records(k) {
			if of(r.Key) {
				all[r.Key] = r
			}
		}
	}
	return all
}

func TestARollbackAfterDeltasKeepsWhatAgentsWorkedOn(t *testing.T) {
	m := smallMove(t, memory.Options{}, memory.Options{})
	before := standing(m.target, func(id string) bool { return true })
	own := m.target.Add(something("own", ""))[0]
	stays := agentsAtWork(t, m)
	want := standing(m.target, func(id string) bool { return stays[id] != "" || id == own })
	back, err := m.runtime.Rollback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left := standing(m.target, func(string) bool { return true })
	if !reflect.DeepEqual(left, want) {
		t.Errorf("left are %v, want %v as they were", slices.Sorted(maps.Keys(left)), slices.Sorted(maps.Keys(want)))
	}
	listed, removed, changed := map[string]string{}, 0, map[string][]string{}
	for _, b := range back {
		if removed += b.Removed; b.Stayed != len(b.Stays) || b.Disabled+b.Kept > 0 {
			t.Errorf("%+v", b)
		}
		for _, s := range b.Stays {
			listed[s.ID], changed[s.ID] = s.Reason, s.Fields
		}
	}
	if !maps.Equal(listed, stays) {
		t.Errorf("listed are %v, want %v", listed, stays)
	}
	if removed != len(before)-len(stays) {
		t.Errorf("%d were removed of %d, and %d stay", removed, len(before), len(stays))
	}
	for key, fields := range map[string][]string{"t1": {"subject"}, "t3": nil, "t4": {"priority"}} {
		id := m.inTarget(t, key).Key
		if got := slices.DeleteFunc(changed[id], func(f string) bool { return f == "updated" }); !slices.Equal(got, fields) {
			t.Errorf("of %s deltas changed %q, and %q is listed", key, fields, got)
		}
	}
	migrate(t, m.runtime)
	if n := len(m.target.IDs(helpdesk.KindTicket)); n != 9 {
		t.Errorf("after a run more there are %d tickets, want eight and the agents' own", n)
	}
	for id := range stays {
		if !reflect.DeepEqual(standing(m.target, func(other string) bool { return other == id })[id], want[id]) {
			t.Errorf("the run changed %s", id)
		}
	}
}

// TestWhatATargetDoesNotRemoveIsKnownToStandThere: a run after it does not create it
// again.
func TestWhatATargetDoesNotRemoveIsKnownToStandThere(t *testing.T) {
	m := smallMove(t, memory.Options{}, memory.Options{Removal: "kept"})
	before := standing(m.target, func(string) bool { return true })
	back, err := m.runtime.Rollback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, b := range back {
		if kept += len(b.Stays); b.Removed+b.Disabled > 0 || b.Stayed+b.Kept != len(b.Stays) {
			t.Errorf("%+v", b)
		}
	}
	if kept != len(before) {
		t.Errorf("%d of %d are listed", kept, len(before))
	}
	migrate(t, m.runtime)
	if after := standing(m.target, func(string) bool { return true }); !reflect.DeepEqual(after, before) {
		t.Errorf("%d records stood there, and %d after a run more", len(before), len(after))
	}
}

// TestARollbackThatIsStoppedAnywhereGoesOn stops it before and after side effects: all of
// them with -crash-every 1.
func TestARollbackThatIsStoppedAnywhereGoesOn(t *testing.T) {
	var undisturbed map[string]helpdesk.Record
	for at := 0; ; at += 1 + *crashEvery/16 {
		home := t.TempDir()
		source, target := smallDesk(memory.Options{}), memory.New(memory.Options{Removal: []connectors.Removal{connectors.Removed, connectors.Disabled}[at%2]})
		first := open(t, home, parse(t), source.Source(), target.Target())
		migrate(t, first)
		stays := agentsAtWork(t, migrated{source, target, first})
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		k := &killer{at: at, stop: stop}
		target.Hook(k.hooks())
		r, err := openWith(home, parse(t), source.Source(), target.Target(), k.wrap)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Rollback(ctx)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		stop()
		target.Hook(memory.Hooks{})
		if at > 0 && !k.dead {
			if err != nil || at < 40 {
				t.Fatalf("undisturbed, with %d points: %v", at, err)
			}
			return
		}
		if at > 0 {
			again := open(t, home, parse(t), source.Source(), target.Target())
			if _, err := again.Rollback(t.Context()); err != nil {
				t.Fatalf("stopped %s: %v", k.where, err)
			}
		}
		left := standing(target, func(string) bool { return true })
		if at == 0 {
			undisturbed = left
		}
		if !reflect.DeepEqual(left, undisturbed) || len(left) != len(stays) {
			t.Errorf("stopped %s (%d): %v are left, want %v", k.where, at, slices.Sorted(maps.Keys(left)), slices.Sorted(maps.Keys(undisturbed)))
		}
	}
}
