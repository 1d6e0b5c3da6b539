package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Identity is what a help desk has on record of one person.
type Identity struct {
	Name   string
	Emails []string
	Phones []string
	Role   string // helpdesk.RoleContact or RoleAgent; for the engine to come
}

// People are the people of one ticket: requester, assignee, authors,
// participants. Detect finds their names, addresses and numbers in the ticket's
// text by their exact forms, in upper or lower case. The zero value is empty, and so is
// nil. Reset makes one value serve ticket after ticket.
type People struct {
	all   []Identity
	forms []form
	text  []byte // of all forms, lower case
	// first says by stage which bytes a form starts with, in either case.
	first [3][256]bool
}

// A form is one way in which a person is written.
type form struct {
	from, to int // in People.text
	kind     Kind
	person   int // from 1
}

// Shorter forms would be found in words and numbers that have nothing to do with
// the person.
const (
	minNameForm  = 5
	minPhoneForm = 7 // digits
)

// Reset empties the list and keeps its memory.
func (p *People) Reset() {
	p.all, p.forms, p.text = p.all[:0], p.forms[:0], p.text[:0]
	p.first = [3][256]bool{}
}

// Add puts a person on the list.
func (p *People) Add(id Identity) {
	p.all = append(p.all, id)
	p.addName(id.Name)
	for _, e := range id.Emails {
		if strings.Contains(e, "@") {
			p.addForm(Email, strings.TrimSpace(e))
		}
	}
	for _, number := range id.Phones {
		if countDigits(number) >= minPhoneForm {
			p.addForm(Phone, strings.TrimSpace(number))
		}
	}
}

// addName adds "Jane Doe" and "Doe, Jane". A single word is not searched for: it
// may be one of any sentence's.
func (p *People) addName(name string) {
	if strings.Contains(name, "@") {
		p.addForm(Email, strings.TrimSpace(name))
		return
	}
	given, family := splitName(name)
	if given == "" || len(name) < minNameForm {
		return
	}
	p.addForm(Name, given, " ", family)
	p.addForm(Name, family, ", ", given)
}

// splitName splits "Jane Doe" and "Doe, Jane" alike. given is empty for a name of
// one word.
func splitName(name string) (given, family string) {
	name = strings.TrimSpace(name)
	if family, given, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	i := strings.LastIndexByte(name, ' ')
	if i < 0 {
		return "", name
	}
	return strings.TrimSpace(name[:i]), name[i+1:]
}

func (p *People) addForm(kind Kind, parts ...string) {
	from := len(p.text)
	for _, part := range parts {
		for _, r := range part {
			p.text = utf8.AppendRune(p.text, unicode.ToLower(r))
		}
	}
	if len(p.text) == from {
		return
	}
	p.forms = append(p.forms, form{from, len(p.text), kind, len(p.all)})
	r, _ := utf8.DecodeRune(p.text[from:])
	first := &p.first[stageOf(kind)]
	first[p.text[from]] = true
	first[firstByte(unicode.ToUpper(r))] = true
}

func firstByte(r rune) byte {
	var b [utf8.UTFMax]byte
	utf8.EncodeRune(b[:], r)
	return b[0]
}

// stageOf says that phone numbers compete with other numbers, the rest with words.
func stageOf(kind Kind) int {
	if kind == Phone {
		return numbers.place
	}
	return words.place
}

// tried reports whether a form of this stage may start with the byte.
func (p *People) tried(s *stage, b byte) bool { return p != nil && p.first[s.place][b] }

// match returns the longest form that stands at i as a word of its own.
func (p *People) match(s *stage, w window, i int) (best Span, found bool) {
	if w.wordBefore(i) || s == numbers && !phoneStarts(w, i) {
		return best, false
	}
	for _, f := range p.forms {
		if stageOf(f.kind) != s.place {
			continue
		}
		end := formEnd(w, i, p.text[f.from:f.to], f.kind)
		if end < 0 {
			continue
		}
		span := Span{Start: i, End: end, Kind: f.kind, Valid: true, Person: f.person}
		if !found || span.better(best) {
			best, found = span, true
		}
	}
	return best, found
}

// formEnd returns where the form ends that starts at i, or -1 if it does not
// stand there. The s of a German or English genitive belongs to the name.
func formEnd(w window, i int, form []byte, kind Kind) int {
	end := foldedEnd(w, i, form)
	switch {
	case end < 0:
		return -1
	case kind == Email && strings.IndexByte("._+-", w.at(i-1)) >= 0:
		return -1
	case kind == Name && lower(w.at(end)) == 's':
		end++
	}
	if w.wordAt(end) || w.at(end) == '@' {
		return -1
	}
	return end
}

// foldedEnd compares rune by rune with a form in lower case.
func foldedEnd(w window, i int, form []byte) int {
	for len(form) > 0 {
		r, size := w.rune(i)
		f, n := utf8.DecodeRune(form)
		if size == 0 || unicode.ToLower(r) != f {
			return -1
		}
		i, form = i+size, form[n:]
	}
	return i
}

func countDigits(s string) (n int) {
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}
