package privacy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestAnAddressKeepsTheStartOfItsPostalCodeOnly(t *testing.T) {
	for address, want := range map[string]string{
		"12345 Mission St, San Francisco, CA 94110": "[address 941**]",
		"1 Main St, Colebrook, NH 03576-1234":       "[address 035**]",
		"7 Elm Rd, Errol, NH 03698":                 "[address 000**]", // fewer than 20,001 people
		"Hauptstr. 5, 10115 Berlin":                 "[address 101**]",
		"Hauptstr. 5\nD-10115 Berlin":               "[address 101**]",
		"94110":                                     "[address 941**]",
		"94110-1234":                                "[address 941**]",
		"12345 Mission Street":                      "[address]", // the number of a house
		"PO Box 12345":                              "[address]",
		"10 Downing Street, SW1A 2AA":               "[address]",
		"Hauptstr. 5, 101155 Berlin":                "[address]",
		"":                                          "[address]",
	} {
		if got := string(generalizeAddress(nil, []byte(address))); got != want {
			t.Errorf("%q: %s, want %s", address, got, want)
		}
	}
	if len(restrictedZIP3) != 17 {
		t.Errorf("%d restricted beginnings of ZIP codes, the guidance lists 17", len(restrictedZIP3))
	}
}

func TestGeneralizedTextSaysLessAndIsReadAsOurs(t *testing.T) {
	c := compile(t, Policy{Preset: "gdpr", Text: map[Kind]Operator{Birth: Generalize, Address: Generalize}})
	r, err := c.Rewriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"born 04/18/2012":                   "born [born 2012]",
		"geboren am 3. Mai 1980":            "geboren am [born 1980]",
		"born 04/18/12":                     "born [birth]",
		"a 45 years old man":                "a [age 40-49] years old man",
		"eine 7-jährige und 12 Fragen":      "eine [age 0-9]-jährige und 12 Fragen",
		"she is 103 years old":              "she is [age 90+] years old",
		"she is 90 years old":               "she is [age 90+] years old",
		"she is 89 years old":               "she is [age 80-89] years old",
		"I live at 5 Main Street, CA 94110": "I live at [address 941**]",
	} {
		out, _, left := r.Rewrite([]byte(text), nil)
		if once := string(out); once != want || left > 0 {
			t.Errorf("%q: %q with %d left, want %q", text, once, left, want)
		}
		if out, n, _ := r.Rewrite([]byte(want), nil); string(out) != want || n > 0 {
			t.Errorf("%q was rewritten to %q", want, out)
		}
	}
}

func dated(requester string) helpdesk.Record {
	rec := helpdesk.New(helpdesk.KindTicket, "t-"+requester)
	at := time.Date(2024, 2, 28, 23, 59, 58, 0, time.UTC)
	*rec.Ticket = helpdesk.Ticket{Requester: requester, Created: at, Solved: at.Add(49 * time.Hour), Comments: []helpdesk.Comment{
		{Author: "agent", Created: at.Add(time.Minute)}, {Author: requester, Created: at.Add(30 * time.Hour)},
	}}
	return rec
}

func shifting(t *testing.T) *Compiled {
	return compile(t, Policy{Preset: "gdpr", Fields: map[string]Operator{"time": Shift}})
}

func TestShiftedTimesKeepTheirOrderAndDistance(t *testing.T) {
	c, apart := shifting(t), map[time.Duration]bool{}
	for i := range 40 {
		was, is := dated(fmt.Sprint("p", i)), dated(fmt.Sprint("p", i))
		marks := apply(t, c, &is).Marks
		by := was.Ticket.Created.Sub(is.Ticket.Created)
		if by < 24*time.Hour || by > maxShift*24*time.Hour || by%(24*time.Hour) != 0 {
			t.Fatalf("shifted by %v, want whole days of a year, back", by)
		}
		apart[by] = true
		if was.Ticket.Solved.Sub(is.Ticket.Solved) != by || was.Ticket.Comments[0].Created.Sub(is.Ticket.Comments[0].Created) != by ||
			was.Ticket.Comments[1].Created.Sub(is.Ticket.Comments[1].Created) != by {
			t.Errorf("the times of one ticket were shifted apart: %+v", is.Ticket)
		}
		if m := marks["comments[1].created"]; m != (Mark{Rule: "time: shift", Class: Shifted}) {
			t.Errorf("mark %+v", m)
		}
	}
	if len(apart) < 30 {
		t.Errorf("40 people were shifted by %d different numbers of days", len(apart))
	}
}

func TestAYearIsAllThatIsLeftOfATime(t *testing.T) {
	rec := dated("p1")
	apply(t, compile(t, Policy{Preset: "gdpr", Fields: map[string]Operator{"time": Generalize}}), &rec)
	if want := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); !rec.Ticket.Created.Equal(want) || !rec.Ticket.Comments[1].Created.Equal(want) {
		t.Errorf("%v and %v, want %v", rec.Ticket.Created, rec.Ticket.Comments[1].Created, want)
	}
}

// TestOneMigrationOnePerson: the same in every object and run, whoever comes later,
// and nothing in common with what another key makes of the same people. After its key
// is destroyed a migration is to whoever holds the rest as any other migration.
func TestOneMigrationOnePerson(t *testing.T) {
	c := compile(t, Policy{Preset: "pseudonymous", Fields: map[string]Operator{"time": Shift}})
	pass := func(key string, later ...Identity) []string {
		people := canaryPeople()
		for _, id := range later {
			people.Add(id)
		}
		person, ticket := helpdesk.New(helpdesk.KindPerson, "p1"), dated("p1")
		*person.Person = helpdesk.Person{Name: canaryName, Emails: []string{canaryEmail}, Phones: []string{canaryPhone}, Login: "quintessa",
			Created: ticket.Ticket.Created}
		ticket.Ticket.Comments[0].Body = canaryName + ", " + canaryEmail + ", Tel. " + canaryPhone
		for _, rec := range []*helpdesk.Record{&person, &ticket} {
			if _, err := c.Apply(rec, people, testKey(key), nil); err != nil {
				t.Fatal(err)
			}
		}
		p := person.Person
		if body := ticket.Ticket.Comments[0].Body; body != p.Name+", "+p.Emails[0]+", Tel. "+p.Phones[0] {
			t.Errorf("%q names not the one of %+v", body, p)
		}
		if !p.Created.Equal(ticket.Ticket.Created) {
			t.Errorf("the person was shifted to %v, the ticket to %v", p.Created, ticket.Ticket.Created)
		}
		return []string{p.Name, p.Emails[0], p.Phones[0], p.Login, p.Created.String()}
	}
	first := pass("k")
	if later := pass("k", Identity{Name: "Quintus Zwyxwvut", Emails: []string{"quintus@canary.example.test"}}); strings.Join(later, "|") != strings.Join(first, "|") {
		t.Errorf("somebody who came later changed %v to %v", first, later)
	}
	for i, other := range pass("another migration") {
		if other == first[i] {
			t.Errorf("another migration made %q of it too", other)
		}
	}
}

func TestSafeHarborLeavesNoIdentifier(t *testing.T) {
	c := compile(t, Policy{Preset: SafeHarbor})
	for _, rec := range planted() {
		rec.Changed = time.Time{} // is in no target
		// nil: it needs no key, so that nothing in it is derived
		result, err := c.Apply(&rec, canaryPeople(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Residual) > 0 {
			t.Errorf("%s: residue %v", rec.Kind, result.Residual)
		}
		for v := range rec.Values() {
			if v.Field.Class == helpdesk.ClassTime && !v.Empty() && !strings.HasSuffix(v.Strings()[0], "-01-01T00:00:00Z") {
				t.Errorf("%s is %v", v.Name(), v.Strings())
			}
		}
		if rec.Kind == helpdesk.KindArticle || rec.Kind == helpdesk.KindGroup || rec.Kind == helpdesk.KindDefinition {
			refuseCanaries(t, SafeHarbor+" "+string(rec.Kind), rec, canaryWord) // words of a title and of what everybody reads
			continue
		}
		refuseCanaries(t, SafeHarbor+" "+string(rec.Kind), rec)
	}
}
