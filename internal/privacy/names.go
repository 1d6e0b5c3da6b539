package privacy

import (
	"unicode"
	"unicode/utf8"
)

// name finds a person's or company's name that starts with a word: first what is
// on record, in the longest form, then what the words around make a name. expected says
// that the word may be the name of somebody on no record.
func (s *scanner) name(wd *word, g grammar, expected bool) (Span, bool) {
	if s.people == nil {
		return s.byContext(wd, g)
	}
	k := s.known(wd)
	if k == (knowledge{}) && !expected {
		return Span{}, false
	}
	if k.roles()&asStart != 0 {
		if span, ok := s.longest(wd, k.ticket.mayGoOn()|k.account.mayGoOn()); ok {
			return span, true
		}
	}
	if !wd.capital && k.ticket == nil && k.ticketStem == nil && !s.learning && !s.led(wd, g) { // as most that are names of the account: single has nothing to say, at 2 % of the time
		if g&(isFunction|isTitle|isNobody|isRole) != 0 || s.at(wd.end) != ' ' {
			return Span{}, false
		}
		return s.small(wd, g)
	}
	if span, ok := s.single(wd, g, k); ok {
		return s.lengthened(wd, span, k), true
	}
	if s.learning || !wd.capital && !expected && (g&isFunction != 0 || s.at(wd.end) != ' ') && s.before[0].grammar&isTitle == 0 {
		return Span{}, false
	}
	return s.byContext(wd, g)
}

// knowledge is what is on record of one word.
type knowledge struct {
	ticket, account         *slot
	ticketStem, accountStem *slot
}

func (s *scanner) known(wd *word) (k knowledge) {
	k.ticket, k.account = s.people.forms.get(wd.key), s.inAccount(wd.key)
	if wd.mayBeGenitive() {
		k.ticketStem, k.accountStem = s.people.forms.get(wd.stem()), s.inAccount(wd.stem())
	}
	return k
}

func (k *knowledge) roles() role   { return k.ticket.has() | k.account.has() }
func (k *knowledge) stemmed() role { return k.ticketStem.has() | k.accountStem.has() }

func (s *slot) has() role {
	if s == nil {
		return 0
	}
	return s.roles
}

// mayGoOn is with what the words start by which a form goes on.
func (s *slot) mayGoOn() letters {
	if s == nil {
		return 0
	}
	return s.next
}

// longest finds the longest form on record that starts with the word; next is with what
// its second word may start.
func (s *scanner) longest(first *word, next letters) (best Span, found bool) {
	key, end, commas := first.key, first.end, false
	capitals := first.capital
	var wd word
	for n := 1; n < maxFormWords; n++ {
		at, comma := end+1, false
		if s.at(end) != ' ' || !isLetter(s.at(at)) {
			at, comma = joint(s.window, end)
		}
		if at < 0 {
			break
		}
		if letter := folded[s.at(at)]; letter != 0 && next&lettersWith(letter) == 0 {
			break
		}
		wd.read(&s.window, at)
		if wd.letters == 0 {
			break
		}
		commas = commas || comma
		capitals = capitals || wd.capital
		end = wd.end
		before := key
		key = chain(before, wd.key)
		f := s.form(key)
		if f.roles&(asName|asOrg) == 0 && wd.last == 's' && wd.letters > 2 {
			if g := s.form(chain(before, wd.stem())); g.roles&(asName|asOrg) != 0 {
				g.roles |= f.roles & asStart
				g.next |= f.next
				f = g
			}
		}
		if f.roles&(asName|asOrg) != 0 && s.wordEnd(&wd) >= 0 && f.reads(commas, capitals) {
			best, found = Span{Start: first.start, End: end, Kind: f.kind(), Valid: true, Person: f.person}, true
		}
		if f.roles&asStart == 0 {
			break
		}
		next = f.next
	}
	return best, found
}

// A known form is what is on record of a sequence of words.
type knownForm struct {
	roles  role
	next   letters
	person int
}

// form looks a sequence up, first among the ticket's people.
func (s *scanner) form(key uint64) (f knownForm) {
	if s.people.forms.may(key) {
		on := s.people.forms.find(key)
		f = knownForm{on.has(), on.mayGoOn(), on.whose(0)}
	}
	if s.account == nil || !s.account.forms.may(key) {
		return f
	}
	on := s.account.forms.find(key)
	if f.roles&(asName|asOrg) == 0 && on.has()&(asName|asOrg) != 0 {
		f.person = on.whose(s.people.len())
		f.roles |= on.has()
	}
	f.roles |= on.has() & asStart
	f.next |= on.mayGoOn()
	return f
}

func (f knownForm) kind() Kind {
	if f.roles&asOrg != 0 {
		return Organization
	}
	return Name
}

// reads reports whether a form can be read as what it is: only "Doe, Jane" and
// companies have commas, and "an m" in small letters is no initial and surname.
func (f knownForm) reads(commas, capitals bool) bool {
	switch {
	case f.roles&asOrg != 0:
		return true
	case commas && f.roles&asReversed == 0:
		return false
	}
	return capitals || f.roles&(asFull|asReversed) != 0
}

// whose is the person of a slot counted from base, 0 if that is not one person.
func (s *slot) whose(base int) int {
	if s == nil || s.person <= 0 {
		return 0
	}
	return base + int(s.person)
}

func (p *People) len() int {
	if p == nil {
		return 0
	}
	return len(p.all)
}

// joint returns where the next word of a name may start behind one that ends at i,
// and whether a comma lies between; -1 where the name must end.
func joint(w window, i int) (at int, comma bool) {
	for n := 0; n < 3; n++ {
		switch b := w.at(i); b {
		case ' ', '-', '.', '_', '\'', '\n', '\t':
			i++
		case ',':
			if comma || n > 0 {
				return -1, false
			}
			comma = true
			i++
		case '&':
			if w.has(i, "&nbsp;") {
				i += len("&nbsp;")
			} else if _, size := letterAt(w, i); size > 0 {
				return i, comma
			} else if w.has(i, "&amp;") {
				i += len("&amp;")
			} else {
				i++
			}
		case '\r':
			i++
		default:
			if b < utf8.RuneSelf {
				return i, comma
			}
			r, size := w.rune(i)
			if !joins(r) {
				return i, comma
			}
			i += size
		}
	}
	return i, comma
}

// joins reports whether a rune beyond ASCII stands inside names: blanks, dashes of all
// scripts, apostrophes, and what is not seen.
func joins(r rune) bool {
	switch r {
	case '\u00a0', '\u2019', '\u00b7', '\u05f3', '\u30fb': // and the middle dots of Catalan and Japanese
		return true
	}
	return unicode.In(r, unicode.Pd, unicode.Cf)
}

// wordEnd is where a name ends whose last word is wd, or -1 if the word goes on: in
// an address, or with digits. A German genitive's apostrophe belongs to the name.
func (s *scanner) wordEnd(wd *word) int {
	end := wd.end
	switch b := s.at(end); {
	case isDigit(b), b == '@':
		return -1
	case b == '_' && s.wordAt(end+1):
		return end
	}
	return end
}

// single decides whether one word is the name of somebody on record.
func (s *scanner) single(wd *word, g grammar, k knowledge) (Span, bool) {
	const alone = asGiven | asFamily | asWhole | asLogin
	ticket, account := k.ticket, k.account
	if ticket.has()&(alone|asOrg) == 0 {
		ticket = k.ticketStem
	}
	if account.has()&(alone|asOrg) == 0 {
		account = k.accountStem
	}
	onTicket, onAccount := ticket.has(), account.has()
	if !wd.capital && onTicket&(alone|asOrg) == 0 && !s.learning && !s.addressed(wd) {
		return Span{}, false
	}
	if onTicket&(alone|asOrg) == 0 && onAccount&(alone|asOrg) == 0 || s.wordEnd(wd) < 0 || ideographic(s.window, wd) {
		return Span{}, false
	}
	span := Span{Start: wd.start, End: wd.end, Kind: Name, Valid: true, Person: ticket.whose(0)}
	if (onTicket|onAccount)&alone == 0 {
		span.Kind = Organization
	}
	common := g&(isMonth|isFunction) != 0 || s.isOrdinary(wd)
	switch {
	case onTicket&asLogin != 0 && onTicket&(asGiven|asFamily|asWhole) == 0:
		return span, !common
	case s.addressed(wd):
		span.Kind = Name
		return span, true
	case onTicket&(alone|asOrg) != 0:
		return span, s.onTicket(wd, common)
	case span.Kind == Organization:
		return span, wd.capital && !common
	}
	if s.learning {
		s.people.Ordinary.saw(account.key)
		return Span{}, false
	}
	return span, wd.capital && s.onAccount(wd, g, common)
}

// lengthened takes in the surname behind a given name: somebody else's of the same
// given name.
func (s *scanner) lengthened(wd *word, span Span, k knowledge) Span {
	if span.Kind != Name || !wd.capital {
		return span
	}
	if both, ok := s.surnameFirst(wd); ok {
		both.Valid = true
		return both
	}
	if (k.roles()|s.names.get(wd.key).has())&asGiven == 0 {
		return span
	}
	if longer := s.stretch(wd); longer.End > span.End {
		longer.Valid = true
		return longer
	}
	return span
}

// isOrdinary reports whether the account's texts have the word, or what it is a
// genitive of, as an ordinary one.
func (s *scanner) isOrdinary(wd *word) bool {
	if s.people == nil || !s.people.settled() {
		return false
	}
	return s.people.Ordinary.has(wd.key) || wd.last == 's' && s.people.Ordinary.has(wd.stem())
}

// onTicket decides about a name of the ticket's people that stands alone.
func (s *scanner) onTicket(wd *word, common bool) bool {
	if !wd.capital { // "<mark>", "color: brown" are no people
		return !common && s.people.settled() && wd.letters >= 4 && !s.inTag(wd.start)
	}
	return !common || !s.ordinary(wd)
}

// onAccount decides about a name of anybody in the account that stands alone.
func (s *scanner) onAccount(wd *word, g grammar, common bool) bool {
	if common || !s.people.settled() {
		return (s.role() || s.speaks(wd)) && !s.ordinary(wd)
	}
	return !s.compound(wd)
}

// ideographic reports whether the word is one sign of a script without spaces:
// alone it is no name.
func ideographic(w window, wd *word) bool {
	r, _ := w.rune(wd.start)
	return ideograph(r)
}
