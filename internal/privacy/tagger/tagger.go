// Package tagger finds names of people in sentences, by weights that were learned: who
// is on no record and has no word beside the name that says so.
//
// It looks at words with a capital only, and asks of each two questions in turn: does
// a name start here, and, behind one that does, does it go on. An answer is a sum of
// weights of what stands there (the word, its start, end and shape, its neighbours, and
// what lists of names say of them), which a hash of each finds in one table of bytes.
//
// A name that was found is a wall: what stands beside it is looked at as if the text
// ended there. Whoever replaces it by something that is a wall as well, and looks
// again, finds the same. weights.bin is made by package train.
package tagger

import (
	_ "embed"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed weights.bin
var embedded []byte

// Size is how many weights there are: a power of two.
const Size = 1 << 20

// A Listed says what lists of names know of a word: bits of Given, Family, Ordinary.
type Listed uint8

// What a word is on lists.
const (
	Given Listed = 1 << iota
	Family
	Ordinary // also an ordinary word
)

// Lists looks a word up, in whatever case it stands.
type Lists func(word []byte) Listed

// A Span is a name, in bytes.
type Span struct{ Start, End int }

// A Tagger finds names. It keeps memory between texts and serves one goroutine.
type Tagger struct {
	Weights []int8 // Size of them
	Lists   Lists
	// Bias is added to the score of a name that starts: above zero more is found.
	Bias int

	text     []byte
	tokens   []token
	features [maxFeatures]uint32
	n        int
}

// bias is that of the embedded weights: it makes no difference in texts like those that
// they were learned from, and finds more in others.
const bias = 20

// New returns a tagger with the embedded weights.
func New(lists Lists) *Tagger { return &Tagger{Weights: weights(), Lists: lists, Bias: bias} }

var (
	once  sync.Once
	table []int8
)

// weights are read when somebody asks first. No variable is made of them at the start:
// the linker leaves them out where nobody asks.
func weights() []int8 {
	once.Do(func() {
		table = make([]int8, Size)
		for i := range min(len(embedded), Size) {
			table[i] = int8(embedded[i])
		}
	})
	return table
}

// maxFeatures bounds what is asked of one place.
const maxFeatures = 48

// A token is a word, a number, or a sign.
type token struct {
	start, end int
	hash       uint32 // of its letters, in small ones
	shape      shape
	listed     Listed
	looked     bool
	foreign    bool // holds letters that English has not
}

type shape uint8

const (
	sign    shape = iota
	small         // jane
	capital       // Jane
	shouted       // JANE
	mixed         // McDonald
	initial       // J
	number        // 12, 4th
)

// MayStart reports whether a name may start with a token of this shape.
func (s shape) mayStart() bool { return s == capital || s == shouted || s == mixed || s == initial }

// wall stands for what lies behind the ends of the text, or of a name.
var wall = token{hash: 1}

// Read cuts a text into tokens and forgets the last one.
func (t *Tagger) Read(text []byte) {
	t.text, t.tokens = text, t.tokens[:0]
	for i := 0; i < len(text); {
		tok := token{start: i}
		switch b := text[i]; {
		case b == ' ' || b == '\t' || b == '\r':
			i++
			continue
		case isWord(b):
			i = t.word(&tok, i)
		default:
			tok.end, tok.hash = i+1, uint32(b)*16777619+7
			i++
		}
		t.tokens = append(t.tokens, tok)
	}
}

// Forget lets go of the text; what stays is memory only.
func (t *Tagger) Forget() { t.text = nil }

// word reads a word of letters and digits at i and returns its end. An apostrophe stands
// inside a name (O'Brien), and before a genitive's s it does not.
func (t *Tagger) word(tok *token, i int) int {
	text, h := t.text, uint32(2166136261)
	letters, capitals, digits := 0, 0, 0
	first := false
	for i < len(text) {
		b := text[i]
		switch {
		case b >= 'a' && b <= 'z':
			letters++
		case b >= 'A' && b <= 'Z':
			first = first || i == tok.start
			letters, capitals = letters+1, capitals+1
			b |= 0x20
		case b >= '0' && b <= '9':
			digits++
		case b >= utf8.RuneSelf:
			r, size := utf8.DecodeRune(text[i:])
			if !unicode.IsLetter(r) && !unicode.IsMark(r) || r == utf8.RuneError {
				if i == tok.start {
					tok.end, tok.hash = i+size, 3
					return i + size
				}
				goto end
			}
			if unicode.IsUpper(r) {
				first = first || i == tok.start
				capitals++
				r = unicode.ToLower(r)
			}
			letters++
			tok.foreign = true
			h = (h ^ uint32(r)) * 16777619
			i += size
			continue
		case b == '\'' && i+2 < len(text) && isWord(text[i+1]) && isWord(text[i+2]) && i-tok.start <= 2 && first:
		default:
			goto end
		}
		h = (h ^ uint32(b)) * 16777619
		i++
	}
end:
	tok.end, tok.hash = i, h
	switch {
	case digits > 0:
		tok.shape = number
	case !first:
		tok.shape = small
	case letters == 1:
		tok.shape = initial
	case capitals == letters:
		tok.shape = shouted
	case capitals > 1:
		tok.shape = mixed
	default:
		tok.shape = capital
	}
	return i
}

func isWord(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b >= utf8.RuneSelf
}

// Find appends the names of a text to dst, in order.
func (t *Tagger) Find(dst []Span, text []byte) []Span {
	t.Read(text)
	lo := 0 // the first token behind the last wall
	for i := 0; i < len(t.tokens); i++ {
		end := t.name(i, lo, len(t.tokens))
		if end == 0 {
			continue
		}
		dst = t.before(dst, lo, i, 2)
		dst = append(dst, Span{t.tokens[i].start, t.tokens[end-1].end})
		lo, i = end, end-1
	}
	t.Forget()
	return dst
}

// before looks again at the words that have become those before a wall at hi.
func (t *Tagger) before(dst []Span, lo, hi, words int) []Span {
	for i := max(lo, hi-words); i < hi; i++ {
		if end := t.name(i, lo, hi); end > 0 {
			dst = t.before(dst, lo, i, words)
			dst = append(dst, Span{t.tokens[i].start, t.tokens[end-1].end})
			lo, i = end, end-1
		}
	}
	return dst
}

// maxTokens is how many tokens a name has at most.
const maxTokens = 8

// name returns the token behind the name that starts at i, 0 if none does, in the
// window of tokens from lo to hi.
func (t *Tagger) name(i, lo, hi int) int {
	if !t.tokens[i].shape.mayStart() {
		return 0
	}
	t.Starts(i, lo, hi)
	if t.Score()+t.Bias <= 0 {
		return 0
	}
	end := i + 1
	for end-i < maxTokens {
		next := t.Next(end, hi)
		if next == 0 {
			break
		}
		t.GoesOn(i, end, next, lo, hi)
		if t.Score() <= 0 {
			break
		}
		end = next
	}
	return end
}

// Next is behind the next part of a name that goes on at the token at, 0 if it can't: a
// word with a capital, behind a hyphen, a full stop or a small word at most.
func (t *Tagger) Next(at, hi int) int {
	for k := at; k < hi && k < at+3; k++ {
		tok := &t.tokens[k]
		if gap := tok.start - t.tokens[k-1].end; gap > 1 {
			return 0
		}
		switch {
		case tok.shape.mayStart():
			return k + 1
		case tok.shape == small && tok.end-tok.start <= 4:
		case tok.shape == sign && (t.text[tok.start] == '-' || t.text[tok.start] == '.'):
		default:
			return 0
		}
	}
	return 0
}

// Score is the sum of the weights of the features at hand.
func (t *Tagger) Score() (sum int) {
	for _, f := range t.features[:t.n] {
		sum += int(t.Weights[f])
	}
	return sum
}

// Features are those at hand; the next question uses the memory again.
func (t *Tagger) Features() []uint32 { return t.features[:t.n] }

func (t *Tagger) add(kind, a, b uint32) {
	h := kind*0x9E3779B1 ^ a*0x85EBCA77 ^ b*0xC2B2AE3D
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 13
	t.features[t.n] = h & (Size - 1)
	t.n++
}

// at is the token at i if it lies between lo and hi, else a wall.
func (t *Tagger) at(i, lo, hi int) *token {
	if i < lo || i >= hi {
		return &wall
	}
	tok := &t.tokens[i]
	if !tok.looked {
		tok.looked = true
		if tok.shape != sign && tok.shape != number && tok.end-tok.start < 40 {
			tok.listed = t.Lists(t.text[tok.start:tok.end])
		}
	}
	return tok
}

// class is the shape of a token, and what its letters and lists say of it.
func (k *token) class() uint32 {
	class := uint32(k.shape)<<4 | uint32(k.listed)
	if k.foreign {
		class |= 8
	}
	return class
}

// Starts puts at hand what tells whether a name starts at i.
func (t *Tagger) Starts(i, lo, hi int) {
	t.n = 0
	w, l1, l2, r1, r2 := t.at(i, lo, hi), t.at(i-1, lo, hi), t.at(i-2, lo, hi), t.at(i+1, lo, hi), t.at(i+2, lo, hi)
	t.common(100, w, l1, l2, r1, r2)
	t.add(20, w.class()<<8|l1.class(), r1.class())
	t.add(21, w.class(), l2.hash^l1.hash*3)
	t.add(22, w.class(), r1.hash^r2.hash*3)
	t.add(23, r1.class()<<8|r2.class(), w.class())
	t.add(24, l1.class()<<8|l2.class(), w.class())
	r3 := t.at(i+3, lo, hi)
	t.add(25, r3.hash, uint32(r1.shape)<<8|uint32(r2.shape)<<4|uint32(w.shape))
	t.add(26, l2.hash, w.class())
	t.add(27, r2.hash, r1.class())
}

// GoesOn puts at hand what tells whether a name that starts at from and reaches to at
// takes in what reaches to next.
func (t *Tagger) GoesOn(from, at, next, lo, hi int) {
	t.n = 0
	w, l1, l2, r1, r2 := t.at(next-1, lo, hi), t.at(at-1, lo, hi), t.at(from-1, lo, hi), t.at(next, lo, hi), t.at(next+1, lo, hi)
	t.common(200, w, l1, l2, r1, r2)
	between := uint32(0)
	if next-at > 1 {
		between = t.at(at, lo, hi).hash
	}
	t.add(30, between, uint32(next-at))
	t.add(31, between, w.class())
	t.add(32, uint32(min(at-from, 4)), w.class()<<8|l1.class())
}

// common is what both questions ask.
func (t *Tagger) common(q uint32, w, l1, l2, r1, r2 *token) {
	word := t.text[w.start:w.end]
	t.add(q, 0, 0)
	t.add(q+1, w.hash, 0)
	t.add(q+2, w.class(), 0)
	t.add(q+3, w.class(), l1.hash)
	t.add(q+4, w.class(), r1.hash)
	t.add(q+5, l1.hash, 0)
	t.add(q+6, r1.hash, 0)
	t.add(q+7, l1.hash, r1.hash)
	t.add(q+8, l1.class(), r1.class())
	t.add(q+9, w.hash, l1.hash)
	t.add(q+10, w.hash, r1.hash)
	t.add(q+11, l2.hash, l1.hash)
	t.add(q+12, r1.hash, r2.hash)
	t.add(q+13, folded(word, len(word)-2, len(word)), 2)
	t.add(q+13, folded(word, len(word)-3, len(word)), 3)
	t.add(q+13, folded(word, len(word)-4, len(word)), 4)
	t.add(q+14, folded(word, 0, 3), 0)
	t.add(q+15, uint32(min(len(word), 12)), w.class())
}

// folded is a hash of a part of a word, in small letters of ASCII.
func folded(word []byte, from, to int) (h uint32) {
	for _, b := range word[max(from, 0):min(to, len(word))] {
		if b >= 'A' && b <= 'Z' {
			b |= 0x20
		}
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}

// Tokens is how many the text has, and Token where one lies.
func (t *Tagger) Tokens() int { return len(t.tokens) }

// Token is where a token lies.
func (t *Tagger) Token(i int) Span { return Span{t.tokens[i].start, t.tokens[i].end} }

// MayStart reports whether a name may start with a token.
func (t *Tagger) MayStart(i int) bool { return t.tokens[i].shape.mayStart() }

// Hide takes what lists say of a token away, as if it was on none: for training.
func (t *Tagger) Hide(i int) { t.tokens[i].looked, t.tokens[i].listed = true, 0 }
