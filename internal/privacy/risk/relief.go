package risk

import (
	"cmp"
	"slices"
)

// A Relief is a change to one quasi-identifier, and what is left after it and those
// before it.
type Relief struct {
	Column   string `json:"column"`
	Operator string `json:"operator"` // drop or generalize
	To       string `json:"to,omitempty"`
	K        int    `json:"k"`
	Unique   int    `json:"unique"`
	Small    int    `json:"small"`

	values int // of the column
}

// Operators of a relief.
const (
	Drop       = "drop"
	Generalize = "generalize"
)

// Relieve lists changes one after the other, each the one that helps most then, until
// nobody is in a small class. Where coarser names a column that says less, that takes
// the place of one before it is dropped.
func (t *Table) Relieve(quasi []string, coarser map[string]string) (all []Relief, err error) {
	for now := slices.Clone(quasi); len(now) > 0; {
		left, err := t.Measure(now, nil)
		if err != nil || left.Small == 0 {
			return all, err
		}
		var best Relief
		for i := range now {
			r, err := t.relief(now, i, coarser)
			if err != nil {
				return nil, err
			}
			if best.Column == "" || r.compare(best) < 0 {
				best = r
			}
		}
		all, now = append(all, best), best.apply(now)
	}
	return all, nil
}

// relief is the mildest change to one column.
func (t *Table) relief(now []string, i int, coarser map[string]string) (Relief, error) {
	r := Relief{Column: now[i], Operator: Drop}
	if to := coarser[now[i]]; to != "" {
		r.Operator, r.To = Generalize, to
	}
	f, err := t.Measure(r.apply(now), nil)
	r.K, r.Unique, r.Small, r.values = f.K, f.Unique, f.Small, t.Values(r.Column)
	return r, err
}

func (r Relief) apply(now []string) (next []string) {
	for _, name := range now {
		switch {
		case name != r.Column:
			next = append(next, name)
		case r.Operator == Generalize:
			next = append(next, r.To)
		}
	}
	return next
}

// compare puts first what leaves fewer people alone, then fewer among few. Where
// nothing helps by itself it is the column that says most.
func (r Relief) compare(o Relief) int {
	return cmp.Or(cmp.Compare(r.Unique, o.Unique), cmp.Compare(r.Small, o.Small), cmp.Compare(o.values, r.values))
}
