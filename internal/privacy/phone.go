package privacy

import "strings"

// phone finds telephone and fax numbers: with a country code (E.164), as North
// America writes them, with the trunk prefix 0 of most of Europe, and anything of
// that length behind a word such as "Tel." A number without any of these is not
// one of a telephone.
var phone = recognizer{
	kind:     Phone,
	triggers: "+(0123456789",
	match:    matchPhone,
	cues: newCues(map[string]language{
		"en": {`tel telephone phone phones cell cellphone mobile mob fax call calls calling called callback dial ring
			reach reached answering whatsapp sms hotline landline ph t m f p phonenumber`,
			`order orders ticket tickets case invoice ref reference serial version build release customer account contract
			article sku id tracking shipment parcel policy item batch error code pin zip issue request model part imei mrn
			ssn nhs vat tax isbn ean po patient member`},
		"de": {`tel telefon* fon handy* mobil* fax* telefax* anruf* angerufen rufnummer* ruf rufen rückruf* zurückrufen
			durchwahl* festnetz* hotline erreich* apparat`,
			`bestell* auftrag* ticket* rechnung* kunden* vertrag* artikel* serien* vorgang* sendung* version* fehler*
			liefer* beleg* aktenzeichen steuer* konto* blz plz modell* referenz* versicherung* mitglied* patient*
			charge artikelnummer`},
	}),
	finds: []string{
		"«+49 30 1234567», «+49 (0)30 1234567», «+49(0)301234567»", "«+4930123456»!", "Tel.:«+49-30-1234567»",
		"«0049 30 1234567»", "«0044 20 7946 0958»", "«001-555-555-0199»", "(«+49 30 1234567»)",
		"«030/1234567», «030 / 12 34 567», «(030) 1234567», «(0171)1234567»", "«030 1234567»", "«0171-1234567»",
		"«089 12 34 56 78»", "«01 23 45 67 89», «01.23.45.67.89»", "«020 7946 0958»", "«(0116) 496 0296»", "«01711234567»", "«07700900123»",
		"«(555) 555-0199»", "«(555)555-0199»", "«555-555-0199»", "«555.555.0199»", "«1-555-555-0199»", "«+1 555 555 0199»",
		"«(555) 555-0199 x123»", "«555-555-0199 ext. 12»", "«030 1234567 Durchwahl 12»", "«+1 555 555 0199x36587»",
		"Telefon: «5555550199»", "call me at «5555550199»", "my mobile is «555 555 0199»", "Fax «1234567»", "T: «555 555 0199»",
		"Sie erreichen mich unter «1234567»", "Rückrufnummer <b>«17612345678»</b>", "call the order desk on «555-555-0199»",
		"Tel. «0171 1234567» «0172 7654321»", "<a href=\"tel:«+4930123456»\">«030/123456»</a>",
		"«030&nbsp;1234567»", "«+49 171 1234567» ab 14:00", "«+44 20 7946 0958»\n«030 1234567»", "«+49–30–1234567»",
		"Mobil: «0171 1234567», 2 Stück",
		"7,Jane,«+1 (555) 555-0199»,12,«555-555-0199»,030", "Phone:\n«467 3395»", "Tel.: \r\n  «467 3395»", "Abt. 5, «030/1234567»",
	},
	leaves: []string{
		"version 1.2.3456", "v10.0.19041.1234", "2024-03-11", "11.03.2024 09:41", "01.02.2024", "01/02/2024", "01-02-2024",
		"01 02 2024", "on 2024-03-11 10:15", "call me on 24.12.2024", "call 2024-03-11", "ring me 01.02.2024 at 10:30",
		"order 4500123987", "Bestellung 0301234567", "Ticket 0301-123456", "order no. 555-555-0199", "Bestellnummer: 0301 1234567",
		"€ 1.234.567", "$1234567", "1.234.567,89 EUR", "943 476 5919", "9434765919",
		"550e8400-e29b-41d4-a716-446655440000", "0x80070005", "#0301234567",
		"ID_0301234567", "0123456789012345678", "0.12345678", "00012345678901", "0012345678905", "+100", "+1 234", "C++11 2024",
		"call 911", "call between 10:30 and 12:45", "&#8211;", "0815-4711", "the phone costs 1299.00", "phone with 12345678 bytes",
		"A0301234567", "0301234567B", "+999 123456789", "UTC+02:00 2024", "1,284 items", "3704 0044 0532", "05.10.", "4,030 1234567 bytes",
		"I will call\n4673395 items", "08.30 - 09.15 10.30", "invoice of 05-2024-1234", "04/2024-123456",
	},
}

// minPhone is how many digits a number has at least. Shorter ones are dialled
// within small towns and companies, and look like anything.
const minPhone = 7

func matchPhone(s *sight, i int, c *cues) (Span, bool) {
	if !phoneStarts(s.window, i) || s.at(i) == '(' && s.at(i+1) == '+' { // the plus is tried by itself
		return Span{}, false
	}
	n := s.number(i)
	if n.n == 0 || len(n.first(n.n)) < minPhone {
		return Span{}, false
	}
	p := candidate{number: n, w: s.window, cue: s.hears(n.start, c), follows: followsDigits(s.window, i)}
	for k := n.n; k > 0; k-- {
		if p.ends(k) && p.dialled(k) {
			return Span{Start: n.start, End: extensionEnd(s.window, n.end(k)), Kind: Phone, Valid: true}, true
		}
	}
	return Span{}, false
}

// phoneStarts is numberStarts with what speaks against a phone number: signs of
// money and of ticket numbers.
func phoneStarts(w window, i int) bool {
	b := w.at(i - 1)
	switch {
	case w.wordBefore(i) || b == '+':
		return false
	case w.at(i) == '+':
		return true
	case b != 0 && strings.IndexByte("_#%$@\\", b) >= 0:
		return false
	}
	switch b {
	case '.', ':':
		return !isDigit(w.at(i - 2))
	case '-', '/':
		return !w.wordBefore(i - 1)
	}
	r, _ := w.runeBefore(i)
	return r != '€' && r != '£'
}

// followsDigits reports whether only a blank or a comma parts the number from
// other digits: columns, a house number, or the middle of something longer.
func followsDigits(w window, i int) bool {
	b := w.at(i - 1)
	return (b == ' ' || b == ',') && isDigit(w.at(i-2))
}
