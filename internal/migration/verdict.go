package migration

import (
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Outcomes of a record.
const (
	OutcomeLoaded      = "loaded"
	OutcomeUpdated     = "updated"
	OutcomeUnchanged   = "unchanged"
	OutcomeWithheld    = "withheld"
	OutcomeExcluded    = "excluded"
	OutcomeQuarantined = "quarantined"
	OutcomePending     = "pending"
	OutcomeErased      = "erased"
)

// Outcomes lists the outcomes in the order in which reports show them.
func Outcomes() []string {
	return []string{OutcomeLoaded, OutcomeUpdated, OutcomeUnchanged, OutcomeWithheld, OutcomeExcluded,
		OutcomeQuarantined, OutcomePending, OutcomeErased}
}

// A Verdict is what verify found in one segment: names, counts and references.
type Verdict struct {
	Segment  string         `json:"segment"`
	Kind     helpdesk.Kind  `json:"kind"`
	Outcomes map[string]int `json:"outcomes"`
	// Reasons of the quarantined and excluded, by outcome and reason.
	Reasons  map[string]int            `json:"reasons,omitempty"`
	Fields   map[string]map[string]int `json:"fields"` // name → class → count
	Rules    map[string]int            `json:"rules,omitempty"`
	Files    int                       `json:"files"` // attachments whose SHA-256 was compared
	Dangling map[string]int            `json:"dangling,omitempty"`
	Foreign  int                       `json:"foreign,omitempty"` // comments that others wrote in the target
	// What a delta did: fields that it wrote and that the target kept, by name, and
	// comments that it added.
	Wrote map[string]int `json:"wrote,omitempty"`
	Kept  map[string]int `json:"kept,omitempty"`
	Added int            `json:"added,omitempty"`
	// Edited and Withdrawn are comments that the source changed, or has no more, since
	// they were moved: the target keeps what was said first.
	Edited      int          `json:"edited,omitempty"`
	Withdrawn   int          `json:"withdrawn,omitempty"`
	Differences []Difference `json:"differences,omitempty"`
	More        int          `json:"more,omitempty"` // differences beyond those listed
}

func (v *Verdict) count(in *map[string]int, name string) {
	if *in == nil {
		*in = map[string]int{}
	}
	(*in)[name]++
}

// A Difference is a field or record that is not as it should be. It holds no
// value; both sides are fetched when somebody looks.
type Difference struct {
	Kind  helpdesk.Kind `json:"kind"`
	Ref   string        `json:"ref"`
	ID    string        `json:"id,omitempty"` // in the target
	Path  string        `json:"path"`
	Class string        `json:"class"`
}

// listed is how many differences of a segment are listed one by one; a row of
// the ledger has its limits, and more than that is one cause, not many.
const listed = 500
