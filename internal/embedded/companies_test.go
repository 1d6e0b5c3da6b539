package embedded

import (
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// TestCompaniesOnRecordAreMaskedInTexts under a policy that does so: those of tickets and
// of the people on them, in full runs and in deltas that read only what changed.
func TestCompaniesOnRecordAreMaskedInTexts(t *testing.T) {
	const company, other = "Canary Widgets Ltd", "Nightjar Holding GmbH"
	source, target := memory.New(memory.Options{PageSize: 3}), memory.New(memory.Options{})
	firm := func(key, name string) helpdesk.Record {
		r := helpdesk.New(helpdesk.KindOrganization, key)
		r.Organization.Name = name
		return r
	}
	person := someoneCalled("p1", "Jane Canaryson")
	person.Person.Organizations = []string{"o1"}
	says := func(key string) helpdesk.Record {
		r := something(key, "p1")
		r.Ticket.Group, r.Ticket.Organization = "", "o2"
		r.Ticket.Comments[0].Body = "An invoice of " + company + " went to " + other + " by mistake, says Canary Widgets."
		return r
	}
	source.Add(firm("o1", company), firm("o2", other), person, says("t1"))
	r := open(t, t.TempDir(), under(t, "pseudonymous"), source.Source(), target.Target())
	for _, run := range []func(){
		func() { migrate(t, r) },
		func() { source.Add(says("t2")); delta(t, r) },
	} {
		run()
		for _, k := range target.Records(helpdesk.KindTicket) {
			for _, name := range []string{"Canary Widgets", "Nightjar"} {
				if body := k.Ticket.Comments[0].Body; strings.Contains(body, name) || !strings.Contains(body, "by mistake") {
					t.Errorf("%s: %q", k.Key, body)
				}
			}
		}
	}
	if n := len(target.IDs(helpdesk.KindTicket)); n != 2 {
		t.Errorf("%d tickets, want 2", n)
	}
}
