package evidence

import (
	"cmp"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// normal returns the report in the one form that is rendered: times in UTC, no
// list or map nil, and lists in an order that depends on nothing but what they
// hold. It shares nothing with the report that it would change.
func (r Report) normal() Report {
	r.Started, r.Ended = r.Started.UTC(), r.Ended.UTC()
	r.Answers.Regimes = sorted(r.Answers.Regimes, nil)
	r.Kinds = sorted(r.Kinds, func(a, b Kind) int { return compareKinds(a.Kind, b.Kind) })
	for i := range r.Kinds {
		r.Kinds[i].Outcomes = countsOf(r.Kinds[i].Outcomes)
	}
	r.Fields = sorted(r.Fields, func(a, b Field) int { return cmp.Compare(a.Name, b.Name) })
	for i := range r.Fields {
		r.Fields[i].Classes = countsOf(r.Fields[i].Classes)
	}
	r.Inventory = sorted(r.Inventory, PersonalData.compare)
	r.Rules = sorted(r.Rules, func(a, b Rule) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Rule, b.Rule)) })
	r.Files.LeftOut, r.Files.Unread = countsOf(r.Files.LeftOut), countsOf(r.Files.Unread)
	r.Files.Types = sorted(r.Files.Types, func(a, b FileType) int { return cmp.Compare(a.Type, b.Type) })
	for i := range r.Files.Types {
		r.Files.Types[i].Outcomes = countsOf(r.Files.Types[i].Outcomes)
	}
	r.Aside = sorted(r.Aside, Aside.compare)
	r.Findings = sorted(r.Findings, Difference.compare)
	r.Census.Kinds = sorted(r.Census.Kinds, func(a, b KindCensus) int { return compareKinds(a.Kind, b.Kind) })
	r.Residual = countsOf(r.Residual)
	r.Remains = sorted(r.Remains, nil)
	if r.Sealed != nil {
		seal := *r.Sealed
		seal.At, seal.Keys = seal.At.UTC(), sorted(seal.Keys, nil)
		r.Sealed = &seal
	}
	return r
}

// sorted copies a list, sorted unless its order is the caller's.
func sorted[T any](from []T, compare func(a, b T) int) []T {
	to := append([]T{}, from...)
	if compare != nil {
		slices.SortStableFunc(to, compare)
	}
	return to
}

func countsOf(counts map[string]int) map[string]int {
	if counts == nil {
		return map[string]int{}
	}
	return counts
}

// compareKinds orders kinds as the model does: what others refer to comes first.
func compareKinds(a, b string) int {
	place := func(k string) int {
		if i := slices.Index(helpdesk.Kinds(), helpdesk.Kind(k)); i >= 0 {
			return i
		}
		return len(helpdesk.Kinds())
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

func (p PersonalData) compare(q PersonalData) int {
	return cmp.Or(cmp.Compare(p.Field, q.Field), cmp.Compare(p.Kind, q.Kind))
}

// compare puts what needs a decision before what was decided.
func (a Aside) compare(b Aside) int {
	return cmp.Or(cmp.Compare(rankOf(a.Outcome), rankOf(b.Outcome)), cmp.Compare(a.Outcome, b.Outcome),
		cmp.Compare(a.Reason, b.Reason), compareKinds(a.Kind, b.Kind), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Ref, b.Ref))
}

// rankOf is an outcome's place in the list of what was set aside.
func rankOf(outcome string) int {
	order := []string{"quarantined", "pending", "withheld", "excluded"}
	if i := slices.Index(order, outcome); i >= 0 {
		return i
	}
	return len(order)
}

func (d Difference) compare(e Difference) int {
	return cmp.Or(compareKinds(d.Kind, e.Kind), cmp.Compare(d.Path, e.Path), cmp.Compare(d.ID, e.ID), cmp.Compare(d.Ref, e.Ref))
}
