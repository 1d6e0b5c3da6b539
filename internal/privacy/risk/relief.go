package risk

import "slices"

// A Relief is what one change to one quasi-identifier would do.
type Relief struct {
	Column   string `json:"column"`
	Operator string `json:"operator"` // drop or generalize
	To       string `json:"to,omitempty"`
	K        int    `json:"k"`
	Unique   int    `json:"unique"`
	Small    int    `json:"small"`
}

// Operators of a relief.
const (
	Drop       = "drop"
	Generalize = "generalize"
)

// Relieve computes for each quasi-identifier what dropping it would do, and what a
// coarser column in its place would, where there is one: what helps most first.
func (t *Table) Relieve(quasi []string, coarser map[string][]string) (all []Relief, err error) {
	measure := func(r Relief, columns []string) error {
		f, err := t.Measure(columns, nil)
		if err != nil {
			return err
		}
		r.K, r.Unique, r.Small = f.K, f.Unique, f.Small
		all = append(all, r)
		return nil
	}
	for i, name := range quasi {
		if err := measure(Relief{Column: name, Operator: Drop}, slices.Delete(slices.Clone(quasi), i, i+1)); err != nil {
			return nil, err
		}
		for _, to := range coarser[name] {
			columns := slices.Clone(quasi)
			columns[i] = to
			if err := measure(Relief{Column: name, Operator: Generalize, To: to}, columns); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Relief) int {
		if a.Unique != b.Unique {
			return a.Unique - b.Unique
		}
		return a.Small - b.Small
	})
	return all, nil
}
