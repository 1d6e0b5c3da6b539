package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// TestTheRiskIsOfWhatStandsInTheTarget: five customers write by mail in German, a
// sixth, who also writes twice, by phone.
func TestTheRiskIsOfWhatStandsInTheTarget(t *testing.T) {
	source, target := memory.New(memory.Options{}), memory.New(memory.Options{})
	at := time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC)
	ticket := func(n int, who, channel string) {
		r := something(fmt.Sprintf("t%d", n), who)
		r.Ticket.Group, r.Ticket.Channel, r.Ticket.Created = "", channel, at.Add(time.Duration(n/2)*time.Second)
		source.Add(r)
	}
	for n := range 6 {
		who := somebody(fmt.Sprintf("canary%d", n))
		who.Person.Locale = "de"
		source.Add(who)
		ticket(n, who.Key, []string{"mail", "mail", "mail", "mail", "mail", "phone"}[n])
	}
	ticket(6, "canary5", "phone")
	r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())
	if _, err := r.Risk(t.Context(), nil, nil); !errors.Is(err, migration.ErrNoTickets) {
		t.Fatalf("before the run: %v", err)
	}
	if _, err := r.Migrate(t.Context(), Request{Mode: migration.ModeFull}); err != nil {
		t.Fatal(err)
	}
	limited := false
	target.Hook(memory.Hooks{Before: func(op memory.Operation) error {
		if op.Name == memory.OpRead && !limited {
			limited = true
			return &connectors.RateLimited{After: time.Minute}
		}
		return nil
	}})
	got, err := r.Risk(t.Context(), nil, nil)
	if err != nil || !limited {
		t.Fatalf("%v; the target asked for a pause: %t", err, limited)
	}
	if f := got.Figures; fmt.Sprint(got.Quasi) != "[channel]" || f.Rows != 7 || f.People != 6 || f.K != 1 || f.Unique != 1 || f.Small != 1 || f.Prosecutor != 1 {
		t.Errorf("by %v: %+v", got.Quasi, f)
	}
	if len(got.Singles) != 1 || got.Singles[0].People != 1 || len(got.Relief) != 1 || got.Relief[0].Column != "channel" || got.Relief[0].K != 6 {
		t.Errorf("singled out %+v; helps %+v", got.Singles, got.Relief)
	}
	if len(got.Links) != 2 || got.Links[0].By != "marker" || got.Links[1].Tickets != 1.0/7 {
		t.Errorf("links %+v", got.Links)
	}
	text, err := json.Marshal(got)
	if err != nil || strings.Contains(string(text), "canary") || strings.Contains(string(text), "phone") {
		t.Errorf("the answer holds what records hold: %s, %v", text, err)
	}

	target.Hook(memory.Hooks{})
	target.Delete(helpdesk.KindTicket, target.IDs(helpdesk.KindTicket)[0])
	if got, err = r.Risk(t.Context(), []string{"channel", "requester.locale"}, []string{"created"}); err != nil || got.Figures.Rows != 6 || len(got.Figures.Sensitive) != 1 {
		t.Errorf("after an agent removed one: %+v, %v", got.Figures, err)
	}
}
