package privacy

import "slices"

// Detect is the function Detect as the policy wants it: what has the form of a surrogate
// is left alone where the policy makes any.
func (c *Compiled) Detect(dst []Span, text []byte, people *People) []Span {
	if !c.surrogates {
		return Detect(dst, text, people)
	}
	s := scanners.Get().(*scanner)
	s.begin(text, people)
	s.spans = dst
	s.walls = surrogates(s.walls[:0], text)
	s.scanBetween(s.walls)
	dst = slices.DeleteFunc(s.spans, func(s Span) bool { return s.Kind == reserved })
	s.end()
	return dst
}

// scanBetween is scan, stretch by stretch between spans that are known before: nothing is
// read into them from either side.
func (s *scanner) scanBetween(walls []Span) {
	text := s.text
	for _, wall := range walls {
		s.text, s.hi = text[:wall.Start], wall.Start
		s.scan()
		s.spans = append(s.spans, wall)
		s.settle(wall.End)
		s.before[0], s.before[1] = seen{}, seen{}
	}
	s.text, s.hi = text, len(text)
	s.scan()
}
