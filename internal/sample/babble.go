package sample

import (
	"slices"
	"strconv"
	"strings"
)

// A babble is a Markov chain over everything that scenarios say in one language. What it
// says has the words, the sentences and the entropy of real text, and no end.
type babble struct {
	words []string
	next  [][]int32 // words that follow a word somewhere
}

// leap is how many of a hundred words do not follow from the one before. It is
// what makes a segment of a hundred tickets compress by four, as real text does.
const leap = 3

func newBabble(scenarios []*scenario) babble {
	var c babble
	index := map[string]int32{}
	last := int32(-1)
	for _, word := range wordsOf(scenarios) {
		i, known := index[word]
		if !known {
			i = int32(len(c.words))
			index[word] = i
			c.words = append(c.words, word)
			c.next = append(c.next, nil)
		}
		if last >= 0 {
			c.next[last] = append(c.next[last], i)
		}
		last = i
	}
	c.next[last] = append(c.next[last], 0)
	return c
}

// wordsOf lists the words of the scenarios in their order.
func wordsOf(scenarios []*scenario) []string {
	var words []string
	plain := strings.NewReplacer("[", " ", "]", " ", "|", " ")
	for _, s := range scenarios {
		for _, step := range s.steps {
			for _, w := range step.wordings {
				words = append(words, strings.Fields(plain.Replace(w.text))...)
			}
		}
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "-" })
}

func (c babble) word(d *dice) string {
	for {
		if w := pick(d, c.words); strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" {
			return w
		}
	}
}

// say returns at least n bytes of words. Slots become numbers, as orders and
// invoices have.
func (c babble) say(d *dice, n int) string {
	var b strings.Builder
	b.Grow(n + 64)
	at := d.n(len(c.words))
	for {
		if w := c.words[at]; strings.Contains(w, "{") {
			b.WriteString(strconv.Itoa(d.in(100, 9999)))
		} else {
			b.WriteString(w)
		}
		if b.Len() >= n {
			return b.String()
		}
		b.WriteByte(' ')
		if at = int(pick(d, c.next[at])); d.chance(leap) {
			at = d.n(len(c.words))
		}
	}
}
