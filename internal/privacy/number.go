package privacy

import "unicode/utf8"

// Bounds of what one number is written in. Longer ones are no phone or card.
const (
	maxGroups = 10
	maxDigits = 24
)

// A number is digits in groups as people write them: "+49 (0)30 123-45".
type number struct {
	start  int
	plus   bool
	n      int // groups
	groups [maxGroups]group
	digits [maxDigits]byte
}

// A group is a run of digits.
type group struct {
	start, end int
	paren      bool
	sep        byte // what stands before it: one of " -./", or 0 for nothing
	spaced     bool // a blank is part of what stands before it
	upTo       int  // digits of the number to the end of the group
}

func (g group) len() int { return g.end - g.start }

// readNumber reads the number that starts at i with a plus, a bracket or a digit.
func readNumber(n *number, w window, i int) {
	text := w.text
	n.start, n.n, n.plus = i, 0, false
	if w.at(i) == '(' && w.at(i+1) == '+' { // (+49) 30 …
		i++
		n.start = i
	}
	if w.at(i) == '+' {
		n.plus = true
		i++
	}
	total, sep, spaced := 0, byte(0), false
	for n.n < maxGroups && i < len(text) {
		paren := text[i] == '('
		if paren {
			i++
		}
		start := i
		for i < len(text) && isDigit(text[i]) && total < maxDigits {
			n.digits[total] = text[i]
			total++
			i++
		}
		closed := i < len(text) && text[i] == ')'
		if i == start || paren && !closed || i < len(text) && isDigit(text[i]) {
			return
		}
		n.groups[n.n] = group{start: start, end: i, paren: paren, sep: sep, spaced: spaced, upTo: total}
		n.n++
		if paren || closed && n.plus && n.n == 1 {
			i++
		}
		if i, sep, spaced = separator(w, i); i >= len(text) {
			return
		}
		if b := text[i]; b != '(' && (!isDigit(b) || sep == 0 && !paren) {
			return
		}
	}
}

func digitsEnd(w window, i int) int {
	if i < w.lo {
		return i
	}
	for i < len(w.text) && isDigit(w.text[i]) {
		i++
	}
	return i
}

// separator reads what stands between two groups: at most one mark with a blank
// on either side.
func separator(w window, i int) (next int, sep byte, spaced bool) {
	if i+1 < len(w.text) && isDigit(w.text[i+1]) { // one sign, as nearly always
		switch b := w.text[i]; b {
		case ' ':
			return i + 1, b, true
		case '-', '.', '/':
			return i + 1, b, false
		}
	}
	for range 3 {
		b, size := separatorAt(w, i)
		switch {
		case b == 0, b == ' ' && spaced && sep == ' ', b != ' ' && sep != 0 && sep != ' ':
			return i, sep, spaced
		case b == ' ':
			spaced = true
			if sep == 0 {
				sep = ' '
			}
		default:
			sep = b
		}
		i += size
	}
	return i, sep, spaced
}

// separatorAt reads one separator at i, also the typographic ones of Unicode and
// the blanks of HTML, and says which of " -./" it stands for.
func separatorAt(w window, i int) (sep byte, size int) {
	switch b := w.at(i); {
	case b == ' ' || b == '-' || b == '.' || b == '/':
		return b, 1
	case b == '&' && w.has(i, "&nbsp;"):
		return ' ', len("&nbsp;")
	case b == '&' && w.has(i, "&#160;"):
		return ' ', len("&#160;")
	case b < utf8.RuneSelf:
		return 0, 0
	}
	switch r, size := w.rune(i); r {
	case '\u00a0', '\u2009', '\u202f': // no-break, thin, narrow no-break
		return ' ', size
	case '\u2010', '\u2011', '\u2012', '\u2013': // hyphens and dashes
		return '-', size
	}
	return 0, 0
}

// end is where the first k groups end.
func (n *number) end(k int) int {
	g := n.groups[k-1]
	if g.paren {
		return g.end + 1
	}
	return g.end
}

// first returns the digits of the first k groups.
func (n *number) first(k int) []byte { return n.digits[:n.groups[k-1].upTo] }

// shape reports whether the first groups have these lengths.
func (n *number) shape(lengths ...int) bool {
	if n.n < len(lengths) {
		return false
	}
	for k, l := range lengths {
		if n.groups[k].len() != l {
			return false
		}
	}
	return true
}

// date reports whether a date stands among the first k groups: 24.12.2024,
// 2024-12-24, 12/24/24.
func (n *number) date(k int) bool {
	for i := 0; i+3 <= k; i++ {
		a, b, c := n.groups[i], n.groups[i+1], n.groups[i+2]
		if b.sep != c.sep || b.sep == 0 || a.paren || b.paren || c.paren {
			continue
		}
		x, y, z := n.value(i), n.value(i+1), n.value(i+2)
		switch {
		case a.len() == 4 && x >= 1900 && x < 2100 && dayAndMonth(b, y, c, z):
			return true
		case c.len() == 4 && z >= 1900 && z < 2100 && dayAndMonth(a, x, b, y):
			return true
		case c.len() == 2 && k == 3 && dayAndMonth(a, x, b, y):
			return true
		}
	}
	return false
}

func dayAndMonth(a group, x int, b group, y int) bool {
	return a.len() <= 2 && b.len() <= 2 && min(x, y) >= 1 && min(x, y) <= 12 && max(x, y) <= 31
}

// value is group i as a number; groups too long for a year are none of interest.
func (n *number) value(i int) (v int) {
	if n.groups[i].len() > 4 {
		return -1
	}
	for _, d := range n.digits[n.groups[i].upTo-n.groups[i].len() : n.groups[i].upTo] {
		v = v*10 + int(d-'0')
	}
	return v
}
