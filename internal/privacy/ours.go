package privacy

import "strings"

// ours finds what this package puts in place of personal data, so that Detect
// reads around it. With it rewriting a text twice is rewriting it once. The
// forms are narrow: nobody's data fits into one.
var ours = recognizer{
	kind:     reserved,
	triggers: "[+",
	match:    matchOurs,
	finds: []string{
		"«jane-masked@masked.invalid»", "«p-0123456789abcdeg@pseudonym.invalid»",
	},
	leaves: []string{
		"Call [phone], card [card ****1111], IBAN [IBAN DE** ****1234], [removed] [masked] [address]",
		"[address 941**], [born 1961], [age 40-49] and [age 90+]",
		"Call +1-202-555-0147", "Person 7F3A2C1B and Person 1A2B",
		"masked@masked.invalid.", "<p-0123456789abcdef@pseudonym.invalid>", "'masked@masked.invalid'",
	},
}

// RFC 6761 section 6.4 keeps .invalid from ever resolving: mail to a pseudonym
// reaches nobody.
const (
	maskedEmail     = "masked@masked.invalid"
	pseudonymDomain = "@pseudonym.invalid"
)

// Other replacements that are the same for every value. Square brackets, because no
// recognizer's text holds them and neither HTML nor Markdown minds them.
const (
	maskedLogin = "masked"
	maskedText  = "[masked]"
	removed     = "[removed]"
)

// ourPatterns are the replacements in free text: # is any digit, ^ any capital, ?
// either, ~ a digit of hexadecimal and % one in lower case; the rest stands for
// itself.
var ourPatterns = append([]string{
	maskedText, removed,
	maskedEmail, "p-%%%%%%%%%%%%%%%%" + pseudonymDomain,
	"[card ****####]",
	"[IBAN ^^** ****????]",
	"+1-###-555-01##",
	"Person #~~~~~~~",
	"Person #~~~",
	"[address ###**]", "[born ####]", "[age #0-#9]", "[age 0-9]", "[age 90+]",
}, maskedKinds()...)

// maskedKinds are kinds in brackets, as mask writes them.
func maskedKinds() (all []string) {
	for _, k := range TextKinds() {
		all = append(all, "["+string(k)+"]")
	}
	return all
}

// ourFields are the replacements of whole fields besides.
var ourFields = []string{
	maskedLogin, "user-%%%%%%%%%%%%%%%%",
	"T-%%%%%%%%%%%%",
	"<%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%" + pseudonymDomain + ">",
	"file", "file-%%%%%%%%",
	"Group ~~~~~~~~", "Organization ~~~~~~~~", "Article ~~~~~~~~", "Definition ~~~~~~~~",
}

// isOurs reports whether a whole value is a replacement: applying a policy to its
// own output changes nothing.
func isOurs(value string) bool {
	stem := strings.TrimSuffix(value, extension(value))
	for _, list := range [][]string{ourPatterns, ourFields} {
		for _, p := range list {
			w := window{[]byte(stem), 0}
			if len(stem) == len(p) && fits(w, 0, p) {
				return true
			}
		}
	}
	return false
}

func matchOurs(s *sight, i int, _ *cues) (Span, bool) {
	w := s.window
	if w.at(i) == 0 {
		return Span{}, false
	}
	for _, p := range ourPatterns {
		if p[0] == w.text[i] && fits(w, i, p) && bounded(w, i, i+len(p)) {
			return Span{Start: i, End: i + len(p), Kind: reserved}, true
		}
	}
	return Span{}, false
}

// bounded keeps "Person 1A2B" from being seen in "Person 1A2BC", and an address
// from being seen behind somebody's. What follows an address of ours does not
// matter: two can stand side by side. Brackets bound themselves.
func bounded(w window, start, end int) bool {
	switch w.text[start] {
	case '[':
		return true
	case '+': // an address of ours may follow at once
		return !w.wordBefore(start) && !isDigit(w.at(end)) && w.at(end) != '@'
	case 'P':
		return !w.wordBefore(start) && !w.wordAt(end) && w.at(end) != '@'
	}
	return localStart(w, start) == start
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
	case '~':
		return isDigit(b) || b >= 'A' && b <= 'F'
	case '%':
		return isDigit(b) || b >= 'a' && b <= 'f'
	}
	return b == pattern
}
