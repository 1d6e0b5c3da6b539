package embedded

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// under is the plan of a migration with another preset.
func under(t *testing.T, preset string, more ...string) *plan.Plan {
	t.Helper()
	p, err := plan.Parse([]byte(strings.Replace(planText, "preset: gdpr", "preset: "+preset, 1)+strings.Join(more, "\n")), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// called is who a person of a desk is, as far as people are told apart by it.
type called struct{ name, email string }

func (c called) in(texts ...string) bool {
	for _, text := range texts {
		if !strings.Contains(text, c.name) {
			return false
		}
	}
	return true
}

// peopleOf are those of a desk in the order in which they came.
func peopleOf(d *memory.Desk) (all []called) {
	for _, r := range d.Records(helpdesk.KindPerson) {
		c := called{name: r.Person.Name}
		if len(r.Person.Emails) > 0 {
			c.email = r.Person.Emails[0]
		}
		all = append(all, c)
	}
	return all
}

// mentions is a ticket of p1 that names them in its subject and in what is said.
func mentions(key string) helpdesk.Record {
	r := something(key, "p1")
	r.Ticket.Subject = "Jane Canaryson called"
	r.Ticket.Comments[0].Body = "Dear Jane Canaryson, thank you."
	return r
}

func someoneCalled(key, name string) helpdesk.Record {
	r := somebody(key)
	r.Person.Name = name
	return r
}

// TestAPseudonymIsOfOneMigrationAndOfNothingElse: it is the same in every object and
// every run, whoever comes later; another migration has others; and once the key is
// gone, nothing that remains here says whose it was.
func TestAPseudonymIsOfOneMigrationAndOfNothingElse(t *testing.T) {
	for name, test := range map[string]struct{ policy, form string }{
		"pseudonym": {"", `^Person \d[0-9A-F]{7}$`},
		"surrogate": {"  fields: {name: surrogate, email: surrogate}\n  text: {name: surrogate, email: surrogate}", `^[A-Z][a-z]+ [A-W]\. [A-Z][a-z]{7,}$`},
	} {
		t.Run(name, func(t *testing.T) { ofOneMigration(t, test.policy, regexp.MustCompile(test.form)) })
	}
}

// ofOneMigration tries it with what stands for people by a policy over pseudonymous.
func ofOneMigration(t *testing.T, policy string, form *regexp.Regexp) {
	home := t.TempDir()
	source, target := memory.New(memory.Options{}), memory.New(memory.Options{})
	source.Add(someoneCalled("p1", "Jane Canaryson"), mentions("t1"))
	r := open(t, home, under(t, "pseudonymous", policy), source.Source(), target.Target())
	migrate(t, r)
	jane := peopleOf(target)[0]
	if !form.MatchString(jane.name) {
		t.Fatalf("p1 is %+v", jane)
	}
	first := target.Records(helpdesk.KindTicket)[0]
	if !jane.in(first.Ticket.Subject, first.Ticket.Comments[0].Body) {
		t.Errorf("%q is not in %q, %q", jane.name, first.Ticket.Subject, first.Ticket.Comments[0].Body)
	}

	source.Add(someoneCalled("p2", "John Canaryson"), someoneCalled("p3", "Jane Canary"), mentions("t2"))
	delta(t, r)
	people, tickets := peopleOf(target), target.Records(helpdesk.KindTicket)
	if len(people) != 3 || len(tickets) != 2 || people[0] != jane || !reflect.DeepEqual(tickets[0], first) {
		t.Errorf("people who came later changed what was there: %+v, %+v", people, tickets[0])
	}
	if second := tickets[1].Ticket; !jane.in(second.Subject, second.Comments[0].Body) {
		t.Errorf("%q is not in %q, %q", jane.name, second.Subject, second.Comments[0].Body)
	}

	another := memory.New(memory.Options{})
	migrate(t, open(t, t.TempDir(), under(t, "pseudonymous", policy), source.Source(), another.Target()))
	for i, c := range peopleOf(another) {
		if c.name == people[i].name || c.email == people[i].email {
			t.Errorf("%+v has the same pseudonym in another migration", c)
		}
	}

	if _, _, err := r.CloseMigration(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Keys.Pseudonyms(t.Context(), r.Plan.Tenant, r.Plan.Migration); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("the pseudonym key: %v", err)
	}
	links := map[string]bool{}
	for _, c := range people {
		links[c.name], links[c.email] = true, true
	}
	wantNoneIn(t, home, links)
}

// TestSafeHarborTellsNobodyApart: a code that is made of a name would be derived from
// information about the individual (45 CFR 164.514(c)), so that there is none.
func TestSafeHarborTellsNobodyApart(t *testing.T) {
	source, target := memory.New(memory.Options{}), memory.New(memory.Options{})
	source.Add(someoneCalled("p1", "Jane Canaryson"), someoneCalled("p2", "John Canaryson"), mentions("t1"))
	migrate(t, open(t, t.TempDir(), under(t, "hipaa-safe-harbor", "select: {attachments: {exclude: [all]}}"), source.Source(), target.Target()))
	people := peopleOf(target)
	if len(people) != 2 || people[0] != people[1] {
		t.Errorf("people are %+v", people)
	}
	for _, text := range []string{string(target.Dump()), people[0].name} {
		for _, trace := range []string{"Canaryson", "Person ", "@example.test"} {
			if strings.Contains(text, trace) {
				t.Errorf("%q is told", trace)
			}
		}
	}
}

// TestRulesOfTheCustomerHoldInTheFlow: what only they find is replaced by the same in
// every ticket, is in the inventory of the report, and nothing of it is left.
func TestRulesOfTheCustomerHoldInTheFlow(t *testing.T) {
	source, target := memory.New(memory.Options{}), memory.New(memory.Options{})
	first, second := mentions("t1"), mentions("t2")
	first.Ticket.Subject = "Access for E-123456"
	first.Ticket.Comments[0].Body = "She is employee E123456, and her manager is E-654321."
	source.Add(someoneCalled("p1", "Jane Canaryson"), first)
	const rules = "  rules: [{name: employee-id, pattern: 'E-?\\d{6}', operator: pseudonymize, finds: [E-111111], leaves: [E-1]}]"
	r := open(t, t.TempDir(), under(t, "gdpr", rules), source.Source(), target.Target())
	report := migrate(t, r)
	want := evidence.PersonalData{Field: "comment.body", Kind: "employee-id", Found: 2, Records: 1}
	if !slices.ContainsFunc(report.Inventory, func(p evidence.PersonalData) bool { return reflect.DeepEqual(p, want) }) {
		t.Errorf("the inventory is %v", report.Inventory)
	}
	if want := (evidence.Rule{Rule: "text: employee-id pseudonymize", Count: 2}); !slices.Contains(report.Rules, want) {
		t.Errorf("the rules are %v", report.Rules)
	}
	if v := report.Verdict("en"); v.Level != evidence.Clean {
		t.Errorf("%s: %s", v.Level, v.Sentence)
	}
	second.Ticket.Comments[0].Body = "E-123456 again"
	source.Add(second)
	delta(t, r)
	tickets := target.Records(helpdesk.KindTicket)
	id, ok := strings.CutPrefix(tickets[0].Ticket.Subject, "Access for ")
	if !ok || !regexp.MustCompile(`^\[employee-id [0-9a-f]{12}\]$`).MatchString(id) {
		t.Fatalf("the subject is %q", tickets[0].Ticket.Subject)
	}
	if body := tickets[0].Ticket.Comments[0].Body; !strings.HasPrefix(body, "She is employee "+id+", and her manager is [employee-id ") || strings.Count(body, id) != 1 {
		t.Errorf("the first says %q, %s is meant", body, id)
	}
	if body := tickets[1].Ticket.Comments[0].Body; body != id+" again" {
		t.Errorf("the second says %q, %s is meant", body, id)
	}
}
