package files

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A paragraph is a text that is split over runs.
type paragraph struct {
	joined strings.Builder
	runs   []textRun
}

// A textRun is a stretch of a paragraph: where it stands in the joined text, and
// where in the file. One that is only a tab or an end of line stands nowhere.
type textRun struct {
	start, end int // in the joined text
	from, to   int // in the file
	fixed      bool
}

func (p *paragraph) add(text string, from, to int) {
	at := p.joined.Len()
	p.joined.WriteString(text)
	p.runs = append(p.runs, textRun{at, p.joined.Len(), from, to, false})
}

// gap adds a character that is an element in the file.
func (p *paragraph) gap(text string) {
	at := p.joined.Len()
	p.joined.WriteString(text)
	p.runs = append(p.runs, textRun{start: at, end: p.joined.Len(), fixed: true})
}

// rewritten returns what becomes of the runs that change: each stretch of the text
// that changed is put into the run where it begins.
func (p *paragraph) rewritten(j *job, escape func(string) string) (all []splice) {
	was := p.joined.String()
	now := j.rewrite(was)
	if was == now {
		return nil
	}
	texts := make([]strings.Builder, len(p.runs))
	at := 0
	keep := func(to int) { // what stays, run by run
		for i, r := range p.runs {
			if from, to := max(at, r.start), min(to, r.end); from < to {
				texts[i].WriteString(was[from:to])
			}
		}
	}
	for _, e := range edits(was, now) {
		keep(e.start)
		texts[p.holder(e.start, e.end)].WriteString(e.text)
		at = e.end
	}
	keep(len(was))
	for i, r := range p.runs {
		if text := texts[i].String(); !r.fixed && text != was[r.start:r.end] {
			all = append(all, splice{r.from, r.to, escape(text)})
		}
	}
	return all
}

// holder is the run that takes a changed stretch: the first that held some of it.
func (p *paragraph) holder(start, end int) int {
	best := -1
	for i, r := range p.runs {
		if r.fixed {
			continue
		}
		if r.end > start && r.start < max(end, start+1) {
			return i
		}
		if r.end <= start || best < 0 {
			best = i
		}
	}
	return max(best, 0)
}

// edits lists the words that differ, as splices of was.
func edits(was, now string) (all []splice) {
	a, b := words(was), words(now)
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	at := length(a[:head])
	a, b = a[head:len(a)-tail], b[head:len(b)-tail]
	i, k := 0, 0
	for _, c := range append(common(a, b), [2]int{len(a), len(b)}) {
		if i < c[0] || k < c[1] {
			start := at + length(a[:i])
			all = append(all, splice{start, start + length(a[i:c[0]]), strings.Join(b[k:c[1]], "")})
			all = oneName(was, all)
		}
		i, k = c[0]+1, c[1]+1
	}
	return all
}

// oneName joins the last two changes if a blank is all between them: they are words of
// one name.
func oneName(was string, all []splice) []splice {
	n := len(all)
	if n < 2 || was[all[n-2].end:all[n-1].start] != " " {
		return all
	}
	all[n-2].text += " " + all[n-1].text
	all[n-2].end = all[n-1].end
	return all[:n-1]
}

// maxTable bounds the work of common. Beyond it the middle of a paragraph is one
// change, and its formatting that of its first run.
const maxTable = 1 << 20

// common is the longest common subsequence of two lists of words, as pairs of places.
func common(a, b []string) (pairs [][2]int) {
	if len(a)*len(b) > maxTable {
		return nil
	}
	width := len(b) + 1
	longest := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				longest[i*width+k] = longest[(i+1)*width+k+1] + 1
			} else {
				longest[i*width+k] = max(longest[(i+1)*width+k], longest[i*width+k+1])
			}
		}
	}
	for i, k := 0, 0; i < len(a) && k < len(b); {
		switch {
		case a[i] == b[k]:
			pairs = append(pairs, [2]int{i, k})
			i, k = i+1, k+1
		case longest[(i+1)*width+k] >= longest[i*width+k+1]:
			i++
		default:
			k++
		}
	}
	return pairs
}

// words cuts a text into words and single other characters.
func words(s string) (all []string) {
	for len(s) > 0 {
		n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		switch n {
		case -1:
			n = len(s)
		case 0:
			_, n = utf8.DecodeRuneInString(s)
		}
		all = append(all, s[:n])
		s = s[n:]
	}
	return slices.Clip(all)
}

func length(words []string) (n int) {
	for _, w := range words {
		n += len(w)
	}
	return n
}
