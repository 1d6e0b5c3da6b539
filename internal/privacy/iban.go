package privacy

// iban finds bank accounts by ISO 13616: a country, two check digits and as many
// letters and digits as that country's numbers have, in one piece or in groups.
// Where the check digits are wrong, the word IBAN before it decides.
var iban = recognizer{
	kind:  IBAN,
	match: matchIBAN,
	cues: newCues(map[string]language{
		"en": {"iban", ""},
		"de": {"iban bankverbindung kontoverbindung", ""},
	}),
	finds: []string{
		"IBAN «DE89 3704 0044 0532 0130 00».", "auf «DE89370400440532013000» überweisen",
		"«de89370400440532013000»", "«GB29 NWBK 6016 1331 9268 19» please", "«gb29nwbk60161331926819»",
		"(«FR14 2004 1010 0505 0001 3M02 606»)", "«NL91ABNA0417164300»", "«AT61 1904 3002 3457 3201»",
		"«CH93-0076-2011-6238-5295-7»", "«MT84MALT011000012345MTLCAST001S»", "«NO93 8601 1117 947» 12 Tage",
		"my IBAN is «DE89 3704 0044 0532 0130 01»", "IBAN: «GB29NWBK60161331926818»",
		"IBAN «DE89 3704 0044 0532 0130», danke", "IBAN: «GB29 NWBK 6016 1331 9268 1» thanks",
		"Bankverbindung «DE00370400440532013000»", "«DE89&nbsp;3704&nbsp;0044&nbsp;0532&nbsp;0130&nbsp;00»",
	},
	leaves: []string{
		"DE89 3704 0044 0532 0130 01", "DE89 3704 0044", "XX89370400440532013000", "IBAN DE89",
		"DE893704004405320130001", "ADE89370400440532013000", "DE8937040044053201300X",
		"IS24 is a version of the portal and no account", "IBAN DE12 steht auf der Rechnung von heute",
	},
}

func matchIBAN(s *sight, start int, c *cues) (Span, bool) {
	if !isLetter(s.at(start)) || !isLetter(s.at(start+1)) || !isDigit(s.at(start+2)) || !isDigit(s.at(start+3)) || s.wordBefore(start) {
		return Span{}, false
	}
	end, mod := readIBAN(s.window, start, countryForm(s.at(start), s.at(start+1)))
	if end > 0 && mod == 1 && !s.wordAt(end) {
		return Span{Start: start, End: end, Kind: IBAN, Valid: true}, true
	}
	if s.hears(start, c) != speaks {
		return Span{}, false
	}
	end = mistyped(s.window, start)
	return Span{Start: start, End: end, Kind: IBAN}, end > 0
}

// maxIBAN is the longest any country has; minMistyped the shortest (Norway's 15),
// less a character that was forgotten.
const (
	maxIBAN     = 34
	minMistyped = 14
)

// mistyped reads what is called an IBAN and is none: groups with digits, as many as
// an IBAN can hold. It returns the end or -1.
func mistyped(w window, start int) int {
	i, end, length := start, start, 0
	for groups := 0; ; groups++ {
		next, digits := alnumEnd(w, i)
		bank := groups == 1 && next-i == 4 // GB29 NWBK …
		if next == i || digits == 0 && !bank || length+next-i > maxIBAN || w.wordAt(next) {
			break
		}
		length, end = length+next-i, next
		sep, size := separatorAt(w, end)
		if i = end + size; sep != ' ' && sep != '-' {
			break
		}
	}
	if length < minMistyped {
		return -1
	}
	return end
}

func alnumEnd(w window, i int) (end, digits int) {
	for isAlnum(w.at(i)) {
		if isDigit(w.at(i)) {
			digits++
		}
		i++
	}
	return i, digits
}

// readIBAN reads an account of this form and returns its end, or -1, and its
// remainder modulo 97 by ISO/IEC 7064 with the first four characters moved to the
// end, which must be 1.
func readIBAN(w window, start int, form string) (end, mod int) {
	if form == "" {
		return -1, 0
	}
	end = start + 4
	for k := range len(form) {
		if sep, size := separatorAt(w, end); sep == ' ' || sep == '-' {
			end += size
		}
		if !ofClass(w.at(end), form[k]) {
			return -1, 0
		}
		mod = mod97(mod, w.at(end))
		end++
	}
	for k := range 4 {
		mod = mod97(mod, w.at(start+k))
	}
	return end, mod
}

// mod97 appends one character; letters count from 10 (A) to 35 (Z).
func mod97(mod int, b byte) int {
	if isDigit(b) {
		return (mod*10 + int(b-'0')) % 97
	}
	return (mod*100 + int(upper(b)-'A') + 10) % 97
}

// ofClass reports whether b may stand where the form says so: n digit, a letter,
// c either.
func ofClass(b, class byte) bool {
	switch class {
	case 'n':
		return isDigit(b)
	case 'a':
		return isLetter(b)
	}
	return isAlnum(b)
}
