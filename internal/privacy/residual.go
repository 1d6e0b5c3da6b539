package privacy

import (
	"bytes"
	"strings"
)

// search looks in a.out for what the policy should have removed, in two ways that
// share little with what removed it: what Detect still finds there, which is in
// a.spans, and the plain forms of the ticket's people as substrings between words.
// The larger count is the residue.
func (a *application) search(name string) {
	clear(a.left)
	for _, s := range a.spans {
		if a.policy.op(s) != Keep {
			a.left[s.Kind]++
		}
	}
	a.exactForms()
	for k, n := range a.left {
		a.residual.add(name, k, Seen{Found: n})
	}
}

// An exactForm is a person's name, address or number as it is on record, in lower
// case.
type exactForm struct {
	kind Kind
	text []byte
}

// exactForms counts the identities on record that stand in a.out.
func (a *application) exactForms() {
	kept := func(k Kind) bool { return a.policy.inText[k] == Keep }
	if len(a.exact) == 0 || kept(Name) && kept(Email) && kept(Phone) {
		return
	}
	clear(a.counted)
	a.folded = appendLower(a.folded[:0], a.out)
	for _, f := range a.exact {
		if !kept(f.kind) {
			a.counted[f.kind] += countWords(a.folded, f.text)
		}
	}
	for k, n := range a.counted {
		if n > a.left[k] {
			a.left[k] = n
		}
	}
}

func appendLower(dst, text []byte) []byte { return append(dst, bytes.ToLower(text)...) }

// identify lists the forms of the people on the ticket. Shorter ones would be found
// in words and numbers that have nothing to do with the person.
func (a *application) identify(people *People) {
	a.exact = a.exact[:0]
	if people == nil {
		return
	}
	add := func(k Kind, text string) {
		if a.policy.surrogates && isSurrogate(text) { // stays where it stands, as nobody's
			return
		}
		a.exact = append(a.exact, exactForm{k, []byte(strings.ToLower(strings.TrimSpace(text)))})
	}
	for _, id := range people.all {
		if given, family := id.names(); given != "" && family != "" && len(given)+len(family) >= minNameForm {
			add(Name, given+" "+family)
			add(Name, family+", "+given)
		}
		for _, e := range id.Emails {
			if strings.Contains(e, "@") {
				add(Email, e)
			}
		}
		for _, number := range id.Phones {
			if countDigits(number) >= minPhone {
				add(Phone, number)
			}
		}
	}
}

func countDigits(s string) (n int) {
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

// countWords counts where word stands in text without a letter or digit on either
// side.
func countWords(text, word []byte) (n int) {
	if len(word) == 0 {
		return 0
	}
	w := window{text, 0}
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
