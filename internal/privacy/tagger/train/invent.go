package main

import (
	"math/rand/v2"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/privacy/tagger"
)

// patterns are sentences of our own: * is a person, ^ a surname alone, ~ a given name
// alone, # a company, % a town, & a street.
var patterns = strings.Split(strings.TrimSpace(`
* called about the invoice.
I spoke to * yesterday and she promised to send the form.
Please forward this to * in Accounting.
My name is * and I live in %.
My name is *, but everybody calls me ~.
Hello, this is * from #.
Can you reset the password of *?
The contract between * and # ends in March.
* was born in % and moved to % later.
According to *, the printer in Room 4 is broken.
The card in the name of * was declined.
Send the parcel to *, &, %.
*
*, &, %
&, %
The office of # is in %.
# has a new address: &, %.
We bought the license from # in %.
What is the weather like in %?
How do I change my PIN?
Who wrote "The Last Summer"? It was *.
* and * will attend the meeting in %.
*, * and * are on the list.
The review by * was published in the % Times.
Is ~ still with #?
~ said that the Update failed again.
Ask ~ or ~ before Friday.
Thanks, ~
Best regards, *
Cheers
~
Mr. ^ asked for a refund.
Mrs. ^ and Mr. ^ live at &.
Dr. * sees patients on Monday.
I am meeting ^ at the Grand Hotel in %.
Has ^ signed the form?
^ won the match in %.
The patient, *, is 45 years old.
Customer: *
Name: *
Company: #
Address: &, %
The account belongs to *.
It was * who found the bug.
As * puts it, "nothing works".
"I did not order this", * wrote.
* (#) will call you back.
* works at # as an engineer.
* is the new manager of # in %.
Director * opened the plant in %.
Please cancel my flight from % to % on Tuesday.
Our shop in % opens at Nine.
I want to increase the limit of my card.
Great Service, I love #!
The # Group was founded in 1977 and is based in %.
*'s laptop does not start.
I lost ~'s phone number.
Let ~ know that Windows needs an update.
President * met Chancellor * in %.
The film stars * and *.
* was seen in % with *.
When * left #, the team in % was closed.
Could you tell * that the Order has arrived?
Bill to: *
Ship to: *
From: *
To: *
Cc: *, *
Subject: Question about the Invoice
Thank You for Your Order.
VPN Client for Windows and Mac is not working.
Dear Customer Support,
Dear *,
* hat angerufen.
Können Sie * bitte zurückrufen?
Mein Name ist * und ich wohne in %.
Bitte schicken Sie das Paket an *, &, %.
Die Rechnung für * ist falsch.
Der Drucker im Büro von * druckt nicht.
Laut * ist der Server in der Nacht ausgefallen.
Frau ^ hat den Vertrag mit # gekündigt.
Herr ^ und Frau ^ kommen am Montag.
Können Sie ~ Zugriff auf den Ordner geben?
~ braucht eine neue Tastatur für den Rechner.
Ist ~ noch bei #?
Wir haben die Lizenz bei # in % gekauft.
Die Firma # sitzt in %.
Das Konto gehört *.
Das Passwort von ~ ist abgelaufen.
* und * nehmen an der Besprechung teil.
Die Bestellung ist in % angekommen, aber die Ware fehlt.
Bitte die Lieferung nach % umleiten.
Der Rechner startet nicht, und der Bildschirm bleibt schwarz.
Seit dem Update meldet das Programm einen Fehler.
Vielen Dank und viele Grüße, *
Viele Grüße
~
Die Kollegin * übernimmt das Ticket.
Wie * schreibt, liegt es am Netzteil.
Das hat ^ schon geprüft.
Mit ^ war das so abgesprochen.
Ich habe gestern mit * gesprochen.
Die Kundin * möchte ihr Geld zurück.
Kunde: *
Ansprechpartner: *
Im Auftrag von * sende ich Ihnen die Unterlagen.
`), "\n")

var (
	towns = strings.Fields(`London Paris Berlin Vienna Zürich Hamburg Köln Dresden Leipzig Chicago Boston Austin Denver Toronto Sydney Oslo
		Stockholm Helsinki Madrid Lisbon Rome Milan Warsaw Prague Budapest Athens Cairo Lagos Nairobi Mumbai Delhi Tokyo Osaka Seoul Brussels
		Amsterdam Rotterdam Geneva Lyon Marseille Manchester Leeds Glasgow Dublin Cardiff Texas Ohio Florida Bavaria Iraq India Germany France Italy`)
	companies = strings.Fields(`Acme Globex Initech Nordwind Umbra Vertex Solaris Bluebird Kontor Hansa Apex Orbit Quantum Silverline Brightside
		Nimbus Ferrox Datalith Mediport Alpenblick Stahlbau Seaborn Westgate Northfield`)
	legal = []string{"", "", " Inc", " Ltd", " GmbH", " AG", " Group", " and Sons", " Bank", " University", " Systems", " Corporation"}
	ways  = []string{" Street", " Road", " Avenue", " Lane", "straße", "weg", " Drive", "gasse"}
	// sounds make names that are on no list.
	sounds = strings.Fields(`an ka ri to mi sa lu en dor vel han sig bru mar tor eli na zo gre pet ov ski ic ez sen rud fi lo hal ber gar ja wen
		ös mü ké ña ço lé sky nen vic oğ ha du ng tr szi gy kov el ul ah`)
)

// An inventor makes sentences.
type inventor struct {
	given, family []string
	random        *rand.Rand
}

// invent makes n sentences with the names of a file of lists.
func invent(file string, n int) (all []text, err error) {
	lists, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	v := inventor{random: rand.New(rand.NewPCG(3, 4))}
	into := &v.given
	for line := range strings.Lines(string(lists)) {
		switch name := strings.TrimSpace(line); {
		case name == "# surname":
			into = &v.family
		case name != "# given":
			*into = append(*into, strings.TrimSuffix(name, "~"))
		}
	}
	for range n {
		all = append(all, v.sentence(pick(v.random, patterns)))
	}
	return all, nil
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func (v *inventor) sentence(pattern string) (t text) {
	for _, c := range pattern {
		from := len(t.text)
		switch c {
		case '*', '^', '~':
			t.text = append(t.text, v.person(c)...)
			t.names = append(t.names, tagger.Span{Start: from, End: len(t.text)})
		case '#':
			t.text = append(t.text, v.company()...)
		case '%':
			t.text = append(t.text, pick(v.random, towns)...)
		case '&':
			t.text = append(t.text, v.street()...)
		default:
			t.text = utf8.AppendRune(t.text, c)
		}
	}
	return t
}

func (v *inventor) person(form rune) string {
	given, family := v.name(v.given), v.name(v.family)
	switch {
	case form == '^':
		return family
	case form == '~':
		return given
	}
	switch v.random.IntN(16) {
	case 0:
		return given
	case 1:
		return given[:first(given)] + ". " + family
	case 2:
		middle := v.name(v.given)
		return given + " " + middle[:first(middle)] + ". " + family
	case 3:
		return given + " " + family + "-" + v.name(v.family)
	case 4:
		return given + " " + pick(v.random, []string{"van", "von", "de", "da", "van der", "bin", "O'"}) + " " + family
	case 5:
		return strings.ToUpper(given + " " + family)
	case 6:
		return given + " " + v.name(v.given) + " " + family
	case 7:
		return given + "-" + v.name(v.given) + " " + family
	}
	return given + " " + family
}

func first(s string) int {
	_, size := utf8.DecodeRuneInString(s)
	return size
}

// name is one of a list, or one that is on none.
func (v *inventor) name(of []string) string {
	if v.random.IntN(3) > 0 {
		return titled(pick(v.random, of))
	}
	var b strings.Builder
	for range 2 + v.random.IntN(2) {
		b.WriteString(pick(v.random, sounds))
	}
	return titled(b.String())
}

func (v *inventor) company() string {
	switch v.random.IntN(4) {
	case 0:
		return v.name(v.family) + pick(v.random, legal[2:])
	case 1:
		return v.name(v.family) + ", " + v.name(v.family) + " and " + v.name(v.family)
	case 2:
		return v.name(v.family) + "-" + v.name(v.family)
	}
	return pick(v.random, companies) + pick(v.random, legal)
}

func (v *inventor) street() string {
	number := string(rune('1'+v.random.IntN(9))) + string(rune('0'+v.random.IntN(10)))
	if v.random.IntN(2) == 0 {
		return number + " " + v.name(v.family) + pick(v.random, ways)
	}
	return v.name(v.family) + pick(v.random, ways) + " " + number
}

func titled(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
