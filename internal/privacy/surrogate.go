package privacy

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
)

// A surrogate reads like what it stands for and is nobody's: numbers and addresses are
// of ranges that an authority keeps free for such use, names are put together from
// syllables that make no name of anybody's. Like a pseudonym it depends on the
// migration's key, the kind and the canonical form only. Its canonical forms take
// together what a pseudonym tells apart: "Müller, Jörg", "joerg.mueller" in an address,
// and "030 123" beside "+49 30 123".
//
// How many there are of a kind decides whether two people get the same one:
//
//	names               84 million of each language
//	e-mail, logins      2^40 for each name
//	telephone numbers   US and others 71,200, GB 14,000, DE 5,000
//	IPv4 465, IPv6 2^48, MAC 256, SSN 989,901

// surrogate appends the stand-in for one value of a kind. typ is the span's, written is
// how the value stands in the text. What no range is kept for is masked.
func (a *application) surrogate(dst []byte, k Kind, typ, value, written string) []byte {
	switch {
	case isSurrogate(value): // as on record where another migration made it
		return append(dst, value...)
	case k == Name:
		return appendCased(dst, a.inventedPerson(nameWords(value)).name(), written)
	case k == Email, k == Login && strings.Contains(value, "@"):
		return a.surrogateEmail(dst, value)
	case k == Login:
		login := canonical(value)
		return a.surrogateLocal(dst, a.draws("surrogate login", login), login, false)
	case k == Phone:
		return a.surrogatePhone(dst, value)
	case k == Network:
		return a.surrogateNetwork(dst, value)
	case k == Address && len(nameWords(value)) > 1:
		return a.surrogateAddress(dst, value)
	case typ == "SSN":
		return appendFilled(dst, neverIssuedSSN, a.draws("surrogate ssn", digitsOf(value)))
	case typ == "MAC":
		return appendFilled(dst, documentationMAC, a.draws("surrogate mac", canonical(value)))
	}
	return a.mask(dst, k, []byte(value))
}

// draws is what the key makes of a canonical form, for lists to be drawn from.
func (a *application) draws(kind, canonical string) *draws {
	sum := a.pseudonyms.Of(kind, canonical)
	return &draws{binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:])}
}

// draws are numbers that are the same whenever they are drawn. Some 60 bits are there
// for names, and as many for the rest.
type draws struct{ names, rest uint64 }

// ofNames draws a number below n for a name, of for anything else.
func (d *draws) ofNames(n int) (v int) {
	v, d.names = int(d.names%uint64(n)), d.names/uint64(n)
	return v
}

func (d *draws) of(n int) (v int) {
	v, d.rest = int(d.rest%uint64(n)), d.rest/uint64(n)
	return v
}

// An invented person has a name that is nobody's.
type invented struct {
	given, family string
	initial       byte
}

func (p invented) name() string { return p.given + " " + string(p.initial) + ". " + p.family }

// inventedPerson is who stands for the person whose name has these words.
func (a *application) inventedPerson(words []string) invented {
	return a.draws("surrogate name", strings.Join(words, " ")).person(soundsGerman(words))
}

func (d *draws) person(german bool) invented {
	return invented{given: inventedGiven[d.ofNames(len(inventedGiven))], initial: initials[d.ofNames(len(initials))], family: d.family(german)}
}

// family draws a surname, which may be a place's name as well.
func (d *draws) family(german bool) string {
	endings := englishEndings
	if german {
		endings = germanEndings
	}
	name := firstSyllables[d.ofNames(len(firstSyllables))] + secondSyllables[d.ofNames(len(secondSyllables))] + endings[d.ofNames(len(endings))]
	return string(upper(name[0])) + name[1:]
}

// nameWords are the words of a name in letters of ASCII where they can be written so, in
// the order of the alphabet: "Doe, Jane" and "Jane Doe" have the same.
func nameWords(name string) []string {
	words := spelling(name)
	if len(words) == 0 {
		words = []string{canonical(name)}
	}
	slices.Sort(words)
	return words
}

// spelling is the words of a text as the engine compares them: small letters, ü as ue.
func spelling(text string) (words []string) {
	w, word := window{[]byte(text), 0}, []byte(nil)
	for i := 0; i <= len(text); {
		r, size := letterAt(w, i)
		switch s, ok := spelt(r); {
		case size == 0:
			if len(word) > 0 {
				words = append(words, string(word))
				word = nil
			}
			size = 1
		case r == '\u0308' && len(word) > 0 && strings.IndexByte("aou", word[len(word)-1]) >= 0:
			word = append(word, 'e')
		case unicode.IsMark(r):
		case ok:
			word = append(word, s...)
		default:
			word = append(word, strings.ToLower(string(r))...)
		}
		i += size
	}
	return words
}

// surrogateEmail is an address of a domain that RFC 2606 keeps for examples.
func (a *application) surrogateEmail(dst []byte, address string) []byte {
	address = canonicalEmail(address)
	d := a.draws("surrogate email", address)
	top := address[strings.LastIndexByte(address, '.')+1:]
	dst = a.surrogateLocal(dst, d, address[:max(0, strings.LastIndexByte(address, '@'))], slices.Contains(germanTops, top))
	return append(append(dst, "@example."...), exampleTops[d.of(len(exampleTops))]...)
}

// surrogateLocal is a login, or what stands before the @ of an address. One that spells a
// name gets that of who stands for the name. The code behind tells two of one name apart.
func (a *application) surrogateLocal(dst []byte, d *draws, local string, german bool) []byte {
	who := d.person(german)
	local, _, _ = strings.Cut(local, "+") // "jane.doe+news" is Jane Doe
	if words := nameWords(local); len(words) > 1 && !slices.ContainsFunc(words, func(w string) bool { return len(w) < 2 }) {
		who = a.inventedPerson(words)
	}
	dst = append(append(dst, strings.ToLower(who.given+"."+who.family)...), '.')
	for range surrogateCode {
		dst = append(dst, codeDigits[d.of(len(codeDigits))])
	}
	return dst
}

// surrogatePhone is a number of the same country where that keeps some for films and
// books, else one of North America's.
func (a *application) surrogatePhone(dst []byte, number string) []byte {
	number = dialledAbroad(canonicalPhone(number))
	d := a.draws("surrogate phone", number)
	for _, c := range fictionalNumbers {
		if strings.HasPrefix(number, c.code) {
			return appendFilled(dst, c.forms[d.of(len(c.forms))], d)
		}
	}
	area := [3]byte{'2' + byte(d.of(8)), '0' + byte(d.of(9)), '0' + byte(d.of(10))}
	if area[1] == '1' && area[2] == '1' { // N11 are services
		area[2] = '2'
	}
	return appendFilled(append(append(dst, "+1-"...), area[:]...), "-555-01##", d)
}

// dialledAbroad guesses the country of a canonical number that has none: British mobile
// numbers, and those of cities that start with 01, are told by their eleven digits; any
// other that starts with 0 is taken for a German one.
func dialledAbroad(number string) string {
	switch {
	case len(number) == 10 && number[0] >= '2':
		return "+1" + number
	case len(number) == 11 && number[0] == '1':
		return "+" + number
	case len(number) < 2 || number[0] != '0':
		return number
	case len(number) == 11 && (number[1] == '7' || number[1] == '1' && !mobile([]byte(number)) || strings.HasPrefix(number, "020")):
		return "+44" + number[1:]
	}
	return "+49" + number[1:]
}

// surrogateNetwork is an address that RFC 5737 or RFC 3849 keeps for documentation.
func (a *application) surrogateNetwork(dst []byte, address string) []byte {
	d := a.draws("surrogate network", canonical(address))
	if strings.Contains(address, ":") {
		return appendFilled(dst, documentationIPv6, d)
	}
	net := documentationIPv4[d.of(len(documentationIPv4))]
	host := 100 + d.of(155)
	dst = append(dst, strings.TrimRight(net, "#")...)
	return append(dst, byte('0'+host/100), byte('0'+host/10%10), byte('0'+host%10))
}

// surrogateAddress is a street and a place that there are not, without a postal code:
// nobody keeps any of these free.
func (a *application) surrogateAddress(dst []byte, address string) []byte {
	german := slices.ContainsFunc(spelling(address), func(w string) bool { return hasEnding(w, germanStreets) })
	d := a.draws("surrogate address", strings.Join(strings.Fields(strings.ToLower(address)), " "))
	street, number := d.family(german), appendNumber(nil, 1+d.of(199))
	if german {
		dst = append(append(append(dst, street...), inventedWays[d.of(len(inventedWays))]...), ' ')
		dst = append(dst, number...)
	} else {
		dst = append(append(append(dst, number...), ' '), street...)
		dst = append(append(dst, ' '), inventedStreets[d.of(len(inventedStreets))]...)
	}
	return append(append(dst, ", "...), d.family(german)...)
}

func appendNumber(dst []byte, n int) []byte {
	if n >= 10 {
		dst = appendNumber(dst, n/10)
	}
	return append(dst, byte('0'+n%10))
}

// appendFilled appends a form of surrogateForms with its digits drawn.
func appendFilled(dst []byte, form string, d *draws) []byte {
	for _, b := range []byte(form) {
		switch b {
		case '#':
			b = '0' + byte(d.of(10))
		case '%':
			b = "0123456789abcdef"[d.of(16)]
		case '~':
			b = "0123456789ABCDEF"[d.of(16)]
		}
		dst = append(dst, b)
	}
	return dst
}

// appendCased appends a name in capitals or small letters if the one in the text was.
func appendCased(dst []byte, name, written string) []byte {
	small, large := strings.ToLower(written), strings.ToUpper(written)
	switch {
	case small == large: // of a script without capitals
	case written == large:
		name = strings.ToUpper(name)
	case written == small:
		name = strings.ToLower(name)
	}
	return append(dst, name...)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// soundsGerman guesses by the words of a name; German names that English has as well are
// taken for English ones.
func soundsGerman(words []string) bool {
	given := givenOfGermanOnly()
	return slices.ContainsFunc(words, func(w string) bool { return given[w] || hasEnding(w, germanSurnames) })
}

func hasEnding(word string, endings []string) bool {
	return slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(word, e) })
}
