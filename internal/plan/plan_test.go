package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/plan"
)

const good = `
version: 1
migration: acme
source: {connector: csv, path: export}
target: {connector: archive, path: /somewhere/archive}
privacy:
  controller: Example Ltd
  contact: privacy@example.org
  purpose: support
  legal_basis: contract
  regimes: [gdpr]
  retention: 90 days
  preset: gdpr
`

func parse(t *testing.T, text string) *plan.Plan {
	t.Helper()
	p, err := plan.Parse([]byte(text), "/plans")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPlanThatIsWrongSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":         {"regimes:", "regime:", `there is no key "regime" here; did you mean "regimes"?`},
		"unknown nested key":  {"preset: gdpr", "preset: gdpr\nselect: {ticket: {}}", `did you mean "tickets"?`},
		"other version":       {"version: 1", "version: 2", "write version: 1"},
		"odd name":            {"migration: acme", "migration: Acme Ltd", "a-z, 0-9 and -"},
		"no preset":           {"preset: gdpr", "", "no implicit keep-everything"},
		"unknown preset":      {"preset: gdpr", "preset: gdrp", "gdpr"},
		"no regimes":          {"[gdpr]", "[]", "privacy.regimes"},
		"retention in weeks":  {"90 days", "12 weeks", "write a number of days"},
		"unknown operator":    {"preset: gdpr", "preset: gdpr\n  fields: {person.name: hide}", "person.name"},
		"unknown field":       {"preset: gdpr", "preset: gdpr\n  fields: {person.nmae: drop}", "person.name"},
		"a day that is none":  {"preset: gdpr", "preset: gdpr\nselect: {tickets: {created_after: 31.01.2024}}", "2024-01-31"},
		"unknown kind":        {"preset: gdpr", "preset: gdpr\nselect: {kinds: [tickets]}", `no kind "tickets"`},
		"unknown file family": {"preset: gdpr", "preset: gdpr\nselect: {attachments: {exclude: [movies]}}", `no family "movies"`},
		"unknown key of rule": {"preset: gdpr", "preset: gdpr\n  rules: [{name: x1, patern: x}]", `did you mean "pattern"?`},
		"rule without end":    {"preset: gdpr", "preset: gdpr\n  rules: [{name: employee-id, pattern: 'E\\d+', operator: mask, finds: [E1], leaves: [F1]}]", `privacy: the privacy policy can't be applied: rule "employee-id": its pattern has matches of more than 64 characters`},
		"a rule's example":    {"preset: gdpr", "preset: gdpr\n  rules: [{name: employee-id, pattern: 'E\\d{6}', operator: mask, finds: [E12345], leaves: [F1]}]", `example 1 of finds is not found`},
		"files past HIPAA":    {"preset: gdpr", "preset: hipaa-safe-harbor\nselect: {attachments: {exclude: [images]}}", "exclude: [all]"},
		"a reserve of all":    {"version: 1", "version: 1\nreserve: 100%", "from 0% to 90%"},
		"no YAML":             {"version: 1", "version: [", "line"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := plan.Parse([]byte(strings.Replace(good, c.old, c.new, 1)), "/plans")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestTheHashNamesDecisionsAndNotSpelling(t *testing.T) {
	profile := connectors.TargetProfile{Product: "x"}
	first := parse(t, good).Hash(profile)
	for name, c := range map[string]struct {
		old, new string
		same     bool
	}{
		"a comment":       {"version: 1", "# comment\nversion: 1", true},
		"concurrency":     {"version: 1", "version: 1\nrun: {concurrency: 4}", true},
		"another preset":  {"preset: gdpr", "preset: pseudonymous", false},
		"another mapping": {"preset: gdpr", "preset: gdpr\nmap: {statuses: {a: b}}", false},
		"a rule":          {"preset: gdpr", "preset: gdpr\n  rules: [{name: employee-id, pattern: 'E\\d{6}', operator: mask, finds: [E123456], leaves: [F1]}]", false},
		"another source":  {"path: export", "path: export2", false},
	} {
		if got := parse(t, strings.Replace(good, c.old, c.new, 1)).Hash(profile); (got == first) != c.same {
			t.Errorf("%s: hash %s after %s, want same: %v", name, got, first, c.same)
		}
	}
	if parse(t, good).Hash(connectors.TargetProfile{Product: "y"}) == first {
		t.Error("another target gives the same hash")
	}
}

func TestAPlanThatIsWrittenReadsTheSame(t *testing.T) {
	p := parse(t, good+"map: {statuses: {Offen: open}, people: {\"a@example.test\": \"b@example.test\"}}\n")
	text, err := p.Write()
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, string(text))
	if p.Hash(connectors.TargetProfile{}) != again.Hash(connectors.TargetProfile{}) {
		t.Errorf("another plan:\n%s", text)
	}
}

func TestPathsStartAtThePlan(t *testing.T) {
	var settings struct {
		Path string `yaml:"path"`
	}
	p := parse(t, good)
	for section, want := range map[string]string{"source": "/plans/export", "target": "/somewhere/archive"} {
		desk := map[string]plan.Desk{"source": p.Source, "target": p.Target}[section]
		if err := p.SettingsOf(section, desk)(&settings); err != nil || settings.Path != want {
			t.Errorf("%s: %q, %v, want %q", section, settings.Path, err, want)
		}
	}
}

func TestTheSelectionSaysWhyItLeavesATicketOut(t *testing.T) {
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	ticket := helpdesk.Ticket{Status: "open", Group: "g1", Tags: []string{"vip"}, Created: day("2024-03-01"), Updated: day("2024-04-01")}
	for name, c := range map[string]struct {
		filter plan.TicketFilter
		want   string
	}{
		"everything":      {plan.TicketFilter{}, ""},
		"too old":         {plan.TicketFilter{CreatedAfter: "2024-03-02"}, plan.OutsideDates},
		"first day":       {plan.TicketFilter{CreatedAfter: "2024-03-01"}, ""},
		"too new":         {plan.TicketFilter{UpdatedBefore: "2024-04-01"}, plan.OutsideDates},
		"status":          {plan.TicketFilter{Statuses: []string{"closed"}}, plan.OtherStatus},
		"group by key":    {plan.TicketFilter{Groups: []string{"g1"}}, ""},
		"group by name":   {plan.TicketFilter{Groups: []string{"Support"}}, ""},
		"another group":   {plan.TicketFilter{Groups: []string{"Sales"}}, plan.OtherGroup},
		"tag":             {plan.TicketFilter{Tags: []string{"vip", "x"}}, ""},
		"unwanted tag":    {plan.TicketFilter{WithoutTags: []string{"vip"}}, plan.OtherTags},
		"all must be met": {plan.TicketFilter{Statuses: []string{"open"}, Tags: []string{"x"}}, plan.OtherTags},
	} {
		if got := c.filter.Excludes(&ticket, "Support"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := (plan.TicketFilter{CreatedAfter: "2030-01-01"}).Excludes(&helpdesk.Ticket{}, ""); got != "" {
		t.Errorf("a ticket without a date is left out for its date: %q", got)
	}
}

func TestFilesAreLeftOutByContentSizeAndName(t *testing.T) {
	file := helpdesk.Attachment{Name: "Rechnung.PDF", Size: 3_000_000}
	for name, c := range map[string]struct {
		filter plan.AttachmentFilter
		kind   string
		want   string
	}{
		"nothing":         {plan.AttachmentFilter{}, "application/pdf", ""},
		"family":          {plan.AttachmentFilter{Exclude: []string{"images"}}, "image/png", plan.FileType},
		"other family":    {plan.AttachmentFilter{Exclude: []string{"images"}}, "application/pdf", ""},
		"MIME type":       {plan.AttachmentFilter{Exclude: []string{"application/pdf"}}, "application/pdf", plan.FileType},
		"with parameters": {plan.AttachmentFilter{Exclude: []string{"text/*"}}, "text/plain; charset=utf-8", plan.FileType},
		"all":             {plan.AttachmentFilter{Exclude: []string{"all"}}, "x/y", plan.FileType},
		"too large":       {plan.AttachmentFilter{LargerThan: "2 MB"}, "application/pdf", plan.FileTooLarge},
		"small enough":    {plan.AttachmentFilter{LargerThan: "3 MB"}, "application/pdf", ""},
		"name":            {plan.AttachmentFilter{Names: []string{"*.pdf"}}, "application/pdf", plan.FileName},
	} {
		if got := c.filter.Excludes(file, c.kind); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAPlanLeavesAFifthToAgentsUnlessItSaysOtherwise(t *testing.T) {
	for line, want := range map[string]int{"": 20, "reserve: 40%\n": 40, "reserve: 0%\n": 0} {
		if p := parse(t, good+line); p.Reserved() != want {
			t.Errorf("%q leaves %d %%, want %d", line, p.Reserved(), want)
		}
	}
}

const withRule = good + `  rules:
    - name: employee-id
      pattern: 'E\d{6}'
      context: {words: [employee, Mitarbeiterin], within: 3}
      operator: pseudonymize
      finds: [employee E123456]
      leaves: [E123456]
`

func TestExamplesOfRulesAreNoDecision(t *testing.T) {
	profile := connectors.TargetProfile{Product: "x"}
	first := parse(t, withRule).Hash(profile)
	if other := parse(t, strings.Replace(withRule, "[E123456]", "[E654321]", 1)).Hash(profile); other != first {
		t.Errorf("another example makes the hash %s of %s", other, first)
	}
	if other := parse(t, strings.Replace(withRule, "within: 3", "within: 4", 1)).Hash(profile); other == first {
		t.Error("another distance makes the same hash")
	}
}

// TestADemoMasksWhatRulesFind: whatever the plan does with it.
func TestADemoMasksWhatRulesFind(t *testing.T) {
	p := parse(t, withRule)
	if d := p.Demo(); len(d.Privacy.Rules) != 1 || d.Privacy.Rules[0].Operator != "mask" || p.Privacy.Rules[0].Operator != "pseudonymize" {
		t.Errorf("rules of the demo %+v, of the plan %+v", d.Privacy.Rules, p.Privacy.Rules)
	}
}

func TestAFileOfRulesIsTheSectionOfAPlan(t *testing.T) {
	_, section, _ := strings.Cut(withRule, "  rules:")
	rules, err := plan.ReadRules([]byte("rules:" + section))
	if err != nil || len(rules) != 1 || rules[0].Context.Within != 3 || rules[0].Finds[0] != "employee E123456" {
		t.Errorf("%+v, %v", rules, err)
	}
	for _, text := range []string{good, withRule} { // as a run keeps it
		p := parse(t, text)
		written, err := p.Write()
		if err != nil {
			t.Fatal(err)
		}
		if again := parse(t, string(written)); again.Hash(connectors.TargetProfile{}) != p.Hash(connectors.TargetProfile{}) {
			t.Errorf("written, it is another plan:\n%s", written)
		}
	}
	if _, err := plan.ReadRules([]byte("rules: [{patern: x}]")); err == nil || !strings.Contains(err.Error(), `did you mean "pattern"`) {
		t.Error(err)
	}
}
