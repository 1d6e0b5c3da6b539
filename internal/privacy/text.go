package privacy

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// text rewrites what Detect finds in a field of free text, and searches the
// result for what should be gone.
func (a *application) text(v helpdesk.Value, name string) error {
	clear(a.fired)
	from := v.Strings()
	to := slices.Clone(from)
	for i, s := range from {
		a.detect(s, name)
		a.rewrite()
		if s != string(a.out) {
			to[i] = string(a.out)
		}
		a.search(name)
	}
	if len(a.fired) == 0 || slices.Equal(from, to) {
		return nil
	}
	a.marks[v.Path()] = a.textMark()
	return v.Set(to)
}

// count takes a field that is replaced as a whole into the inventory.
func (a *application) count(v helpdesk.Value, name string) {
	for _, s := range v.Strings() {
		a.detect(s, name)
	}
}

func (a *application) detect(s, name string) {
	a.in = append(a.in[:0], s...)
	a.spans = a.policy.detect(a.spans[:0], a.in, a.people, a.tagged)
	for _, span := range a.spans {
		a.found.add(name, span.Kind, span.seen())
	}
}

// maxRounds bounds rewrite. Each round replaces something that the next takes for
// our own, so that it ends anyway; what four leave is put on record as residue.
const maxRounds = 4

// rewrite replaces what the policy says, in a.out, and looks at the result again
// until it finds nothing more there: what stood beside a span may read differently
// beside its replacement. That makes rewriting twice the same as once. a.spans is
// then what is left, which the policy keeps.
func (a *application) rewrite() {
	a.out = append(a.out[:0], a.in...)
	for range maxRounds {
		if !slices.ContainsFunc(a.spans, func(s Span) bool { return a.policy.op(s) != Keep }) {
			return
		}
		a.in, a.out = a.out, Rewrite(a.in[:0], a.out, a.spans, a.span)
		a.spans = a.policy.detect(a.spans[:0], a.out, a.people, a.tagged)
	}
}

// span appends what the policy puts in place of one span.
func (a *application) span(dst []byte, s Span, found []byte) []byte {
	op := a.policy.op(s)
	if op == Keep {
		return append(dst, found...)
	}
	a.fired[firing{s.Kind, op}]++
	written := found
	if s.Kind == Name && s.Person > 0 { // as on record, so that "Doe, Jane" and "Jane Doe's" are one person
		if name := a.people.person(s.Person); name != "" {
			found = []byte(name)
		}
	}
	switch op {
	case Mask:
		if a.policy.byRule(s) && (s.Kind == Card || s.Kind == IBAN) { // what a rule finds need not have their forms
			return append(append(append(dst, '['), s.Kind...), ']')
		}
		return a.mask(dst, s.Kind, found)
	case Pseudonymize:
		return a.pseudonym(dst, s.Kind, string(found))
	case Surrogate:
		return a.surrogate(dst, s.Kind, s.Type, string(found), string(written))
	case Generalize:
		return generalize(dst, s, found)
	}
	return append(dst, removed...) // Drop, Redact: a hole in a sentence would read as if nothing had been there
}

// A firing is what became of a span.
type firing struct {
	kind Kind
	op   Operator
}

// textMark says which kinds were replaced, and counts the strongest operator.
func (a *application) textMark() Mark {
	m := Mark{Class: Generalised}
	kinds := a.policy.kinds()
	order := func(f firing) int { return slices.Index(kinds, f.kind) }
	var rules []string
	for _, f := range slices.SortedFunc(maps.Keys(a.fired), func(a, b firing) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.op, b.op))
	}) {
		rules = append(rules, string(f.kind)+" "+string(f.op))
		m.Spans += a.fired[f]
		m.Class = strongest(m.Class, outcomes[f.op])
	}
	m.Rule = "text: " + strings.Join(rules, ", ")
	return m
}
