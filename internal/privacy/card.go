package privacy

// card finds payment card numbers (PAN): 12 to 19 digits (ISO/IEC 7812-1) in an
// issuer's range whose Luhn digit is right, or anything of that length that is
// called a card: a mistyped number is one still.
var card = recognizer{
	kind:     Card,
	triggers: "0123456789",
	match:    matchCard,
	cues: newCues(map[string]language{
		"en": {"card cards creditcard debitcard credit debit visa mastercard amex pan cc cardnumber",
			"order ticket tracking shipment parcel serial imei iccid sim invoice reference ref case"},
		"de": {"karte karten karten* kreditkarte kreditkarten* girocard",
			"bestell* auftrag* sendung* paket* serien* rechnung* vorgang* referenz* simkarte* kundenkarte*"},
	}),
	finds: []string{
		"my card «4111 1111 1111 1111» was charged", "«4111111111111111»", "(«5555-5555-5555-4444»)",
		"Amex «3782 822463 10005».", "«378282246310005»", "«3530 1113 3330 0000»",
		"Karte «2223 0031 2200 3222» bis 12/27", "«6011.1111.1111.1117»",
		"my credit card number is «4111 1111 1111 1112»", "Kreditkarte: «4111111111111112»",
		"Kartennummer <b>«5500 0000 0000 0005»</b>", "«4111 1111 1111 1111» «5555-5555-5555-4444»",
		"Visa «4222222222222»", "cc «630427373398»", "JCB card «180016070420458»", "UnionPay «6205 5000 0000 0000 004»",
		"«4111&nbsp;1111&nbsp;1111&nbsp;1111»", "scan_«4111111111111111»_front.jpg",
	},
	leaves: []string{
		"4111 1111 1111 1112", "order 4111111111111112", "1234567890123456", "Bestellung 4000 0000 0000 0000",
		"A4111111111111111", "4111111111111111B", "41111111111111111111111",
		"4222222222222", "1710147660123", "0000 0000 0000 0000", "card 1234", "card of 2024-03-11",
		"Karte 12 34 56 78 90 12 34", "0.4111111111111111", "630427373398",
	},
}

// minUncued is the length from which a valid number needs no cue. Twelve and 13
// digits are rare among cards and common among bar codes, of which one in ten
// has a right Luhn digit as well.
const minUncued = 14

func matchCard(s *sight, i int, c *cues) (Span, bool) {
	if !numberStarts(s.window, i) {
		return Span{}, false
	}
	n := s.number(i)
	if n.n == 0 || n.groups[0].len() < 4 {
		return Span{}, false
	}
	for k := n.n; k > 0; k-- {
		pan := n.first(k)
		if len(pan) < 12 || len(pan) > 19 || !cardGroups(n, k) || s.wordAt(n.end(k)) {
			continue
		}
		valid := issued(pan) && luhn(pan)
		if valid && len(pan) >= minUncued || (valid || plausible(pan)) && s.hears(i, c) == speaks {
			return Span{Start: i, End: n.end(k), Kind: Card, Valid: valid}, true
		}
	}
	return Span{}, false
}

// numberStarts reports whether digits start at i and nothing before them makes
// them a part of something longer: a decimal, a name, an id.
func numberStarts(w window, i int) bool {
	switch b := w.at(i - 1); {
	case !isDigit(w.at(i)) || w.wordBefore(i):
		return false
	case b == '.' || b == ',' || b == '-':
		return !w.wordBefore(i - 1)
	}
	return true
}

// cardGroups reports whether the first k groups are as cards print them: fours
// with a last group of up to four, or Amex' 4-6-5 and Diners' 4-6-4, with the same mark between all.
func cardGroups(n *number, k int) bool {
	if k == 3 && n.shape(4, 6) {
		return n.groups[2].len() == 5 || n.groups[2].len() == 4
	}
	for i := 1; i < k; i++ {
		g := n.groups[i]
		if g.paren || g.sep != n.groups[1].sep || g.sep == '/' || g.len() > 4 || i < k-1 && g.len() < 4 {
			return false
		}
	}
	return k == 1 || n.groups[0].len() == 4
}

// An issuer is a range of first digits and the lengths it issues. The ranges are
// the card schemes' own publications of their part of ISO/IEC 7812's register,
// as of 2025.
type issuer struct {
	digits, from, to int
	min, max         int
}

var issuers = []issuer{
	{1, 4, 4, 13, 19},       // Visa; 13 is an old length
	{2, 51, 55, 16, 16},     // Mastercard
	{4, 2221, 2720, 16, 16}, // Mastercard
	{2, 34, 34, 15, 15},     // American Express
	{2, 37, 37, 15, 15},     // American Express
	{3, 300, 305, 14, 19},   // Diners Club
	{2, 36, 36, 14, 19},     // Diners Club
	{2, 38, 39, 14, 19},     // Diners Club
	{4, 6011, 6011, 16, 19}, // Discover
	{3, 644, 649, 16, 19},   // Discover
	{2, 65, 65, 16, 19},     // Discover, RuPay
	{4, 3528, 3589, 16, 19}, // JCB
	{4, 1800, 1800, 15, 15}, // JCB, old
	{4, 2131, 2131, 15, 15}, // JCB, old
	{2, 62, 62, 16, 19},     // UnionPay
	{2, 81, 81, 16, 19},     // UnionPay, RuPay
	{2, 60, 60, 16, 16},     // RuPay, Discover
	{2, 50, 50, 12, 19},     // Maestro, RuPay
	{2, 56, 58, 12, 19},     // Maestro
	{2, 63, 63, 12, 19},     // Maestro, InterPayment
	{2, 67, 67, 12, 19},     // Maestro
	{4, 2200, 2205, 16, 19}, // Mir
	{4, 9792, 9792, 16, 16}, // Troy
}

func issued(pan []byte) bool {
	for _, is := range issuers {
		first := 0
		for _, d := range pan[:is.digits] {
			first = first*10 + int(d-'0')
		}
		if first >= is.from && first <= is.to && len(pan) >= is.min && len(pan) <= is.max {
			return true
		}
	}
	return false
}

// plausible is what a number that is called a card must be, if its check digit is
// wrong: no card of a bank starts with 0, 1, 7, 8 or 9 (ISO/IEC 7812-1, major
// industry identifier), and a row of equal digits is a placeholder.
func plausible(pan []byte) bool { return pan[0] >= '2' && pan[0] <= '6' }

// luhn checks the last digit by the formula of ISO/IEC 7812-1 annex B.
func luhn(digits []byte) bool {
	sum := 0
	for i, d := range digits {
		v := int(d - '0')
		if (len(digits)-i)%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
