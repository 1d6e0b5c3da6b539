package memory_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestAnErrorBeforeMeansThatNothingHappened(t *testing.T) {
	desk := memory.New(memory.Options{})
	desk.Hook(memory.Hooks{Before: memory.Nth(memory.OpCreate, 1, connectors.ErrDenied)})
	if _, err := desk.Target().Create(t.Context(), tickets("a", "b")); !errors.Is(err, connectors.ErrDenied) {
		t.Errorf("create = %v, want ErrDenied", err)
	}
	wantMarkers(t, desk)
	if _, err := desk.Target().Create(t.Context(), tickets("a", "b")); err != nil {
		t.Errorf("the second create = %v", err)
	}
	wantMarkers(t, desk, "a", "b")
}

func TestALostAnswerLeavesWhatWasCreated(t *testing.T) {
	desk := memory.New(memory.Options{})
	desk.Hook(memory.Hooks{After: memory.Nth(memory.OpCreate, 1, memory.ErrAnswerLost)})
	if _, err := desk.Target().Create(t.Context(), tickets("a", "b")); !errors.Is(err, connectors.ErrUnavailable) {
		t.Errorf("create = %v, want ErrUnavailable", err)
	}
	wantMarkers(t, desk, "a", "b")
}

func TestOneOfABatchMayBeLost(t *testing.T) {
	desk := memory.New(memory.Options{})
	desk.Hook(memory.Hooks{
		Before: memory.Nth(memory.OpDraft, 2, connectors.ErrUnavailable),
		After:  memory.Nth(memory.OpDraft, 3, memory.ErrAnswerLost),
	})
	created, err := desk.Target().Create(t.Context(), tickets("a", "b", "c"))
	if err != nil || created[0].Err != nil || created[1].Err == nil || created[2].Err == nil {
		t.Errorf("create = %+v, %v", created, err)
	}
	wantMarkers(t, desk, "a", "c")
}

func TestAKilledClientLeavesTheFirstOfItsBatch(t *testing.T) {
	desk := memory.New(memory.Options{})
	desk.Hook(memory.Hooks{After: func(op memory.Operation) error {
		if op.Marker == "b" {
			panic("killed")
		}
		return nil
	}})
	func() {
		defer func() { recover() }()
		desk.Target().Create(t.Context(), tickets("a", "b", "c"))
	}()
	wantMarkers(t, desk, "a", "b") // and the desk can be asked: no lock is left behind
}

func TestALateRequestTakesEffectWhenItLands(t *testing.T) {
	desk := memory.New(memory.Options{})
	desk.Hook(memory.Hooks{Before: memory.Nth(memory.OpCreate, 1, memory.ErrLate)})
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := desk.Target().Create(ctx, tickets("a")); !errors.Is(err, connectors.ErrUnavailable) {
		t.Errorf("create = %v, want ErrUnavailable", err)
	}
	cancel() // the client is gone
	wantMarkers(t, desk)
	if n := desk.Land(); n != 1 {
		t.Errorf("%d requests landed, want 1", n)
	}
	wantMarkers(t, desk, "a")
	if n := desk.Land(); n != 0 {
		t.Errorf("%d requests landed again", n)
	}
}

func TestACancelOnTheWayDoesNotStopTheRequest(t *testing.T) {
	desk := memory.New(memory.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	desk.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpCreate {
			cancel()
		}
		return nil
	}})
	if _, err := desk.Target().Create(ctx, tickets("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("create = %v, want Canceled", err)
	}
	wantMarkers(t, desk, "a")
}

func TestAgentsWorkBetweenPages(t *testing.T) {
	desk, err := memory.Parse(memory.Options{PageSize: 1}, []byte(twoTickets))
	if err != nil {
		t.Fatal(err)
	}
	desk.Hook(memory.Hooks{OnPage: func(k helpdesk.Kind, number int) {
		if number == 1 {
			desk.Reply("t1", "on its way")
		}
	}})
	var got []string
	var after connectors.Cursor
	for last := false; !last; {
		p, err := desk.Source().Page(t.Context(), helpdesk.KindTicket, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Records {
			got = append(got, fmt.Sprintf("%s with %d", r.Key, len(r.Ticket.Comments)))
		}
		after, last = p.Next, p.Last
	}
	if want := "[t1 with 1 t2 with 0 t1 with 2]"; fmt.Sprint(got) != want {
		t.Errorf("read %v, want %s", got, want)
	}
}

func TestEverythingAtOnce(t *testing.T) {
	desk := memory.New(memory.Options{PageSize: 3})
	desk.Hook(memory.Hooks{After: func(memory.Operation) error { desk.Calls(memory.OpCreate); return nil }})
	ids := desk.Add(tickets("a")[0].Record)
	source, target := desk.Source(), desk.Target()
	var wait sync.WaitGroup
	for n := range 4 {
		wait.Go(func() {
			for i := range 50 {
				if _, err := target.Create(t.Context(), tickets(fmt.Sprint(n, "-", i))); err != nil {
					t.Error(err)
				}
				desk.Reply(ids[0], "hello")
				if _, err := source.Page(t.Context(), helpdesk.KindTicket, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if n := len(desk.IDs(helpdesk.KindTicket)); n != 201 {
		t.Errorf("%d tickets, want 201", n)
	}
	if r, _ := desk.Get(helpdesk.KindTicket, ids[0]); len(r.Ticket.Comments) != 200 {
		t.Errorf("%d replies, want 200", len(r.Ticket.Comments))
	}
}

// tickets are drafts of tickets with these markers.
func tickets(markers ...string) []connectors.Draft {
	var all []connectors.Draft
	for _, m := range markers {
		r := helpdesk.New(helpdesk.KindTicket, "")
		r.Ticket.Subject = "ticket " + m
		all = append(all, connectors.Draft{Marker: m, Record: r})
	}
	return all
}

// wantMarkers wants the desk to hold tickets with these markers and no others.
func wantMarkers(t *testing.T, desk *memory.Desk, want ...string) {
	t.Helper()
	var got []string
	for _, id := range desk.IDs(helpdesk.KindTicket) {
		got = append(got, desk.Marker(helpdesk.KindTicket, id))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the desk holds the markers %q, want %q", got, want)
	}
}
