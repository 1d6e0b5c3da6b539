package freshdesk_test

import (
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

const keyVariable = "SAFECONDUCT_TEST_FRESHDESK_KEY"

// settings decode a plan's settings as a plan does.
func settings(t testing.TB, address, more string) connectors.Settings {
	if t, ok := t.(*testing.T); ok {
		t.Setenv(keyVariable, simulated.Key)
	}
	return func(into any) error {
		text := "url: " + address + "\nkey: env:" + keyVariable + "\nsilenced: true\nhold: 1s\n" + more
		return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict())
	}
}

// TestTestedSaysWhatTheSimulatorIs: a connector that has met a simulator only is
// not to be taken for more.
func TestTestedSaysWhatTheSimulatorIs(t *testing.T) {
	if want := simulator.Summary("Freshdesk", simulated.Behaviours()); freshdesk.Connector.Tested != want {
		t.Errorf("Tested is %q, want %q", freshdesk.Connector.Tested, want)
	}
}

func TestConformanceAsTarget(t *testing.T) {
	for name, o := range map[string]simulated.Options{"an index that is up to date": {}, "an index that is behind": {SearchLag: 1 << 40}} {
		t.Run(name, func(t *testing.T) {
			conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
				desk := simulated.New(o)
				for _, of := range []string{"ticket", "contact", "company"} {
					desk.AddField(of, "Canary field 0", "custom_paragraph")
				}
				decode := settings(t, desk.Serve(t), "")
				open := func(t testing.TB) connectors.Target {
					d, err := freshdesk.Connector.Target(t.Context(), decode)
					if err != nil {
						t.Fatal(err)
					}
					return d
				}
				t.Cleanup(func() {
					if mails := desk.Outbox.Mails(); len(mails) > 0 {
						t.Errorf("%d mails were sent, the first by a %s", len(mails), mails[0].Why)
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
		return text(desk.AddContact(simulated.Contact{Name: r.Person.Name, Email: &r.Person.Emails[0]}))
	case r.Group != nil:
		return text(desk.AddGroup(r.Group.Name, ""))
	case r.Organization != nil:
		return text(desk.AddCompany(simulated.Company{Name: r.Organization.Name}))
	}
	return text(desk.AddTicket(simulated.Ticket{Subject: r.Ticket.Subject}, simulated.Stats{}))
}

func TestConformanceAsSource(t *testing.T) {
	for name, page := range map[string]string{"small pages": "page: 2\n", "one page": ""} {
		t.Run(name, func(t *testing.T) {
			conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
				f := newFixture(5)
				decode := settings(t, f.Serve(t), page)
				open := func(t testing.TB) connectors.Source {
					f.Advance(2 * time.Second)
					s, err := freshdesk.Connector.Source(t.Context(), decode)
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
