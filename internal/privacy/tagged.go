package privacy

import (
	"slices"

	"github.com/safeconduct/safeconduct/internal/privacy/tagger"
)

// Listed is what the lists of names say of a word: for package tagger.
func Listed(word []byte) (l tagger.Listed) {
	roles := gazetteer().get(readWord(window{word, 0}, 0).key).has()
	if roles&asGiven != 0 {
		l |= tagger.Given
	}
	if roles&asFamily != 0 {
		l |= tagger.Family
	}
	if roles&asCommon != 0 {
		l |= tagger.Ordinary
	}
	return l
}

// DetectTagged is Detect with the tagger on: it also looks for names in what Detect
// leaves between its spans, as whole sentences tell them, unless they are German: it would
// take the nouns of German, which have capitals, for names.
func DetectTagged(dst []Span, text []byte, people *People) []Span {
	return tagging.Detect(dst, text, people)
}

// tagging is what of a policy with the tagger alone Detect looks at.
var tagging = &Compiled{tagger: true}

// tag adds the names that the tagger finds between the spans from the first on. Spans
// are walls to it too.
func (s *scanner) tag(first int) {
	if s.tagger == nil {
		s.tagger = tagger.New(Listed)
	}
	lo, n := 0, len(s.spans)
	for i := first; i <= n; i++ {
		hi := len(s.text)
		if i < n {
			hi = s.spans[i].Start
		}
		if hi > lo {
			s.tagged = s.tagger.Find(s.tagged[:0], s.text[lo:hi])
			for _, t := range s.tagged {
				s.spans = append(s.spans, Span{Start: lo + t.Start, End: lo + t.End, Kind: Name})
			}
		}
		if i < n {
			lo = s.spans[i].End
		}
	}
	slices.SortFunc(s.spans[first:], func(a, b Span) int { return a.Start - b.Start })
}
