package privacy

import "github.com/safeconduct/safeconduct/internal/keyring"

// A Rewriter applies the text rules of a policy to texts that are in no record. It
// serves one goroutine, text after text.
type Rewriter struct {
	a     application
	found map[Kind]Seen
}

// Rewriter returns one. p may be nil for a policy that makes no pseudonyms; else
// the error is ErrNoPseudonyms.
func (c *Compiled) Rewriter(p keyring.Pseudonyms) (*Rewriter, error) {
	if p == nil && c.keyed {
		return nil, ErrNoPseudonyms
	}
	r := &Rewriter{found: map[Kind]Seen{}}
	r.a.begin(c, nil, p)
	return r, nil
}

// Rewrite returns text as the policy wants it, in memory that the next call uses
// again, how many spans it replaced, and how many of the kinds that should be gone
// are found in the result all the same.
func (r *Rewriter) Rewrite(text []byte, people *People) (out []byte, replaced, left int) {
	a := &r.a
	a.people = people
	a.identify(people)
	clear(a.fired)
	clear(a.residual)
	a.in = append(a.in[:0], text...)
	a.tagged = a.policy.tagger && englishIn(a.in) >= 0
	a.spans = a.policy.detect(a.spans[:0], a.in, people, a.tagged)
	clear(r.found)
	for _, s := range a.spans {
		r.found[s.Kind] = r.found[s.Kind].plus(s.seen())
	}
	a.rewrite()
	if a.policy.tagger && !a.tagged && englishIn(a.out) >= 0 { // it was German by what has gone
		a.tagged, a.in = true, append(a.in[:0], a.out...)
		a.spans = a.policy.detect(a.spans[:0], a.in, people, true)
		a.rewrite()
	}
	a.search("")
	for _, n := range a.fired {
		replaced += n
	}
	for _, n := range a.residual {
		left += n.Found
	}
	return a.out, replaced, left
}

// Found counts what the last text held, by kind, before the rules were applied. The
// next call of Rewrite uses the map again.
func (r *Rewriter) Found() map[Kind]Seen { return r.found }
