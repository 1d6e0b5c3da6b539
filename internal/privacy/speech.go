package privacy

import (
	"strings"
	"sync"
)

// Words that hold sentences together, of English and of German. None is a word of both:
// "in", "an", "was", "die" of a cast, which German has more often, and the like.
const (
	englishWords = "the and is are of to you your for that it with have has had my we our this on be can from but would could they he she his her " +
		"please when which there what who been were not do does did"
	germanWords = "der die das und ist nicht ich mit für auf ein eine einen einem zu den dem des von sie wir wie bei aus dass haben habe wird ihre ihr " +
		"mir uns auch noch nach kann bitte vom zum zur oder sich im am wurde sind"
)

// A speech is a language that the tagger was, or was not, taught.
type speech int8

const (
	english speech = 1
	german  speech = -1
)

// speeches are the words above, by their keys. No table is made of them at the start.
var speeches = sync.OnceValue(func() map[uint64]speech {
	all := map[uint64]speech{}
	for of, words := range map[speech]string{english: englishWords, german: germanWords} {
		for word := range strings.FieldsSeq(words) {
			all[keyOf(word)] = of
		}
	}
	return all
})

// longestJoin is how many letters the longest of these words has.
const longestJoin = 6

// englishIn is how many words of a text are English more than German, of those that hold
// sentences together.
func englishIn(text []byte) (more int) {
	words := speeches()
	w := window{text, 0}
	var wd word
	for i := 0; i < len(text); {
		if classes256[text[i]] != classWord {
			i++
			continue
		}
		wd.read(&w, i)
		if wd.end <= i {
			i++
			continue
		}
		if wd.letters <= longestJoin {
			more += int(words[wd.key])
		}
		i = wd.end
	}
	return more
}
