package privacy

import (
	"strings"
	"unicode/utf8"
)

// isSurrogate reports whether a whole value has the form of a surrogate, of any kind and
// any migration: such a value stays, so that rewriting twice is rewriting once. The
// surname is what makes a name one that nobody bears.
func isSurrogate(value string) bool {
	return value != "" && surrogateAt(window{[]byte(value), 0}, 0) == len(value)
}

// surrogates appends the surrogates in a text to dst, as spans that are reserved.
func surrogates(dst []Span, text []byte) []Span {
	w := window{text, 0}
	for i := 0; i < len(text); {
		b := text[i]
		if b != '+' && !isAlnum(b) {
			i++
			continue
		}
		if b == '+' || !goesOnFrom(w, i) { // a plus starts a number wherever it stands
			if end := surrogateAt(w, i); end > i {
				dst = append(dst, Span{Start: i, End: end, Kind: reserved})
				i, w.lo = end, end // another may follow at once
				continue
			}
		}
		for i++; b != '+' && i < len(text) && isAlnum(text[i]); {
			i++
		}
	}
	return dst
}

// surrogateAt returns the end of the surrogate that starts at i, or 0. What surrounds it
// is asked for by whole words only: it stands wherever a value stood. Another may follow
// at once.
func surrogateAt(w window, i int) int {
	end := surrogateForm(w, i)
	if end == 0 || !isDigit(w.at(end)) && (w.at(i) == '+' || !goesOn(w, end)) {
		return end
	}
	if surrogateForm(window{w.text, end}, end) > 0 {
		return end
	}
	return 0
}

// surrogateForm is surrogateAt without a look at what follows.
func surrogateForm(w window, i int) (end int) {
	if isLetter(w.at(i)) {
		if end = inventedNameEnd(w, i); end == 0 {
			end = inventedWayEnd(w, i)
		}
		return end
	}
	if end = inventedStreetEnd(w, i); end > 0 {
		return end
	}
	for _, form := range surrogateForms {
		if form[0] == w.at(i) && fits(w, i, form) {
			return i + len(form)
		}
	}
	return 0
}

// goesOnFrom reports whether what stands at i is the middle of a word or number.
func goesOnFrom(w window, i int) bool {
	if b := w.at(i - 1); b < utf8.RuneSelf {
		return isAlnum(b)
	}
	r, _ := w.runeBefore(i)
	return isWord(r) && !ideograph(r)
}

// goesOn reports whether a word or number that ends at i goes on there.
func goesOn(w window, i int) bool {
	if b := w.at(i); b < utf8.RuneSelf {
		return isAlnum(b)
	}
	r, _ := w.rune(i)
	return isWord(r) && !ideograph(r)
}

// The words of the lists in small letters; given names are keyed by their letters, as
// lettersOf reads them.
var (
	isInventedGiven = func() map[uint64]bool {
		set := map[uint64]bool{}
		for _, name := range inventedGiven {
			key, _ := lettersOf(blockAt([]byte(name), 0))
			set[key] = true
		}
		return set
	}()
	mayBeGiven = func() (filter byteSet) {
		for key := range isInventedGiven {
			h := givenHash(key)
			filter[h/64] |= 1 << (h % 64)
		}
		return filter
	}()
	isFirstSyllable  = setOf(firstSyllables)
	isSecondSyllable = setOf(secondSyllables)
	isFamilyEnding   = setOf(append(append([]string(nil), englishEndings...), germanEndings...))
)

// givenHash tells most words from given names of ours at a glance.
func givenHash(key uint64) byte { return byte(key * keyPrime >> 56) }

func setOf(words []string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words {
		set[w] = true
	}
	return set
}

// inventedNameEnd returns the end of "Robin T. Belkovford", in any case, or of
// "robin.belkovford.7k2m9x4q" with or without its domain; 0 if neither stands at i.
func inventedNameEnd(w window, i int) int {
	key, n := lettersOf(blockAt(w.text, i))
	at := i + n
	if b := w.at(at); b != ' ' && b != '.' || !mayBeGiven.has(givenHash(key)) || !isInventedGiven[key] {
		return 0
	}
	if w.at(at) == ' ' {
		if at++; strings.IndexByte(initials, upper(w.at(at))) < 0 || w.at(at+1) != '.' || w.at(at+2) != ' ' {
			return 0
		}
		return familyEnd(w, at+3, nil)
	}
	end := familyEnd(w, at+1, nil)
	if end == 0 || w.at(end) != '.' {
		return 0
	}
	end++
	for n := range surrogateCode {
		if b := w.at(end + n); b == 0 || strings.IndexByte(codeDigits, b) < 0 {
			return 0
		}
	}
	end += surrogateCode
	for _, top := range exampleTops {
		if w.has(end, "@example."+top) {
			return end + len("@example.") + len(top)
		}
	}
	return end
}

// longestFamily bounds the letters of an invented surname with what makes it a street.
const longestFamily = 24

// familyEnd returns the end of an invented surname at i that one of the endings follows in
// the same word, if there are any; 0 if none stands there.
func familyEnd(w window, i int, endings []string) int {
	var buf [longestFamily]byte
	n := 0
	for ; n < len(buf) && isLetter(w.at(i+n)); n++ {
		buf[n] = lower(w.at(i + n))
	}
	word := buf[:n]
	if n < 8 || !isFirstSyllable[string(word[:3])] || !isSecondSyllable[string(word[3:6])] {
		return 0
	}
	if endings == nil {
		if isFamilyEnding[string(word[6:])] {
			return i + n
		}
		return 0
	}
	for _, e := range endings {
		if rest := n - len(e); rest > 6 && string(word[rest:]) == e && isFamilyEnding[string(word[6:rest])] {
			return i + n
		}
	}
	return 0
}

// inventedWayEnd returns the end of "Belkovbergweg 12, Marzokfeld" at i, or 0.
func inventedWayEnd(w window, i int) int {
	if _, n := lettersOf(blockAt(w.text, i)); n < blockSize {
		return 0
	}
	at := familyEnd(w, i, inventedWays)
	if at == 0 || w.at(at) != ' ' {
		return 0
	}
	end := digitsEnd(w, at+1)
	if end == at+1 || end > at+4 || w.at(end) != ',' || w.at(end+1) != ' ' {
		return 0
	}
	return familyEnd(w, end+2, nil)
}

// inventedStreetEnd returns the end of "12 Belkovford Lane, Marzokham" at i, or 0.
func inventedStreetEnd(w window, i int) int {
	at := digitsEnd(w, i)
	if at == i || at > i+3 || w.at(at) != ' ' {
		return 0
	}
	at = familyEnd(w, at+1, nil)
	if at == 0 || w.at(at) != ' ' {
		return 0
	}
	for _, s := range inventedStreets {
		if end := at + 1 + len(s); w.exact(at+1, s) && w.at(end) == ',' && w.at(end+1) == ' ' {
			return familyEnd(w, end+2, nil)
		}
	}
	return 0
}
