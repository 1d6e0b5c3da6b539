package migration

import (
	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/mapping"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

// A Forecast is what a full run of the plan would do, without doing it. It is
// shown to the operator, whose data it is: Unmapped holds words of the source.
type Forecast struct {
	PlanHash  string                   `json:"plan_hash"`
	Source    connectors.SourceProfile `json:"source"`
	Target    TargetSummary            `json:"target"`
	Kinds     []KindForecast           `json:"kinds"`
	Fields    []FieldForecast          `json:"fields"`
	Unmapped  []UnmappedValue          `json:"unmapped"`
	Inventory privacy.Inventory        `json:"inventory"`
	Files     FileForecast             `json:"files"`
	Paces     []PaceForecast           `json:"paces,omitempty"`    // of the APIs that tell their limit
	Dangling  map[string]int           `json:"dangling,omitempty"` // references that lead nowhere, by kind they point to
	// Complete: every record was read. Else the forecast covers the first records of
	// each kind that is partial, as many as there was time for.
	Complete bool `json:"complete"`
}

// A TargetSummary is what matters of a target's profile to the reader.
type TargetSummary struct {
	Product string   `json:"product"`
	Version string   `json:"version,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Removes bool     `json:"removes"` // rollback can take records back
	// Unprepared is what somebody has to set up there before a run.
	Unprepared []string `json:"unprepared,omitempty"`
}

// A KindForecast counts the records of one kind.
type KindForecast struct {
	Kind     helpdesk.Kind  `json:"kind"`
	Read     int            `json:"read"`
	Move     int            `json:"move"`
	There    int            `json:"there,omitempty"`    // stand in the target already, and stay as they are there
	Excluded map[string]int `json:"excluded,omitempty"` // by reason
	Broken   map[string]int `json:"broken,omitempty"`   // by reason; will be quarantined
	Places   []string       `json:"places,omitempty"`   // the first of the broken
	Partial  bool           `json:"partial,omitempty"`  // there are more than Read
	Express  int            `json:"express,omitempty"`  // of Move: tickets that the first run takes, where the next one takes the others
}

// A FieldForecast counts the values of one field by what becomes of them.
type FieldForecast struct {
	Name     string `json:"name"`
	Fidelity string `json:"fidelity"`
	Values   int    `json:"values"`
	Kept     int    `json:"kept"`
	Mapped   int    `json:"mapped,omitempty"`
	Masked   int    `json:"masked,omitempty"`
	Dropped  int    `json:"dropped,omitempty"`
	Emulated int    `json:"emulated,omitempty"`
	Lost     int    `json:"lost,omitempty"`
}

// An UnmappedValue is a word that the target does not take, with the line to add
// to the plan.
type UnmappedValue struct {
	mapping.Unmapped
	Count int    `json:"count"`
	Line  string `json:"line"`
}

// A FileForecast counts attachments by what the source says of them; whether a
// file is what its type says is seen when it is read.
type FileForecast struct {
	Count   int            `json:"count"`
	Bytes   int64          `json:"bytes"`
	LeftOut map[string]int `json:"left_out,omitempty"`
}

// A linkForecast is a value of a link that is not forecast before all tickets are
// known.
type linkForecast struct {
	field *FieldForecast
	class string
	left  bool
}

func (f *FieldForecast) add(class string, left bool, fidelity connectors.Fidelity) {
	switch {
	case !left || class == NotMapped:
		f.Dropped++
	case fidelity == connectors.Lost, class == LostField:
		f.Lost++
	case fidelity == connectors.Emulated, class == Emulated:
		f.Emulated++
	case class == Masked:
		f.Masked++
	case class == Transformed:
		f.Mapped++
	default:
		f.Kept++
	}
}
