package cost

import (
	"fmt"
	"maps"
	"slices"
)

// A Difference is a number that was predicted otherwise than it was counted.
type Difference struct {
	Call               string
	Predicted, Counted int64
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: predicted %d, counted %d", d.Call, d.Predicted, d.Counted)
}

// Compare lists the calls whose predicted number is off by more than the share
// of the one counted. Without names it compares all that either side holds.
func Compare(predicted, counted Calls, share float64, names ...string) (off []Difference) {
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(predicted.Plus(counted)))
	}
	for _, name := range names {
		p, c := predicted[name], counted[name]
		if distance := max(p-c, c-p); float64(distance) > share*float64(c) {
			off = append(off, Difference{name, p, c})
		}
	}
	return off
}
