package privacy

import (
	"math"
	"strings"
)

// A role is what a form of a person's data is in a text. A form is a word or a
// sequence of words; its key is that of the word, or their keys combined.
type role uint16

const (
	asStart    role = 1 << iota // the first word of longer forms
	asFull                      // given name and surname: "Jane Doe"
	asReversed                  // surname and given name: "Doe, Jane"
	asInitial                   // "J. Doe", "Jane D."
	asGiven                     // a given name, or a nickname of one
	asFamily                    // a surname
	asWhole                     // all of a name that has one word
	asLogin                     // what stands before the @ of an address
	asOrg                       // an organization
	asEmail                     // an address, its parts in order
	asPhone                     // the digits of a telephone number
	asCommon                    // in this account also an ordinary word: see Directory.Settle
)

// asName are the roles that make a form somebody's name.
const asName = asFull | asReversed | asInitial | asGiven | asFamily | asWhole | asLogin

// Bounds on the words of a form. Names and companies with more are cut.
const (
	maxFormWords = 8
	maxNamePart  = 4
)

// chain combines the key of a sequence with that of its next word.
func chain(key, next uint64) uint64 { return (key^next>>7)*0x9FB21C651E98DF25 ^ next }

// A part is the words of one part of a name, in two spellings: as they are, and
// with ä as a instead of ae. ("Mueller" is the same word as "Müller" already;
// "Muller" is not.)
type part struct {
	n     int
	keys  [maxFormWords]uint64
	plain [maxFormWords]uint64
	first [maxFormWords]uint64 // keys of the first letters
	start [maxFormWords]byte   // the first letters, folded
	sizes [maxFormWords]uint8
}

// read takes the words out of a text.
func (p *part) read(text []byte) {
	p.n = 0
	var wd word
	w := window{text, 0}
	for i := 0; i < len(text) && p.n < maxFormWords; {
		if class := classes256[text[i]]; class == classOther || class == classDigit { // no word starts here
			i++
			continue
		}
		wd.read(&w, i)
		if wd.letters == 0 {
			_, size := w.rune(i)
			i += max(size, 1)
			continue
		}
		p.keys[p.n], p.sizes[p.n] = wd.key, wd.letters
		p.plain[p.n], p.first[p.n], p.start[p.n] = plainKeys(w, &wd)
		p.n++
		i = wd.end
	}
}

// prepend puts a word of another part before those of this one.
func (p *part) prepend(o *part, i int) {
	copy(p.keys[1:], p.keys[:p.n])
	copy(p.plain[1:], p.plain[:p.n])
	copy(p.first[1:], p.first[:p.n])
	copy(p.start[1:], p.start[:p.n])
	copy(p.sizes[1:], p.sizes[:p.n])
	p.keys[0], p.plain[0], p.first[0], p.start[0], p.sizes[0] = o.keys[i], o.plain[i], o.first[i], o.start[i], o.sizes[i]
	p.n++
}

// plainKeys are the key of a word whose umlauts lost their dots, that of its first letter,
// and how this starts when it is folded.
func plainKeys(w window, wd *word) (plain, first uint64, start byte) {
	if wd.end-wd.start == int(wd.letters) { // ASCII
		start = folded[w.text[wd.start]]
		return wd.key, keyed(keySeed, uint64(start)), start
	}
	bare, initial := none, none
	for i := wd.start; i < wd.end; {
		r, size := letterAt(w, i)
		if size == 0 {
			break
		}
		r = undotted(r)
		bare.addRune(r)
		if i == wd.start {
			initial.addRune(r)
		}
		i += size
	}
	return bare.key, initial.key, byte(initial.block)
}

func undotted(r rune) rune {
	switch r {
	case 'ä', 'Ä', 'å', 'Å':
		return 'a'
	case 'ö', 'Ö', 'ø', 'Ø':
		return 'o'
	case 'ü', 'Ü':
		return 'u'
	}
	return r
}

// A former takes apart what is on record of a person into forms, and puts them
// into a table.
type former struct {
	into   *table
	person int32
	ticket bool // all forms, not only those that a whole account can afford
	buf    []byte
	given  part
	family part
	nick   part
	org    part
	// lastOrg is the company that was put last: people of a ticket are often colleagues.
	lastOrg string
}

// add puts the forms of a person.
func (f *former) add(id Identity) {
	prepare()
	given, family := id.names()
	f.given.read(f.bytes(given))
	f.family.read(f.bytes(family))
	f.names()
	f.organization(id.Organization)
	for _, e := range id.Emails {
		f.email(e)
	}
	if strings.Contains(id.Name, "@") {
		f.email(id.Name)
	}
	for _, number := range id.Phones {
		f.phone(number)
	}
}

// bytes is s in memory that serves again.
func (f *former) bytes(s string) []byte {
	f.buf = append(f.buf[:0], s...)
	return f.buf
}

// names returns what is a person's given name and what the surname. A name with
// an @ is an address.
func (id Identity) names() (given, family string) {
	switch {
	case id.Given != "" || id.Family != "":
		return id.Given, id.Family
	case strings.Contains(id.Name, "@"):
		return "", ""
	}
	return splitName(id.Name)
}

func (f *former) names() {
	g, s := &f.given, &f.family
	for g.n > 1 && s.n < maxFormWords && is(g.keys[g.n-1], isParticle) { // "Anna van der" "Berg"
		s.prepend(g, g.n-1)
		g.n--
	}
	g.n = min(g.n, maxNamePart)
	s.n = min(s.n, maxNamePart)
	switch {
	case g.n == 0 && s.n == 0:
		return
	case g.n == 0 || s.n == 0:
		f.alone(g, asWhole)
		f.alone(s, asWhole)
		return
	}
	if g.isPlainWord() && s.isPlainWord() {
		f.pair(g, s)
	} else {
		f.pairs(g, s)
		f.alone(g, asGiven)
		f.alone(s, asFamily)
	}
	f.nicknames()
}

// isPlainWord reports whether a part is one word, longer than a letter, with one spelling.
func (p *part) isPlainWord() bool { return p.n == 1 && p.sizes[0] > 1 && p.plain[0] == p.keys[0] }

// pair is pairs and alone for a given name and a surname of one plain word each, as most
// people have. Either is put once, with all that it is and may start.
func (f *former) pair(g, s *part) {
	given, family, initial := g.keys[0], s.keys[0], g.first[0]
	f.into.put(given, asStart|asGiven, f.person).next |= lettersWith(s.start[0])
	f.into.put(family, asStart|asFamily, f.person).next |= lettersWith(g.start[0])
	f.into.put(initial, asStart, 0).next |= lettersWith(s.start[0])
	f.into.put(chain(given, family), asFull, f.person)
	f.into.put(chain(family, given), asReversed, f.person)
	f.into.put(chain(initial, family), asInitial, f.person)
	f.into.put(chain(family, initial), asInitial, f.person)
	if f.ticket {
		f.into.put(chain(given, s.first[0]), asInitial, f.person)
	}
}

// pairs puts the sequences of given names and surnames.
func (f *former) pairs(g, s *part) {
	f.sequence(asFull, g.all(), s.all())
	f.sequence(asReversed, s.all(), g.all())
	if g.n > 1 {
		f.sequence(asFull, g.one(0), s.all())
		f.sequence(asReversed, s.all(), g.one(0))
		f.sequence(asInitial, g.one(0), g.initial(1), s.all())
		f.sequence(asInitial, g.initial(0), g.initial(1), s.all())
	}
	if s.n > 1 {
		f.sequence(asFull, g.one(0), s.one(s.n-1))
	}
	f.sequence(asInitial, g.initial(0), s.all())
	f.sequence(asInitial, s.all(), g.initial(0))
	if f.ticket {
		f.sequence(asInitial, g.one(0), s.initial(0))
	}
}

func keySet(words string) map[uint64]bool {
	set := map[uint64]bool{}
	for w := range strings.FieldsSeq(words) {
		set[keyOf(w)] = true
	}
	return set
}

// alone puts a part by itself, and each of its words.
func (f *former) alone(p *part, roles role) {
	if p.n > 1 {
		f.sequence(roles, p.all())
	}
	for i := range p.n {
		if p.sizes[i] > 1 && (p.n == 1 || !is(p.keys[i], isParticle)) {
			f.sequence(roles, p.one(i))
		}
	}
}

func (f *former) nicknames() {
	for _, nick := range nicknames[f.given.keys[0]] {
		f.nick.n, f.nick.keys[0], f.nick.plain[0], f.nick.start[0] = 1, nick.key, nick.plain, nick.start
		f.sequence(asFull, f.nick.all(), f.family.all())
		f.sequence(asGiven, f.nick.all())
	}
}

// A piece is some words of a part, in both spellings: those from one on up to another, or
// the initial of one.
type piece struct {
	of       *part
	from, to uint8
	initial  bool
}

func (p *part) all() piece       { return p.upTo(p.n) }
func (p *part) upTo(n int) piece { return piece{of: p, to: uint8(n)} }
func (p *part) one(i int) piece  { return piece{of: p, from: uint8(i), to: uint8(i + 1)} }
func (p *part) initial(i int) piece {
	return piece{of: p, from: uint8(i), to: uint8(i + 1), initial: true}
}

// sequence puts the form of several pieces, in both spellings.
func (f *former) sequence(roles role, pieces ...piece) {
	key, plain, n := uint64(0), uint64(0), 0
	for k := range pieces {
		p := &pieces[k]
		keys, bare := &p.of.keys, &p.of.plain
		if p.initial {
			keys, bare = &p.of.first, &p.of.first
		}
		for i := p.from; i < p.to; i++ {
			if n == 0 {
				key, plain = keys[i], bare[i]
			} else { // whoever reads along must know at each word that more may come
				next := lettersWith(p.of.start[i])
				f.into.put(key, asStart, 0).next |= next
				if plain != key {
					f.into.put(plain, asStart, 0).next |= next
				}
				key, plain = chain(key, keys[i]), chain(plain, bare[i])
			}
			n++
		}
	}
	if n == 0 {
		return
	}
	f.into.put(key, roles, f.person)
	if plain != key {
		f.into.put(plain, roles, f.person)
	}
}

// organization puts a company's name, and the same without its legal form.
func (f *former) organization(name string) {
	if name == "" || name == f.lastOrg {
		return
	}
	f.lastOrg = name
	f.org.read(f.bytes(name))
	o := &f.org
	if o.n == 1 && o.sizes[0] < 3 {
		return
	}
	short := o.n
	for short > 1 && is(o.keys[short-1], isLegalForm) {
		short--
	}
	was := f.person
	f.person = 0
	f.sequence(asOrg, o.all())
	if short > 1 && short < o.n {
		f.into.put(chained(o.keys[:short]), asOrg, 0)
		f.into.put(chained(o.plain[:short]), asOrg, 0)
	}
	f.person = was
}

// chained is the key of a sequence.
func chained(keys []uint64) uint64 {
	key := keys[0]
	for _, next := range keys[1:] {
		key = chain(key, next)
	}
	return key
}

// email puts an address that no recognizer knows by its form, and the name that
// stands in it.
func (f *former) email(address string) {
	local, domain, ok := strings.Cut(strings.TrimSpace(address), "@")
	if !ok {
		return
	}
	if !strings.Contains(domain, ".") {
		f.into.put(foldedKey(f.bytes(strings.TrimSpace(address))), asEmail, f.person)
	}
	if !f.ticket {
		return
	}
	if len(local) < minLogin || len(local) > math.MaxUint8 || !onlyLetters(local) {
		return
	}
	if key := readWord(window{f.bytes(local), 0}, 0).key; !is(key, isMailbox) {
		f.into.put(key, asLogin, f.person)
	}
}

func onlyLetters(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) {
			return false
		}
	}
	return true
}

// minLogin keeps initials out, which are words of any text ("me", "it").
const minLogin = 4

// foldedKey is the key of bytes as they are but for their case.
func foldedKey(b []byte) uint64 {
	key := uint64(keySeed)
	for _, c := range b {
		key = (key ^ uint64(lower(c))) * keyPrime
	}
	return key
}

// phone puts the digits of a number, with and without its country code.
func (f *former) phone(number string) {
	d := dialled(f.bytes(number))
	if d.n < minPhone {
		return
	}
	f.number(d.digits[:d.n])
	if national := d.national(); len(national) >= minPhone && len(national) < d.n {
		f.number(national)
	}
}

func (f *former) number(digits []byte) {
	f.into.put(digitsKey(digits), asPhone, f.person)
	if lead, ok := leadOf(digits); ok {
		f.into.leads.set(lead)
	}
}
