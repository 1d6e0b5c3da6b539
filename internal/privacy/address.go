package privacy

import (
	"strings"
	"unicode/utf8"
)

// Postal addresses are found from their first word or number on, by what they end
// in: a postal code of the United States, Britain, Germany, Austria or
// Switzerland, or of any country where enough comes before it. Without a code, the
// kind of street decides.

const (
	maxAddress      = 160 // bytes
	maxAddressParts = 7
	maxPartWords    = 6
)

// strongStreets are words that hardly stand behind a number and a name unless they
// are a street.
var strongStreets = keySet("street st avenue ave road rd lane ln drive dr boulevard blvd court ct terrace square highway hwy parkway pkwy crescent close mews " +
	"trail circle alley turnpike")

// numberedStreet finds addresses that start with a house number.
var numberedStreet = recognizer{
	kind:     Address,
	triggers: digitBytes,
	match:    matchNumberedStreet,
	finds: []string{
		"Ship it to «763 David Fork, North Erin, IL 44937», please", "«12 Main Street»", "«221b Baker Street, London NW1 6XE»",
		"«4712 Cedar Blvd, Burlington, CT 93011»", "«84585 Hays Square Suite 767, Port Jerry, WA 36538»", "«6 Jay Forge, Harrisonville, EC07 8BU».",
		"«55 Market St.\nSan Francisco, CA 94105-1234»",
	},
	leaves: []string{"3 New Features", "12 Open Tickets, please", "2024 March Report", "100 Street lamps", "5 People Like It"},
}

// unit finds addresses that start with a flat.
var unit = recognizer{
	kind:   Address,
	match:  matchUnit,
	finds:  []string{"«Flat 5, 12 High Street, Leeds LS1 4AP»", "«Studio 55k, Shannon Squares, South Annechester, ST80 6ZX»"},
	leaves: []string{"Suite 5 is free", "Building 7, please", "Floor 3, Room 12"},
}

// box finds post office boxes.
var box = recognizer{
	kind:   Address,
	match:  matchBox,
	finds:  []string{"«PO Box 1234, Springfield, IL 62701»", "«P.O. Box 77»", "«Postfach 10 20 30, 10115 Berlin»", "«Postfach 1234»"},
	leaves: []string{"PO 4500123987", "Box 12", "Postfach ist voll"},
}

func matchBox(s *sight, i int, _ *cues) (Span, bool) {
	wd := readWord(s.window, i)
	at := wd.end
	if !s.has(i, "postfach") {
		if s.has(i, "p.o. box ") {
			at = i + len("p.o. box")
		} else if s.has(i, "po box ") {
			at = i + len("po box")
		} else {
			return Span{}, false
		}
	}
	end := at
	for s.at(end) == ' ' && isDigit(s.at(end+1)) {
		end = digitsEnd(s.window, end+1)
	}
	if end == at {
		return Span{}, false
	}
	if at, broken := s.nextInAddress(end); broken && isDigit(s.at(at)) {
		if town := s.germanTown(at); town > 0 {
			end = town
		}
	} else if span, ok := s.postal(i, end); ok && span.Valid {
		end = span.End
	}
	return Span{Start: i, End: end, Kind: Address}, true
}

func matchNumberedStreet(s *sight, i int, _ *cues) (Span, bool) {
	end := digitsEnd(s.window, i)
	if end-i > 6 || !addressMayStart(s.window, i) {
		return Span{}, false
	}
	if isLetter(s.at(end)) && !s.wordAt(end+1) {
		end++
	}
	if s.at(end) != ' ' {
		return Span{}, false
	}
	if wd := readWord(s.window, end+1); !wd.capital || lexicon.grammar(wd.key)&isMonth != 0 {
		return Span{}, false
	}
	return s.postal(i, end+1)
}

// matchUnit finds an address that starts with a flat: "Flat 5, 12 High Street …".
func matchUnit(s *sight, i int, _ *cues) (Span, bool) {
	wd := readWord(s.window, i)
	if !wd.capital || s.at(wd.end) != ' ' || !isDigit(s.at(wd.end+1)) {
		return Span{}, false
	}
	end := alnumRun(s.window, wd.end+1)
	if s.at(end) != ',' && s.at(end) != '\n' && s.at(end) != ' ' {
		return Span{}, false
	}
	span, ok := s.postal(i, end)
	return span, ok && span.Valid
}

func addressMayStart(w window, i int) bool {
	b := w.at(i - 1)
	return !w.wordBefore(i) && b != '.' && b != ',' && b != '-' && b != '/' && b != '#' && b != '$' && b != ':' && b != '_'
}

// postal reads on from i, the second word of an address that starts at start, and
// returns it if it ends as an address does.
func (s *sight) postal(start, i int) (Span, bool) {
	parts, words, first, last := 1, 0, 0, uint64(0)
	street := 0 // where a street may end
	for limit := min(start+maxAddress, len(s.text)); i < limit; {
		at, broken := s.nextInAddress(i)
		if at < 0 {
			break
		}
		if broken {
			if words == 0 && parts > 1 {
				break
			}
			parts, words = parts+1, 0
		}
		if end := s.codeAfter(at, parts); end > 0 {
			return Span{Start: start, End: end, Kind: Address, Valid: true}, true
		}
		wd := readWord(s.window, at)
		switch {
		case wd.letters == 0: // a number
			end := alnumRun(s.window, at)
			if end == at {
				return s.streetOnly(start, street)
			}
			if anyCode := end - at; parts > 2 && anyCode >= 4 && anyCode <= 6 && digitsEnd(s.window, at) == end && words > 0 {
				return Span{Start: start, End: end, Kind: Address, Valid: true}, true
			}
			i = end
			last = 0
		case isDigit(s.at(wd.end)):
			i = alnumRun(s.window, wd.end)
			last = 0
		case !wd.capital && !betweenCapitals[wd.key]:
			return s.streetOnly(start, street)
		default:
			i, last = wd.end, wd.key
		}
		if words++; words > maxPartWords || parts > maxAddressParts {
			break
		}
		if parts == 1 {
			first++
			if first > 1 && strongStreets[last] {
				street = i
			}
		}
	}
	return s.streetOnly(start, street)
}

func (s *sight) streetOnly(start, end int) (Span, bool) {
	return Span{Start: start, End: end, Kind: Address}, end > 0
}

// betweenCapitals are the small words inside the names of places.
var betweenCapitals = keySet("of the upon on under and le la de del du des sur am an der im ob bei in den von und near next")

// nextInAddress returns where the next word of an address starts behind i, and
// whether a comma or a line's end lies between; -1 if the address must end.
func (s *sight) nextInAddress(i int) (at int, broken bool) {
	for n := 0; n < 6; n++ {
		switch b := s.at(i); b {
		case ' ', '\t', '.', '-', '\'', '#', '\r', '/':
			i++
		case ',', '\n':
			if broken && b == '\n' && s.at(i-1) == '\n' {
				return -1, false
			}
			broken = true
			i++
		case '<':
			if !s.has(i, "<br") {
				return -1, false
			}
			for i < len(s.text) && s.text[i] != '>' {
				i++
			}
			i++
			broken = true
		default:
			if s.wordAt(i) {
				return i, broken
			}
			return -1, false
		}
	}
	return -1, false
}

// codeAfter returns where an address ends whose postal code, with the state or town
// that goes with it, starts at i; 0 if none does.
func (s *sight) codeAfter(i, parts int) int {
	if isDigit(s.at(i)) {
		if parts < 2 {
			return 0
		}
		return s.germanTown(i)
	}
	if end := s.stateAndZIP(i); end > 0 {
		return end
	}
	return postcode(s.window, i)
}

// stateAndZIP reads "NY 10001" or "New York 10001-1234" from its state on.
func (s *sight) stateAndZIP(i int) int {
	wd := readWord(s.window, i)
	if wd.letters != 2 || !wd.allCaps() || lexicon.grammar(wd.key)&isState == 0 || s.at(wd.end) != ' ' && s.at(wd.end) != ',' {
		return 0
	}
	at := wd.end + 1
	if s.at(at) == ' ' {
		at++
	}
	return zip(s.window, at)
}

// zip reads five digits, or nine as 12345-6789.
func zip(w window, i int) int {
	end := digitsEnd(w, i)
	if end-i != 5 || isLetter(w.at(end)) {
		return 0
	}
	if w.at(end) == '-' && digitsEnd(w, end+1) == end+5 {
		return end + 5
	}
	return end
}

// postcode reads a British postal code, "SW1A 1AA", and returns its end, or 0. The
// forms are those of BS 7666.
func postcode(w window, i int) int {
	at := i
	for at < i+2 && w.at(at) >= 'A' && w.at(at) <= 'Z' {
		at++
	}
	if at == i || !isDigit(w.at(at)) {
		return 0
	}
	at++
	if b := w.at(at); isDigit(b) || b >= 'A' && b <= 'Z' {
		at++
	}
	if w.at(at) != ' ' || !isDigit(w.at(at+1)) || !inward(w.at(at+2)) || !inward(w.at(at+3)) || w.wordAt(at+4) {
		return 0
	}
	return at + 4
}

// inward are the letters of the second half of a British postal code.
func inward(b byte) bool {
	switch b {
	case 'C', 'I', 'K', 'M', 'O', 'V':
		return false
	}
	return b >= 'A' && b <= 'Z'
}

// germanTown reads "10115 Berlin", or "5020 Salzburg" of Austria and Switzerland.
func (s *sight) germanTown(i int) int {
	end := digitsEnd(s.window, i)
	if n := end - i; n != 4 && n != 5 || s.at(end) != ' ' {
		return 0
	}
	wd := readWord(s.window, end+1)
	if !wd.capital || wd.letters < 2 || wd.allCaps() && wd.letters == 2 {
		return 0
	}
	return s.town(wd.end, townPrefixes[wd.key])
}

// townPrefixes are the first words of towns that have two.
var townPrefixes = keySet("bad sankt st markt deutsch alt neu ober unter hohen kloster schloss")

// town goes on over the other words of a town's name: "Frankfurt am Main".
func (s *sight) town(end int, prefixed bool) int {
	for n := 0; n < 3; n++ {
		if s.at(end) == '-' {
			if next := readWord(s.window, end+1); next.capital {
				end = next.end
				continue
			}
			return end
		}
		if s.at(end) != ' ' {
			return end
		}
		next := readWord(s.window, end+1)
		if next.capital && next.letters > 2 && lexicon.grammar(next.key)&isFunction == 0 && (s.closed(next.end) || prefixed) {
			end, prefixed = next.end, false
			continue
		}
		if !townParticles[next.key] || next.capital {
			return end
		}
		at := next.end + 1
		if articles[readWord(s.window, at).key] {
			at = readWord(s.window, at).end + 1
		}
		last := readWord(s.window, at)
		if !last.capital || last.letters < 3 {
			return end
		}
		end = last.end
	}
	return end
}

func (s *sight) closed(i int) bool {
	b := s.at(i)
	return b == 0 || b == ',' || b == '.' || b == '\n' || b == '\r' || b == '<' || b == ')' || b == ';'
}

var (
	townParticles = keySet("am an im ob bei in")
	articles      = keySet("der dem den")
)

// streetEndings are how the names of German streets end. Those of weakEndings are
// also ends of other words: they need a town.
const streetEndings = "strasse str allee gasse chaussee"
const weakEndings = `weg platz ring ufer damm steig stieg hof markt berg graben park wall tor bruecke zeile winkel kamp promenade feld kai
	heide siedlung au rain hang leite wiese garten acker grund tal steg anger bogen twiete redder koppel busch wald see bach brink`

// street finds an address that starts with the name of a street, as in German.
func (s *scanner) street(wd *word, g grammar) (Span, bool) {
	if g&isFunction != 0 && !streetStarts[wd.key] {
		return Span{}, false
	}
	number, last := s.streetAhead(wd)
	if number < 0 {
		return Span{}, false
	}
	end := s.houseNumber(number)
	if end < 0 {
		return Span{}, false
	}
	ending := endingOf(s.window, last.start, last.end)
	if town := s.townAfter(end, ending != noEnding); town > 0 {
		return Span{Start: wd.start, End: town, Kind: Address, Valid: true}, true
	}
	return Span{Start: wd.start, End: end, Kind: Address}, ending == strongEnding
}

// streetMayGoOn reports whether a number follows a word that ends at i, with
// nothing between but words with capitals and what joins them.
func (s *scanner) streetMayGoOn(i int) bool {
	text := s.text[:min(len(s.text), i+maxStreet)]
	for ; i < len(text); i++ {
		b := text[i]
		if b != ' ' && b != '-' && b != '.' {
			if folded[b] == 0 && b < utf8.RuneSelf {
				return false
			}
			continue
		}
		if i+1 == len(text) {
			return false
		}
		switch next := text[i+1]; {
		case isDigit(next):
			return b != '-'
		case next >= 'a' && next <= 'z' && next != 'd', next == '\n', b == '.' && next != ' ':
			return false // but "An der", "Unter den"
		}
	}
	return false
}

// streetJoins is what may follow the first word of a street's name.
var streetJoins = bytesThat(func(b byte) bool { return isOneOf(b, " -.") || isLetter(b) || b >= utf8.RuneSelf })

// maxStreet is the longest name of a street, in bytes.
const maxStreet = 64

// streetStarts are small words that streets begin with.
var streetStarts = keySet("am an auf im in zum zur unter")

// streetAhead reads over the words of a street's name and returns where the house
// number starts, or -1, and the last word.
func (s *scanner) streetAhead(first *word) (number int, last word) {
	last = *first
	for n := 0; n < maxPartWords; n++ {
		at := last.end
		if s.at(at) == '.' {
			at++
		}
		switch {
		case s.at(at) == ' ' && isDigit(s.at(at+1)):
			return at + 1, last
		case at > last.end && isDigit(s.at(at)):
			return at, last
		case s.at(at) != ' ' && s.at(at) != '-':
			return -1, last
		}
		next := readWord(s.window, at+1)
		if next.letters == 0 || !next.capital && (n > 0 || !streetStarts[first.key] && !articles[next.key]) {
			return -1, last
		}
		last = next
	}
	return -1, last
}

// houseNumber reads "5", "5a", "6/2", "12-14", "5 b", and returns its end or -1.
func (s *scanner) houseNumber(i int) int {
	end := digitsEnd(s.window, i)
	if end-i > 4 {
		return -1
	}
	if b := s.at(end); b == '/' || b == '-' {
		if more := digitsEnd(s.window, end+1); more > end+1 && more-end <= 4 {
			end = more
		}
	}
	if isLetter(s.at(end)) && !s.wordAt(end+1) {
		return end + 1
	}
	if s.at(end) == ' ' && s.at(end+1) >= 'a' && s.at(end+1) <= 'h' && !s.wordAt(end+2) {
		return end + 2
	}
	if s.wordAt(end) || s.at(end) == '.' && isDigit(s.at(end+1)) || s.at(end) == ':' {
		return -1
	}
	return end
}

// townAfter reads the town behind a house number, and returns its end or 0. Codes
// of four digits are years as well: they need a street.
func (s *scanner) townAfter(i int, street bool) int {
	at, broken := s.nextInAddress(i)
	if at < 0 || !broken && !street {
		return 0
	}
	for _, country := range []string{"d-", "de-", "a-", "at-", "ch-"} {
		if s.has(at, country) && isDigit(s.at(at+len(country))) {
			at += len(country)
			street = true
			break
		}
	}
	if n := digitsEnd(s.window, at) - at; n == 5 || n == 4 && street {
		return s.germanTown(at)
	}
	return 0
}

type ending int

const (
	noEnding ending = iota
	weakEnding
	strongEnding
)

// A suffix is how names of streets end.
type suffix struct {
	letters string
	ending  ending
}

// suffixes are listed by their last letter.
var suffixes = func() (table [256][]suffix) {
	for w := range strings.FieldsSeq(streetEndings) {
		table[w[len(w)-1]] = append(table[w[len(w)-1]], suffix{w, strongEnding})
	}
	for w := range strings.FieldsSeq(weakEndings) {
		table[w[len(w)-1]] = append(table[w[len(w)-1]], suffix{w, weakEnding})
	}
	return table
}()

// endingOf says whether a word ends as streets do.
func endingOf(w window, start, end int) ending {
	var tail [32]byte
	n := 0
	for i := start; i < end; {
		r, size := letterAt(w, i)
		if size == 0 {
			break
		}
		letters, _ := spelt(r)
		for k := range len(letters) {
			if n == len(tail) {
				copy(tail[:], tail[1:])
				n--
			}
			tail[n] = letters[k]
			n++
		}
		i += size
	}
	word := tail[:n]
	if n == 0 {
		return noEnding
	}
	for _, e := range suffixes[word[n-1]] {
		if len(word) >= len(e.letters) && string(word[len(word)-len(e.letters):]) == e.letters {
			if e.ending == strongEnding && len(word) == len(e.letters) && len(word) < 4 {
				return weakEnding
			}
			return e.ending
		}
	}
	return noEnding
}
