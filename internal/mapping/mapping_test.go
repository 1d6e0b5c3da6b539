package mapping_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/mapping"
)

func ticket() helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, "1")
	*r.Ticket = helpdesk.Ticket{Number: "4711", Status: "Offen", Priority: "hoch", Tags: []string{"vip", "intern"},
		Custom: []helpdesk.CustomValue{{Name: "Product", Values: []string{"LX"}}, {Name: "Secret", Values: []string{"x"}}}}
	return r
}

func apply(t *testing.T, rules mapping.Rules, vocabulary map[string][]string, r helpdesk.Record) (map[string]mapping.Effect, []mapping.Unmapped) {
	t.Helper()
	m, err := mapping.New(rules, vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	effects := map[string]mapping.Effect{}
	return effects, m.Apply(&r, func(path string, e mapping.Effect) { effects[path] = e })
}

func TestRulesChangeWordsAndSayWhere(t *testing.T) {
	r := ticket()
	effects, unmapped := apply(t, mapping.Rules{
		Statuses: map[string]string{"Offen": "open"}, Tags: map[string]string{"intern": mapping.Drop},
		Fields: map[string]string{"Product": "Produkt", "Secret": mapping.Drop}, NumberTo: "Old number",
	}, nil, r)
	if r.Ticket.Status != "open" || !slices.Equal(r.Ticket.Tags, []string{"vip"}) {
		t.Errorf("got %q, %q", r.Ticket.Status, r.Ticket.Tags)
	}
	want := map[string]mapping.Effect{"status": mapping.Changed, "tags": mapping.Left, "custom[Produkt]": mapping.Changed,
		"custom[Secret]": mapping.Left, "custom[Old number]": mapping.Changed}
	if !maps.Equal(effects, want) || len(unmapped) > 0 {
		t.Errorf("got %v, %v, want %v", effects, unmapped, want)
	}
}

func TestAWordThatTheTargetDoesNotTakeIsReportedWithTheLineToAdd(t *testing.T) {
	vocabulary := map[string][]string{"ticket.status": {"open", "closed"}, "ticket.priority": {"hoch"}}
	r := ticket()
	_, unmapped := apply(t, mapping.Rules{}, vocabulary, r)
	if len(unmapped) != 1 || unmapped[0] != (mapping.Unmapped{Field: "ticket.status", Value: "Offen"}) {
		t.Fatalf("got %v", unmapped)
	}
	if line := unmapped[0].Line(vocabulary); !strings.Contains(line, `map: {statuses: {"Offen": ...}}`) || !strings.Contains(line, "open, closed") {
		t.Errorf("got %q", line)
	}
	if r.Ticket.Status != "Offen" {
		t.Errorf("it was guessed to be %q", r.Ticket.Status)
	}
}

func TestARuleToAWordThatTheTargetLacksIsRefused(t *testing.T) {
	_, err := mapping.New(mapping.Rules{Statuses: map[string]string{"Offen": "opne"}}, map[string][]string{"ticket.status": {"open"}})
	if err == nil || !strings.Contains(err.Error(), "map.statuses") || !strings.Contains(err.Error(), "open") {
		t.Errorf("got %v", err)
	}
}

func TestAPersonGetsTheAddressOfTheAccountInTheTarget(t *testing.T) {
	for name, rule := range map[string]string{"by key": "p1", "by address": "old@example.test"} {
		r := helpdesk.New(helpdesk.KindPerson, "p1")
		r.Person.Emails = []string{"Old@example.test", "second@example.test"}
		effects, _ := apply(t, mapping.Rules{People: map[string]string{rule: "new@example.test"}}, nil, r)
		if !slices.Equal(r.Person.Emails, []string{"new@example.test"}) || effects["emails"] != mapping.Changed {
			t.Errorf("%s: got %q, %v", name, r.Person.Emails, effects)
		}
	}
}

func TestValuesOfACustomFieldAreMappedByItsNameInTheTarget(t *testing.T) {
	vocabulary := map[string][]string{"ticket.custom.Produkt": {"Laptop LX", "Drucker"}}
	r := ticket()
	rules := mapping.Rules{Fields: map[string]string{"Product": "Produkt"}}
	_, unmapped := apply(t, rules, vocabulary, r)
	if len(unmapped) != 1 || unmapped[0].Field != "ticket.custom.Produkt" {
		t.Fatalf("unmapped: %v", unmapped)
	}
	if line := unmapped[0].Line(vocabulary); !strings.Contains(line, `values: {"Produkt": {"LX": ...}}`) {
		t.Errorf("the line to add is %s", line)
	}
	r = ticket()
	rules.Values = map[string]map[string]string{"Produkt": {"LX": "Laptop LX"}}
	if _, unmapped := apply(t, rules, vocabulary, r); len(unmapped) > 0 || r.Ticket.Custom[0].Values[0] != "Laptop LX" {
		t.Errorf("mapped to %v, unmapped %v", r.Ticket.Custom, unmapped)
	}
	rules.Values["Produkt"]["LX"] = "Nothing"
	if _, err := mapping.New(rules, vocabulary); err == nil || !strings.Contains(err.Error(), "map.values.Produkt") {
		t.Errorf("a word that the target does not have is taken: %v", err)
	}
}
