package privacy

import (
	"cmp"
	"slices"
)

// reach is how far from its trigger, in bytes, a recognizer of numbers can see: a
// cue, and the longest number with the longest separators.
const reach = maxCueBytes + maxIBAN*(1+len("&nbsp;"))

// Detect appends the spans of personal data in text to dst and returns it. They
// lie inside the text, in order, and do not overlap. With room in dst it
// allocates nothing.
func Detect(dst []Span, text []byte, people *People) []Span {
	s := scanner{spans: dst, base: len(dst), people: people}
	for _, s.stage = range stages {
		s.gaps(text)
	}
	found := s.spans[s.base:]
	found = slices.DeleteFunc(found, func(s Span) bool { return s.Kind == reserved })
	return s.spans[:s.base+len(found)]
}

// A scanner goes over one text in stages.
type scanner struct {
	spans  []Span
	base   int // of the spans of this text
	people *People
	stage  *stage
}

// gaps scans what lies between the spans that earlier stages settled.
func (s *scanner) gaps(text []byte) {
	lo := 0
	for i, n := s.base, len(s.spans); i < n; i++ {
		wall := s.spans[i]
		s.scan(window{text, lo, wall.Start}, lo)
		lo = wall.End
	}
	s.scan(window{text, lo, len(text)}, lo)
	slices.SortFunc(s.spans[s.base:], func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
}

// scan appends the spans of a window that are triggered at or after from. Each
// span becomes a wall that the rest is read against, also what stands just left
// of it: a number that was refused because of its neighbour may now be one.
func (s *scanner) scan(w window, from int) {
	for {
		span, ok := s.next(w, from)
		if !ok {
			return
		}
		s.scan(window{w.text, w.lo, span.Start}, max(w.lo, span.Start-reach))
		s.spans = append(s.spans, span)
		w.lo, from = span.End, span.End
	}
}

// next returns the first span triggered at or after from, or the better one that
// overlaps it.
func (s *scanner) next(w window, from int) (best Span, ok bool) {
	for i := from; i < w.hi; i++ {
		if !s.tries(w.text[i]) {
			continue
		}
		if best, ok = s.matchAt(w, i); !ok {
			continue
		}
		for i++; i < best.End; i++ {
			if other, ok := s.matchAt(w, i); ok && other.better(best) {
				best = other
			}
		}
		return best, true
	}
	return best, false
}

func (s *scanner) tries(b byte) bool {
	return s.stage.tried[b] != 0 || s.people.tried(s.stage, b)
}

// matchAt returns the best of what starts or is triggered at i.
func (s *scanner) matchAt(w window, i int) (best Span, found bool) {
	b := w.text[i]
	for k, tried := 0, s.stage.tried[b]; tried != 0; k, tried = k+1, tried>>1 {
		if tried&1 == 0 {
			continue
		}
		r := s.stage.recognizers[k]
		if span, ok := r.match(w, i, r.cues); ok && (!found || span.better(best)) {
			best, found = span, true
		}
	}
	if s.people.tried(s.stage, b) {
		if span, ok := s.people.match(s.stage, w, i); ok && (!found || span.better(best)) {
			best, found = span, true
		}
	}
	return best, found
}

// better ranks spans that overlap: what holds all of the other; then what a checksum
// confirms, then the longest, then what tells whose it is. Of equals the first
// recognizer in the stage stays.
func (s Span) better(than Span) bool {
	n, m := s.End-s.Start, than.End-than.Start
	switch {
	case s.holds(than) != than.holds(s):
		return s.holds(than)
	case s.Valid != than.Valid:
		return s.Valid
	case n != m:
		return n > m
	}
	return s.Person > 0 && than.Person == 0
}

func (s Span) holds(other Span) bool { return s.Start <= other.Start && other.End <= s.End }

// Rewrite appends text to dst with each span replaced by what op appends for it.
// Bytes outside the spans stay as they are. Spans must come as from Detect; one
// that does not is left out.
func Rewrite(dst, text []byte, spans []Span, op func(dst []byte, s Span, found []byte) []byte) []byte {
	at := 0
	for _, s := range spans {
		if s.Start < at || s.End < s.Start || s.End > len(text) {
			continue
		}
		dst = append(dst, text[at:s.Start]...)
		dst = op(dst, s, text[s.Start:s.End])
		at = s.End
	}
	return append(dst, text[at:]...)
}
