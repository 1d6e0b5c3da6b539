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
// alone, # a company, % a town, & a street, § a German
// noun, $ an English word with a capital that is no name.
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
Die § ist defekt, und der § startet nicht.
Das § fehlt in der §.
Bitte prüfen Sie die § und den § der §.
Seit dem letzten § zeigt die § einen § an.
§ und § funktionieren nicht mehr.
Unser § hat die § geändert, danach kam kein § mehr an.
Wir brauchen eine neue § für den §.
Betreff: § zur §
§: §
Die § mit der § liegt im §.
Guten Tag, die § wurde noch nicht erstattet.
Können Sie den § bitte sperren?
Ich kann die § nicht öffnen, weil der § fehlt.
Nach dem § der § ist das § leer.
In der § steht, dass § und § getrennt sind.
Laut § war die § am Montag fertig.
Beim § der § tritt ein § auf.
Mit dem § von * stimmt etwas nicht.
* hat den § in der § gefunden.
§ von ~: bitte § anlegen.
Der § für ~ ist da.
~ hat die § geschickt, der § fehlt noch.
Für ^ gilt die § weiter.
Das hat * mit dem § so vereinbart.
Hat ~ den § schon bekommen?
Der § in % hat am Sonntag zu.
Danke für die § und den §.
$ $ is not available in %.
The $ does not open after the $ update.
Click $ and then $ to see the list.
$ and $ are broken since Monday.
$ Report for the $ Team
I bought a $ at the $ Store.
The $ $ of # is great.
$! Where is my order?
$ is what I asked for, and I got a $.
$: $
Open the $ Center and choose $.
* opened the $ and wrote to $ Support.
The $ that * sent is in the $ Folder.
$ by *
* - $ Manager, #
*, $ Officer
Follow * for more $.
She plays * in the $ series "$ $".
I saw * at the $ yesterday!
$ with * tonight at Nine.
Happy birthday *!
RT @someone: * is the best
Why did * leave the $?
Is * still the head of $?
the book by * is about %
* is from %.
*, who lives in %, has an appointment on Tuesday.
Does * have a $ at #?
The owner is *; the tenant is *.
I'm with ~ and ~ in %.
~'s $ is late.
His son ~ and his wife ~ live in %.
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
	nouns = strings.Fields(`Rechnung Lieferung Bestellung Drucker Rechner Bildschirm Tastatur Maus Kabel Netz Server Konto Kunde Vertrag Zahlung
		Mahnung Frist Adresse Straße Ort Termin Woche Monat Jahr Tag Stunde Meldung Fehler Störung Anfrage Antwort Frage Problem Lösung Ticket
		Gerät Teil Ware Paket Versand Rückgabe Gutschrift Betrag Summe Steuer Preis Angebot Auftrag Nummer Karte Bank Buchung Zimmer Reise Flug
		Datei Ordner Anhang Bild Text Seite Formular Feld Knopf Menü Anzeige Einstellung Kennwort Zugang Zugriff Recht Rolle Gruppe Abteilung
		Leitung Büro Lager Werk Halle Maschine Anlage Motor Pumpe Ventil Filter Schlauch Schraube Dichtung Batterie Akku Ladegerät Netzteil Strom
		Spannung Licht Lampe Schalter Heizung Wasser Luft Temperatur Wert Messung Prüfung Bericht Protokoll Liste Tabelle Spalte Zeile Muster
		Version Update Programm Software Lizenz Schlüssel System Dienst Portal Schnittstelle Verbindung Leitung Signal Empfang Telefon Handy
		Nachricht Post Brief Unterlagen Kopie Original Unterschrift Stempel Siegel Nachweis Ausweis Antrag Bescheid Amt Behörde Gesetz Regel
		Kollegen Mitarbeiter Leute Kinder Eltern Patient Arzt Praxis Klinik Rezept Befund Labor Kasse Versicherung Schaden Unfall Fahrzeug Wagen
		Reifen Bremse Garantie Gewährleistung Reklamation Beschwerde Kündigung Verlängerung Erinnerung Bestätigung Freigabe Sperrung Sicherung
		Wiederherstellung Aktualisierung Installation Einrichtung Umstellung Schulung Besprechung Sitzung Projekt Plan Ziel Aufgabe Schritt
		Hilfe Dank Grund Ursache Folge Beispiel Hinweis Rat Wunsch Bitte Mühe Zeit Ende Anfang Mitte Rest Hälfte Menge Größe Farbe Form Art`)
	titles = strings.Fields(`Update Settings Account Support Service Internet Server Printer Monitor Keyboard Order Invoice Payment Shipping Delivery
		Return Refund Customer Manager Office Department Team Group Project Report Summary Request Question Answer Issue Problem Error Warning
		Message Email Phone Mobile App Store Market Center City State County Country World National International American European German French
		English Spanish Chinese Indian Christian Muslim Monday Friday January June Summer Winter Spring Christmas Easter Holiday Weekend Morning
		Today Tomorrow Yesterday Please Thanks Hello Sorry Yes No Maybe Just Also However Although Because While Where When What Why Who How
		Great Good Best Worst Nice Love Hate Happy Sad New Old Big Small First Second Last Next Free Open Close Start Stop Save Print Send
		Receive View Edit Delete Insert Copy Paste File Folder Window Screen Button Menu Page Site Website Link Google Facebook Twitter Apple
		Microsoft Windows Amazon Netflix Android Oracle Java Python Linux Bluetooth Premium Basic Professional Enterprise Standard Plus Max
		University College School Hospital Church Museum Library Hotel Restaurant Cafe Bar Park Bridge River Lake Mountain Island Street Road
		Police Army Navy Court House Senate Congress Parliament Government Ministry President Minister Director Chairman Secretary General
		Album Song Movie Film Book Game Show Music Band Festival Award Prize Cup League Club Match Season Article Chapter Section
		Dog Cat Horse Car Truck Bike Train Plane Ticket Passport Visa License Card Bank Credit Debit Loan Tax Insurance Policy Contract`)
	legal = []string{"", "", " Inc", " Ltd", " GmbH", " AG", " Group", " and Sons", " Bank", " University", " Systems", " Corporation"}
	ways  = []string{" Street", " Road", " Avenue", " Lane", "straße", "weg", " Drive", "gasse"}
	// sounds make names that are on no list.
	sounds = strings.Fields(`an ka ri to mi sa lu en dor vel han sig bru mar tor eli na zo gre pet ov ski ic ez sen rud fi lo hal ber gar ja wen
		ös mü ké ña ço lé sky nen vic oğ ha du ng tr kov el ul ah`)
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
		case '§':
			t.text = append(t.text, v.noun()...)
		case '$':
			t.text = append(t.text, pick(v.random, titles)...)
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

// unlisted is of how many names one is on no list.
var unlisted = 2

// name is one of a list, or one that is on none.
func (v *inventor) name(of []string) string {
	if v.random.IntN(unlisted) > 0 {
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

// noun is one of German, or two that are one.
func (v *inventor) noun() string {
	noun := pick(v.random, nouns)
	if v.random.IntN(2) == 0 {
		return noun
	}
	return noun + pick(v.random, []string{"", "s", "en"}) + strings.ToLower(pick(v.random, nouns))
}

func titled(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
