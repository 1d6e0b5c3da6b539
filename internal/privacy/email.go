package privacy

import (
	"strings"
	"unicode/utf8"
)

// email finds addresses as RFC 5322 section 3.4.1 and RFC 6531 have them, in the
// part that people use: no quoted local parts, no IP addresses for a domain.
var email = recognizer{
	kind:     Email,
	triggers: "@%&([",
	match:    matchEmail,
	finds: []string{
		"mail «jane.doe+desk@mail.example.test», please",
		"Schreib an «max.müller@bücher.example.test».",
		"«j.smith42@example.test»",
		"<«o'brien@example.test»>",
		"'«jane@example.test»'",
		`<a href="mailto:«jane@example.test»?subject=Hi">«jane@example.test»</a>`,
		"https://x.example.test/?mail=«jane%40example.test»&a=1",
		"«jane&#64;example.test»",
		"«jane (at) example.test»",
		"«JANE@EXAMPLE.TEST»;«bob@example.test»",
		"„«jane@example.test»“",
		"- «jane@xn--bcher-kva.example.test»",
		"user «root@host1.internal»",
		"«jane@example.test»-Postfach",
	},
	leaves: []string{
		"@jane", "jane@", "jane@localhost", "icon@2x.png", "npm i react@18.2.0",
		"cid:image001.png@01DA12AB.34CD56EF", "a @ b.test", "5 @ 3.50", "@example.test",
		"jane@-x.test", "jane@.test", "p-0123456789abcdef@pseudonym.invalid", "<masked@masked.invalid>",
	},
}

func matchEmail(s *sight, i int, _ *cues) (Span, bool) {
	w := s.window
	left, right := atSign(w, i)
	if right == 0 {
		return Span{}, false
	}
	start, end := localStart(w, left), domainEnd(w, right)
	if start == left || end < 0 || scaledImage(w, right) {
		return Span{}, false
	}
	if span, ok := matchOurs(s, start, nil); ok && span.End == end {
		return span, true
	}
	return Span{Start: start, End: end, Kind: Email, Valid: true}, true
}

// atSigns are the ways in which "@" is written in URLs, in HTML and against
// address harvesters. Only the last three may have blanks around them.
var atSigns = []string{"@", "%40", "&#64;", "&#x40;", "&commat;", "(at)", "[at]", "{at}"}

// atSign returns where the local part ends and the domain starts if there is an
// at sign at i, else 0, 0.
func atSign(w window, i int) (left, right int) {
	if w.at(i) == '@' {
		return i, i + 1
	}
	for _, sign := range atSigns[1:] {
		if w.at(i) != sign[0] || !w.has(i, sign) {
			continue
		}
		left, right = i, i+len(sign)
		if strings.HasSuffix(sign, "at)") || strings.HasSuffix(sign, "at]") || strings.HasSuffix(sign, "at}") {
			left, right = left-blank(w, left-1), right+blank(w, right)
		}
		return left, right
	}
	return 0, 0
}

func blank(w window, i int) int {
	if w.at(i) == ' ' {
		return 1
	}
	return 0
}

// maxLocal is how many bytes of a local part are looked over for its at sign.
const maxLocal = 128

func localMark(b byte) bool { return b != 0 && strings.IndexByte("._+-'~", b) >= 0 }

// localStart goes back from the at sign over the local part, also beyond the 64
// bytes of RFC 5321: half an address would stay readable. Marks that start it
// belong to the sentence: quotes, list dashes.
func localStart(w window, at int) int {
	i := at
	for i > w.lo {
		b := w.text[i-1]
		if b < utf8.RuneSelf {
			if !isAlnum(b) && !localMark(b) {
				break
			}
			i--
			continue
		}
		r, size := w.runeBefore(i)
		if !isWord(r) {
			break
		}
		i -= size
	}
	for i < at && strings.IndexByte(".+-'", w.text[i]) >= 0 {
		i++
	}
	return i
}

// domainEnd reads labels from i on and returns the end of the last one that can
// be a top-level domain, or -1 if there are not two labels.
func domainEnd(w window, i int) int {
	end, labels := -1, 0
	for ; ; i++ {
		start := i
		i = labelEnd(w, i)
		if i == start || w.at(start) == '-' {
			return end
		}
		if labels++; labels > 1 {
			if e := topLevel(w, start, i); e > 0 {
				end = e
			}
		}
		if w.at(i) != '.' {
			return end
		}
	}
}

func labelEnd(w window, i int) int {
	for {
		b := w.at(i)
		switch {
		case isAlnum(b) || b == '-':
			i++
		case b >= utf8.RuneSelf && w.wordAt(i):
			_, size := w.rune(i)
			i += size
		default:
			return i
		}
	}
}

// topLevel returns where the label ends if it starts with two letters, as every
// top-level domain does (RFC 3696 section 2), else -1. A hyphen ends it
// ("jane@example.test-Postfach") except in the ASCII form of an IDN.
func topLevel(w window, start, end int) int {
	if w.has(start, "xn--") {
		return end
	}
	i, letters := start, 0
	for i < end && w.text[i] != '-' {
		_, size := w.rune(i)
		if isDigit(w.text[i]) && letters < 2 {
			return -1
		}
		letters++
		i += size
	}
	if letters < 2 {
		return -1
	}
	return i
}

// scaledImage tells "icon@2x.png", a file name of Apple's, from an address.
func scaledImage(w window, i int) bool {
	return isDigit(w.at(i)) && w.at(i+1) == 'x' && w.at(i+2) == '.'
}
