package privacy

// A stranger is a person on no record. Only the words around a name, or lists of
// given names and surnames, tell that it is one.

// leads are the words behind which a stranger's name may stand.
const leads = isTitle | isGreeting | isRole | isToPerson

// expects reports whether a word with a capital may be a stranger's name, by what is
// cheap to know.
func (s *scanner) expects(wd *word) bool {
	switch {
	case s.before[0].grammar&(leads|isClosing) != 0, s.names.has(wd.key), wd.last == 's' && s.names.has(wd.stem()):
		return true
	case wd.letters == 1:
		return s.at(wd.end) == '.'
	}
	return s.at(wd.start-1) == '@'
}

// led reports whether what stands before a word in small letters, or the word itself,
// lets a stranger's name be looked for there.
func (s *scanner) led(wd *word, g grammar) bool {
	return s.before[0].grammar&(leads|isClosing) != 0 || g&startsSomething != 0 || wd.start > 0 && s.text[wd.start-1] == '@'
}

// listed is what lists of names and the account say of a word.
func (s *scanner) listed(wd *word) role {
	roles := s.names.get(wd.key).has()
	if s.isOrdinary(wd) {
		roles |= asCommon
	}
	return roles | s.inAccount(wd.key).has()&(asGiven|asFamily)
}

// inAccount is what the account has of a word.
func (s *scanner) inAccount(key uint64) *slot {
	if s.account == nil {
		return nil
	}
	return s.account.forms.get(key)
}

// isListedGiven reports whether a word is a given name by the lists or the account.
func (s *scanner) isListedGiven(wd *word) bool {
	return (s.names.get(wd.key).has()|s.inAccount(wd.key).has())&asGiven != 0
}

// listedGenitive is listed, also of a name in the German genitive.
func (s *scanner) listedGenitive(wd *word) role {
	roles := s.listed(wd)
	if roles&^asCommon == 0 && wd.last == 's' {
		roles |= s.names.get(wd.stem()).has() | s.inAccount(wd.stem()).has()&(asGiven|asFamily)
	}
	return roles
}

// byContext finds a name that nobody is on record with.
func (s *scanner) byContext(wd *word, g grammar) (Span, bool) {
	if s.wordEnd(wd) < 0 || g&(isTitle|isNobody|isRole) != 0 {
		return Span{}, false
	}
	if !wd.capital {
		return s.small(wd, g)
	}
	b := &s.before[0]
	near := apart
	if b.grammar&(isTitle|isGreeting|isClosing) != 0 {
		near = s.after(wd.start)
	}
	listed := s.listedGenitive(wd)
	if g&isFunction != 0 && listed&asGiven == 0 && wd.letters > 1 {
		return Span{}, false
	}
	switch {
	case b.grammar&isTitle != 0 && near == touching && wd.letters > 1:
		return s.stretch(wd), true
	case wd.letters == 1:
		return s.initialed(wd)
	case s.at(wd.start-1) == '@' && !s.wordBefore(wd.start-1):
		return s.stretch(wd), true
	case b.grammar&isGreeting != 0 && near == touching && g&isMonth == 0 && s.greetingEnds(wd.end):
		return s.stretch(wd), true
	case b.grammar&isClosing != 0 && near == acrossLine && s.signature(wd):
		return s.stretch(wd), true
	}
	if listed&asFamily != 0 || s.role() {
		if span, ok := s.surnameFirst(wd); ok {
			return span, true
		}
	}
	if s.apposed(wd) && wd.letters > 2 && g&(isMonth|isFunction) == 0 {
		return s.stretch(wd), true
	}
	if wd.allCaps() {
		if span, ok := s.shouted(wd); ok {
			return span, true
		}
	}
	if listed&(asGiven|asFamily) != 0 {
		return s.fromList(wd, g, listed)
	}
	return s.beforeSurname(wd, g)
}

// beforeSurname finds a given name that is on no list, before a surname that is,
// where a person is spoken of.
func (s *scanner) beforeSurname(wd *word, g grammar) (Span, bool) {
	if s.at(wd.end) != ' ' || !s.role() {
		return Span{}, false
	}
	next := readWord(s.window, wd.end+1)
	if !next.capital || s.after(wd.start) != touching || g&(isMonth|isFunction|isDeterminer) != 0 ||
		s.listedGenitive(&next)&(asFamily|asCommon) != asFamily || s.wordEnd(&next) < 0 || !s.ends(next.end) {
		return Span{}, false
	}
	return Span{Start: wd.start, End: next.end, Kind: Name}, true
}

// small finds a given name and a surname in small letters, where a person is
// spoken of: "the patient jane doe".
func (s *scanner) small(wd *word, g grammar) (Span, bool) {
	if g&isParticle != 0 && s.before[0].grammar&isTitle != 0 && s.after(wd.start) == touching {
		return s.particled(wd)
	}
	if g&isFunction != 0 || s.at(wd.end) != ' ' || !s.isListedGiven(wd) {
		return Span{}, false
	}
	next := readWord(s.window, wd.end+1)
	surname := s.listedGenitive(&next)
	if surname&asFamily == 0 || next.capital {
		return Span{}, false
	}
	if !(s.at(wd.start-1) == '@' || s.role() && s.after(wd.start) == touching || s.speaks(&next)) {
		return Span{}, false
	}
	if lexicon.grammar(next.key)&isFunction != 0 || s.wordEnd(&next) < 0 || s.names.get(wd.key).has()&s.names.get(next.key).has()&asCommon != 0 {
		return Span{}, false
	}
	return Span{Start: wd.start, End: next.end, Kind: Name}, true
}

// particled finds a surname behind a title that starts with a small word: "Herr van
// den Berg".
func (s *scanner) particled(wd *word) (Span, bool) {
	last := *wd
	for n := 0; n < maxNamePart && s.at(last.end) == ' '; n++ {
		last = readWord(s.window, last.end+1)
		if last.capital {
			return Span{Start: wd.start, End: last.end, Kind: Name}, s.wordEnd(&last) > 0
		}
		if !is(last.key, isParticle) {
			break
		}
	}
	return Span{}, false
}

// shouted finds two words in capitals where a person is spoken of, of which one is
// a name.
func (s *scanner) shouted(wd *word) (Span, bool) {
	if s.at(wd.end) != ' ' {
		return Span{}, false
	}
	next := readWord(s.window, wd.end+1)
	if !next.allCaps() || next.letters < 3 || s.wordEnd(&next) < 0 || !s.role() && !s.speaks(&next) {
		return Span{}, false
	}
	if (s.listed(wd)|s.listed(&next))&(asGiven|asFamily) == 0 && (wd.letters < 5 || next.letters < 5) {
		return Span{}, false
	}
	return Span{Start: wd.start, End: next.end, Kind: Name}, true
}

// stretch returns the span of a name that starts with a word and goes on over
// what can only belong to it.
func (s *scanner) stretch(wd *word) Span {
	span := Span{Start: wd.start, End: wd.end, Kind: Name}
	for n := 0; n < maxNamePart; n++ {
		at, hyphen := s.nextPart(span.End)
		if at < 0 {
			break
		}
		next := readWord(s.window, at)
		g := lexicon.grammar(next.key)
		switch {
		case g&isParticle != 0 && !next.capital && !hyphen:
			after := readWord(s.window, next.end+1)
			if s.at(next.end) != ' ' || !after.capital {
				return span
			}
			span.End = after.end
			continue
		case !next.capital || s.wordEnd(&next) < 0 || next.letters < 2 || g&isFunction != 0:
			return span
		case !hyphen && s.listedGenitive(&next)&(asGiven|asFamily) == 0 && !s.ends(next.end):
			return span
		}
		span.End = next.end
	}
	return span
}

// ends reports whether a clause ends at i, so that what stands before it is no
// attribute of what follows.
func (s *scanner) ends(i int) bool {
	switch s.at(i) {
	case 0, ',', '.', '!', '?', ';', ':', ')', '\n', '\r', '<', '>', '"', '\'':
		return true
	case ' ':
		next := readWord(s.window, i+1)
		return next.letters == 0 || !next.capital
	}
	return false
}

// nextPart returns where the next part of a name starts behind i, and whether a
// hyphen joins it; -1 if there is none.
func (s *scanner) nextPart(i int) (at int, hyphen bool) {
	if b := s.at(i); (b == ' ' || b == '-') && s.wordAt(i+1) {
		return i + 1, b == '-'
	}
	return -1, false
}

// initialed finds "J. Doe": an initial and a surname that is one.
func (s *scanner) initialed(wd *word) (Span, bool) {
	at := wd.end + 1
	if s.at(wd.end) == '.' && s.at(at) == ' ' {
		at++
	}
	if s.at(wd.end) != '.' || s.wordBefore(wd.start) || s.at(wd.start-1) == '.' {
		return Span{}, false
	}
	next := readWord(s.window, at)
	g := lexicon.grammar(next.key)
	if !next.capital || next.letters < 3 || g&(isFunction|isMonth|isNobody) != 0 || s.wordEnd(&next) < 0 {
		return Span{}, false
	}
	if s.listedGenitive(&next)&(asFamily|asGiven) == 0 && !s.role() && !s.speaks(&next) {
		return Span{}, false
	}
	span := s.stretch(&next)
	span.Start = wd.start
	return span, true
}

// fromList finds a name by the list: a given name with a surname behind it, or one of
// them alone where people are spoken of.
func (s *scanner) fromList(wd *word, g grammar, listed role) (Span, bool) {
	if g&isFunction != 0 || g&isMonth != 0 && listed&asGiven == 0 {
		return Span{}, false
	}
	if listed&asGiven != 0 {
		if span := s.stretch(wd); span.End > wd.end {
			return span, listed&asCommon == 0 || s.spoken(wd, span.End) || s.secondIsName(wd)
		}
	}
	if g&isMonth != 0 || listed&asCommon != 0 && !s.people.settled() || s.ordinary(wd) || !s.spoken(wd, s.stretch(wd).End) {
		return Span{}, false
	}
	return Span{Start: wd.start, End: wd.end, Kind: Name}, true
}

// spoken reports whether people are spoken of beside a name that starts with a word and
// goes on to end.
func (s *scanner) spoken(wd *word, end int) bool {
	return s.role() || s.speaks(wd) || end > wd.end && s.speaksAt(end)
}

// secondIsName reports whether the word behind is a name and no other word.
func (s *scanner) secondIsName(wd *word) bool {
	next := readWord(s.window, wd.end+1)
	return s.listedGenitive(&next)&(asFamily|asCommon) == asFamily
}

// surnameFirst finds "Doe, Jane".
func (s *scanner) surnameFirst(wd *word) (Span, bool) {
	if s.at(wd.end) != ',' || s.at(wd.end+1) != ' ' {
		return Span{}, false
	}
	next := readWord(s.window, wd.end+2)
	g, listed := lexicon.grammar(next.key), s.listedGenitive(&next)
	if !next.capital || listed&asGiven == 0 || g&(isMonth|isFunction) != 0 || s.wordEnd(&next) < 0 || listed&asCommon != 0 && !s.role() {
		return Span{}, false
	}
	return Span{Start: wd.start, End: next.end, Kind: Name}, true
}

// signature reports whether the line that a word starts is a name: few words with
// capitals and nothing else.
func (s *scanner) signature(wd *word) bool {
	words := 1
	for i := wd.end; ; words++ {
		switch s.at(i) {
		case 0, '\n', '\r', '<', ',':
			return words <= maxNamePart
		case ' ', '-', '.':
			next := readWord(s.window, i+1)
			if next.letters == 0 && s.at(i) == ' ' {
				return s.at(i+1) == '\n' || s.at(i+1) == '\r'
			}
			if next.letters == 0 || !next.capital && !is(next.key, isParticle) || lexicon.grammar(next.key)&(isFunction|isNobody) != 0 {
				return false
			}
			i = next.end
		default:
			return false
		}
	}
}

// maxSenderWords bounds the name before an address.
const maxSenderWords = 4

// sender finds the name before an address in angle brackets, as mail programs
// write them: "Jane Doe <jane@example.test>".
func (s *scanner) sender(address Span) {
	i := address.Start - 1
	if s.at(i) == ';' && s.has(i-3, "&lt;") {
		i -= 3
	} else if s.at(i) != '<' {
		return
	}
	for i > s.lo && (s.text[i-1] == ' ' || s.text[i-1] == '"') {
		i--
	}
	end, start := i, i
	for n := 0; n < maxSenderWords; n++ {
		from := wordStart(s.window, start, max(s.lo, start-maxLocal))
		wd := readWord(s.window, from)
		if from == start || wd.end != start || !wd.capital || lexicon.grammar(wd.key)&isFunction != 0 && n == 0 {
			break
		}
		if i = from; s.at(from-1) != ' ' && s.at(from-1) != '-' {
			start = from
			break
		}
		start = from - 1
	}
	if start < i {
		start = i
	}
	if start < end && start >= s.lo {
		s.spans = append(s.spans, Span{Start: start, End: end, Kind: Name})
	}
}
