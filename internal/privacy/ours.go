package privacy

// ours finds what this package puts in place of personal data, so that Detect
// reads around it. With it rewriting a text twice is rewriting it once. The
// forms are narrow: nobody's data fits into one. Those of e-mail addresses are
// with their recognizer, which must see whole addresses.
var ours = recognizer{
	kind:     reserved,
	triggers: "[+P",
	match:    matchOurs,
	leaves: []string{
		"Call [phone], card [card ****1111], IBAN [IBAN DE** ****1234], [removed] [masked] [address]",
		"Call +1-202-555-0147", "Person 7F3A2C1B and Person 1A2B",
	},
}

// Replacements that are the same for every value. Square brackets, because no
// recognizer's text holds them and neither HTML nor Markdown minds them.
const (
	maskedPhone   = "[phone]"
	maskedAddress = "[address]"
	maskedText    = "[masked]"
	removed       = "[removed]"
)

// ourPatterns are the replacements: # is any digit, ^ any capital, ? either, x a
// digit of hexadecimal; the rest stands for itself.
var ourPatterns = []string{
	maskedPhone, maskedAddress, maskedText, removed,
	"[card ****####]",
	"[IBAN ^^** ****????]",
	"+1-###-555-01##",
	"Person #xxxxxxx",
	"Person #xxx",
}

func matchOurs(w window, i int, _ *cues) (Span, bool) {
	for _, p := range ourPatterns {
		if fits(w, i, p) && bounded(w, i, i+len(p)) {
			return Span{Start: i, End: i + len(p), Kind: reserved}, true
		}
	}
	return Span{}, false
}

// bounded keeps "Person 1A2B" from being seen in "Person 1A2BC". Brackets bound
// themselves.
func bounded(w window, start, end int) bool {
	return w.text[start] == '[' || !w.wordBefore(start) && !w.wordAt(end)
}

func fits(w window, i int, pattern string) bool {
	for k := range len(pattern) {
		if !fitsByte(w.at(i+k), pattern[k]) {
			return false
		}
	}
	return true
}

func fitsByte(b, pattern byte) bool {
	capital := b >= 'A' && b <= 'Z'
	switch pattern {
	case '#':
		return isDigit(b)
	case '^':
		return capital
	case '?':
		return isDigit(b) || capital
	case 'x':
		return isDigit(b) || capital && b <= 'F'
	}
	return b == pattern
}
