package privacy

import (
	"bytes"
	"cmp"
	"slices"
)

// Detect is the function Detect as the policy wants it: it finds what the policy's rules and
// the tagger do besides, and leaves alone what has the form of a surrogate where the policy
// makes any.
func (c *Compiled) Detect(dst []Span, text []byte, people *People) []Span {
	return c.detect(dst, text, people, c.tagger && englishIn(text) >= 0)
}

// detect is Detect where it is known whether the tagger is to look at the text.
func (c *Compiled) detect(dst []Span, text []byte, people *People, tagged bool) []Span {
	if !c.surrogates && !tagged && len(c.textRules) == 0 {
		return Detect(dst, text, people)
	}
	s := scanners.Get().(*scanner)
	s.begin(text, people)
	s.spans, s.walls = dst, c.appendWalls(s.walls[:0], text)
	s.scanBetween(s.walls)
	if tagged {
		s.tag(len(dst))
	}
	dst = c.byRules(s.spans, len(dst), text)
	dst = slices.DeleteFunc(dst, func(s Span) bool { return s.Kind == reserved })
	s.end()
	return dst
}

// appendWalls appends the replacements of our own that the policy alone knows.
func (c *Compiled) appendWalls(dst []Span, text []byte) []Span {
	if c.surrogates {
		dst = surrogates(dst, text)
	}
	n := len(dst)
	for _, r := range c.textRules {
		if r.ownKind() {
			dst = r.appendReplaced(dst, text)
		}
	}
	if n < len(dst) {
		slices.SortFunc(dst, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	}
	return dst
}

// appendReplaced appends where "[employee-id]" or "[employee-id 0123456789ab]" stands.
func (r *ownRule) appendReplaced(dst []Span, text []byte) []Span {
	w := window{text, 0}
	for i := 0; ; i++ {
		next := bytes.IndexByte(text[i:], '[')
		if next < 0 {
			return dst
		}
		i += next
		end := i + 1 + len(r.Name)
		switch {
		case !w.exact(i+1, r.Name):
			continue
		case w.at(end) == ' ' && fits(w, end+1, ruleCodeForm):
			end += 1 + ruleCode
		}
		if w.at(end) == ']' {
			dst = append(dst, Span{Start: i, End: end + 1, Kind: reserved})
		}
	}
}

// scanBetween is scan, stretch by stretch between spans that are known before: nothing is
// read into them from either side.
func (s *scanner) scanBetween(walls []Span) {
	text := s.text
	for _, wall := range walls {
		s.text = text[:wall.Start]
		s.scan()
		s.spans = append(s.spans, wall)
		s.settle(wall.End)
		s.before[0], s.before[1] = seen{}, seen{}
	}
	s.text = text
	s.scan()
}
