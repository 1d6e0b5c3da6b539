package privacy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// ErrNoPseudonyms: the policy makes pseudonyms and Apply was given no key.
var ErrNoPseudonyms = errors.New("privacy: the policy makes pseudonyms and there is no key for them")

// Apply rewrites the record in place. people are those of the ticket (for a
// person's record: that person). p may be nil for a policy that makes no
// pseudonyms. report, which may be nil, is called once per name of a field and kind of
// personal data in it, with how many there were before the rules were applied.
// After an error the record is partly rewritten and must not be used.
func (c *Compiled) Apply(rec *helpdesk.Record, people *People, p keyring.Pseudonyms, report func(Finding)) (Result, error) {
	switch {
	case !rec.Complete():
		return Result{}, fmt.Errorf("privacy: a %s record without its %[1]s", rec.Kind)
	case p == nil && c.keyed:
		return Result{}, ErrNoPseudonyms
	}
	channel := ChannelOf(rec) // before a rule changes it
	mergeNamesakes(rec)
	a := c.pool.Get().(*application)
	defer c.pool.Put(a)
	a.begin(c, people, p)
	a.whose = whose(rec)
	a.tagged = c.tagger && a.english(rec) >= 0
	defer a.end()
	for v := range rec.Values() {
		if err := a.value(v); err != nil {
			return Result{}, err
		}
	}
	if report != nil {
		for _, f := range a.found.findings() {
			f.Channel = channel
			report(f)
		}
	}
	return Result{Marks: a.marks, Residual: a.residual.findings()}, nil
}

// An application is one policy applied to one record, with memory for the next.
type application struct {
	policy     *Compiled
	whose      string // by whom times are shifted
	tagged     bool   // the tagger looks at texts too
	people     *People
	pseudonyms keyring.Pseudonyms
	marks      Marks
	found      tally
	residual   tally

	in, out, folded []byte
	spans           []Span
	fired           map[firing]int // spans replaced in the value at hand
	left, counted   map[Kind]int   // what search found in the value at hand
	exact           []exactForm
}

func (a *application) begin(c *Compiled, people *People, p keyring.Pseudonyms) {
	*a = application{policy: c, people: people, pseudonyms: p, marks: Marks{}, found: tally{}, residual: tally{},
		in: a.in[:0], out: a.out[:0], folded: a.folded[:0], spans: a.spans[:0], exact: a.exact[:0],
		fired: map[firing]int{}, left: map[Kind]int{}, counted: map[Kind]int{}}
	a.identify(people)
}

// end lets go of the record's people and key; what is pooled is memory only.
func (a *application) end() {
	clear(a.in[:cap(a.in)])
	clear(a.out[:cap(a.out)])
	clear(a.folded[:cap(a.folded)])
	clear(a.exact[:cap(a.exact)])
	*a = application{in: a.in[:0], out: a.out[:0], folded: a.folded[:0], spans: a.spans[:0], exact: a.exact[:0]}
}

// english is englishIn of all that a record says: a subject alone may hold no word that
// tells.
func (a *application) english(rec *helpdesk.Record) (more int) {
	for v := range rec.Values() {
		if !freeText(v.Field.Class) {
			continue
		}
		for _, s := range v.Strings() {
			a.in = append(a.in[:0], s...)
			more += englishIn(a.in)
		}
	}
	return more
}

// value applies the policy to one field.
func (a *application) value(v helpdesk.Value) error {
	if v.Empty() || v.Field.Class == helpdesk.ClassReference {
		return nil
	}
	name := v.Name()
	rule, ok := a.policy.decide(name, v.Field)
	if !ok { // Compile has seen every field of the model
		return fmt.Errorf("privacy: nothing decides %s", name)
	}
	kind, personal := structured[v.Field.Class]
	if personal {
		a.found.add(name, kind, Seen{len(v.Strings()), len(v.Strings())})
	}
	if rule.op == Keep {
		if freeText(v.Field.Class) {
			return a.text(v, name)
		}
		return nil
	}
	if freeText(v.Field.Class) {
		a.count(v, name)
	}
	return a.replace(v, rule)
}

// replace applies a rule to the whole of a field.
func (a *application) replace(v helpdesk.Value, r rule) error {
	to, changed := []string(nil), r.op == Drop
	if r.op != Drop {
		for _, s := range v.Strings() {
			n := a.one(v.Field, r.op, s)
			changed = changed || n != s
			to = append(to, n)
		}
	}
	if !changed {
		return nil
	}
	if err := v.Set(to); err != nil {
		return fmt.Errorf("privacy: %w", err)
	}
	a.marks[v.Path()] = Mark{Rule: r.key + ": " + string(r.op), Class: outcomes[r.op]}
	return nil
}

// one is the replacement of one value.
func (a *application) one(f helpdesk.Field, op Operator, value string) string {
	kind, personal := structured[f.Class]
	switch {
	case op == Shift:
		return a.shift(value)
	case f.Class == helpdesk.ClassTime: // Generalize
		return yearOf(value)
	case isOurs(value), a.policy.surrogates && isSurrogate(value):
		return value
	case op == Redact:
		return removed
	case op == Generalize: // an address: sensible allows no other
		return string(generalizeAddress(nil, []byte(value)))
	case op == Surrogate: // sensible allows it for kinds of personal data only
		return string(a.surrogate(nil, kind, "", value, value))
	case personal && op == Mask:
		return string(a.mask(nil, kind, []byte(value)))
	case personal:
		return string(a.pseudonym(nil, kind, value))
	case op == Mask:
		return maskField(f.Class, value)
	}
	return a.pseudonymField(f, value)
}

// mergeNamesakes joins custom and extra values of one name into the first.
// Record.Values sees only the first of a name: another would pass unread.
func mergeNamesakes(rec *helpdesk.Record) {
	switch {
	case rec.Organization != nil:
		rec.Organization.Custom = mergeCustom(rec.Organization.Custom)
		rec.Organization.Extra = mergeExtra(rec.Organization.Extra)
	case rec.Person != nil:
		rec.Person.Custom = mergeCustom(rec.Person.Custom)
		rec.Person.Extra = mergeExtra(rec.Person.Extra)
	case rec.Article != nil:
		rec.Article.Extra = mergeExtra(rec.Article.Extra)
	case rec.Ticket != nil:
		rec.Ticket.Custom = mergeCustom(rec.Ticket.Custom)
		rec.Ticket.Extra = mergeExtra(rec.Ticket.Extra)
		for i := range rec.Ticket.Comments {
			c := &rec.Ticket.Comments[i]
			c.Extra = mergeExtra(c.Extra)
		}
	}
}

func mergeCustom(all []helpdesk.CustomValue) (merged []helpdesk.CustomValue) {
	for _, c := range all {
		i := slices.IndexFunc(merged, func(m helpdesk.CustomValue) bool { return m.Name == c.Name })
		if i < 0 {
			merged = append(merged, c)
			continue
		}
		merged[i].Values = append(slices.Clip(merged[i].Values), c.Values...)
	}
	return merged
}

func mergeExtra(all []helpdesk.ExtraValue) (merged []helpdesk.ExtraValue) {
	for _, e := range all {
		i := slices.IndexFunc(merged, func(m helpdesk.ExtraValue) bool { return m.Name == e.Name })
		if i < 0 {
			merged = append(merged, e)
			continue
		}
		merged[i].Values = append(slices.Clip(merged[i].Values), e.Values...)
	}
	return merged
}
