package privacy

import (
	"unicode"
	"unicode/utf8"
)

// A window is what a recognizer may see of a text: the stretch between two spans
// that are settled. Beyond its ends there is nothing. That is why a text reads
// the same to a recognizer before and after its neighbours were replaced, and
// why rewriting twice changes nothing more.
type window struct {
	text []byte // up to where the stretch ends
	lo   int
}

// at is the byte at i, or 0 outside the window.
func (w window) at(i int) byte {
	if uint(i) >= uint(len(w.text)) || i < w.lo {
		return 0
	}
	return w.text[i]
}

// has reports whether s stands at i, ASCII letters in either case.
func (w window) has(i int, s string) bool {
	if i < w.lo || i+len(s) > len(w.text) {
		return false
	}
	for k := range len(s) {
		if lower(w.text[i+k]) != s[k] {
			return false
		}
	}
	return true
}

// rune decodes the rune at i; its size is 0 outside the window.
func (w window) rune(i int) (rune, int) {
	if i < w.lo || i >= len(w.text) {
		return utf8.RuneError, 0
	}
	return utf8.DecodeRune(w.text[i:])
}

// runeBefore decodes the rune that ends at i.
func (w window) runeBefore(i int) (rune, int) {
	if i <= w.lo || i > len(w.text) {
		return utf8.RuneError, 0
	}
	return utf8.DecodeLastRune(w.text[w.lo:i])
}

// wordBefore reports whether a letter or digit of any script ends at i.
func (w window) wordBefore(i int) bool {
	if b := w.at(i - 1); b < utf8.RuneSelf {
		return isAlnum(b)
	}
	r, _ := w.runeBefore(i)
	return isWord(r)
}

// wordAt reports whether a letter or digit of any script starts at i.
func (w window) wordAt(i int) bool {
	if b := w.at(i); b < utf8.RuneSelf {
		return isAlnum(b)
	}
	r, _ := w.rune(i)
	return isWord(r)
}

// isWord counts marks in: a decomposed "ü" is a letter and a mark.
func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

func isDigit(b byte) bool  { return b-'0' < 10 }
func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isAlnum(b byte) bool  { return isDigit(b) || isLetter(b) }

// A byteSet is a set of bytes.
type byteSet [4]uint64

func bytesThat(are func(b byte) bool) (set byteSet) {
	for b := range 256 {
		if are(byte(b)) {
			set[b/64] |= 1 << (b % 64)
		}
	}
	return set
}

func (s *byteSet) has(b byte) bool { return s[b/64]&(1<<(b%64)) != 0 }

func (s *byteSet) join(o *byteSet) {
	for k := range s {
		s[k] |= o[k]
	}
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b | 0x20
	}
	return b
}

func upper(b byte) byte {
	if b >= 'a' && b <= 'z' {
		return b &^ 0x20
	}
	return b
}

// exact reports whether s stands at i, in this case.
func (w window) exact(i int, s string) bool {
	return i >= w.lo && i+len(s) <= len(w.text) && string(w.text[i:i+len(s)]) == s
}

// foldedAt is has for words with the umlauts of Latin-1, whose capitals differ by
// one bit of the second byte as in ASCII (Ü is C3 9C, ü is C3 BC).
func (w window) foldedAt(i int, s string) bool {
	for k := range len(s) {
		b := lower(w.at(i + k))
		if k > 0 && s[k-1] == 0xC3 && b >= 0x80 && b <= 0x9E {
			b |= 0x20
		}
		if b != s[k] {
			return false
		}
	}
	return true
}
