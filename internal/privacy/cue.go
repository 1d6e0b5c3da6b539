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

// A verdict is what the nearest cue says.
type verdict int

const (
	adverse verdict = iota - 1
	silent
	speaks
)

// before returns what the nearest cue before i says. It reads back over words,
// blanks, light punctuation and markup, and stops at digits, brackets and the
// line's end: there something else begins.
func (c *cues) before(w window, i int) verdict {
	stop := max(w.lo, i-maxCueBytes)
	for n := 0; n < maxCueWords; n++ {
		end := skipBack(w, i, stop, n == 0)
		if end < 0 {
			return silent
		}
		start := wordStart(w, end, stop)
		if v := c.judge(w, start, end, n); v != silent {
			return v
		}
		i = start
	}
	return silent
}

// skipBack goes back from i over what may stand between words, and returns the
// end of the word before, or -1 where there is none. Right before the value the
// line may end, if a colon says that something comes ("Phone:\n555 …").
func skipBack(w window, i, stop int, first bool) int {
	broken := false
	for i > stop {
		b := w.text[i-1]
		switch {
		case first && (b == '\n' || b == '\r'):
			broken = true
			i--
		case broken && b != ' ' && b != ':':
			return -1
		case isLetter(b) || b >= utf8.RuneSelf && w.wordBefore(i):
			return i
		case b == '>':
			if i = tagStart(w, i, stop); i < 0 {
				return -1
			}
		case b < utf8.RuneSelf && strings.IndexByte(" \t.,:;-/=\"'*(&", b) < 0:
			return -1
		default:
			broken = broken && b != ':'
			i--
		}
	}
	return -1
}

// tagStart goes back over the tag that ends at i ("<b>Tel:</b> 030 …").
func tagStart(w window, i, stop int) int {
	for i--; i > stop; i-- {
		if w.text[i-1] == '<' {
			return i - 1
		}
	}
	return -1
}

func wordStart(w window, i, stop int) int {
	for i > stop && !isDigit(w.text[i-1]) && w.wordBefore(i) {
		_, size := w.runeBefore(i)
		i -= size
	}
	return max(i, stop)
}

func (c *cues) judge(w window, start, end, n int) verdict {
	if end-start == 1 && (n > 0 || w.at(end) != ':' && w.at(end) != '.') {
		return silent
	}
	switch {
	case listed(c.speaks, w, start, end):
		return speaks
	case n < maxAdverseWords && listed(c.adverse, w, start, end):
		return adverse
	}
	return silent
}

func listed(list []string, w window, start, end int) bool {
	for _, word := range list {
		stem, open := strings.CutSuffix(word, "*")
		if (len(stem) == end-start || open && len(stem) < end-start) && w.foldedAt(start, stem) {
			return true
		}
	}
	return false
}

// foldedAt is has for words with the umlauts of Latin-1, whose capitals differ by
// one bit of the second byte as in ASCII (Ü is C3 9C, ü is C3 BC).
func (w window) foldedAt(i int, s string) bool {
	for k := range len(s) {
		b := lower(w.at(i + k))
		if k > 0 && s[k-1] == 0xC3 && b >= 0x80 && b <= 0x9E {
			b |= 0x20
		}
		if b != s[k] {
			return false
		}
	}
	return true
}
