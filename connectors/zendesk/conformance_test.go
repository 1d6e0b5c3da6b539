package zendesk_test

import (
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

const tokenVariable = "SAFECONDUCT_TEST_ZENDESK_TOKEN"

// settings decode a plan's settings as a plan does.
func settings(t testing.TB, address, more string) connectors.Settings {
	if t, ok := t.(*testing.T); ok {
		t.Setenv(tokenVariable, simulated.Token)
	}
	return func(into any) error {
		text := "url: " + address + "\nemail: " + simulated.Account + "\ntoken: env:" + tokenVariable + "\nsilenced: true\nhold: 1s\n" + more
		return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict())
	}
}

// TestTestedSaysWhatTheSimulatorIs: a connector that has met a simulator only is
// not to be taken for more.
func TestTestedSaysWhatTheSimulatorIs(t *testing.T) {
	if want := simulator.Summary("Zendesk", simulated.Behaviours()); zendesk.Connector.Tested != want {
		t.Errorf("Tested is %q, want %q", zendesk.Connector.Tested, want)
	}
}

// ways are the ways to write into an account.
var ways = map[string]string{"people without seats": "", "agents are agents": "agents: true\n"}

func TestConformanceAsTarget(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
				desk := simulated.New(simulated.Options{})
				for _, table := range []string{"ticket_fields", "user_fields", "organization_fields"} {
					desk.Put(table, simulated.Object{"title": "Canary field 0", "type": "textarea", "key": "canary_field", "removable": true})
				}
				decode := settings(t, desk.Serve(t), way)
				open := func(t testing.TB) connectors.Target {
					d, err := zendesk.Connector.Target(t.Context(), decode)
					if err != nil {
						t.Fatal(err)
					}
					return d
				}
				t.Cleanup(func() {
					for _, m := range desk.Outbox.Mails() {
						if m.Ticket == 0 {
							t.Errorf("somebody was mailed: %s", m.Why)
						}
					}
				})
				return conformance.TargetUnderTest{Target: open(t), Reopen: open, Existing: func(_ testing.TB, r helpdesk.Record) string { return exists(desk, r) }}
			})
		})
	}
}

// exists puts a record there as an agent would.
func exists(desk *simulated.Desk, r helpdesk.Record) string {
	switch {
	case r.Person != nil:
		return text(desk.Put("users", simulated.Object{"name": r.Person.Name, "email": r.Person.Emails[0]}))
	case r.Group != nil:
		return text(desk.Put("groups", simulated.Object{"name": r.Group.Name}))
	case r.Organization != nil:
		return text(desk.Put("organizations", simulated.Object{"name": r.Organization.Name}))
	case r.Ticket != nil:
		return text(desk.Put("tickets", simulated.Object{"subject": r.Ticket.Subject, "requester_id": desk.IDs("users")[0]}))
	}
	return text(desk.Put("articles", simulated.Object{"title": r.Article.Title, "body": r.Article.Body, "locale": "en-us"}))
}

func TestConformanceAsSource(t *testing.T) {
	for name, o := range map[string]simulated.Options{"small pages": {Page: 2}, "pages that repeat": {Page: 2, Repeats: true}, "one page": {}} {
		t.Run(name, func(t *testing.T) {
			conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
				f := newFixture(o, 5)
				decode := settings(t, f.Serve(t), "organizations: all\n")
				open := func(t testing.TB) connectors.Source {
					f.Advance(2 * time.Minute) // the next run is later
					s, err := zendesk.Connector.Source(t.Context(), decode)
					if err != nil {
						t.Fatal(err)
					}
					return s
				}
				return conformance.SourceUnderTest{Source: open(t), Want: f.all(), Reopen: open, Edit: f.edit, Create: f.create, Delete: f.delete}
			})
		})
	}
}
