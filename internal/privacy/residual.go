package privacy

import "bytes"

// search looks in a.out for what the policy should have removed, in two ways that
// share little with what removed it: what Detect still finds there, and the plain
// forms of the ticket's people as substrings between words. The larger count is
// the residue.
func (a *application) search(name string) {
	left := map[Kind]int{}
	a.spans = Detect(a.spans[:0], a.out, a.people)
	for _, s := range a.spans {
		if a.policy.inText[s.Kind] != Keep {
			left[s.Kind]++
		}
	}
	exact := a.exactForms()
	for _, k := range TextKinds() {
		if n := max(left[k], exact[k]); n > 0 {
			a.residual.add(name, k, n)
		}
	}
}

// exactForms counts the identities on record that stand in a.out.
func (a *application) exactForms() map[Kind]int {
	kept := func(k Kind) bool { return a.policy.inText[k] == Keep }
	if a.people == nil || kept(Name) && kept(Email) && kept(Phone) {
		return nil
	}
	count := map[Kind]int{}
	folded := bytes.ToLower(a.out)
	for _, f := range a.people.forms {
		if !kept(f.kind) {
			count[f.kind] += countWords(folded, a.people.text[f.from:f.to])
		}
	}
	return count
}

// countWords counts where word stands in text without a letter or digit on either
// side.
func countWords(text, word []byte) (n int) {
	w := window{text, 0, len(text)}
	for at := 0; ; {
		i := bytes.Index(text[at:], word)
		if i < 0 {
			return n
		}
		if i += at; !w.wordBefore(i) && !w.wordAt(i+len(word)) {
			n++
		}
		at = i + len(word)
	}
}
