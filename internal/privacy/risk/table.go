package risk

import (
	"fmt"
	"maps"
	"slices"
)

// A Table holds attributes of records, a row each, and whom each is about. Values are
// kept as numbers: what they say goes no further than Add.
type Table struct {
	columns []column
	people  column
}

type column struct {
	name  string
	codes []uint32 // of the rows, in their order
	known map[string]uint32
}

// New returns an empty table.
func New() *Table { return &Table{people: column{known: map[string]uint32{}}} }

// Add appends a row about a person: values by the names of their columns. What it does
// not have is as if it were empty.
func (t *Table) Add(person string, row map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if !slices.ContainsFunc(t.columns, func(c column) bool { return c.name == name }) {
			t.columns = append(t.columns, t.empty(name))
		}
	}
	for i := range t.columns {
		t.columns[i].add(row[t.columns[i].name])
	}
	t.people.add(person)
}

// empty is a column whose rows so far hold nothing.
func (t *Table) empty(name string) column {
	c := column{name: name, known: map[string]uint32{}}
	for range t.Rows() {
		c.add("")
	}
	return c
}

func (c *column) add(v string) {
	code, known := c.known[v]
	if !known {
		code = uint32(len(c.known))
		c.known[v] = code
	}
	c.codes = append(c.codes, code)
}

// Rows is how many there are.
func (t *Table) Rows() int { return len(t.people.codes) }

// Columns are the names, as they came.
func (t *Table) Columns() (names []string) {
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return names
}

// Values is how many different values a column has; none, if there is no such column.
func (t *Table) Values(name string) int {
	c, err := t.column(name)
	if err != nil {
		return 0
	}
	return len(c.known)
}

// Missing counts the rows that have no value of a column.
func (t *Table) Missing(name string) (n int) {
	c, err := t.column(name)
	if err != nil {
		return t.Rows()
	}
	nothing, some := c.known[""]
	for _, code := range c.codes {
		if some && code == nothing {
			n++
		}
	}
	return n
}

// Alone counts the rows whose value of a column no other row has, and that have one.
func (t *Table) Alone(name string) (n int) {
	c, err := t.column(name)
	if err != nil {
		return 0
	}
	rows := make([]int, len(c.known))
	for _, code := range c.codes {
		rows[code]++
	}
	for v, code := range c.known {
		if v != "" && rows[code] == 1 {
			n++
		}
	}
	return n
}

func (t *Table) column(name string) (*column, error) {
	i := slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
	if i < 0 {
		return nil, fmt.Errorf("risk: there is no column %q; there are %q", name, t.Columns())
	}
	return &t.columns[i], nil
}

// Classes are the equivalence classes of some columns: the rows that are alike in
// all of them.
type classes struct {
	of    []uint32 // class of each row
	count int
}

// one is the class that all rows are in when nothing is looked at.
func (t *Table) one() classes { return classes{make([]uint32, t.Rows()), 1} }

// by divides classes further by one more column.
func (c classes) by(col *column) classes {
	next := classes{of: make([]uint32, len(c.of))}
	seen := make(map[[2]uint32]uint32, c.count)
	for row, class := range c.of {
		both := [2]uint32{class, col.codes[row]}
		n, known := seen[both]
		if !known {
			n = uint32(len(seen))
			seen[both] = n
		}
		next.of[row] = n
	}
	next.count = len(seen)
	return next
}

// sizes are, for each class, how many people its rows are about.
func (t *Table) sizes(c classes) []int {
	sizes := make([]int, c.count)
	seen := make(map[[2]uint32]bool, c.count)
	for row, class := range c.of {
		if one := [2]uint32{class, t.people.codes[row]}; !seen[one] {
			seen[one] = true
			sizes[class]++
		}
	}
	return sizes
}

// classes divides the rows by the columns.
func (t *Table) classes(names []string) (classes, error) {
	c := t.one()
	for _, n := range names {
		col, err := t.column(n)
		if err != nil {
			return classes{}, err
		}
		c = c.by(col)
	}
	return c, nil
}
