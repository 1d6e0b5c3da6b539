package privacy

import (
	"encoding/binary"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// A word is a run of letters in a text, read once: where it lies, how it is
// written, and one number for how it is spelt. Words that people take for the same
// have the same number: case does not matter, ü is ue, ß is ss and other accents
// are left out, whether they are written in Unicode, as an entity of HTML or in
// quoted-printable.
type word struct {
	start, end int
	key        uint64 // of the folded letters
	head       uint64 // of the first three letters
	state      uint64 // the key of all blocks but the last, scrambled
	block      uint64 // the last folded letters, at most eight of them
	size       int    // of the folded letters, in bytes
	last       byte   // the last folded letter, if it is one of ASCII
	letters    uint8  // at most 255
	capital    bool   // the first is one
	shouted    bool   // so is the second
}

// Keys take in the folded bytes eight at a time, and multiply by a factor of full width
// (2^64 over the golden ratio): each letter of a short word reaches the upper bits, by
// which tables are addressed. No two words of up to eight letters share a key.
const (
	keySeed  = 14695981039346656037
	keyPrime = 0x9E3779B97F4A7C15
	// blockSize is how many bytes are taken in at a time.
	blockSize = 8
)

// keyed is the key of a word by the state before its last block.
func keyed(state, block uint64) uint64 { return (state ^ block) * keyPrime }

// scrambled is the state behind a full block by the key so far. It is its own inverse.
func scrambled(key uint64) uint64 { return key ^ key>>32 }

// none is a word without letters, to which they can be added.
var none = word{key: keySeed, state: keySeed}

// folded maps ASCII letters to lower case and the rest to 0.
var folded = func() (table [256]byte) {
	for b := range table {
		if isLetter(byte(b)) {
			table[b] = byte(b) | 0x20
		}
	}
	return table
}()

func (wd *word) add(b byte) {
	at := wd.size % blockSize
	if at == 0 && wd.size > 0 {
		wd.state, wd.block = scrambled(wd.key), 0
	}
	wd.block |= uint64(b) << (8 * at)
	wd.key = keyed(wd.state, wd.block)
	wd.last = b
	wd.size++
}

// stem is the key of all but the last letter.
func (wd *word) stem() uint64 {
	at := (wd.size - 1) % blockSize
	if at <= 0 {
		return scrambled(wd.state)
	}
	return keyed(wd.state, wd.block&(1<<(8*at)-1))
}

// mayBeGenitive reports whether the stem may be a name of which the word is a genitive.
func (wd *word) mayBeGenitive() bool { return wd.last == 's' && wd.letters > 3 }

// allCaps reports whether the word is written in capitals. Two tell: nobody writes
// "JAne".
func (wd *word) allCaps() bool { return wd.letters > 1 && wd.capital && wd.shouted }

// readWord reads the word that starts at i; it has no letters if there is none.
func readWord(w window, i int) (wd word) {
	wd.read(&w, i)
	return wd
}

// read reads the word that starts at i. Runes of scripts without spaces between
// words are words of their own.
func (wd *word) read(w *window, i int) {
	text := w.text
	start := i
	state := uint64(keySeed)
	block, n := lettersOf(blockAt(text, i))
	key := keyed(state, block)
	wd.head = keyed(state, block&(1<<(8*headLetters)-1))
	wd.capital, wd.shouted, wd.last = false, false, 0
	if n > 0 {
		wd.capital = text[i]&0x20 == 0
		wd.shouted = wd.capital && n > 1 && text[i+1]&0x20 == 0
		wd.last = byte(block >> (8 * (n - 1)))
	}
	for i += n; n == blockSize; i += n {
		var more uint64
		if more, n = lettersOf(blockAt(text, i)); n == 0 {
			break
		}
		state, block = scrambled(key), more
		key = keyed(state, block)
		wd.last = byte(block >> (8 * (n - 1)))
	}
	wd.start, wd.end, wd.size, wd.letters = start, i, i-start, uint8(min(i-start, 255))
	wd.key, wd.state, wd.block = key, state, block
	if i < len(text) && (text[i] >= utf8.RuneSelf || text[i] == '&' || text[i] == '=') {
		wd.readOn(*w, i)
	}
}

// Each byte of a block is looked at without a loop: whether it is a letter shows in its
// top bit.
const (
	allBytes = 0x0101010101010101
	topBits  = 0x80 * allBytes
)

// lettersOf is the letters of ASCII that a block starts with, in lower case, and how many
// they are.
func lettersOf(raw uint64) (block uint64, n int) {
	folded := raw | 0x20*allBytes
	low := folded &^ topBits
	from, beyond := low+(0x80-'a')*allBytes, low+(0x80-'z'-1)*allBytes
	other := (^from | beyond | raw) & topBits
	n = bits.TrailingZeros64(other) / 8
	return folded & (1<<(8*n) - 1), n
}

// blockAt is the eight bytes at i, the first one lowest; zeros stand for what lies behind
// the end of the text.
func blockAt(text []byte, i int) (block uint64) {
	if i+blockSize <= len(text) {
		return binary.LittleEndian.Uint64(text[i : i+blockSize])
	}
	for k := len(text) - 1; k >= i; k-- {
		block = block<<8 | uint64(text[k])
	}
	return block
}

// readOn goes on with letters that are not ASCII, or are encoded.
func (wd *word) readOn(w window, i int) {
	n := int(wd.letters)
	for i < len(w.text) {
		if f := folded[w.text[i]]; f != 0 && n > 1 { // as most letters behind an umlaut
			wd.add(f)
			if n++; n == headLetters {
				wd.head = wd.key
			}
			i++
			continue
		}
		r, size := letterAt(w, i)
		if size == 0 || ideograph(r) && n > 0 {
			break
		}
		switch n {
		case 0:
			wd.capital = unicode.IsUpper(r) || unicode.Is(unicode.Lo, r) // or of a script without capitals
		case 1:
			wd.shouted = unicode.IsUpper(r)
		}
		if !unicode.IsMark(r) {
			n++
		}
		wd.addRune(r)
		if n == headLetters {
			wd.head = wd.key
		}
		i += size
		if ideograph(r) {
			break
		}
	}
	wd.end, wd.letters = i, uint8(min(n, 255))
}

// headLetters is how many letters the start of a cue has at least that ends in *.
const headLetters = 3

// letterAt decodes a letter or mark at i that may be written as an entity or in
// quoted-printable; its size is 0 if there is none.
func letterAt(w window, i int) (rune, int) {
	switch b := w.at(i); {
	case b == '&':
		return entity(w, i)
	case b == '=':
		return quoted(w, i)
	case b < utf8.RuneSelf:
		if isLetter(b) {
			return rune(b), 1
		}
		return 0, 0
	}
	r, size := w.rune(i)
	if r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsMark(r) {
		return 0, 0
	}
	return r, size
}

// addRune folds one rune beyond ASCII, or one that was encoded.
func (wd *word) addRune(r rune) {
	if r < utf8.RuneSelf {
		wd.add(folded[byte(r)])
		return
	}
	if r == '\u0308' { // a diaeresis after its letter: decomposed text
		if wd.last == 'a' || wd.last == 'o' || wd.last == 'u' {
			wd.add('e')
		}
		return
	}
	if unicode.IsMark(r) {
		return
	}
	if s, ok := spelt(r); ok {
		for i := range len(s) {
			wd.add(s[i])
		}
		return
	}
	var buf [utf8.UTFMax]byte
	for _, b := range buf[:utf8.EncodeRune(buf[:], unicode.ToLower(r))] {
		wd.add(b)
	}
}

// spelt is a letter in letters of ASCII, in lower case.
func spelt(r rune) (string, bool) {
	switch {
	case r < utf8.RuneSelf && isLetter(byte(r)):
		i := byte(r) | 0x20 - 'a'
		return alphabet[i : i+1], true
	case r >= firstAccented && int(r-firstAccented) < len(accented):
		return accented[r-firstAccented], true
	}
	return "", false
}

// keyOf is the key of a word that stands in our own lists.
func keyOf(s string) uint64 {
	return readWord(window{[]byte(s), 0}, 0).key
}

// ideograph reports whether a rune is of a script that writes words without spaces
// between them.
func ideograph(r rune) bool {
	return r >= 0x0E00 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai))
}

const alphabet = "abcdefghijklmnopqrstuvwxyz"

// accented spells the letters of Latin-1 and Latin Extended-A in ASCII, from
// U+00C0: umlauts as German does, other letters without their accents.
const firstAccented = 0xC0

var accented = [...]string{
	"a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	"d", "n", "o", "o", "o", "o", "oe", "", "oe", "u", "u", "u", "ue", "y", "th", "ss",
	"a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
	"d", "n", "o", "o", "o", "o", "oe", "", "oe", "u", "u", "u", "ue", "y", "th", "y",
	"a", "a", "a", "a", "a", "a", "c", "c", "c", "c", "c", "c", "c", "c", "d", "d",
	"d", "d", "e", "e", "e", "e", "e", "e", "e", "e", "e", "e", "g", "g", "g", "g",
	"g", "g", "g", "g", "h", "h", "h", "h", "i", "i", "i", "i", "i", "i", "i", "i",
	"i", "i", "ij", "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l", "l", "l", "l",
	"l", "l", "l", "n", "n", "n", "n", "n", "n", "n", "n", "n", "o", "o", "o", "o",
	"oe", "oe", "oe", "oe", "r", "r", "r", "r", "r", "r", "s", "s", "s", "s", "s", "s",
	"s", "s", "t", "t", "t", "t", "t", "t", "u", "u", "u", "u", "u", "u", "u", "u",
	"ue", "ue", "u", "u", "w", "w", "y", "y", "y", "z", "z", "z", "z", "z", "z", "s",
}

// entities are HTML's names of the letters that names of people hold most.
var entities = [...]struct {
	name string
	r    rune
}{
	{"auml;", 'ä'}, {"ouml;", 'ö'}, {"uuml;", 'ü'}, {"Auml;", 'Ä'}, {"Ouml;", 'Ö'}, {"Uuml;", 'Ü'}, {"szlig;", 'ß'},
	{"eacute;", 'é'}, {"egrave;", 'è'}, {"ecirc;", 'ê'}, {"euml;", 'ë'}, {"agrave;", 'à'}, {"aacute;", 'á'}, {"acirc;", 'â'},
	{"atilde;", 'ã'}, {"aring;", 'å'}, {"ccedil;", 'ç'}, {"iacute;", 'í'}, {"iuml;", 'ï'}, {"icirc;", 'î'}, {"ntilde;", 'ñ'},
	{"oacute;", 'ó'}, {"ograve;", 'ò'}, {"ocirc;", 'ô'}, {"oslash;", 'ø'}, {"uacute;", 'ú'}, {"ugrave;", 'ù'}, {"yacute;", 'ý'},
	{"Eacute;", 'É'}, {"Aring;", 'Å'}, {"Oslash;", 'Ø'}, {"Ccedil;", 'Ç'}, {"scaron;", 'š'}, {"Scaron;", 'Š'}, {"zcaron;", 'ž'},
}

// entity decodes a letter that HTML writes as &uuml;, &#252; or &#xFC;.
func entity(w window, i int) (rune, int) {
	if w.at(i+1) == '#' {
		return numericEntity(w, i)
	}
	for _, e := range &entities {
		if w.at(i+1) == e.name[0] && w.exact(i+1, e.name) {
			return e.r, 1 + len(e.name)
		}
	}
	return 0, 0
}

func numericEntity(w window, i int) (rune, int) {
	at, base := i+2, rune(10)
	if w.at(at)|0x20 == 'x' {
		at, base = at+1, 16
	}
	r := rune(0)
	for from := at; at < from+6; at++ {
		d, ok := digitOf(w.at(at))
		if !ok || d >= base {
			break
		}
		r = r*base + d
	}
	if w.at(at) != ';' || !unicode.IsLetter(r) {
		return 0, 0
	}
	return r, at + 1 - i
}

// quoted decodes a letter beyond ASCII in quoted-printable, RFC 2045 section 6.7,
// of a text in UTF-8 (=C3=BC) or Latin-1 (=FC).
func quoted(w window, i int) (rune, int) {
	var raw [utf8.UTFMax]byte
	n := 0
	for ; n < len(raw); n++ {
		b, ok := quotedByte(w, i+3*n)
		if !ok || b < utf8.RuneSelf {
			break
		}
		raw[n] = b
	}
	if n == 0 {
		return 0, 0
	}
	if r, size := utf8.DecodeRune(raw[:n]); r != utf8.RuneError && unicode.IsLetter(r) {
		return r, 3 * size
	}
	// One byte alone may as well be the value of a setting, "token=FC…". In a word it
	// is an umlaut.
	if n == 1 && umlaut(raw[0]) && w.wordBefore(i) && w.at(i+3) >= 'a' && w.at(i+3) <= 'z' {
		return rune(raw[0]), 3
	}
	return 0, 0
}

// umlaut reports whether a byte of Latin-1 is a letter of German beyond ASCII.
func umlaut(b byte) bool {
	switch b {
	case 0xE4, 0xF6, 0xFC, 0xDF, 0xC4, 0xD6, 0xDC:
		return true
	}
	return false
}

func quotedByte(w window, i int) (byte, bool) {
	if w.at(i) != '=' {
		return 0, false
	}
	hi, ok := digitOf(w.at(i + 1))
	lo, also := digitOf(w.at(i + 2))
	capitals := w.at(i+1) < 'a' && w.at(i+2) < 'a' // as the RFC asks for
	return byte(hi<<4 | lo), ok && also && capitals
}

// digitOf is the value of a digit of hexadecimal.
func digitOf(b byte) (rune, bool) {
	switch {
	case isDigit(b):
		return rune(b - '0'), true
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return rune(b|0x20-'a') + 10, true
	}
	return 0, false
}
