package privacy

import "unicode/utf8"

// gap says what lies between the word before and i.
type gap int

const (
	apart    gap = iota
	touching     // nothing but blanks, or a full stop and a blank behind a title
	acrossComma
	acrossLine
)

// after is what lies between the last word before and i.
func (s *scanner) after(i int) gap { return s.between(int(s.before[0].end), i) }

func (s *scanner) between(end, i int) gap {
	if end == 0 || end > i || i-end > 64 {
		return apart
	}
	g := touching
	for at := end; at < i; at++ {
		switch b := s.text[at]; b {
		case ' ', '\t', '*', '_', '.', '"', '\'', '(':
		case ',':
			g = acrossComma
		case '\n', '\r':
			g = acrossLine
		case '<':
			for at < i && s.text[at] != '>' {
				at++
			}
		case '&':
			if !s.has(at, "&nbsp;") {
				return apart
			}
			at += len("&nbsp;") - 1
		case ':':
			if at > end {
				return apart
			}
		default:
			if b < utf8.RuneSelf {
				return apart
			}
		}
	}
	return g
}

// addressed reports whether the word before makes this one a name whatever it is:
// a title, a greeting, an @.
func (s *scanner) addressed(wd *word) bool {
	if s.at(wd.start-1) == '@' && !s.wordBefore(wd.start-1) {
		return true
	}
	b := &s.before[0]
	if b.grammar&(isTitle|isGreeting) == 0 {
		return false
	}
	return s.after(wd.start) == touching && !(b.grammar&isGreeting != 0 && !s.greetingEnds(wd.end))
}

// greetingEnds reports whether a greeting may end at i: "Hi Will," but not "Hello
// will you".
func (s *scanner) greetingEnds(i int) bool {
	switch b := s.at(i); b {
	case 0, ',', '!', '.', ':', ';', '\n', '\r', '<', '-', '&':
		return true
	case ' ':
		next := s.at(i + 1)
		if next == '-' || next == '\n' || next == ',' || next >= utf8.RuneSelf || next == '(' || next == ' ' {
			return true
		}
		wd := readWord(s.window, i+1)
		return wd.capital || lexicon.grammar(wd.key)&(isFunction|isRole) == 0 || lexicon.grammar(wd.key)&isBySpeaker == 0
	}
	return false
}

// role reports whether a word for a person, or one that leads to one, stands
// before: "our colleague Dawn", "laut Koch".
func (s *scanner) role() bool {
	return s.before[0].grammar&(isRole|isToPerson) != 0 && s.before[0].end > 0
}

// apposed reports whether a word for a person stands right before, of whom the
// word is the name: "the patient Jane", "unsere Kollegin Jane". In the names of
// things both have capitals: "the Customer Portal".
func (s *scanner) apposed(wd *word) bool {
	b, bb := &s.before[0], &s.before[1]
	if b.grammar&isRole == 0 || s.after(wd.start) != touching || s.startsSentence(wd.start) {
		return false
	}
	return b.grammar&wasCapital == 0 || bb.grammar&isDeterminer != 0 && bb.grammar&isEnglish == 0
}

// speaks reports whether what follows the word makes it a person: an English
// genitive, or a verb of what people do.
func (s *scanner) speaks(wd *word) bool { return s.speaksAt(wd.end) }

func (s *scanner) speaksAt(end int) bool {
	if genitiveAfter(s.window, end) {
		return true
	}
	if s.at(end) != ' ' {
		return false
	}
	next := readWord(s.window, end+1)
	g := lexicon.grammar(next.key)
	if next.letters == 0 || next.capital {
		return false
	}
	if g&isHas != 0 && s.at(next.end) == ' ' { // "hat mir gesagt": what has something is no matter
		g = lexicon.grammar(readWord(s.window, next.end+1).key)
		return g&isPronoun != 0
	}
	return g&isBySpeaker != 0
}

func genitiveAfter(w window, i int) bool {
	if w.at(i) == '\'' {
		return lower(w.at(i+1)) == 's' && !w.wordAt(i+2)
	}
	r, size := w.rune(i)
	return r == '\u2019' && lower(w.at(i+size)) == 's' && !w.wordAt(i+size+1)
}

// ordinary reports whether a word that may be a name is used as any other: behind a
// determiner, as a month, at the start of a sentence, in a compound.
func (s *scanner) ordinary(wd *word) bool {
	b, bb := &s.before[0], &s.before[1]
	near := b.end > 0 && s.after(wd.start) == touching
	switch {
	case s.compound(wd):
		return true
	case near && b.grammar&isDeterminer != 0:
		return true
	case near && b.grammar&wasCapital == 0 && bb.grammar&isDeterminer != 0 && b.grammar&(isRole|isToPerson) == 0 && s.between(int(bb.end), int(b.start)) == touching:
		return true // "der neue Koch"
	case near && b.grammar&isPeriod != 0 && lexicon.grammar(wd.key)&isMonth != 0:
		return true
	}
	return s.startsSentence(wd.start) && lexicon.grammar(wd.key)&isFunction != 0 && !s.speaks(wd)
}

// maxTag is how far back the start of a tag is looked for.
const maxTag = 512

// inTag reports whether i lies inside a tag of HTML.
func (w window) inTag(i int) bool {
	for at := i - 1; at >= w.lo && at > i-maxTag; at-- {
		switch w.text[at] {
		case '>':
			return false
		case '<':
			return isLetter(w.at(at+1)) || w.at(at+1) == '/'
		}
	}
	return false
}

// compound reports whether the word is a part of a longer one: "Vogel-Projekt".
func (s *scanner) compound(wd *word) bool {
	if s.at(wd.end) == '-' && s.wordAt(wd.end+1) {
		return true
	}
	return s.at(wd.start-1) == '-' && s.wordBefore(wd.start-1)
}

// startsSentence reports whether a sentence, a line or a quotation starts at i.
func (s *scanner) startsSentence(i int) bool {
	for i > s.lo {
		switch b := s.text[i-1]; b {
		case ' ', '\t', '"', '\'', '*', '(':
			i--
		case '.', '!', '?', ':', '\n', '\r', '>', '-':
			return true
		default:
			return false
		}
	}
	return true
}
