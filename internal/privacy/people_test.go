package privacy

import (
	"strings"
	"testing"
)

// TestPeopleOnRecordAreFoundInEveryForm lists how people write names. What stands
// between « and » is found, and nothing else.
func TestPeopleOnRecordAreFoundInEveryForm(t *testing.T) {
	p := &People{}
	for _, id := range []Identity{
		{Given: "Katharina", Family: "Müller-Lüdenscheid", Emails: []string{"kml.test@example.test"}},
		{Name: "Weiß, Jörg"}, {Name: "Seán O'Brien"}, {Name: "Anna van der Berg", Organization: "Berg & Söhne GmbH"},
		{Name: "William Stone", Phones: []string{"2246820126"}}, {Name: "Nora Stein", Phones: []string{"+49 30 7654321"}}, {Name: "יעל בן־ארי"}, {Name: "山田太郎"}, {Name: "Иван Петров"}, {Name: "Cher"},
		{Given: "Hans Peter", Family: "Klamm", Emails: []string{"hpklamm@example.test"}},
	} {
		p.Add(id)
	}
	for _, example := range []string{
		"«Katharina Müller-Lüdenscheid»", "«Mueller-Luedenscheid, Katharina»", "«KATHARINA MULLER-LUDENSCHEID»", "«K. Müller-Lüdenscheid»", "«Kathi» fragt",
		"«Jörg Weiss»", "«JOERG WEISS»", "«Jorg Weiß»", "«Jörgs» Idee", "Herr «Weiß»", "«J&ouml;rg» <b>«Weiß»</b>", "«J=C3=B6rg Wei=C3=9F»",
		"«Seán O’Brien»'s", "«Anna van der Berg»", "«A. van der Berg»", "«Berg & Söhne GmbH»", "«Berg &amp; Söhne»",
		"«Bill Stone»", "«stone, william»", "call «224-682-0126»", "see «2246820126»", "see «224 682 0126», please", "«(224)6820126»", "order 2246820127",
		"see «0307654321»", "«307654321» is it", "«30 765 43 21»", "«+49(30)7654321»", "«יעל בן־ארי»", "שלום «יעל»", "「«山田太郎»」", "«Иван Петров»", "«ПЕТРОВ, ИВАН»", "«Cher»",
		"«Hans Peter Klamm»", "«H. P. Klamm»", "«hans_klamm»", "«Hans-Peter Klamm»", "«hpklamm»",
	} {
		text, want := marked(example)
		var got []string
		for _, s := range Detect(nil, []byte(text), p) {
			got = append(got, text[s.Start:s.End])
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("in %q got %q, want %q", text, got, want)
		}
	}
}

// TestNamesOfAnyLengthAreFoundInTheGenitive: words are read in blocks of eight letters, and
// the s of a genitive may be alone in one.
func TestNamesOfAnyLengthAreFoundInTheGenitive(t *testing.T) {
	const letters = "quvxwztkqubvxwzgtkqpvxuz"
	for n := 4; n <= len(letters); n++ {
		for _, name := range []string{letters[:n], "ü" + letters[1:n]} {
			p := &People{}
			p.Add(Identity{Given: "Jane", Family: name})
			text := "unlike Jane " + name + "s plan"
			if spans := Detect(nil, []byte(text), p); len(spans) != 1 || text[spans[0].Start:spans[0].End] != "Jane "+name+"s" {
				t.Errorf("in %q got %v, want the name in the genitive", text, spans)
			}
		}
	}
}

// Most names have one plain word each, which have a way of their own into the table.
func TestAPairHasTheFormsOfPairs(t *testing.T) {
	prepare()
	for _, names := range [][2]string{{"Jane", "Doe"}, {"Thomas", "Thomas"}, {"Jo", "Li"}, {"Heinz", "Weiss"}, {"José", "Núñez"}} {
		for _, ticket := range []bool{true, false} {
			read := func(into *table, put func(f *former)) {
				f := former{into: into, person: 7, ticket: ticket}
				f.given.read([]byte(names[0]))
				f.family.read([]byte(names[1]))
				put(&f)
			}
			short, long := newTable(64), newTable(64)
			read(&short, func(f *former) { f.pair(&f.given, &f.family) })
			read(&long, func(f *former) {
				f.pairs(&f.given, &f.family)
				f.alone(&f.given, asGiven)
				f.alone(&f.family, asFamily)
			})
			if short.n != long.n {
				t.Errorf("%v, of a ticket: %v: %d forms, want %d", names, ticket, short.n, long.n)
			}
			for _, want := range long.slots {
				if got := short.get(want.key); want.key != 0 && (got == nil || *got != want) {
					t.Errorf("%v, of a ticket: %v: a form is %v, want %v", names, ticket, got, want)
				}
			}
		}
	}
}
