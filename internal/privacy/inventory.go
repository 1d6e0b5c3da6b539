package privacy

import (
	"cmp"
	"slices"
)

// A Finding says that a field of one record holds personal data: where, of which
// kind, how many. It never holds the data.
type Finding struct {
	Field string `json:"field"` // helpdesk.Value.Name
	Kind  Kind   `json:"kind"`
	Count int    `json:"count"`
}

// A Count is how often a kind of personal data was found, and in how many records.
type Count struct {
	Found   int `json:"found"`
	Records int `json:"records"`
}

// An Inventory counts what personal data the fields of a help desk hold. Those
// of several workers merge. The zero value is empty.
type Inventory struct {
	// Fields maps name of field → kind → count.
	Fields map[string]map[Kind]Count `json:"fields"`
}

// Add counts the finding of one record. Apply reports a field and kind once per
// record.
func (inv *Inventory) Add(f Finding) { inv.add(f.Field, f.Kind, Count{f.Count, 1}) }

// Merge adds the counts of another inventory.
func (inv *Inventory) Merge(other Inventory) {
	for field, kinds := range other.Fields {
		for kind, n := range kinds {
			inv.add(field, kind, n)
		}
	}
}

// Total sums the findings over all fields and kinds.
func (inv *Inventory) Total() int {
	sum := 0
	for _, kinds := range inv.Fields {
		for _, n := range kinds {
			sum += n.Found
		}
	}
	return sum
}

func (inv *Inventory) add(field string, kind Kind, n Count) {
	if inv.Fields == nil {
		inv.Fields = map[string]map[Kind]Count{}
	}
	if inv.Fields[field] == nil {
		inv.Fields[field] = map[Kind]Count{}
	}
	was := inv.Fields[field][kind]
	inv.Fields[field][kind] = Count{was.Found + n.Found, was.Records + n.Records}
}

// A tally counts the findings of one record by field and kind.
type tally map[tallied]int

type tallied struct {
	field string
	kind  Kind
}

func (t tally) add(field string, kind Kind, n int) {
	if n > 0 {
		t[tallied{field, kind}] += n
	}
}

// findings lists the counts in a fixed order.
func (t tally) findings() (all []Finding) {
	for k, n := range t {
		all = append(all, Finding{k.field, k.kind, n})
	}
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}
