package privacy

import (
	"strings"
	"unicode/utf8"
)

// How far a cue may stand before its value: "you can reach me on my new mobile
// under 0171 …" has its cue three words away.
const (
	maxCueBytes = 64
	maxCueWords = 5
	// An adverse word counts only close by: "order 555-010-0199" is none, "call the
	// order desk on 555-010-0199" is a number to call.
	maxAdverseWords = 2
)

// cues are the words by which a recognizer knows what a number is. One that ends
// in * is the start of a word, for German compounds. A single letter counts only
// right before the value and with a mark after it ("T: 030 …").
type cues struct {
	speaks  []string // for it
	adverse []string // for something else
	id      int      // its bit in a cueSet, given by the lexicon; 0 is nobody's
}

// A language has its words for and against.
type language struct{ speaks, adverse string }

// newCues takes the words of each language, by its BCP 47 code; a text's own
// language is not known, so all of them count.
func newCues(languages map[string]language) *cues {
	c := &cues{}
	for _, l := range languages {
		c.speaks = append(c.speaks, strings.Fields(l.speaks)...)
		c.adverse = append(c.adverse, strings.Fields(l.adverse)...)
	}
	return c
}

// A cueSet has a bit for each recognizer with cues.
type cueSet [2]uint64

func (s *cueSet) set(id int)     { s[id/64] |= 1 << (id % 64) }
func (s cueSet) has(id int) bool { return s[id/64]&(1<<(id%64)) != 0 }

// meets reports whether two sets share a cue.
func (s *cueSet) meets(o *cueSet) bool { return s[0]&o[0]|s[1]&o[1] != 0 }

// A hearing is what the words before a place say, to all recognizers at once.
type hearing struct {
	at              int // the place it was taken for
	speaks, adverse cueSet
}

// A verdict is what the nearest cue says.
type verdict int

const (
	adverse verdict = iota - 1
	silent
	speaks
)

// verdict is what a hearing says to the owner of c.
func (h *hearing) verdict(c *cues) verdict {
	switch {
	case h.speaks.has(c.id):
		return speaks
	case h.adverse.has(c.id):
		return adverse
	}
	return silent
}

// A cueWord is a word that was read and may be a cue.
type cueWord struct {
	start, end int32
	n          int32 // how many words were read before it
	said       int32 // what the lexicon has of the whole word
	open       bool  // it may start with a cue
}

// heardWords is how many words that may be cues are kept.
const heardWords = 8

// note keeps a word that may be a cue, of the words read so far.
func (s *sight) note(wd *word, said int32, open bool) {
	s.cueWords[s.noted%heardWords] = cueWord{int32(wd.start), int32(wd.end), int32(s.words), said, open}
	s.noted++
	s.cueEnd = wd.end
}

// hear listens to the words before a place. Blanks, light punctuation and markup may lie
// between, but no digits, brackets and ends of lines: there something else begins.
// Of two cues of one recognizer the nearer counts.
func (s *sight) hear(h *hearing) {
	i, at := h.at, h.at
	for k := s.noted - 1; k >= 0 && k >= s.noted-heardWords; k-- {
		c := &s.cueWords[uint(k)%heardWords]
		start, end, n := int(c.start), int(c.end), s.words-1-int(c.n)
		if start < s.lo || i-end > maxCueBytes || n >= maxCueWords || end > at || !s.quiet(end, at, at == i) {
			return
		}
		if end-start > 1 || n == 0 && (s.at(end) == ':' || s.at(end) == '.') {
			if c.said > 0 {
				h.take(&lexicon.sayings[c.said], n < maxAdverseWords)
			}
			if c.open {
				for at := range lexicon.prefixesOf(s.window, start, end) {
					h.take(&lexicon.sayings[at], n < maxAdverseWords)
				}
			}
		}
		at = start
	}
}

// quiet reports whether between a cue and what follows it lies nothing that parts
// them. Right before the value the line may end, if a colon says that something
// comes ("Phone:\n555 …").
func (w window) quiet(from, to int, value bool) bool {
	broken, mark := false, byte(0)
	for i := from; i < to; i++ {
		switch b := w.text[i]; {
		case b == ' ' || b == '\t':
		case b == '\n' || b == '\r':
			if !value || mark != ':' {
				return false
			}
			broken = true
		case b == '<':
			for i < to && w.text[i] != '>' {
				i++
			}
		case broken:
			return false
		case b >= utf8.RuneSelf || isLetter(b):
			mark = b
		case !light.has(b):
			return false
		default:
			mark = b
		}
	}
	return true
}

// light are the signs that do not part a cue from its value.
var light = bytesThat(func(b byte) bool { return isOneOf(b, ".,:;-/=\"'*(&#_>") })

// take adds what one word says to those who have heard nothing yet.
func (h *hearing) take(s *said, close bool) {
	for k := range h.speaks {
		undecided := ^(h.speaks[k] | h.adverse[k])
		h.speaks[k] |= s.speaks[k] & undecided
		if close {
			h.adverse[k] |= s.adverse[k] &^ s.speaks[k] & undecided
		}
	}
}

func wordStart(w window, i, stop int) int {
	for i > stop && !isDigit(w.text[i-1]) && w.wordBefore(i) {
		_, size := w.runeBefore(i)
		i -= size
	}
	return max(i, stop)
}
