package privacy

import (
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/internal/privacy/tagger"
)

// Detect appends the spans of personal data in text to dst and returns it. They
// lie inside the text, in order, and do not overlap. With room in dst it
// allocates nothing.
func Detect(dst []Span, text []byte, people *People) []Span {
	s := scanners.Get().(*scanner)
	s.begin(text, people)
	s.spans = dst
	s.scan()
	dst = slices.DeleteFunc(s.spans, func(s Span) bool { return s.Kind == reserved })
	s.end()
	return dst
}

// scanners wait here between texts, with nothing in them of the last.
var scanners = sync.Pool{New: func() any { return &scanner{} }}

func (s *scanner) begin(text []byte, people *People) {
	s.text = text
	if people.known() {
		s.people, s.account = people, people.Account
	}
	prepare()
	s.names = gazetteer()
	s.settle(0)
	s.learning, s.words, s.noted = false, 0, 0
	s.before[0], s.before[1] = seen{}, seen{}
}

func (s *scanner) end() {
	s.text, s.spans, s.people, s.account = nil, nil, nil, nil
	s.read, s.code = number{}, [40]byte{}
	scanners.Put(s)
}

// A sight is what a recognizer sees: the text since the last span that was found,
// what the words before a place say, and the number that starts there. The last
// two are worked out once, for whoever asks first.
type sight struct {
	window
	heard    hearing
	heardHas bool
	cueEnd   int // where the last word ends that may be a cue
	words    int // that were read
	noted    int // words that may be cues
	cueWords [heardWords]cueWord
	read     number
	readAt   int // where read starts, and 1
	code     [40]byte
}

const noCue = -1 << 30

// hears is what the words before i say to the owner of c.
func (s *sight) hears(i int, c *cues) verdict { return s.hearing(i).verdict(c) }

func (s *sight) hearing(i int) *hearing {
	if !s.heardHas || s.heard.at != i {
		s.heard = hearing{at: i}
		if s.heardBefore(i) {
			s.hear(&s.heard)
		}
		s.heardHas = true
	}
	return &s.heard
}

// number is the number that starts at i.
func (s *sight) number(i int) *number {
	if s.readAt != i+1 {
		readNumber(&s.read, s.window, i)
		s.readAt = i + 1
	}
	return &s.read
}

// settle puts a wall at i: what lies before it was found or read.
func (s *sight) settle(i int) {
	s.lo, s.heardHas, s.readAt, s.cueEnd = i, false, 0, noCue
}

// A scanner goes over one text once, from left to right.
type scanner struct {
	sight
	spans    []Span
	people   *People
	account  *Directory
	names    *table // the gazetteer
	learning bool   // counts ordinary words instead: see Directory.Observe
	before   [2]seen
	wd       word
	tagger   *tagger.Tagger // nil until a text asks for it
	tagged   []tagger.Span
	walls    []Span // see Compiled.Detect
}

// seen is a word that was read.
type seen struct {
	start, end int32   // texts are shorter than two gigabytes
	grammar    grammar // and wasCapital
}

// wasCapital says of a word seen that it had a capital.
const wasCapital grammar = 1 << 63

// A class of bytes says what may start at one.
type class uint8

const (
	classOther class = iota
	classWord
	classDigit
	classSign
)

var classes256 = func() (table [256]class) {
	for b := range table {
		switch c := byte(b); {
		case isLetter(c), c >= utf8.RuneSelf:
			table[b] = classWord
		case isDigit(c):
			table[b] = classDigit
		}
	}
	for _, b := range []byte("@%&([{+=") {
		table[b] = classSign
	}
	return table
}()

func (s *scanner) scan() {
	text := s.text
	for i := s.lo; i < len(text); {
		switch classes256[text[i]] {
		case classOther:
			i++
		case classWord:
			i = s.word(i)
		case classDigit:
			i = s.digits(i)
		case classSign:
			i = s.sign(i)
		}
	}
}

// word reads the word at i and returns where to go on.
func (s *scanner) word(i int) int {
	wd := &s.wd
	wd.read(&s.window, i)
	if wd.letters == 0 {
		_, size := s.rune(i)
		return i + max(size, 1)
	}
	g, said, open := lexicon.look(wd)
	next := s.at(wd.end)
	if asked := s.asked(wd, g, next); asked != 0 {
		if span, ok := s.atWord(wd, g, asked); ok {
			return s.found(span)
		}
	}
	if said > 0 || open {
		s.note(wd, said, open)
	}
	s.words++
	if isDigit(next) {
		return alnumRun(s.window, wd.end)
	}
	s.before[1] = s.before[0]
	if wd.capital {
		g |= wasCapital
	}
	s.before[0] = seen{int32(wd.start), int32(wd.end), g}
	if next == ' ' { // as nearly always
		return wd.end + 1
	}
	return wd.end
}

// What may start with a word.
type beginnings uint8

const (
	aCode beginnings = 1 << iota
	aKeyword
	aKey
	aStreet
	aName      // a stranger's
	aKnownName // of somebody on record
)

// asked says what may start with a word that the byte next follows. With most words,
// which have small letters and are on no list, it is nothing.
func (s *scanner) asked(wd *word, g grammar, next byte) (b beginnings) {
	if !s.learning {
		if g&startsSomething != 0 {
			b |= aKeyword
		}
		if wd.letters >= minLongWord {
			b |= aKey
		}
		if isDigit(next) {
			return b | aCode
		}
		if wd.letters <= 4 && (wd.capital || next != ' ') && s.goesOn(wd, next) {
			b |= aCode
		}
		if wd.capital && streetJoins.has(next) && s.streetMayGoOn(wd.end) {
			b |= aStreet
		}
	}
	if wd.capital && s.expects(wd) || !wd.capital && s.led(wd, g) && s.names.has(wd.key) {
		b |= aName
	}
	if s.people != nil && s.mayBeOnRecord(wd) {
		b |= aKnownName
	}
	return b
}

// atWord looks for what was asked about a word.
func (s *scanner) atWord(wd *word, g grammar, asked beginnings) (span Span, ok bool) {
	if asked&aCode != 0 {
		span, ok = s.codeAt(wd.start)
	}
	if !ok && asked&aKeyword != 0 {
		span, ok = s.starting(g, wd.start)
	}
	if !ok && asked&aKey != 0 {
		span, ok = s.first(longWords, wd.start)
	}
	if !ok && asked&aStreet != 0 {
		span, ok = s.street(wd, g)
	}
	if !ok && asked&(aName|aKnownName) != 0 {
		span, ok = s.name(wd, g, asked&aName != 0)
	}
	return span, ok
}

// mayBeOnRecord reports false if nobody on record has a name that starts with the word.
func (s *scanner) mayBeOnRecord(wd *word) bool {
	if s.people.forms.may(wd.key) || s.account != nil && s.account.forms.may(wd.key) {
		return true
	}
	if !wd.mayBeGenitive() {
		return false
	}
	stem := wd.stem()
	return s.people.forms.may(stem) || s.account != nil && s.account.forms.may(stem)
}

// digits looks for what starts with the digit at i and returns where to go on.
func (s *scanner) digits(i int) int {
	if span, ok := s.atDigit(i); ok {
		return s.found(span)
	}
	end := alnumRun(s.window, i)
	s.before[0], s.before[1] = seen{}, seen{}
	return end
}

func (s *scanner) atDigit(i int) (Span, bool) {
	if s.learning || i > s.lo && (isAlnum(s.text[i-1]) || s.text[i-1] >= utf8.RuneSelf && s.wordBefore(i)) {
		return Span{}, false
	}
	if !s.shaped(i) {
		return s.plainNumber(i)
	}
	asked := s.gate(i)
	if asked == 0 {
		return Span{}, false
	}
	best, ok := s.bestNumber(asked, i)
	if !ok {
		return best, false
	}
	// Another number that starts inside may be the better one: two in a row.
	for at := i + 1; at < best.End; at++ {
		if isDigit(s.text[at]) && !isAlnum(s.text[at-1]) {
			if other, ok := s.bestNumber(s.gate(at), at); ok && other.better(best) {
				best = other
			}
		}
	}
	return best, true
}

// plainNumber looks at a small number with nothing around that makes it more: the
// start of an address, or an age.
func (s *scanner) plainNumber(i int) (Span, bool) {
	end := digitsEnd(s.window, i)
	if next := s.at(end + 1); s.at(end) == ' ' && (next >= 'A' && next <= 'Z' || next >= utf8.RuneSelf) || s.mayBeAge(end) {
		return s.first(plainNumbers, i)
	}
	return Span{}, false
}

// mayBeAge reports whether "years", "Jahre" or "Lebensjahr" may follow a number that
// ends at i.
func (s *scanner) mayBeAge(i int) bool {
	if b := s.at(i); b != ' ' && b != '-' {
		return false
	}
	b := s.at(i+1) | 0x20
	return b == 'y' || b == 'j' || b == 'l'
}

// shaped reports whether the digits at i are more than a small number by itself.
func (s *scanner) shaped(i int) bool {
	end := digitsEnd(s.window, i)
	b := s.at(end)
	switch {
	case end-i >= 5, isLetter(b), b == '(', b == ')', b >= utf8.RuneSelf, b == '&', b == '<':
		return true
	case b == ' ' || b == '-' || b == '.' || b == '/' || b == ':' || b == ',' || b == '+' || b == '\t':
		next := s.at(end + 1)
		return isDigit(next) || next == '(' || next == '-' || next == '/' || next == ' ' || next == ':' || b != ' ' && isLetter(next)
	}
	return end-i >= 3 && s.heardBefore(i)
}

// sign looks for what a sign may start or stand in, and returns where to go on.
func (s *scanner) sign(i int) int {
	if s.text[i] == '&' || s.text[i] == '=' {
		if _, size := letterAt(s.window, i); size > 0 {
			return s.word(i)
		}
	}
	if s.learning {
		return i + 1
	}
	span, ok := s.best(signs, signs.tried[s.text[i]], i)
	if b := s.text[i]; s.people != nil && (b == '+' || b == '(') {
		span, ok = s.orOnRecord(span, ok, i)
	}
	if ok {
		return s.found(span)
	}
	if span, ok := s.onRecord(i); ok {
		return s.found(span)
	}
	return i + 1
}

// goesOn reports whether a short word may be the start of a code whose next part
// stands behind a separator: "fe80:", "de:ad:", "B-MW 1234", "AB 12 34 56 C".
func (s *scanner) goesOn(wd *word, next byte) bool {
	switch next {
	case ':':
		_, hex := digitOf(s.at(wd.end + 1))
		return hex || s.at(wd.end+1) == ':'
	case ' ', '-':
		caps := wd.allCaps() || wd.letters == 1 && wd.capital
		return caps && (isDigit(s.at(wd.end+1)) || s.heardBefore(wd.start)) || next == '-' && wd.letters == 2 && s.at(wd.end+3) == '-'
	}
	return false
}

// heardBefore reports whether a cue may stand before i.
func (s *sight) heardBefore(i int) bool { return i-s.cueEnd <= maxCueBytes }

// starting asks those who look for what a word of this grammar starts.
func (s *scanner) starting(g grammar, i int) (Span, bool) {
	for _, stage := range wordStages {
		if g&stage.grammar == 0 {
			continue
		}
		if span, ok := s.first(stage.recognizers, i); ok {
			return span, true
		}
	}
	return Span{}, false
}

// first returns the first match of a list of recognizers at i.
func (s *scanner) first(list []*recognizer, i int) (Span, bool) {
	for _, r := range list {
		if span, ok := r.match(&s.sight, i, r.cues); ok {
			return span, true
		}
	}
	return Span{}, false
}

// bestNumber returns the best match at i of those who are asked, and of the numbers on
// record.
func (s *scanner) bestNumber(asked uint32, i int) (best Span, found bool) {
	best, found = s.best(numbers, asked&^gateRecord, i)
	if asked&gateRecord != 0 {
		best, found = s.orOnRecord(best, found, i)
	}
	return best, found
}

// orOnRecord is the better of what was found at i and a number on record.
func (s *scanner) orOnRecord(best Span, found bool, i int) (Span, bool) {
	if span, ok := s.numberOnRecord(i); ok && (!found || best.Kind != reserved && span.better(best)) {
		return span, true
	}
	return best, found
}

// best returns the best match at i of those recognizers of a stage that are asked, a
// bit for each.
func (s *scanner) best(g *stage, asked uint32, i int) (best Span, found bool) {
	for ; asked != 0; asked &= asked - 1 {
		r := g.recognizers[bits.TrailingZeros32(asked)]
		span, ok := r.match(&s.sight, i, r.cues)
		if ok && span.Kind == reserved {
			return span, true
		}
		if ok && (!found || span.better(best)) {
			best, found = span, true
		}
	}
	return best, found
}

// found keeps a span, makes it a wall and returns its end. An address that the
// span is only the start of is taken instead.
func (s *scanner) found(span Span) int {
	if span.Kind != Email && span.Kind != reserved {
		if whole, ok := s.addressAround(span.End); ok && whole.End > span.Start {
			span = whole
		}
	}
	if span.Kind == Email {
		s.sender(span)
	}
	s.spans = append(s.spans, span)
	s.settle(span.End)
	s.before[0], s.before[1] = seen{}, seen{}
	return span.End
}

// addressAround finds an e-mail address whose local part reaches back from i.
func (s *scanner) addressAround(i int) (Span, bool) {
	for at := i; at < len(s.text) && at < i+maxLocal; {
		b := s.text[at]
		if b == '@' || b == '%' || b == '&' {
			return matchEmail(&s.sight, at, nil)
		}
		if b < utf8.RuneSelf && !isAlnum(b) && !localMark(b) {
			return Span{}, false
		}
		_, size := s.rune(at)
		at += size
	}
	return Span{}, false
}

// better ranks spans that overlap: what holds all of the other; then what a checksum
// confirms, then the longest, then what tells whose it is. Of equals the first
// recognizer in the stage stays.
func (s Span) better(than Span) bool {
	n, m := s.End-s.Start, than.End-than.Start
	switch {
	case s.holds(than) != than.holds(s):
		return s.holds(than)
	case s.Valid != than.Valid:
		return s.Valid
	case n != m:
		return n > m
	}
	return s.Person > 0 && than.Person == 0
}

func (s Span) holds(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// alnumRun is the end of the letters and digits of ASCII from i on.
func alnumRun(w window, i int) int {
	for i < len(w.text) && isAlnum(w.text[i]) {
		i++
	}
	return i
}

// Rewrite appends text to dst with each span replaced by what op appends for it.
// Bytes outside the spans stay as they are. Spans must come as from Detect; one
// that does not is left out.
func Rewrite(dst, text []byte, spans []Span, op func(dst []byte, s Span, found []byte) []byte) []byte {
	at := 0
	for _, s := range spans {
		if s.Start < at || s.End < s.Start || s.End > len(text) {
			continue
		}
		dst = append(dst, text[at:s.Start]...)
		dst = op(dst, s, text[s.Start:s.End])
		at = s.End
	}
	return append(dst, text[at:]...)
}
