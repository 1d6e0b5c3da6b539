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
		"«089 12 34 56 78»", "«01 23 45 67 89»", "«020 7946 0958»", "«(0116) 496 0296»", "«01711234567»", "«07700900123»",
		"«(555) 555-0199»", "«(555)555-0199»", "«555-555-0199»", "«555.555.0199»", "«1-555-555-0199»", "«+1 555 555 0199»",
		"«(555) 555-0199 x123»", "«555-555-0199 ext. 12»", "«030 1234567 Durchwahl 12»", "«+1-555-555-0199x36587»",
		"Telefon: «5555550199»", "call me at «5555550199»", "my mobile is «555 555 0199»", "Fax «1234567»", "T: «555 555 0199»",
		"Sie erreichen mich unter «1234567»", "Rückrufnummer <b>«17612345678»</b>", "call the order desk on «555-555-0199»",
		"Tel. «0171 1234567» «0172 7654321»", "<a href=\"tel:«+4930123456»\">«030/123456»</a>",
		"«030&nbsp;1234567»", "«+49 171 1234567» ab 14:00", "«+44 20 7946 0958»\n«030 1234567»", "«+49–30–1234567»",
		"Mobil: «0171 1234567», 2 Stück",
		"7,Jane,«+1 (555) 555-0199»,12,«555-555-0199»,030", "Phone:\n«467 3395»", "Tel.: \r\n  «467 3395»", "Hauptstr. 5, 10115 Berlin, «030/1234567»",
	},
	leaves: []string{
		"version 1.2.3456", "v10.0.19041.1234", "2024-03-11", "11.03.2024 09:41", "01.02.2024", "01/02/2024", "01-02-2024",
		"01 02 2024", "on 2024-03-11 10:15", "call me on 24.12.2024", "call 2024-03-11", "ring me 01.02.2024 at 10:30",
		"order 4500123987", "Bestellung 0301234567", "Ticket 0301-123456", "order no. 555-555-0199", "Bestellnummer: 0301 1234567",
		"192.168.100.200", "the phone's IP is 192.168.100.200", "€ 1.234.567", "$1234567", "1.234.567,89 EUR", "943 476 5919", "9434765919",
		"087-75-0624", "DE89 3704 0044 0532 0130 01", "550e8400-e29b-41d4-a716-446655440000", "0x80070005", "#0301234567",
		"ID_0301234567", "0123456789012345678", "0.12345678", "00012345678901", "0012345678905", "+100", "+1 234", "C++11 2024",
		"call 911", "call between 10:30 and 12:45", "&#8211;", "0815-4711", "the phone costs 1299.00", "phone with 12345678 bytes",
		"A0301234567", "0301234567B", "+999 123456789", "UTC+02:00 2024", "1,284 items", "3704 0044 0532", "05.10.", "4,030 1234567 bytes",
		"I will call\n4673395 items",
	},
}

func matchPhone(w window, i int, c *cues) (Span, bool) {
	if !phoneStarts(w, i) {
		return Span{}, false
	}
	n := readNumber(w, i)
	if n.n == 0 {
		return Span{}, false
	}
	p := candidate{number: n, w: w}
	p.cue = c.before(w, n.start)
	p.follows = followsDigits(w, i)
	for k := n.n; k > 0; k-- {
		if p.ends(k) && p.dialled(k) {
			return Span{Start: n.start, End: extensionEnd(w, n.end(k)), Kind: Phone, Valid: true}, true
		}
	}
	return Span{}, false
}

// phoneStarts is numberStarts with what speaks against a phone number: signs of
// money and of ticket numbers.
func phoneStarts(w window, i int) bool {
	b := w.at(i - 1)
	if w.wordBefore(i) || b != 0 && strings.IndexByte("_#%$@+\\", b) >= 0 {
		return false
	}
	if w.at(i) == '+' {
		return true
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

// A candidate is a number that may be one of a telephone.
type candidate struct {
	number
	w       window
	cue     verdict
	follows bool // stands right behind other digits
}

// ends reports whether the number can end after k groups.
func (p *candidate) ends(k int) bool {
	end := p.end(k)
	b := p.w.at(end)
	switch {
	case p.w.wordAt(end):
		return extensionEnd(p.w, end) > end
	case b == '_' || b == '%' || b == '@':
		return false
	case (b == ':' || b == '.') && isDigit(p.w.at(end+1)):
		return false
	case b == ',' && isDigit(p.w.at(end+1)): // a decimal, or the next column
		return p.plus || p.groups[0].paren || p.hyphenated(k)
	case k < p.n: // the rest is something else only behind a blank
		return p.groups[k].spaced
	}
	return true
}

// dialled reports whether the first k groups are a number by one of the ways of
// writing one.
func (p *candidate) dialled(k int) bool {
	digits := p.first(k)
	if len(digits) < 7 || p.date(k) || p.octets(k) || p.another(k) {
		return false
	}
	switch {
	case p.plus:
		return p.international(digits, k)
	case p.follows && !p.groups[0].paren && (k < 2 || p.groups[1].sep != '/' && !p.hyphenated(k)):
		return false
	case p.doubleZero(digits, k), p.northAmerican(digits, k), p.trunk(digits, k):
		return true
	}
	return p.called(digits, k)
}

// international checks digits that start with a country code. E.164 allows 15
// digits; under nine no public number of the countries here is written with a code.
func (p *candidate) international(digits []byte, k int) bool {
	cc := countryCode(digits)
	if cc == 0 || len(digits) < 9 || len(digits) > 16 {
		return false
	}
	if digits[0] == '1' {
		return len(digits) == 11
	}
	national := digits[cc:]
	// 0 behind the code is the trunk prefix, written in brackets: +49 (0)30.
	trunk := national[0] == '0' && p.bracketedZero(k)
	return national[0] != '0' || trunk
}

// doubleZero checks for the 00 that most of the world dials before a country code.
// In one piece, 001… is more often a product's bar code (GTIN-13 of a US item).
func (p *candidate) doubleZero(digits []byte, k int) bool {
	return digits[0] == '0' && digits[1] == '0' && p.cue != adverse &&
		(k > 1 || digits[2] != '1') && p.international(digits[2:], k)
}

func (p *candidate) bracketedZero(k int) bool {
	for i := range min(k, 3) {
		if g := p.groups[i]; g.paren && p.w.at(g.start) == '0' {
			return true
		}
	}
	return p.plus
}

// northAmerican checks for an area code, an exchange and four digits (NANP). Area
// codes start with 2 to 9 and are never N11. With blanks between, as the NHS
// writes its numbers as well, only a cue tells.
func (p *candidate) northAmerican(digits []byte, k int) bool {
	first := 0
	if p.groups[0].len() == 1 && digits[0] == '1' {
		first = 1
	}
	if k != first+3 || len(digits) != first+10 {
		return false
	}
	area, exchange := p.groups[first], p.groups[first+1]
	if area.len() != 3 || exchange.len() != 3 || digits[first] < '2' || digits[first+1] == '1' && digits[first+2] == '1' {
		return false
	}
	if area.paren || p.cue == speaks {
		return true
	}
	return p.cue != adverse && (p.hyphenated(k) || exchange.sep == '.' && p.groups[first+2].sep == '.')
}

func (p *candidate) hyphenated(k int) bool {
	for _, g := range p.groups[1:k] {
		if g.sep != '-' || g.spaced {
			return false
		}
	}
	return k > 2
}

// trunk checks for a national number with its 0: an area code of up to six digits
// and a subscriber's. Without separators only the mobile numbers of Germany
// (015, 016, 017: Bundesnetzagentur) and Britain (07: Ofcom) are told from ids.
func (p *candidate) trunk(digits []byte, k int) bool {
	if digits[0] != '0' || digits[1] == '0' || len(digits) > 12 {
		return false
	}
	if k == 1 {
		return p.cue != adverse && mobile(digits)
	}
	area, next := p.groups[0], p.groups[1]
	if area.len() < 2 || area.len() > 6 || next.sep == '.' && k != 2 && !pairs(p.groups[:k]) {
		return false
	}
	if area.paren || next.sep == '/' {
		return len(digits) >= 8
	}
	if p.cue == silent && next.sep == '-' && k == 3 && p.shape(3, 2, 4) { // a US social security number
		return false
	}
	return p.cue != adverse && len(digits) >= 9
}

func mobile(digits []byte) bool {
	switch digits[1] {
	case '1':
		return digits[2] >= '5' && digits[2] <= '7' && (len(digits) == 11 || len(digits) == 12)
	case '7':
		return digits[2] != '0' && len(digits) == 11
	}
	return false
}

// pairs reports whether the groups are all of two digits, as in France.
func pairs(groups []group) bool {
	for _, g := range groups {
		if g.len() != 2 {
			return false
		}
	}
	return true
}

// called checks a number that only the word before it makes a telephone's.
func (p *candidate) called(digits []byte, k int) bool {
	if p.cue != speaks || len(digits) > 15 || p.quantity(k) {
		return false
	}
	for _, g := range p.groups[1:k] {
		if g.sep == '.' && g.len() <= 2 && k == 2 { // a price
			return false
		}
	}
	return true
}

// another reports whether a second number starts within the first k groups: a
// blank and a 0, with digits enough before and behind.
func (p *candidate) another(k int) bool {
	all := p.groups[p.n-1].upTo
	for i := 1; i < k; i++ {
		before := p.groups[i-1].upTo
		if p.groups[i].spaced && p.w.at(p.groups[i].start) == '0' && before >= 9 && all-before >= 9 {
			return true
		}
	}
	return false
}

// octets reports whether the groups are an IPv4 address.
func (p *candidate) octets(k int) bool {
	if k != 4 {
		return false
	}
	for i, g := range p.groups[:k] {
		if g.len() > 3 || g.paren || i > 0 && g.sep != '.' {
			return false
		}
	}
	return true
}

// units are what follows a quantity, in English and German.
var units = []string{"eur", "euro", "usd", "gb", "mb", "kb", "bytes", "byte", "ms", "kg", "km", "px", "pcs", "times", "mal", "stück"}

func (p *candidate) quantity(k int) bool {
	i := p.end(k)
	if p.w.at(i) != ' ' {
		return false
	}
	for _, u := range units {
		if p.w.foldedAt(i+1, u) && !p.w.wordAt(i+1+len(u)) {
			return true
		}
	}
	return false
}

// extensions are the ways to write an extension behind a number.
var extensions = []string{"x", "ext.", "ext", "extension", "durchwahl", "dw", "app.", "apparat"}

const maxExtension = 5 // digits

// extensionEnd returns where the extension ends that starts at i, or i.
func extensionEnd(w window, i int) int {
	at := i + blank(w, i)
	for _, e := range extensions {
		if !w.has(at, e) {
			continue
		}
		from := at + len(e)
		from += blank(w, from)
		end := digitsEnd(w, from)
		if end > from && end-from <= maxExtension && !w.wordAt(end) {
			return end
		}
	}
	return i
}
