package privacy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Finding says that a field of one record holds personal data: where, of which
// kind, how many. It never holds the data.
type Finding struct {
	Field string `json:"field"` // helpdesk.Value.Name
	Kind  Kind   `json:"kind"`
	Count int    `json:"count"`
	// Sure is how many of them something confirmed: see Seen.
	Sure int `json:"sure,omitempty"`
	// Channel is how the record came in: see ChannelOf.
	Channel string `json:"channel,omitempty"`
}

// Seen is how much of one kind of personal data there is. Sure are those that a check digit,
// a numbering plan, the record or their place confirms; of the others only a word beside
// them, or a sentence, tells.
type Seen struct {
	Found int `json:"found"`
	Sure  int `json:"sure"`
}

func (s Seen) plus(o Seen) Seen { return Seen{s.Found + o.Found, s.Sure + o.Sure} }

// Sum adds what was seen elsewhere.
func Sum(into, more map[Kind]Seen) {
	for k, n := range more {
		into[k] = into[k].plus(n)
	}
}

// A Count is how often a kind of personal data was found, and in how many records.
type Count struct {
	Seen
	Records int `json:"records"`
	// Channels are the records by how they came in, where that is known.
	Channels map[string]int `json:"channels,omitempty"`
}

func (c Count) plus(o Count) Count {
	c.Seen, c.Records = c.Seen.plus(o.Seen), c.Records+o.Records
	for channel, n := range o.Channels {
		if c.Channels == nil {
			c.Channels = map[string]int{}
		}
		c.Channels[channel] += n
	}
	return c
}

// channels are the ways in which help desks collect what people say, by their own names.
// Others may be words of an account.
var channels = strings.Fields("api bot chat email facebook feedback_widget forum help_center instagram line messaging mobile mobile_sdk native_messaging " +
	"phone portal sample_ticket slack sms system telegram twitter voice walkup web whatsapp widget x")

// otherChannel is a channel that only an account knows.
const otherChannel = "other"

// ChannelOf is how a record came in, for an inventory, which holds no words of an account:
// what is no channel of any help desk is "other". It is "" where that is not known.
func ChannelOf(r *helpdesk.Record) string {
	if r.Ticket == nil || r.Ticket.Channel == "" {
		return ""
	}
	if c := strings.ToLower(r.Ticket.Channel); slices.Contains(channels, c) {
		return c
	}
	return otherChannel
}

// An Inventory counts what personal data the fields of a help desk hold. Those
// of several workers merge. The zero value is empty.
type Inventory struct {
	// Fields maps name of field → kind → count.
	Fields map[string]map[Kind]Count `json:"fields"`
}

// Add counts the finding of one record. Apply reports a field and kind once per
// record.
func (inv *Inventory) Add(f Finding) {
	n := Count{Seen: Seen{f.Count, f.Sure}, Records: 1}
	if f.Channel != "" {
		n.Channels = map[string]int{f.Channel: 1}
	}
	inv.add(f.Field, f.Kind, n)
}

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
	inv.Fields[field][kind] = inv.Fields[field][kind].plus(n)
}

// A tally counts the findings of one record by field and kind.
type tally map[tallied]Seen

type tallied struct {
	field string
	kind  Kind
}

func (t tally) add(field string, kind Kind, n Seen) {
	if n.Found > 0 {
		at := tallied{field, kind}
		t[at] = t[at].plus(n)
	}
}

// findings lists the counts in a fixed order.
func (t tally) findings() (all []Finding) {
	for k, n := range t {
		all = append(all, Finding{Field: k.field, Kind: k.kind, Count: n.Found, Sure: n.Sure})
	}
	slices.SortFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}
