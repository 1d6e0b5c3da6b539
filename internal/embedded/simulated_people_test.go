package embedded

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/migration"
	freshdesksim "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
	zendesksim "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// TestPeopleAreErasedWhereTicketsNameThemAndStandInsBecomeWhoTurnsUp, on platforms that
// remove nobody who asks for tickets: interleavings had found that neither was so.
func TestPeopleAreErasedWhereTicketsNameThemAndStandInsBecomeWhoTurnsUp(t *testing.T) {
	t.Setenv(zendeskToken, zendesksim.Token)
	t.Setenv(freshdeskKey, freshdesksim.Key)
	key, err := local.Key(filepath.Join(t.TempDir(), "local.key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[string]string{"Zendesk": "{open: open}", "Freshdesk": "{open: Open}, priorities: {low: Low}"}
	for name, open := range map[string]func(*rapid.T) workplace{
		"Zendesk":   func(rt *rapid.T) workplace { return newZendesk(rt, zendesksim.Options{}, true) },
		"Freshdesk": func(rt *rapid.T) workplace { return newFreshdesk(rt, freshdesksim.Options{}, 100, true) },
	} {
		p := parse(t, "map: {number_to: "+numberField+", statuses: "+statuses[name]+"}")
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, func(rt *rapid.T) {
				source, target := memory.New(memory.Options{Kinds: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket}}), open(rt)
				runs := inMemory(key, &patient{})
				run := func(mode migration.Mode) {
					r, err := New(p, runs(source.Source(), target.Target()))
					if err != nil {
						rt.Fatal(err)
					}
					if _, err := r.Migrate(context.Background(), Request{Mode: mode}); err != nil {
						rt.Fatal(err)
					}
				}
				source.Add(somebody("p1"), something("t1", "p1"), something("t2", "later"))
				run(migration.ModeFull)
				source.Delete(helpdesk.KindPerson, "p1")
				source.Add(somebody("later"))
				for range 2 {
					run(migration.ModeDelta)
				}
				real, standIns := 0, 0
				for _, r := range target.Records(helpdesk.KindPerson) {
					switch at := r.Person.Emails[0]; {
					case at == "later@example.test":
						real++
					case strings.HasSuffix(at, "@placeholder.invalid") && strings.HasPrefix(r.Person.Name, "Former user "):
						standIns++
					default:
						rt.Errorf("%q is there as %q", at, r.Person.Name)
					}
				}
				if real != 1 || standIns != 1 {
					rt.Errorf("%d turned up and %d stand in, want one of each", real, standIns)
				}
				if n := len(target.IDs(helpdesk.KindTicket)); n != 2 {
					rt.Errorf("%d tickets are there", n)
				}
			})
		})
	}
}
