package embedded

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/list"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// zendeskSettings are those of a plan for a simulated account.
func zendeskSettings(t *testing.T, desk *zendesk.Desk, more string) connectors.Settings {
	t.Setenv("SAFECONDUCT_TEST_ZENDESK_TOKEN", zendesk.Token)
	text := "url: " + desk.Serve(t) + "\nemail: " + zendesk.Account + "\ntoken: env:SAFECONDUCT_TEST_ZENDESK_TOKEN\n" + more
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}

func zendeskTarget(t *testing.T, desk *zendesk.Desk) connectors.Target {
	t.Helper()
	c, _ := list.Find("zendesk")
	target, err := c.Target(t.Context(), zendeskSettings(t, desk, "silenced: true\nagents: true\nhold: 1s\n"))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func zendeskSource(t *testing.T, desk *zendesk.Desk) connectors.Source {
	t.Helper()
	c, _ := list.Find("zendesk")
	source, err := c.Source(t.Context(), zendeskSettings(t, desk, "page: 10\n"))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// zendeskWords are what the words of the sample account are called in Zendesk.
const zendeskWords = `
map:
  statuses: {Closed: closed, Merged: closed, New: new, On hold: hold, Solved: solved, waiting for supplier: hold}
`

// zendeskAccount is an account with the custom fields of the sample account.
func zendeskAccount(a sample.Account, o zendesk.Options) *zendesk.Desk {
	desk := zendesk.New(o)
	for i, r := range a.Records {
		if d := r.Definition; d != nil {
			table := map[string]string{"ticket": "ticket_fields", "person": "user_fields", "organization": "organization_fields"}[d.Scope]
			kind := map[string]string{"dropdown": "tagger"}[d.Type]
			if kind == "" {
				kind = d.Type
			}
			var options []zendesk.Object
			for n, o := range d.Options {
				options = append(options, zendesk.Object{"name": o, "value": fmt.Sprintf("option_%d_%d", i, n)})
			}
			desk.Put(table, zendesk.Object{"title": d.Title, "key": fmt.Sprintf("field_%d", i), "type": kind, "removable": true, "custom_field_options": options})
		}
	}
	return desk
}

// together hurries the account's clock as well: its jobs are done meanwhile.
type together struct {
	hurried
	desk *zendesk.Desk
}

func (c *together) Sleep(ctx context.Context, d time.Duration) error {
	c.desk.Advance(d)
	return c.hurried.Sleep(ctx, d)
}

// moved is the sample account in Zendesk.
func moved(t *testing.T, o zendesk.Options, trouble ...simulator.Fault) (*zendesk.Desk, *Runtime) {
	t.Helper()
	account := sample.Crash()
	desk := zendeskAccount(account, o)
	desk.Faults.Add(trouble...)
	r, err := openWith(t.TempDir(), parse(t, zendeskWords), fill(t, memory.Options{}, account).Source(), zendeskTarget(t, desk),
		func(p *Parts) { p.Clock = &together{desk: desk} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	report := migrate(t, r)
	if report.Partial() || !report.Census.Conserved {
		t.Errorf("%s\n%+v", report.Summary("en"), report.Findings)
	}
	return desk, r
}

// TestAnAccountMovesIntoZendeskAndNobodyIsMailed: what is on record as sent is
// recounted in the account itself, and so is its outbox.
func TestAnAccountMovesIntoZendeskAndNobodyIsMailed(t *testing.T) {
	desk, r := moved(t, zendesk.Options{})
	comments := 0
	for _, id := range desk.IDs("tickets") {
		comments += len(desk.Comments(id))
	}
	if n := len(desk.IDs("tickets")); n != 50 || comments != 145 {
		t.Errorf("%d tickets with %d comments, want 50 with 145", n, comments)
	}
	if mails := desk.Outbox.Mails(); len(mails) > 0 {
		t.Errorf("%d mails were sent, the first by a %s", len(mails), mails[0].Why)
	}
	if again := kindOf(t, migrate(t, r), helpdesk.KindTicket); again.Outcomes["unchanged"] != 50 {
		t.Errorf("a second run: %v, want 50 unchanged", again.Outcomes)
	}
}

// TestTroubleOfZendeskLosesAndDoublesNothing: answers are lost after jobs were
// queued, jobs are slow, limits are hit, servers fail and break off.
func TestTroubleOfZendeskLosesAndDoublesNothing(t *testing.T) {
	want := canonical(t, zendeskTarget(t, first(moved(t, zendesk.Options{}))))
	for seed := range seeds {
		chance := rand.New(rand.NewPCG(seed, 1))
		often := func(int) bool { return chance.IntN(200) == 0 }
		desk, _ := moved(t, zendesk.Options{Work: 2 * time.Millisecond, Queue: 20 * time.Millisecond},
			simulator.Fault{Method: "POST", Path: "/api/v2/imports", When: simulator.Nth(1), Effect: simulator.Lose},
			simulator.Fault{Method: "POST", Path: "/api/v2/users/create_many", When: simulator.Nth(1), Effect: simulator.Cut},
			simulator.Fault{Method: "POST", Path: "/api/v2/organizations", When: simulator.Nth(1), Effect: simulator.Lose},
			simulator.Fault{When: often, Effect: simulator.Refuse, Status: 429, After: 1},
			simulator.Fault{When: often, Effect: simulator.Refuse, Status: 502},
			simulator.Fault{When: often, Effect: simulator.Lose})
		desk.Faults.Clear()
		if got := canonical(t, zendeskTarget(t, desk)); differ(got, want) != "" {
			t.Errorf("seed %d: the account differs from that of an undisturbed run:\n%s", seed, differ(got, want))
		}
		if mails := desk.Outbox.Mails(); len(mails) > 0 {
			t.Errorf("seed %d: %d mails were sent", seed, len(mails))
		}
	}
}

// seeds is how many kinds of trouble are tried.
const seeds = uint64(1)

func first(desk *zendesk.Desk, _ *Runtime) *zendesk.Desk { return desk }

// TestAZendeskMovesToAnother: what the first one holds stands in the second.
func TestAZendeskMovesToAnother(t *testing.T) {
	from, _ := moved(t, zendesk.Options{})
	from.Advance(2 * time.Minute)
	to := zendeskAccount(sample.Crash(), zendesk.Options{})
	r := open(t, t.TempDir(), parse(t), zendeskSource(t, from), zendeskTarget(t, to))
	report := migrate(t, r)
	if report.Partial() || !report.Census.Conserved {
		t.Errorf("%s\n%+v", report.Summary("en"), report.Findings)
	}
	if got, want := len(to.IDs("tickets")), len(from.IDs("tickets")); got != want {
		t.Errorf("%d tickets arrived of %d", got, want)
	}
	for i, id := range from.IDs("tickets") {
		there := to.IDs("tickets")[i]
		if got, want := len(to.Comments(there)), len(from.Comments(id)); got != want {
			t.Errorf("ticket %d has %d comments, want %d", there, got, want)
		}
	}
	if mails := to.Outbox.Mails(); len(mails) > 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
}
