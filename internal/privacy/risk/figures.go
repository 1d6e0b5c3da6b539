package risk

import (
	"errors"
	"math"
	"slices"
	"strconv"
)

// Small is the size below which a class is counted as small: with fewer than five
// alike, statistical offices do not publish.
const Small = 5

// Figures say how easily somebody is found among the rows by the quasi-identifiers.
type Figures struct {
	Rows    int `json:"rows"`
	People  int `json:"people"`  // whom they are about
	Classes int `json:"classes"` // of rows that are alike in all quasi-identifiers
	// K is how many people the rows of a class are about, at least (Sweeney 2002, where
	// each row is about another person).
	K int `json:"k"`
	// Unique and Small count the people who are alone in a class, or with fewer than
	// five in it, with at least one of their rows.
	Unique int `json:"unique"`
	Small  int `json:"small"`
	// Prosecutor is the chance to find somebody who is known to be there, at worst: 1/K.
	// Marketer is the share of the rows for which a guess within the class is right, on
	// average (El Emam, Guide to the De-Identification of Personal Health Information, 2013).
	Prosecutor float64 `json:"prosecutor"`
	Marketer   float64 `json:"marketer"`

	Sensitive []Sensitive `json:"sensitive,omitempty"`
}

// Sensitive says how much the class that somebody is in tells about an attribute.
type Sensitive struct {
	Column string `json:"column"`
	// Alpha is the largest share of one value in a class (Wong et al. 2006).
	Alpha float64 `json:"alpha"`
	// L is the smallest number of different values in a class; EntropyL is the exponent
	// of the smallest entropy (Machanavajjhala et al. 2007).
	L        int     `json:"l"`
	EntropyL float64 `json:"entropy_l"`
	// T is the largest distance between a class and the whole (Li et al. 2007): of equal
	// steps between values, or of their order where they are numbers.
	T float64 `json:"t"`
	// Beta is the largest gain in the share of one value, by its share in the whole;
	// EnhancedBeta bounds it by what can be gained at all (Cao and Karras 2012).
	Beta         float64 `json:"beta"`
	EnhancedBeta float64 `json:"enhanced_beta"`
	// Delta is the largest logarithm of such a ratio (Brickell and Shmatikov 2008).
	Delta float64 `json:"delta"`
}

// ErrNoRows says that there is nothing to measure.
var ErrNoRows = errors.New("risk: no rows")

// Measure computes the figures for the quasi-identifiers, and for each of the
// sensitive columns what a class tells of it. A column of which all values are
// numbers is taken as ordered.
func (t *Table) Measure(quasi, sensitive []string) (Figures, error) {
	if t.Rows() == 0 {
		return Figures{}, ErrNoRows
	}
	c, err := t.classes(quasi)
	if err != nil {
		return Figures{}, err
	}
	f := t.among(c)
	for _, name := range sensitive {
		col, err := t.column(name)
		if err != nil {
			return Figures{}, err
		}
		f.Sensitive = append(f.Sensitive, col.told(c))
	}
	return f, nil
}

// among says how well people hide in the classes.
func (t *Table) among(c classes) Figures {
	sizes := t.sizes(c)
	f := Figures{Rows: t.Rows(), People: len(t.people.known), Classes: c.count, K: slices.Min(sizes)}
	f.Prosecutor = 1 / float64(f.K)
	worst := make([]int, f.People) // the smallest class that each is in
	for row, class := range c.of {
		size, who := sizes[class], t.people.codes[row]
		f.Marketer += 1 / float64(size) / float64(f.Rows)
		if worst[who] == 0 || size < worst[who] {
			worst[who] = size
		}
	}
	for _, size := range worst {
		if size == 1 {
			f.Unique++
		}
		if size < Small {
			f.Small++
		}
	}
	return f
}

// told is what the classes tell of the column's values.
func (col *column) told(c classes) Sensitive {
	order, ordered := col.order()
	whole := make([]float64, len(order))
	for _, code := range col.codes {
		whole[code]++
	}
	for i := range whole {
		whole[i] /= float64(len(col.codes))
	}
	s := Sensitive{Column: col.name, L: math.MaxInt, EntropyL: math.Inf(1)}
	for _, counts := range col.counts(c) {
		size, entropy, most := 0.0, 0.0, 0.0
		for _, n := range counts {
			size += float64(n)
		}
		shares := make([]float64, len(order))
		for code, n := range counts {
			q := float64(n) / size
			shares[code], most = q, max(most, q)
			entropy -= q * math.Log(q)
			s.Beta = max(s.Beta, q/whole[code]-1)
			s.Delta = max(s.Delta, math.Abs(math.Log(q/whole[code])))
		}
		s.Alpha, s.L, s.EntropyL = max(s.Alpha, most), min(s.L, len(counts)), min(s.EntropyL, math.Exp(entropy))
		s.T = max(s.T, distance(shares, whole, order, ordered))
	}
	s.EnhancedBeta = min(s.Beta, -math.Log(slices.Min(whole)))
	return s
}

// counts are, for each class, how often each value is there.
func (col *column) counts(c classes) []map[uint32]int {
	all := make([]map[uint32]int, c.count)
	for row, class := range c.of {
		if all[class] == nil {
			all[class] = map[uint32]int{}
		}
		all[class][col.codes[row]]++
	}
	return all
}

// order lists the codes in the order of the values that they stand for, and reports
// whether these are numbers.
func (col *column) order() (order []uint32, numbers bool) {
	values := make([]float64, len(col.known))
	numbers = true
	for v, code := range col.known {
		order = append(order, code)
		n, err := strconv.ParseFloat(v, 64)
		values[code], numbers = n, numbers && err == nil
	}
	slices.SortFunc(order, func(a, b uint32) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	return order, numbers
}

// distance is the earth mover's distance between two distributions: half of all
// differences where each value is as far from each other one, and that of the sums,
// in the order of the values, where these are numbers.
func distance(a, b []float64, order []uint32, ordered bool) (d float64) {
	if !ordered {
		for i := range a {
			d += math.Abs(a[i] - b[i])
		}
		return d / 2
	}
	if len(order) < 2 {
		return 0
	}
	sum := 0.0
	for _, code := range order {
		sum += a[code] - b[code]
		d += math.Abs(sum)
	}
	return d / float64(len(order)-1)
}
