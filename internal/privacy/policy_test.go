package privacy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func compile(t testing.TB, p Policy) *Compiled {
	t.Helper()
	c, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPresetsDecideEveryFieldOfEveryKind(t *testing.T) {
	for _, name := range Presets() {
		c := compile(t, Policy{Preset: name})
		for _, k := range helpdesk.Kinds() {
			for _, f := range helpdesk.Fields(k) {
				if f.Class == helpdesk.ClassReference {
					continue
				}
				field := strings.TrimSuffix(ruleName(f), "*") // "ticket.custom." and any name
				if r, ok := c.decide(field, f); !ok || !slices.Contains(sensible[classOf(f)], r.op) {
					t.Errorf("%s: %s is decided %v as %q", name, f.Name, ok, r.op)
				}
			}
		}
		for _, kind := range TextKinds() {
			if op := c.Text()[kind]; !slices.Contains(sensibleText[kind], op) {
				t.Errorf("%s: %s in text is %q", name, kind, op)
			}
		}
	}
}

func TestPresetsKeepTheirWord(t *testing.T) {
	for _, test := range []struct {
		preset, field string
		want          Operator
	}{
		{"gdpr", "person.name", Keep}, {"gdpr", "ticket.extra.*", Drop}, {"gdpr", "person.notes", Drop},
		{"gdpr", "ticket.custom.*", Keep}, {"pseudonymous", "person.login", Pseudonymize},
		{"pseudonymous", "ticket.number", Pseudonymize}, {"pseudonymous", "comment.key", Drop},
		{"pseudonymous", "attachment.key", Drop}, {"pseudonymous", "comment.message_id", Drop},
		{"pseudonymous", "ticket.custom.*", Drop}, {"demo", "person.name", Mask}, {"demo", "attachment.name", Mask},
	} {
		for _, d := range compile(t, Policy{Preset: test.preset}).Decisions() {
			if d.Field == test.field && d.Operator != test.want {
				t.Errorf("%s: %s is %q, want %q", test.preset, d.Field, d.Operator, test.want)
			}
		}
	}
}

func TestTheMostSpecificRuleWins(t *testing.T) {
	c := compile(t, Policy{Preset: "gdpr", Fields: map[string]Operator{
		"text":                   Mask, // more general than the preset's person.notes
		"ticket/text":            Keep,
		"ticket.custom.*":        Drop,
		"ticket.custom.Product*": Keep,
		"ticket.custom.Birthday": Mask,
		"time_entry.note":        Drop,
	}})
	for name, want := range map[string]Operator{
		"person.notes": Drop, "group.description": Mask, "ticket.subject": Keep, "time_entry.note": Drop,
		"ticket.custom.Colour": Drop, "ticket.custom.Product line": Keep, "ticket.custom.Birthday": Mask, "ticket.custom": Drop,
		"person.custom.Birthday": Keep,
	} {
		i := slices.IndexFunc(knownFields(), func(f helpdesk.Field) bool {
			return f.Name == name || isOwn(classOf(f)) && strings.HasPrefix(name, f.Name+".")
		})
		if r, _ := c.decide(name, knownFields()[i]); r.op != want {
			t.Errorf("%s is %q by %q, want %q", name, r.op, r.key, want)
		}
	}
}

func TestCompileSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	all := func(key string, op Operator) map[string]Operator { return map[string]Operator{key: op} }
	for _, test := range []struct {
		policy Policy
		want   string
	}{
		{Policy{Preset: "gpdr"}, `there is no preset "gpdr" (did you mean "gdpr"?)`},
		{Policy{Preset: "gdpr", Fields: all("ticket.subjct", Keep)}, `no field or class "ticket.subjct" (did you mean "ticket.subject"?)`},
		{Policy{Preset: "gdpr", Fields: all("emails", Mask)}, `(did you mean "email"?)`},
		{Policy{Preset: "gdpr", Fields: all("persons/email", Mask)}, `(did you mean "person/email"?)`},
		{Policy{Preset: "gdpr", Fields: all("ticket.custm.X", Drop)}, `no field or class "ticket.custm.X"`},
		{Policy{Preset: "gdpr", Fields: all("email", "pseudonymise")}, `"email" (email) can't be "pseudonymise" (did you mean "pseudonymize"?)`},
		{Policy{Preset: "gdpr", Fields: all("ticket.created", Mask)}, `"ticket.created" (time) can't be "mask"; choose one of keep, drop`},
		{Policy{Preset: "gdpr", Fields: all("comment.body", Pseudonymize)}, `choose one of keep, drop, mask`},
		{Policy{Preset: "gdpr", Fields: all("ticket.*", Keep)}, `covers too much`},
		{Policy{Preset: "gdpr", Fields: all("ticket.requester", Drop)}, `is a reference: every one is replaced`},
		{Policy{Preset: "gdpr", Text: map[Kind]Operator{"mail": Mask}}, `not searched for "mail" (did you mean "email"?)`},
		{Policy{Preset: "gdpr", Text: map[Kind]Operator{Card: Pseudonymize}}, `card in free text can't be "pseudonymize"`},
		{Policy{}, `nothing decides email (person.emails, participant.email): add "email" under fields`},
		{Policy{}, `nothing decides extra (organization.extra.*`},
		{Policy{}, `nothing decides iban in free text`},
		{Policy{Fields: all("ticket.custom.Birthday", Drop)}, `nothing decides custom (organization.custom.*, person.custom.*, ticket.custom.*)`},
	} {
		_, err := Compile(test.policy)
		var policyErr *PolicyError
		if !errors.As(err, &policyErr) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want ... %s", test.policy, err, test.want)
		}
	}
}

func TestAPolicyWithoutPresetWorksOnceItNamesEveryClass(t *testing.T) {
	p := Policy{Fields: map[string]Operator{}, Text: map[Kind]Operator{}}
	for _, c := range classes() {
		p.Fields[c] = Keep
	}
	for _, k := range TextKinds() {
		p.Text[k] = Keep
	}
	compile(t, p)
	delete(p.Fields, "login")
	if _, err := Compile(p); err == nil || !strings.Contains(err.Error(), "person.login") {
		t.Errorf("without login: %v, want it named", err)
	}
	p.Fields["person.login"] = Drop
	compile(t, p)
}

func TestTheHashChangesWithEveryRule(t *testing.T) {
	seen := map[string]int{}
	for i, p := range []Policy{
		{Preset: "gdpr"}, {Preset: "demo"}, {Preset: "pseudonymous"},
		{Preset: "gdpr", Fields: map[string]Operator{"address": Drop}},
		{Preset: "gdpr", Fields: map[string]Operator{"ticket.custom.X": Drop}},
		{Preset: "gdpr", Fields: map[string]Operator{"ticket.custom.X": Mask}},
		{Preset: "gdpr", Text: map[Kind]Operator{Phone: Mask}},
	} {
		c, again := compile(t, p), compile(t, p)
		if c.Hash() != again.Hash() || len(c.Hash()) != 64 {
			t.Errorf("%+v: %s and %s", p, c.Hash(), again.Hash())
		}
		if j, ok := seen[c.Hash()]; ok {
			t.Errorf("policies %d and %d have one hash", i, j)
		}
		seen[c.Hash()] = i
	}
}

func TestAPresetCannotBeChangedByWhoReadsIt(t *testing.T) {
	p, _ := Preset("gdpr")
	p.Fields["name"], p.Text[Card] = Drop, Keep
	if again, _ := Preset("gdpr"); again.Fields["name"] != Keep || again.Text[Card] != Mask {
		t.Error("the preset itself was changed")
	}
}

func TestKindsOfTextTellWhichHaveRulesOfTheirOwn(t *testing.T) {
	got := map[string]int{}
	for _, k := range TextKinds() {
		for _, area := range k.Areas() {
			got[area]++
		}
	}
	if got["payment"] != 3 || got["health"] != 2 || got["insurance"] != 1 || len(got) != 3 {
		t.Errorf("%v", got)
	}
}
