package risk

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A Set of quasi-identifiers tells somebody from all others, and none of its parts
// does.
type Set struct {
	Columns []string `json:"columns"`
	// People counts those whom this set singles out and no part of it.
	People int `json:"people"`
}

// Largest is how many quasi-identifiers a set has at most: who knows four things of
// somebody knows them.
const Largest = 3

// most is how many columns a set can be of.
const most = 64

// Singles lists the smallest sets of quasi-identifiers that single people out: smaller
// ones before larger ones, and of these the one that singles out most first.
func (t *Table) Singles(quasi []string) ([]Set, error) {
	if len(quasi) > most {
		return nil, fmt.Errorf("risk: %d quasi-identifiers, and %d at most", len(quasi), most)
	}
	var columns []*column
	for _, n := range quasi {
		c, err := t.column(n)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	s := singling{Table: t, columns: columns, by: make([][]set, len(t.people.known)), found: map[set]int{}}
	for size := 1; size <= min(Largest, len(columns)); size++ {
		s.size = size
		s.look(t.one(), 0, 0)
	}
	return s.list(), nil
}

// A set of columns is a bit for each.
type set uint64

func (s set) size() int { return bits.OnesCount64(uint64(s)) }

// A singling goes through all sets of a size after all smaller ones.
type singling struct {
	*Table
	columns []*column
	size    int
	by      [][]set // for each person, the smallest sets that single them out
	found   map[set]int
}

func (s *singling) look(c classes, have set, from int) {
	if have.size() == s.size {
		s.note(c, have)
		return
	}
	for i := from; i < len(s.columns); i++ {
		s.look(c.by(s.columns[i]), have|1<<i, i+1)
	}
}

// note counts who is alone in a class and was not by a part of the set.
func (s *singling) note(c classes, have set) {
	sizes := s.sizes(c)
	part := func(smaller set) bool { return smaller&have == smaller }
	for row, class := range c.of {
		who := s.people.codes[row]
		if sizes[class] == 1 && !slices.ContainsFunc(s.by[who], part) {
			s.by[who] = append(s.by[who], have)
			s.found[have]++
		}
	}
}

func (s *singling) list() (all []Set) {
	for have, people := range s.found {
		one := Set{People: people}
		for i, c := range s.columns {
			if have&(1<<i) != 0 {
				one.Columns = append(one.Columns, c.name)
			}
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Set) int {
		switch {
		case len(a.Columns) != len(b.Columns):
			return len(a.Columns) - len(b.Columns)
		case a.People != b.People:
			return b.People - a.People
		}
		return strings.Compare(strings.Join(a.Columns, "\x00"), strings.Join(b.Columns, "\x00"))
	})
	return all
}
