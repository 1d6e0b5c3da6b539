package helpdesk_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func ticket() helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, "t1")
	*r.Ticket = helpdesk.Ticket{
		Subject: "Printer", Tags: []string{"vip", "print"}, Spam: true,
		Created: time.Date(2024, 2, 29, 12, 0, 0, 5, time.UTC),
		Custom:  []helpdesk.CustomValue{{Name: "Product", Values: []string{"LX-5"}}},
		Comments: []helpdesk.Comment{{Body: "one"}, {Body: "two",
			Attachments: []helpdesk.Attachment{{Name: "a.txt", Size: 7}}}},
	}
	return r
}

func TestEveryValueHasAPathANameAndAString(t *testing.T) {
	want := map[string][2]string{ // path → name, value
		"subject":                         {"ticket.subject", "Printer"},
		"spam":                            {"ticket.spam", "true"},
		"created":                         {"ticket.created", "2024-02-29T12:00:00.000000005Z"},
		"custom[Product]":                 {"ticket.custom.Product", "LX-5"},
		"comments[1].body":                {"comment.body", "two"},
		"comments[1].attachments[0].size": {"attachment.size", "7"},
	}
	rec := ticket()
	for v := range rec.Values() {
		w, ok := want[v.Path()]
		if !ok {
			continue
		}
		delete(want, v.Path())
		if v.Name() != w[0] || len(v.Strings()) != 1 || v.Strings()[0] != w[1] {
			t.Errorf("%s = %s %q, want %s %q", v.Path(), v.Name(), v.Strings(), w[0], w[1])
		}
	}
	if len(want) > 0 {
		t.Errorf("not walked: %v", want)
	}
}

func TestSettingWhatWasReadGivesTheSameRecord(t *testing.T) {
	from, to := ticket(), ticket()
	for v := range to.Values() {
		if err := v.Set(nil); err != nil {
			t.Fatal(err)
		}
	}
	for a, b := range helpdesk.Pairs(&from, &to) {
		if err := b.Set(a.Strings()); err != nil {
			t.Fatalf("%s: %v", a.Path(), err)
		}
	}
	if !reflect.DeepEqual(from, to) {
		t.Errorf("got %+v, want %+v", to.Ticket, from.Ticket)
	}
}

func TestPairsMatchesPartsByOrderAndCustomValuesByName(t *testing.T) {
	a, b := ticket(), ticket()
	b.Ticket.Comments = b.Ticket.Comments[:1]
	b.Ticket.Custom = []helpdesk.CustomValue{{Name: "Colour", Values: []string{"red"}}, a.Ticket.Custom[0]}
	seen := map[string][2]bool{}
	for x, y := range helpdesk.Pairs(&a, &b) {
		path := x.Path()
		seen[path] = [2]bool{x.Exists(), y.Exists()}
	}
	for path, want := range map[string][2]bool{
		"comments[0].body": {true, true}, "comments[1].body": {true, false},
		"custom[Product]": {true, true}, "custom[Colour]": {false, true},
	} {
		if seen[path] != want {
			t.Errorf("%s exists %v, want %v", path, seen[path], want)
		}
	}
}

func TestEveryOneOfSeveralCustomValuesOfOneNameIsWalked(t *testing.T) {
	rec := helpdesk.New(helpdesk.KindTicket, "t1")
	rec.Ticket.Custom = []helpdesk.CustomValue{{Name: "Product", Values: []string{"a"}}, {Name: "Product", Values: []string{"b"}}}
	var seen []string
	for v := range rec.Values() {
		if v.Name() == "ticket.custom.Product" {
			seen = append(seen, v.Strings()...)
		}
	}
	if !reflect.DeepEqual(seen, []string{"a", "b"}) {
		t.Errorf("walked %q, want a and b", seen)
	}
}

func TestSetRefusesWhatTheFieldCannotHold(t *testing.T) {
	rec := ticket()
	for v := range rec.Values() {
		var err error
		switch v.Field.Class {
		case helpdesk.ClassTime, helpdesk.ClassSize, helpdesk.ClassFlag:
			err = v.Set([]string{"jane@example.test"})
		default:
			continue
		}
		if err == nil {
			t.Errorf("%s took a text", v.Path())
		} else if got := err.Error(); reflect.DeepEqual(got, "jane@example.test") {
			t.Errorf("error %q holds the text", got)
		}
	}
}

func TestEveryFieldHasAKnownClassAndAUniqueName(t *testing.T) {
	known := map[helpdesk.Class]bool{}
	for _, c := range []helpdesk.Class{"text", "html", "title", "label", "name", "email", "phone", "login", "address",
		"number", "time", "flag", "size", "digest", "reference", "key", "file-name", "message-id"} {
		known[c] = true
	}
	for _, k := range helpdesk.Kinds() {
		names := map[string]bool{}
		for _, f := range helpdesk.Fields(k) {
			if !known[f.Class] {
				t.Errorf("%s has class %q", f.Name, f.Class)
			}
			if (f.Class == helpdesk.ClassReference) != f.Refers.Valid() {
				t.Errorf("%s refers to %q", f.Name, f.Refers)
			}
			if names[f.Name] {
				t.Errorf("%s stands twice", f.Name)
			}
			names[f.Name] = true
		}
	}
}
