//go:build live

package redmine_test

import (
	"fmt"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/redmine"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ways are the ways to have people named.
var ways = map[string]string{
	"authors in a line":    "",
	"authors in their own": "role: Developer\ncontact_role: Manager\n",
}

func TestConformanceAsTarget(t *testing.T) {
	p := fresh(t)
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			open := func(t testing.TB) connectors.Target {
				d, err := redmine.Connector.Target(t.Context(), settings(p.URL, way))
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
				return conformance.TargetUnderTest{Target: open(t), Reopen: open}
			})
		})
	}
}

func TestConformanceAsSource(t *testing.T) {
	p := fresh(t)
	d, err := redmine.Connector.Target(t.Context(), settings(p.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	conformance.Fill(t, d, 7)
	conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
		open := func(t testing.TB) connectors.Source {
			s, err := redmine.Connector.Source(t.Context(), settings(p.URL, ""))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return conformance.SourceUnderTest{Source: open(t), Reopen: open, Edit: agent(d, open(t))}
	})
}

// agent gives tickets other subjects, as an agent would. Other kinds change for nobody.
func agent(d connectors.Target, s connectors.Source) func(t testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
	edits := 0
	return func(t testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
		t.Helper()
		if k == helpdesk.KindTicket {
			was, err := d.Read(t.Context(), k, key)
			if err != nil {
				t.Fatal(err)
			}
			edits++
			now := was
			ticket := *was.Ticket
			ticket.Subject = fmt.Sprintf("edited %d", edits)
			now.Ticket = &ticket
			if err := d.(connectors.Updater).Update(t.Context(), key, connectors.Edit{Fields: []string{"subject"}, Was: was, Record: now}); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.(connectors.Getter).Get(t.Context(), k, key)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}
