package privacy

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// An identifier is a number or code that some authority gives: to a person, a
// document, a device. It is one value with its forms, its check, the words beside
// it and its own examples; adding one is a value in the list of its country.
type identifier struct {
	typ  string // as scan names it
	kind Kind
	// shapes are the ways to write it: # is a digit, @ a letter, ? either, ~ at most
	// one separator (a blank, a hyphen, a dot or a slash), the rest stands for itself,
	// in either case.
	shapes []string
	// from and upTo, instead of shapes, bound a code of letters, digits and hyphens of
	// any form that holds a digit.
	from, upTo int
	// check confirms the letters and digits of a shape. Nil confirms nothing.
	check func(code []byte) bool
	// alone says that a confirmed one needs no cue: nothing else looks like it. Most
	// checks let one in ten of any numbers through, and such numbers need a cue.
	alone bool
	// strict says that not even a cue makes up for a wrong check.
	strict bool
	cues   *cues
	finds  []string
	leaves []string
}

// identifiers are those of all countries.
var identifiers = joined(identifiersUS, identifiersDE, identifiersUK, identifiersEurope, identifiersWorld, identifiersOfThings)

func joined(lists ...[]*identifier) (all []*identifier) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// iso asks all identifiers.
var iso = recognizer{
	kind:     NationalID,
	triggers: digitBytes,
	match:    matchIdentifier,
	finds:    []string{"SSN «536-90-4399»"},
	leaves:   []string{"order 536904399"},
}

// A shaped is one shape of an identifier.
type shaped struct {
	*identifier
	shape  string
	follow byte      // what must stand behind the first run, as in a shape; 0 if several may
	runs   [2]uint32 // a bit for each length of the first run, of digits and of letters
}

// A listing is a shape behind a first run of one length, with what is quick to see of it.
type listing struct {
	shaped
	first  byteSet // what it may start with
	after  byteSet // what may follow the run
	then   byteSet // what may follow the separator behind the run, if that is of ASCII
	whole  int     // how long it is, if it is of letters and digits only
	mark   byte    // the last mark that stands in one place, if any does
	markAt int
}

// mayFit reports false if the shape does not stand at i, where the run has n signs.
func (l *listing) mayFit(w window, i, n int) bool {
	next := w.at(i + n)
	switch {
	case !l.after.has(next), !l.first.has(w.at(i)), l.mark != 0 && w.at(i+l.markAt) != l.mark:
		return false
	case isOneOf(next, " -./") && !l.then.has(w.at(i+n+1)):
		return false
	}
	return l.whole == 0 || alnumRun(w, i+n) == i+l.whole
}

// mayStandAlone reports false if no identifier without a cue starts with the run of n signs
// at i.
func mayStandAlone(w window, kind, i, n int) bool {
	if !uncuedAfter[kind][n].has(w.at(i + n)) {
		return false
	}
	for k := range uncued[kind][n] {
		if uncued[kind][n][k].mayFit(w, i, n) {
			return true
		}
	}
	return false
}

// maxRun is how long a first run of digits or letters is told apart by.
const maxRun = 24

// uncued lists the shapes that may stand without a cue by what they start with: a
// run of digits of a length, or letters. uncuedAfter is what may follow any of them.
var (
	uncued      [2][maxRun + 1][]listing
	uncuedAfter [2][maxRun + 1]byteSet
)

// byCue lists the shapes of each identifier by the bit of its cues.
var byCue [128][]shaped

// cuesOf are the cues of all that may start with such a run. They are known once the lexicon is.
var cuesOf [2][maxRun + 1]cueSet

// placeIdentifiers fills the lists, once cues have their numbers.
func placeIdentifiers() {
	for _, id := range identifiers {
		for _, shape := range id.shapes {
			place(id, shape)
		}
		if id.upTo > 0 {
			s := shaped{identifier: id}
			for n := 1; n <= maxRun; n++ {
				s.listed(runOfDigits, n, anyByte)
				s.listed(runOfLetters, n, anyByte)
			}
			byCue[id.cues.id] = append(byCue[id.cues.id], s)
		}
	}
}

// place lists a shape under every first run that it may have.
func place(id *identifier, shape string) {
	s := shaped{identifier: id, shape: shape}
	defer func() {
		byCue[id.cues.id] = append(byCue[id.cues.id], s)
	}()
	kind, n, several := runOfDigits, 0, false
	if !digitClass(s.shape[0]) {
		kind = runOfLetters
	}
	for at, class := range []byte(s.shape) {
		switch {
		case class == '?':
			inside := n + len(s.shape[at:]) - len(strings.TrimLeft(s.shape[at:], "?"))
			for ; n <= maxRun; n++ {
				s.mixed(kind, n, n < inside)
				if s.shape[0] == '?' {
					s.mixed(runOfDigits, n, n < inside)
				}
			}
			return
		case digitClass(class) == (kind == runOfDigits) && class != '~' && class != '-' && class != ' ':
			n++
			continue
		}
		if class != '~' {
			if !several {
				s.follow = class
			}
			s.listed(kind, n, bytesOf(class))
			return
		}
		several = true
		s.listed(kind, n, separating)
		s.then(kind, n, bytesOf(s.shape[at+1]))
	}
	s.listed(kind, n, betweenWords)
}

const (
	runOfDigits = iota
	runOfLetters
)

func digitClass(b byte) bool { return b == '#' || isDigit(b) }

// mixed is listed for a run that may end among signs that are letters or digits: inside
// says that it does, and then one of the other kind follows.
func (s *shaped) mixed(kind, n int, inside bool) {
	switch {
	case !inside:
		s.listed(kind, n, anyByte)
	case kind == runOfDigits:
		s.listed(kind, n, bytesOf('@'))
	default:
		s.listed(kind, n, bytesOf('#'))
	}
}

func (s *shaped) listed(kind, n int, after byteSet) {
	if n = min(n, maxRun); n == 0 {
		return
	}
	s.runs[kind] |= 1 << n
	cuesOf[kind][n].set(s.cues.id)
	if s.alone {
		l := listing{shaped: *s, first: bytesOf(s.shape[0]), after: after, then: anyByte}
		if strings.IndexFunc(s.shape, isMarkOfShape) < 0 {
			l.whole = len(s.shape)
		}
		fixed, _, _ := strings.Cut(s.shape, "~")
		if at := strings.LastIndexFunc(fixed, isMarkOfShape); at >= 0 {
			l.mark, l.markAt = s.shape[at], at
		}
		uncued[kind][n] = append(uncued[kind][n], l)
		uncuedAfter[kind][n].join(&after)
	}
}

// then says of what was listed last what follows the separator.
func (s *shaped) then(kind, n int, then byteSet) {
	if list := uncued[kind][min(n, maxRun)]; s.alone {
		list[len(list)-1].then = then
	}
}

// isMarkOfShape reports whether a sign of a shape is no letter or digit in a text.
func isMarkOfShape(r rune) bool { return !isAlnum(byte(r)) && !isOneOf(byte(r), "#@?") }

// What may follow a run: a separator, as separatorAt reads it; no letter or digit; or
// what the next sign of the shape stands for.
var (
	anyByte      = bytesThat(func(byte) bool { return true })
	separating   = bytesThat(func(b byte) bool { return isOneOf(b, " -./&") || b >= utf8.RuneSelf })
	betweenWords = bytesThat(func(b byte) bool { return !isAlnum(b) })
)

// bytesOf is what a sign of a shape stands for.
func bytesOf(class byte) byteSet {
	switch class {
	case '@':
		return bytesThat(isLetter)
	case '#':
		return bytesThat(isDigit)
	case '?':
		return bytesThat(isAlnum)
	}
	return bytesThat(func(b byte) bool { return upper(b) == class })
}

// matchIdentifier finds the longest identifier that starts at i; of several, one
// with a cue.
func matchIdentifier(s *sight, i int, _ *cues) (best Span, found bool) {
	kind, n := 0, 0
	if isLetter(s.at(i)) {
		kind = 1
		for isLetter(s.at(i + n)) {
			n++
		}
	} else {
		n = digitsEnd(s.window, i) - i
	}
	if n == 0 || n > maxRun || !codeStarts(s.window, i) {
		return best, false
	}
	alone := mayStandAlone(s.window, kind, i, n)
	if !alone && !s.heardBefore(i) {
		return best, false
	}
	h, next := s.hearing(i), s.at(i+n)
	for k, spoken := range h.speaks {
		for spoken &= cuesOf[kind][n][k]; spoken != 0; spoken &= spoken - 1 {
			list := byCue[64*k+bits.TrailingZeros64(spoken)]
			for at := range list {
				id := &list[at]
				if id.runs[kind]>>n&1 == 0 || !id.followedBy(next) {
					continue
				}
				if span, ok := id.at(s, i, speaks); ok && (!found || span.better(best)) {
					best, found = span, true
				}
			}
		}
	}
	if found || !alone {
		return best, found
	}
	for k := range uncued[kind][n] {
		id := &uncued[kind][n][k]
		if !id.mayFit(s.window, i, n) || !id.followedBy(next) || h.verdict(id.cues) != silent {
			continue
		}
		if span, ok := id.at(s, i, silent); ok && (!found || span.better(best)) {
			best, found = span, true
		}
	}
	return best, found
}

// followedBy rules most shapes out by one byte.
func (s *shaped) followedBy(b byte) bool {
	switch s.follow {
	case 0:
		return true
	case '@':
		return isLetter(b)
	case '#':
		return isDigit(b)
	}
	return b == s.follow
}

// codeStarts reports whether nothing before i makes what starts there a part of
// something longer.
func codeStarts(w window, i int) bool {
	if w.wordBefore(i) {
		return false
	}
	switch w.at(i - 1) {
	case '.', ',', '-', '/', '+', '$', '%', '@', '\\':
		return !w.wordBefore(i-1) && w.at(i-1) != '+' && w.at(i-1) != '$'
	}
	return true
}

// at matches one shape at i.
func (s *shaped) at(v *sight, i int, heard verdict) (Span, bool) {
	if s.shape == "" {
		return s.anyCode(v, i)
	}
	end, n := fitShape(v.window, i, s.shape, &v.code)
	if end < 0 || v.wordAt(end) || partOfMore(v.window, end) {
		return Span{}, false
	}
	valid := s.check != nil && s.check(v.code[:n])
	if !valid && (heard != speaks || s.strict) {
		return Span{}, false
	}
	return Span{Start: i, End: end, Kind: s.kind, Type: s.typ, Valid: valid}, true
}

// partOfMore reports whether what stands at i goes on with what ended there: a
// decimal, an address, a longer code.
func partOfMore(w window, i int) bool {
	b := w.at(i)
	return (b == '.' || b == ',' || b == '-' || b == '/' || b == ':') && isDigit(w.at(i+1)) || b == '@' || b == '_' && w.wordAt(i+1)
}

// fitShape matches a shape at i, and takes its letters and digits, as capitals. It
// returns the end, or -1.
func fitShape(w window, i int, shape string, code *[40]byte) (end, n int) {
	for k := range len(shape) {
		b := w.at(i)
		switch shape[k] {
		case '~':
			if sep, size := separatorAt(w, i); sep != 0 {
				i += size
			}
			continue
		case '#':
			if !isDigit(b) {
				return -1, 0
			}
		case '@':
			if !isLetter(b) {
				return -1, 0
			}
		case '?':
			if !isAlnum(b) {
				return -1, 0
			}
		default:
			if upper(b) != shape[k] {
				return -1, 0
			}
		}
		if isAlnum(b) {
			code[n] = upper(b)
			n++
		}
		i++
	}
	return i, n
}

// anyCode reads a code of any form, which its cue alone makes one.
func (s *shaped) anyCode(v *sight, i int) (Span, bool) {
	end, digits, length := i, 0, 0
	for at := i; length <= s.upTo; at++ {
		b := v.at(at)
		switch {
		case isAlnum(b):
			if isDigit(b) {
				digits++
			}
			length++
			end = at + 1
			continue
		case (b == '-' || b == '/') && isAlnum(v.at(at+1)):
			continue
		}
		break
	}
	if length < s.from || length > s.upTo || digits < 2 || v.wordAt(end) || partOfMore(v.window, end) || looksLikeDate(v, i, end) {
		return Span{}, false
	}
	return Span{Start: i, End: end, Kind: s.kind, Type: s.typ}, true
}

func looksLikeDate(s *sight, i, end int) bool {
	if !isDigit(s.at(i)) {
		return false
	}
	n := s.number(i)
	return n.n >= 3 && n.end(3) == end && n.date(3)
}

// The checks that several authorities use.

// weighted sums digits times weights.
func weighted(digits []byte, weights ...int) (sum int) {
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}

// mod11_10 is ISO/IEC 7064 MOD 11,10.
func mod11_10(digits []byte) bool {
	product := 10
	for _, d := range digits[:len(digits)-1] {
		sum := (int(d-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11-product)%10 == int(digits[len(digits)-1]-'0')
}

// mrzDigit is the check digit of ICAO 9303: weights 7, 3, 1, letters from 10.
func mrzDigit(code []byte) byte {
	sum := 0
	for i, b := range code {
		v := 0
		switch {
		case isDigit(b):
			v = int(b - '0')
		case isLetter(b):
			v = int(upper(b)-'A') + 10
		}
		sum += v * [...]int{7, 3, 1}[i%3]
	}
	return '0' + byte(sum%10)
}

// remainder is a number of any length modulo m.
func remainder(digits []byte, m int) (r int) {
	for _, d := range digits {
		r = (r*10 + int(d-'0')) % m
	}
	return r
}

// same reports whether all digits are the same, as in examples and placeholders.
func same(digits []byte) bool {
	for _, d := range digits {
		if d != digits[0] {
			return false
		}
	}
	return true
}

// atoi is the number that a few digits are.
func atoi(digits []byte) (v int) {
	for _, d := range digits {
		v = v*10 + int(d-'0')
	}
	return v
}

// day reports whether two digits each are a day and a month.
func day(dd, mm []byte) bool {
	d, m := atoi(dd), atoi(mm)
	return d >= 1 && d <= 31 && m >= 1 && m <= 12
}
