package privacy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// surrogating puts a surrogate wherever there are any, and masks the rest.
var surrogating = func() Policy {
	p := Policy{Preset: "demo", Fields: map[string]Operator{}, Text: map[Kind]Operator{}}
	for _, class := range []string{"name", "email", "phone", "login", "address"} {
		p.Fields[class] = Surrogate
	}
	for k, sensible := range sensibleText {
		if slices.Contains(sensible, Surrogate) {
			p.Text[k] = Surrogate
		}
	}
	return p
}()

func surrogateOf(t testing.TB, key string, k Kind, typ, value string) string {
	t.Helper()
	a := &application{}
	a.begin(compile(t, surrogating), nil, testKey(key))
	return string(a.surrogate(nil, k, typ, value, value))
}

const (
	nameForm  = `[A-Z][a-z]{1,7} [A-W]\. [A-Z][a-z]{7,}`
	loginForm = `[a-z]{3,8}\.[a-z]{8,}\.[0-9a-z]{8}`
)

func TestASurrogateIsOfAReservedRangeAndStaysAsItIs(t *testing.T) {
	for _, test := range []struct {
		kind        Kind
		typ         string
		value, want string
	}{
		{Name, "", "Jane Doe", nameForm},
		{Name, "", "JANE DOE", `[A-Z]{3,8} [A-W]\. [A-Z]{8,}`},
		{Name, "", "jane doe", `[a-z]{3,8} [a-w]\. [a-z]{8,}`},
		{Name, "", "Jörg Müller", nameForm},
		{Name, "", "Иван Петров", nameForm},
		{Name, "", "山田 太郎", nameForm},
		{Name, "", "", nameForm},
		{Email, "", "jane@acme.test", loginForm + `@example\.(com|org|net)`},
		{Email, "", "Jane (at) acme.test", loginForm + `@example\.(com|org|net)`},
		{Login, "", "jane@acme.test", loginForm + `@example\.(com|org|net)`},
		{Login, "", "jdoe", loginForm},
		{Phone, "", "+1 415 555 2671", `\+1-[2-9][0-8]\d-555-01\d\d`},
		{Phone, "", "(415) 867-5309", `\+1-[2-9][0-8]\d-555-01\d\d`},
		{Phone, "", "+33 1 23 45 67 89", `\+1-[2-9][0-8]\d-555-01\d\d`}, // France's are not known here
		{Phone, "", "+49 (0)30 1234567", `\+49 (30 23125|69 90009|40 66969|221 4710|89 99998) \d{3}`},
		{Phone, "", "030 1234567", `\+49 (30 23125|69 90009|40 66969|221 4710|89 99998) \d{3}`},
		{Phone, "", "0171 1234567", `\+49 (30 23125|69 90009|40 66969|221 4710|89 99998) \d{3}`},
		{Phone, "", "+44 20 7123 4567", `\+44 (20 7946 0|1\d\d 496 0|1632 960|7700 900)\d{3}`},
		{Phone, "", "07911 123456", `\+44 (20 7946 0|1\d\d 496 0|1632 960|7700 900)\d{3}`},
		{Phone, "", "1234", `\+1-[2-9][0-8]\d-555-01\d\d`},
		{Network, "", "8.8.8.8", `(192\.0\.2|198\.51\.100|203\.0\.113)\.(1\d\d|2[0-5]\d)`},
		{Network, "", "fe80::1", `2001:db8:[0-9a-f]{4}:[0-9a-f]{4}::[0-9a-f]{4}`},
		{Device, "MAC", "4a:26:02:ba:96:4e", `00-00-5E-00-53-[0-9A-F]{2}`},
		{Device, "IMEI", "490154203237518", `\[device\]`},
		{NationalID, "SSN", "536-90-4399", `666-\d\d-\d{4}`},
		{NationalID, "NHS", "943 476 5919", `\[national-id\]`},
		{Address, "", "12345 Mission St, San Francisco, CA 94110", `\d{1,3} [A-Z][a-z]{7,} (Street|Road|Lane|Avenue), [A-Z][a-z]{7,}`},
		{Address, "", "Hauptstr. 5, 10115 Berlin", `[A-Z][a-z]{7,}(weg|allee|gasse|ring) \d{1,3}, [A-Z][a-z]{7,}`},
		{Address, "", "94110", `\[address\]`},
	} {
		got := surrogateOf(t, "k", test.kind, test.typ, test.value)
		if !regexp.MustCompile(`^(` + test.want + `)$`).MatchString(got) {
			t.Errorf("%s of %q: %q, want %s", test.kind, test.value, got, test.want)
		}
		if !isSurrogate(got) && !isOurs(got) {
			t.Errorf("%q is not known for our own", got)
		}
		if again := surrogateOf(t, "another migration", test.kind, test.typ, got); isSurrogate(got) && again != got {
			t.Errorf("%q became %q", got, again)
		}
		if got != surrogateOf(t, "k", test.kind, test.typ, test.value) {
			t.Errorf("%s of %q is another the next time", test.kind, test.value)
		}
		if test.want[0] != '\\' && got == surrogateOf(t, "another migration", test.kind, test.typ, test.value) {
			t.Errorf("%s of %q is %q in another migration too", test.kind, test.value, got)
		}
	}
}

func TestFormsOfOneValueHaveOneSurrogate(t *testing.T) {
	local := func(address string) string {
		given, rest, _ := strings.Cut(surrogateOf(t, "k", Email, "", address), ".")
		family, _, _ := strings.Cut(rest, ".")
		return given + "." + family
	}
	of := func(name string) string { return surrogateOf(t, "k", Name, "", name) }
	for _, same := range [][2]string{
		{of("Jane Doe"), of("Doe, Jane")}, {of("Jane Doe"), of("Jane\u00a0Doe")}, {of("Jörg Müller"), of("Joerg Mueller")},
		{of("Jo\u0308rg Mu\u0308ller"), of("J&ouml;rg M&uuml;ller")}, {strings.ToUpper(of("Jane Doe")), of("JANE DOE")},
		{surrogateOf(t, "k", Phone, "", "+49 30 1234567"), surrogateOf(t, "k", Phone, "", "030/1234567")},
		{surrogateOf(t, "k", Phone, "", "0044 20 7123 4567"), surrogateOf(t, "k", Phone, "", "020 7123 4567")},
		{surrogateOf(t, "k", Phone, "", "(415) 867-5309"), surrogateOf(t, "k", Phone, "", "+1 415 867 5309")},
		{surrogateOf(t, "k", Email, "", "Jane@Acme.test"), surrogateOf(t, "k", Email, "", "jane (at) acme.test")},
		{asLocal(of("Jane Doe")), local("jane.doe@acme.test")}, {asLocal(of("Jane Doe")), local("doe_jane@other.test")},
		{asLocal(of("Jörg Müller")), local("joerg.mueller@acme.test")},
		{asLocal(of("Jane Doe")), local("jane.doe+news@acme.test")},
	} {
		if same[0] != same[1] {
			t.Errorf("%q and %q, want the same", same[0], same[1])
		}
	}
	if a, b := surrogateOf(t, "k", Email, "", "jane.doe@acme.test"), surrogateOf(t, "k", Email, "", "jane.doe@other.test"); a == b {
		t.Errorf("two addresses became %q", a)
	}
}

// asLocal is how a name is written before an @.
func asLocal(name string) string {
	words := strings.Fields(strings.ToLower(name))
	return words[0] + "." + words[2]
}

func TestSurrogatesOfGermansSoundGerman(t *testing.T) {
	for name, want := range map[string]bool{
		"Jane Doe": false, "Emma Miller": false, "Thomas Clark": false, "Doe, John": false,
		"Friederike Clark": true, "Thomas Müller": true, "Zimmermann": true, "Sönke Petersen": true,
	} {
		if got := soundsGerman(nameWords(name)); got != want {
			t.Errorf("%s: German %v, want %v", name, got, want)
		}
		family := surrogateOf(t, "k", Name, "", name)
		if got := hasEnding(family, germanEndings); got != want {
			t.Errorf("%s became %s", name, family)
		}
	}
}

// TestInventedSurnamesAreNobodys: none is on the list of those who were counted in 1990,
// and the lists have the lengths by which names are taken apart.
func TestInventedSurnamesAreNobodys(t *testing.T) {
	if len(inventedGiven) != 64 || len(firstSyllables) != 64 || len(secondSyllables) != 64 || len(englishEndings) != 16 || len(germanEndings) != 16 {
		t.Errorf("lists of %d, %d, %d, %d and %d", len(inventedGiven), len(firstSyllables), len(secondSyllables), len(englishEndings), len(germanEndings))
	}
	for _, list := range [][]string{inventedGiven, firstSyllables, secondSyllables, englishEndings, germanEndings} {
		if len(setOf(list)) != len(list) {
			t.Errorf("something stands twice in %v", list)
		}
	}
	for name := range strings.Lines(namesText) {
		name = strings.Trim(name, "~\n")
		if end := familyEnd(window{[]byte(name), 0}, 0, nil); end > 0 {
			t.Errorf("people are called %s", name)
		}
	}
	for _, first := range firstSyllables {
		for _, second := range secondSyllables {
			for _, ending := range append(slices.Clone(englishEndings), germanEndings...) {
				if word := first + second + ending; familyEnd(window{[]byte(word), 0}, 0, nil) != len(word) {
					t.Fatalf("%q is not known for a surname of ours", word)
				}
			}
		}
	}
	for _, name := range inventedGiven {
		if !isSurrogate(name + " T. Belkovford") {
			t.Errorf("%s is not known for a given name of ours", name)
		}
	}
}

func TestWhatIsNoSurrogateIsNotTakenForOne(t *testing.T) {
	for _, text := range []string{
		"Robin T. Hood", "Robin Belkovford", "Robin T Belkovford", "Robin T. Belkovfords", "Robin T. Belkov", "Jane T. Belkovford", "Belkovford", "Robins T. Belkovford",
		"xRobin T. Belkovford", "robin.belkovford@example.org", "robin.belkovford.7k2m9x4qq@example.org", "robin.hood.7k2m9x4q@example.org",
		"+44 20 7946 1234", "+44 20 7946 01234", "+49 30 23126 123", "+1-415-555-0200", "192.0.3.123", "666-123-456", "00-00-5E-00-54-7F", "x666-12-3456",
		"12 Main Street, Marmokham", "12 Belkovford Lane", "12 Belkovford Lane, Berlin", "Belkovbergweg, Marmokfeld", "1234 Belkovford Lane, Marmokham",
	} {
		if spans := surrogates(nil, []byte(text)); len(spans) > 0 && spans[0].Start == 0 && spans[0].End == len(text) || isSurrogate(text) {
			t.Errorf("%q is taken for a surrogate", text)
		}
	}
	const text = "Dear Robin T. Belkovford (robin.belkovford.7k2m9x4q@example.org, +44 20 7946 0123), 12 Belkovford Lane, Marmokham"
	if spans := compile(t, surrogating).Detect(nil, []byte(text), nil); len(spans) > 0 {
		t.Errorf("found in our own output: %v", spans)
	}
	if spans := Detect(nil, []byte(text), nil); len(spans) < 4 { // it is a name for whoever makes no surrogates
		t.Errorf("only %v are found", spans)
	}
}

// TestPeopleSeldomShareASurrogate: names repeat as seldom as 84 million of them let expect,
// and addresses, by which targets tell people apart, do not.
func TestPeopleSeldomShareASurrogate(t *testing.T) {
	a := &application{}
	a.begin(compile(t, surrogating), nil, testKey("k"))
	names, addresses := map[string]bool{}, map[string]bool{}
	const people = 20_000
	for i := range people {
		first, last := string(rune('a'+i%26))+"nna", fmt.Sprintf("Mouse%s", strings.Repeat("x", i%3)+inLetters(i))
		names[string(a.surrogate(nil, Name, "", first+" "+last, "Anna"))] = true
		addresses[string(a.surrogate(nil, Email, "", fmt.Sprintf("info@firm-%d.test", i), ""))] = true
		addresses[string(a.surrogate(nil, Email, "", fmt.Sprintf("jane.doe@firm-%d.test", i), ""))] = true
	}
	if shared := people - len(names); shared > 12 { // 2.4 are to be expected
		t.Errorf("%d of %d people share a name", shared, people)
	}
	if len(addresses) != 2*people {
		t.Errorf("%d of %d people share an address", 2*people-len(addresses), 2*people)
	}
}

// inLetters spells a number in letters.
func inLetters(n int) (s string) {
	for ; n > 0; n /= 26 {
		s += string(rune('a' + n%26))
	}
	return s
}

func TestSurrogatesAreTheSameInEveryObject(t *testing.T) {
	c := compile(t, surrogating)
	pass := func(key string, later ...Identity) []string {
		people := canaryPeople()
		for _, id := range later {
			people.Add(id)
		}
		person, ticket := helpdesk.New(helpdesk.KindPerson, "p1"), conversation()
		*person.Person = helpdesk.Person{Name: canaryName, Emails: []string{canaryEmail}, Phones: []string{"0049 (0)30-98765432"}, Login: "quintessa"}
		ticket.Ticket.Comments[0].Body = "Dear " + canaryName + " (" + canaryEmail + ", Tel. " + canaryPhone + "), Quintessa's card " + canaryCard
		for _, rec := range []*helpdesk.Record{&person, &ticket} {
			for range 2 { // again changes nothing
				result, err := c.Apply(rec, people, testKey(key), nil)
				if err != nil || len(result.Residual) > 0 {
					t.Fatalf("%v, residue %v", err, result.Residual)
				}
			}
		}
		p := person.Person
		want := fmt.Sprintf("Dear %s (%s, Tel. %s), %[1]s's card [card ****1111]", p.Name, p.Emails[0], p.Phones[0])
		if body := ticket.Ticket.Comments[0].Body; body != want {
			t.Errorf("got  %s\nwant %s", body, want)
		}
		if ticket.Ticket.Subject != "Refund for "+p.Name || ticket.Ticket.Participants[0].Email != p.Emails[0] {
			t.Errorf("got %q and %q, want those of %+v", ticket.Ticket.Subject, ticket.Ticket.Participants[0].Email, p)
		}
		if !strings.HasPrefix(p.Emails[0], asLocal(p.Name)+".") {
			t.Errorf("%s has the address %s", p.Name, p.Emails[0])
		}
		return []string{p.Name, p.Emails[0], p.Phones[0], p.Login}
	}
	first := pass("k")
	if later := pass("k", Identity{Name: "Quintus Zwyxwvut", Emails: []string{"quintus@canary.example.test"}}); !slices.Equal(later, first) {
		t.Errorf("somebody who came later changed %v to %v", first, later)
	}
	for i, other := range pass("another migration") {
		if other == first[i] {
			t.Errorf("another migration made %q of it too", other)
		}
	}
}

func TestSurrogatesAreRefusedWhereNobodyKeepsARange(t *testing.T) {
	for _, k := range []Kind{Card, IBAN, Account, Secret, TaxID, HealthID, DocumentID, Vehicle, Place, Health, Birth, Organization} {
		_, err := Compile(Policy{Preset: "demo", Text: map[Kind]Operator{k: Surrogate}})
		want := string(k) + ` in free text can't be "surrogate": nobody keeps any of these free, so that one which looks real could be somebody's; choose one of keep, drop, mask, redact`
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want ... %s", err, want)
		}
	}
	_, err := Compile(Policy{Preset: "demo", Fields: map[string]Operator{"time": Surrogate}})
	if err == nil || !strings.Contains(err.Error(), "choose one of keep, drop, generalize, shift") {
		t.Error(err)
	}
	if _, err := compile(t, surrogating).Rewriter(nil); !errors.Is(err, ErrNoPseudonyms) {
		t.Error(err)
	}
}

func TestSafeHarborTakesNothingThatIsDerived(t *testing.T) {
	for _, test := range []struct {
		policy Policy
		want   string
	}{
		{Policy{Fields: map[string]Operator{"person/email": Surrogate}}, `"person.emails" can't be "surrogate" under hipaa-safe-harbor: it would be derived from information about the individual (45 CFR 164.514(c)); choose one of drop, mask`},
		{Policy{Fields: map[string]Operator{"name": Pseudonymize}}, `"person.name" can't be "pseudonymize"`},
		{Policy{Fields: map[string]Operator{"name": Mask}}, `choose one of drop, redact`},
		{Policy{Fields: map[string]Operator{"time": Shift}}, `choose one of drop, generalize`},
		{Policy{Text: map[Kind]Operator{Name: Surrogate}}, `name in free text can't be "surrogate"`},
		{Policy{Text: map[Kind]Operator{Network: Surrogate}}, `network in free text can't be "surrogate"`},
	} {
		test.policy.Preset = SafeHarbor
		if _, err := Compile(test.policy); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want ... %s", err, test.want)
		}
	}
}

// TestANumberForFilmsOnRecordIsNoResidue: it stays where it stands, and is not counted.
func TestANumberForFilmsOnRecordIsNoResidue(t *testing.T) {
	people := &People{}
	people.Add(Identity{Name: "Jane Doe", Phones: []string{"+44 20 7946 0958", "+44 20 7123 4567"}})
	rec := helpdesk.New(helpdesk.KindTicket, "t1")
	*rec.Ticket = helpdesk.Ticket{Subject: "Call +44 20 7946 0958 or +44 20 7123 4567"}
	result, err := compile(t, surrogating).Apply(&rec, people, testKey("k"), nil)
	if err != nil || len(result.Residual) > 0 {
		t.Errorf("%v, residue %v", err, result.Residual)
	}
	if s := rec.Ticket.Subject; !strings.HasPrefix(s, "Call +44 20 7946 0958 or +44 ") || strings.Contains(s, "7123") {
		t.Errorf("got %q", s)
	}
}
