package privacy

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// appendTo appends what the rule finds in a window.
func (r *ownRule) appendTo(dst []Span, w window) []Span {
	for i := w.lo; i < len(w.text); i++ {
		if !r.first.has(w.text[i]) || w.wordBefore(i) && w.wordAt(i) {
			continue
		}
		if end := r.matchEnd(w, i); end > 0 {
			dst = append(dst, Span{Start: i, End: end, Kind: r.kind, Type: r.Name, Valid: r.check != nil})
			i = end - 1
		}
	}
	return dst
}

// matchEnd returns the end of the match at i, or 0.
func (r *ownRule) matchEnd(w window, i int) int {
	stretch := w.text[i:min(len(w.text), i+r.longest+utf8.UTFMax)]
	match := r.find.FindIndex(stretch)
	if match == nil {
		return 0
	}
	end := i + match[1]
	switch {
	case w.wordAt(end) && (window{w.text, i}).wordBefore(end):
		return 0
	case r.check != nil && !r.checks(w.text[i:end]), len(r.words) > 0 && !r.inContext(w, i, end):
		return 0
	}
	return end
}

// checks reports whether the letters and digits of a match have the checksum.
func (r *ownRule) checks(match []byte) bool {
	var code [maxRuleMatch]byte
	n := 0
	for _, b := range match {
		if isAlnum(b) {
			code[n] = upper(b)
			n++
		}
	}
	return r.check(code[:n])
}

// maxContextBytes is how far words of a context are looked for at most.
const maxContextBytes = 200

// inContext reports whether one of the words stands near, before the match or behind it.
func (r *ownRule) inContext(w window, start, end int) bool {
	at, stop := start, max(w.lo, start-maxContextBytes)
	for n := 0; n < r.Context.Within && at > stop; {
		from := wordStart(w, at, stop)
		if from == at {
			at--
			continue
		}
		if wd := readWord(w, from); r.words[wd.key] && wd.end == at {
			return true
		}
		at = from
		n++
	}
	at, stop = end, min(len(w.text), end+maxContextBytes)
	for n := 0; n < r.Context.Within && at < stop; {
		wd := readWord(w, at)
		if wd.letters == 0 {
			at++
			continue
		}
		if r.words[wd.key] {
			return true
		}
		at = wd.end
		n++
	}
	return false
}

// byRules adds what the rules of the policy find to spans from the first on. They look
// between what is a replacement of our own.
func (c *Compiled) byRules(spans []Span, first int, text []byte) []Span {
	var found []Span
	lo := 0
	between := func(hi int) {
		for _, r := range c.textRules {
			found = r.appendTo(found, window{text[:hi], lo})
		}
	}
	for _, s := range spans[first:] {
		if s.Kind == reserved {
			between(s.Start)
			lo = s.End
		}
	}
	between(len(text))
	if len(found) == 0 {
		return spans
	}
	return c.settle(spans, first, disjoint(found))
}

// disjoint puts spans in order and leaves to each what the one before does not cover. Of
// several that start at a place the longest comes first, then that of the first rule.
func disjoint(spans []Span) []Span {
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	kept, at := spans[:0], 0
	for _, s := range spans {
		if s.Start = max(s.Start, at); s.Start < s.End {
			kept = append(kept, s)
			at = s.End
		}
	}
	return kept
}

// settle adds what rules found to what the engine did. Where both found something, the
// rule's stands if the engine's lies within it or would be kept anyway. Else the engine's
// does, and of the rule's what is left beside it, unless it were to be kept: no rule makes
// a hole into what has to go.
func (c *Compiled) settle(spans []Span, first int, own []Span) []Span {
	engine := spans[first:]
	standing := own[:0]
	at, n := 0, len(engine)
	for _, r := range own {
		for at < n && engine[at].End <= r.Start {
			at++
		}
		until, keeps := at, c.op(r) == Keep
		stands := true
		for ; until < n && engine[until].Start < r.End; until++ {
			e := engine[until]
			switch inside := e.Start >= r.Start && e.End <= r.End; {
			case inside, e.Kind == gone, c.op(e) == Keep:
			case keeps:
				stands = false
			case e.Start < r.Start && e.End < r.End:
				r.Start = e.End
			default:
				r.End = max(r.Start, e.Start)
			}
		}
		if !stands || r.Start >= r.End {
			continue
		}
		for k := at; k < until; k++ {
			if engine[k].Start < r.End && engine[k].End > r.Start {
				engine[k].Kind = gone
			}
		}
		standing = append(standing, r)
	}
	spans = append(slices.DeleteFunc(spans, func(s Span) bool { return s.Kind == gone }), standing...)
	slices.SortFunc(spans[first:], func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	return spans
}

// gone is the kind of spans that a rule took the place of.
const gone Kind = "\x00"
