package embedded

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// These are complaints of people who migrated with other programs, as far as they
// are about what changes between and within runs. Each test carries its number.

// smallMove is the small desk after a full run.
func smallMove(t *testing.T, from, to memory.Options, more ...string) migrated {
	t.Helper()
	source, target := smallDesk(from), memory.New(to)
	r := open(t, t.TempDir(), parse(t, more...), source.Source(), target.Target())
	migrate(t, r)
	return migrated{source, target, r}
}

func (m migrated) subjects() map[string]string {
	all := map[string]string{}
	for _, r := range m.target.Records(helpdesk.KindTicket) {
		all[r.Ticket.Number] = r.Ticket.Subject
	}
	return all
}

func (m migrated) edit(key, subject string) {
	m.source.Edit(helpdesk.KindTicket, key, func(r *helpdesk.Record) { r.Ticket.Subject = subject })
}

func TestC1ADeletedTicketInTheFeedStopsNothing(t *testing.T) {
	for _, tombs := range []bool{true, false} {
		m := smallMove(t, memory.Options{PageSize: 2, Tombs: tombs}, memory.Options{})
		for _, key := range []string{"t1", "t3", "t8"} {
			m.source.Delete(helpdesk.KindTicket, key)
		}
		m.edit("t2", "still here")
		out := kindOf(t, delta(t, m.runtime), helpdesk.KindTicket).Outcomes
		if got := m.subjects(); len(got) != 5 || got["N-t2"] != "still here" || out["erased"] != 3 || out["updated"] != 1 {
			t.Errorf("tombs %t: %v, subjects %v", tombs, out, got)
		}
	}
}

// TestC4WhatAgentsEditWhileAFullRunReadsComesWithTheNextDelta: several edits within
// the second of the reading, of tickets that were read.
func TestC4WhatAgentsEditWhileAFullRunReadsComesWithTheNextDelta(t *testing.T) {
	source, target := smallDesk(memory.Options{PageSize: 3}), memory.New(memory.Options{Batch: 10})
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	source.Hook(memory.Hooks{OnPage: func(k helpdesk.Kind, n int) {
		if k == helpdesk.KindTicket && n == 1 {
			for _, key := range []string{"t1", "t2", "t3"} {
				source.Edit(k, key, func(r *helpdesk.Record) { r.Ticket.Subject = "edited " + key })
			}
		}
	}})
	migrate(t, r)
	source.Hook(memory.Hooks{})
	if out := kindOf(t, delta(t, r), helpdesk.KindTicket).Outcomes; out["updated"] != 3 {
		t.Errorf("outcomes %v, want three updated", out)
	}
	for _, k := range target.Records(helpdesk.KindTicket) {
		if n := k.Ticket.Number; n < "N-t4" && k.Ticket.Subject != "edited "+n[2:] {
			t.Errorf("%s has the subject %q", n, k.Ticket.Subject)
		}
	}
}

// TestC5WhatSharesTheSecondOfTheEndComesWithTheNextDelta: three changes share a
// second on this desk.
func TestC5WhatSharesTheSecondOfTheEndComesWithTheNextDelta(t *testing.T) {
	m := smallMove(t, memory.Options{PageSize: 2}, memory.Options{})
	for i := range 7 {
		key := fmt.Sprintf("late%d", i)
		m.source.Add(something(key, "p1"))
		delta(t, m.runtime)
		if got := m.subjects(); got["N-"+key] == "" {
			t.Fatalf("%s did not come", key)
		}
	}
}

// TestC6WhoIsStoppedWhileReadingSkipsNothing: the source changes before it is
// resumed, so that every window is another.
func TestC6WhoIsStoppedWhileReadingSkipsNothing(t *testing.T) {
	m := smallMove(t, memory.Options{PageSize: 2}, memory.Options{})
	for i := 1; i <= 8; i++ {
		m.edit(fmt.Sprintf("t%d", i), fmt.Sprintf("edited %d", i))
	}
	ctx, stop := context.WithCancel(t.Context())
	m.source.Hook(memory.Hooks{OnPage: func(k helpdesk.Kind, n int) {
		if k == helpdesk.KindTicket && n == 2 {
			stop()
		}
	}})
	if _, err := m.runtime.Migrate(ctx, Request{Mode: migration.ModeDelta}); err == nil {
		t.Fatal("the delta was not stopped")
	}
	m.source.Hook(memory.Hooks{})
	for i := 1; i <= 4; i++ {
		m.edit(fmt.Sprintf("t%d", i), fmt.Sprintf("edited again %d", i))
	}
	if _, err := m.runtime.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	delta(t, m.runtime)
	for i := 1; i <= 8; i++ {
		want := fmt.Sprintf("edited %d", i)
		if i <= 4 {
			want = fmt.Sprintf("edited again %d", i)
		}
		if got := m.subjects()[fmt.Sprintf("N-t%d", i)]; got != want {
			t.Errorf("t%d has the subject %q, want %q", i, got, want)
		}
	}
}

func TestC11AndC12TheTimesOfATicketAreThoseOfTheSource(t *testing.T) {
	m := smallMove(t, memory.Options{}, memory.Options{})
	at := time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
	m.source.Edit(helpdesk.KindTicket, "t1", func(r *helpdesk.Record) { r.Ticket.Updated, r.Ticket.PendingUntil = at, at.AddDate(0, 0, 7) })
	delta(t, m.runtime)
	if got := m.inTarget(t, "t1").Ticket; !got.Updated.Equal(at) || !got.PendingUntil.Equal(at.AddDate(0, 0, 7)) {
		t.Errorf("updated %s, pending until %s", got.Updated, got.PendingUntil)
	}
}

// TestC13ALostAnswerOfADeltaIsNoSecondComment: whether the target did what it was
// asked stays open, and it is asked again.
func TestC13ALostAnswerOfADeltaIsNoSecondComment(t *testing.T) {
	for _, op := range []string{memory.OpAppend, memory.OpUpdate, memory.OpCreate, memory.OpRemove} {
		m := smallMove(t, memory.Options{}, memory.Options{})
		m.edit("t1", "edited")
		m.source.Reply("t1", "once")
		m.source.Add(something("t9", "p1"))
		m.source.Delete(helpdesk.KindTicket, "t2")
		lost := false
		m.target.Hook(memory.Hooks{After: func(o memory.Operation) error {
			if o.Name == op && !lost {
				lost = true
				return memory.ErrAnswerLost
			}
			return nil
		}})
		delta(t, m.runtime)
		got := m.inTarget(t, "t1").Ticket
		if subjects := m.subjects(); !lost || len(got.Comments) != 3 || got.Subject != "edited" || len(subjects) != 8 || subjects["N-t9"] == "" {
			t.Errorf("%s: lost %t, %d comments, subject %q, tickets %v", op, lost, len(got.Comments), got.Subject, subjects)
		}
	}
}

// TestC22AWordThatTheFirstRunDidNotMeetStopsTheDeltaBeforeItWrites: nothing is
// guessed, and once the plan says what it means, nothing was missed.
func TestC22AWordThatTheFirstRunDidNotMeetStopsTheDeltaBeforeItWrites(t *testing.T) {
	words := memory.Options{Vocabulary: map[string][]string{"ticket.status": {"open", "closed"}}}
	m := smallMove(t, memory.Options{}, words)
	before := string(m.target.Dump())
	m.source.SetStatus("t1", "on hold")
	m.edit("t2", "edited")
	var failed *Failed
	if _, err := m.runtime.Migrate(t.Context(), Request{Mode: migration.ModeDelta}); !errors.As(err, &failed) || failed.Name != string(migration.GateClosed) {
		t.Fatalf("the delta ended with %v, want GateClosed", err)
	}
	if string(m.target.Dump()) != before {
		t.Error("something was written")
	}
	m.runtime.Plan = parse(t, "map: {statuses: {on hold: closed}}")
	delta(t, m.runtime)
	if got := m.subjects()["N-t2"]; got != "edited" || m.inTarget(t, "t1").Ticket.Status != "closed" {
		t.Errorf("subject of t2 %q, status of t1 %q", got, m.inTarget(t, "t1").Ticket.Status)
	}
}

// undated is a source that does not say when a record was changed.
type undated struct{ connectors.Source }

func (u undated) Page(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (connectors.Page, error) {
	p, err := u.Source.Page(ctx, k, after)
	for i := range p.Records {
		p.Records[i].Changed = time.Time{}
	}
	return p, err
}

func TestC23ARecordWithoutATimeOfChangeIsTakenOverAllTheSame(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{})
	r := open(t, t.TempDir(), parse(t), undated{source.Source()}, target.Target())
	migrate(t, r)
	m := migrated{source, target, r}
	for _, subject := range []string{"first", "second"} {
		m.edit("t1", subject)
		delta(t, r)
		if got := m.subjects()["N-t1"]; got != subject {
			t.Errorf("subject %q, want %q", got, subject)
		}
	}
}

// TestC9AReadingThatFailsAfterThousandsOfTicketsGoesOnThere: what was read and moved is
// not read again, nor moved again.
func TestC9AReadingThatFailsAfterThousandsOfTicketsGoesOnThere(t *testing.T) {
	const tickets, fails = 4500, 41 // pages of a hundred
	source, target := memory.New(memory.Options{PageSize: 100}), memory.New(memory.Options{Batch: 100})
	source.Add(somebody("p1"))
	for i := range tickets {
		source.Add(something(fmt.Sprintf("t%d", i), "p1"))
	}
	key, err := local.Key(filepath.Join(t.TempDir(), "local.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	parts := inMemory(key, &hurried{})
	broken, pages := true, 0
	source.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name != memory.OpPage || op.Kind != helpdesk.KindTicket {
			return nil
		}
		if pages++; broken && pages >= fails {
			return fmt.Errorf("page %d: %w", pages, connectors.ErrDenied)
		}
		return nil
	}})
	r, err := New(parse(t), parts(source.Source(), target.Target()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull}); err == nil {
		t.Fatal("the run did not fail")
	}
	broken, pages = false, 0
	again, err := New(parse(t), parts(source.Source(), target.Target()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	for _, k := range target.Records(helpdesk.KindTicket) {
		numbers[k.Ticket.Number]++
	}
	if rest := tickets/100 - fails + 2; len(numbers) != tickets || len(target.IDs(helpdesk.KindTicket)) != tickets || pages > rest {
		t.Errorf("%d tickets of %d numbers; %d pages were read after the failure, want %d at most", len(target.IDs(helpdesk.KindTicket)), len(numbers), pages, rest)
	}
}

// TestC10TheNumberThatCustomersKnowStaysOnTheTicket: as the number where the target
// takes one, else in the field that the plan names.
func TestC10TheNumberThatCustomersKnowStaysOnTheTicket(t *testing.T) {
	m := smallMove(t, memory.Options{}, memory.Options{}, "map: {number_to: Old number}")
	m.source.Add(something("t9", "p1"))
	delta(t, m.runtime)
	for _, s := range m.source.Records(helpdesk.KindTicket) {
		got := m.inTarget(t, s.Key).Ticket
		kept := ""
		for _, c := range got.Custom {
			if c.Name == "Old number" {
				kept = strings.Join(c.Values, " ")
			}
		}
		if got.Number != s.Ticket.Number || kept != s.Ticket.Number {
			t.Errorf("%s has the number %q, and %q in the field", s.Ticket.Number, got.Number, kept)
		}
	}
}

// TestC15ATargetWithoutAStatusForClosedTicketsIsNoSurprise: the run says so before it
// writes, and the plan says what to take instead.
func TestC15ATargetWithoutAStatusForClosedTicketsIsNoSurprise(t *testing.T) {
	source, target := smallDesk(memory.Options{}), memory.New(memory.Options{Vocabulary: map[string][]string{"ticket.status": {"open", "done"}}})
	source.SetStatus("t1", "closed")
	before := string(target.Dump())
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	var failed *Failed
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull}); !errors.As(err, &failed) || failed.Name != string(migration.GateClosed) {
		t.Fatalf("the run ended with %v, want GateClosed", err)
	}
	if string(target.Dump()) != before {
		t.Error("something was written")
	}
	r.Plan = parse(t, "map: {statuses: {closed: done}}")
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull, GiveUp: true}); err != nil {
		t.Fatal(err)
	}
	if got := (migrated{source, target, r}).inTarget(t, "t1").Ticket; got.Status != "done" {
		t.Errorf("the status is %q", got.Status)
	}
}

// TestC19TheIdentityOfMailsComesAlong: a customer who answers an old mail is threaded by
// it, on tickets and messages of full runs and of deltas.
func TestC19TheIdentityOfMailsComesAlong(t *testing.T) {
	m := smallMove(t, memory.Options{}, memory.Options{})
	for _, key := range []string{"t1", "t9"} {
		if key == "t9" {
			m.source.Add(something(key, "p1"))
		}
		m.source.Edit(helpdesk.KindTicket, key, func(r *helpdesk.Record) {
			r.Ticket.MessageIDs = []string{"<first-" + key + "@example.test>"}
			r.Ticket.Comments = append(r.Ticket.Comments, helpdesk.Comment{Key: key + "c9", Author: "p1", Visibility: helpdesk.VisibilityPublic,
				Format: helpdesk.FormatText, Body: "answered", Created: r.Ticket.Created.Add(time.Hour), MessageID: "<answer-" + key + "@example.test>"})
		})
	}
	delta(t, m.runtime)
	for _, key := range []string{"t1", "t9"} {
		got := m.inTarget(t, key).Ticket
		if last := got.Comments[len(got.Comments)-1]; fmt.Sprint(got.MessageIDs) != "[<first-"+key+"@example.test>]" || last.MessageID != "<answer-"+key+"@example.test>" {
			t.Errorf("%s: the ticket goes by %v, its last message by %q", key, got.MessageIDs, last.MessageID)
		}
	}
}
