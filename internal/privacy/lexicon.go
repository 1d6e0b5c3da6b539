package privacy

import (
	"strings"
	"sync"
)

// A grammar says what a word does to the words beside it, in English or German.
// A text's language is not known, so the words of both count.
type grammar uint64

const (
	isTitle       grammar = 1 << iota // "Mr", "Frau": a name follows
	isGreeting                        // "Dear", "Hallo": likewise
	isClosing                         // "Regards", "Grüße": a name stands on the next line
	isRole                            // "colleague", "Kundin": a name may follow
	isToPerson                        // "told", "laut": a name may follow
	isBySpeaker                       // "said", "schrieb": a name may stand before
	isDeterminer                      // "the", "der": an ordinary noun follows
	isPeriod                          // "in", "seit": a month may follow
	isMonth                           // "May", "März"
	isNobody                          // "team", "Damen": addressed like a person
	isFunction                        // "the", "und": no name, also with a capital
	isReplacement                     // a replacement of our own may start here
	isData                            // "data": an inline file may start here
	isPassword                        // "password", "PIN": a secret follows
	isSecret                          // "token", "key"
	isScheme                          // "sk", "ghp": the start of a vendor's key
	isBegin                           // "BEGIN": a key in PEM may follow
	isUnit                            // "Apt", "Flat"
	isState                           // "NY", a state of the US
	isBox                             // "PO", "Postfach"
	isCode                            // "BIC": a code of letters follows
	isParticle                        // "van": part of a surname, and none by itself
	isLegalForm                       // "Ltd": the end of a company's name
	isMailbox                         // "info": an address of nobody's (RFC 2142)
	isHas                             // "hat"
	isPronoun                         // "mir": somebody is spoken to
	isEnglish                         // a determiner of English
)

// said is what a word says to the recognizers of numbers.
type said struct{ speaks, adverse cueSet }

// A lexicalEntry is what the lexicon knows of a word.
type lexicalEntry struct {
	key     uint64
	grammar grammar
	said    int32 // the index of what it says; 0 for nothing
}

// A words table maps keys to entries of the lexicon.
type wordTable struct {
	filter  [1 << (filterBits - 6)]uint64
	entries []lexicalEntry
	narrow  uint8 // 64 less the bits that address entries
	n       int
}

const (
	filterBits  = 15
	filterShift = 64 - filterBits
)

func (t *wordTable) at(key uint64) *lexicalEntry {
	for i := key >> (t.narrow & 63); ; i++ {
		e := &t.entries[i&uint64(len(t.entries)-1)]
		if e.key == key || e.key == 0 {
			return e
		}
	}
}

func (t *wordTable) may(key uint64) bool {
	h := key >> filterShift
	return t.filter[h/64]&(1<<(h%64)) != 0
}

// entry returns the entry of a key, which it makes if there is none.
func (t *wordTable) entry(key uint64) *lexicalEntry {
	if 2*t.n >= len(t.entries) {
		old := t.entries
		t.entries = make([]lexicalEntry, max(2*len(old), 1024))
		t.narrow = narrowTo(len(t.entries))
		for _, e := range old {
			if e.key != 0 {
				*t.at(e.key) = e
			}
		}
	}
	e := t.at(key)
	if e.key == 0 {
		e.key = key
		t.n++
		h := key >> filterShift
		t.filter[h/64] |= 1 << (h % 64)
	}
	return e
}

// A lexiconTable holds every word that the package knows.
type lexiconTable struct {
	words    wordTable
	prefixes wordTable // of cues that end in *
	heads    wordTable // the first letters of prefixes
	sayings  []said
}

// lexicon is filled by prepare. Recognizers look into it and it is made of their
// cues, which is a circle for a plain variable.
var lexicon *lexiconTable

// prepare is called by whoever looks at a text or at a name first: programs that only
// read policies, as most of Lambda's functions are, need not wait for it.
var prepare = sync.OnceFunc(func() {
	lexicon = &lexiconTable{sayings: make([]said, 1)}
	lexicon.words.entry(1)
	lexicon.prefixes.entry(1)
	lexicon.heads.entry(1)
	for g, list := range grammarWords {
		for w := range strings.FieldsSeq(list) {
			lexicon.words.entry(keyOf(w)).grammar |= g
		}
	}
	id := 1
	for _, c := range allCues() {
		if c != nil && c.id == 0 {
			c.id = id
			lexicon.learn(c)
			id++
		}
	}
	placeIdentifiers()
	readNicknames()
})

// learn takes in the cues of one recognizer.
func (l *lexiconTable) learn(c *cues) {
	for _, w := range c.speaks {
		l.saying(w).speaks.set(c.id)
	}
	for _, w := range c.adverse {
		l.saying(w).adverse.set(c.id)
	}
}

func (l *lexiconTable) saying(cue string) *said {
	stem, open := strings.CutSuffix(cue, "*")
	e := l.words.entry(keyOf(stem))
	if open {
		e = l.prefixes.entry(keyOf(stem))
		l.heads.entry(readWord(window{[]byte(stem), 0}, 0).head)
	}
	if e.said == 0 {
		e.said = int32(len(l.sayings))
		l.sayings = append(l.sayings, said{})
	}
	return &l.sayings[e.said]
}

// grammar is what the lexicon knows of a word's place in a sentence.
func (l *lexiconTable) grammar(key uint64) grammar {
	if !l.words.may(key) {
		return 0
	}
	return l.words.at(key).grammar
}

// is reports whether a word is of some grammar.
func is(key uint64, g grammar) bool { return lexicon.grammar(key)&g != 0 }

// look is grammar, what the word says as a cue (0 for nothing), and whether it may
// start with one.
func (l *lexiconTable) look(wd *word) (g grammar, said int32, open bool) {
	if l.words.may(wd.key) {
		e := l.words.at(wd.key)
		g, said = e.grammar, e.said
	}
	return g, said, wd.letters > headLetters && l.heads.may(wd.head)
}

// prefixesOf are the sayings of the cues that the word between start and end starts
// with.
func (l *lexiconTable) prefixesOf(w window, start, end int) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		wd := none
		block, n := lettersOf(blockAt(w.text[:end], start))
		for size := headLetters; size <= n; size++ { // as nearly all of them are: short, and of ASCII
			if at := l.prefix(keyed(keySeed, block&(1<<(8*size)-1))); at > 0 && !yield(at) {
				return
			}
		}
		for k := range n {
			wd.add(byte(block >> (8 * k)))
		}
		for i := start + n; i < end; {
			r, size := letterAt(w, i)
			if size == 0 {
				return
			}
			wd.addRune(r)
			i += size
			if at := l.prefix(wd.key); at > 0 && !yield(at) {
				return
			}
		}
	}
}

// prefix is what a cue says that is the start of a word; 0 if there is none.
func (l *lexiconTable) prefix(key uint64) int32 {
	if l.prefixes.may(key) {
		if e := l.prefixes.at(key); e.key == key {
			return e.said
		}
	}
	return 0
}
