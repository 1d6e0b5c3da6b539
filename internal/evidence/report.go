// Package evidence turns what a run left in the ledger into documents that a
// privacy officer can file: JSON for machines, HTML that prints well for people.
//
// A [Report] holds names, counts, references and digests, never a value of a
// record. The same run gives the same bytes. [Report.Documents] renders the
// folder to be filed, [Report.Summary] some lines for a terminal; all of them
// say the same [Verdict].
//
// What a document says stands in texts/<language>: page.txt its sentences,
// verdict.txt what can be wrong and what to do then, words.txt the vocabularies
// of outcomes, classes, reasons and so on. A new word needs a line there in each
// language; until it has one, the word itself is shown. A [Page] is made of blocks
// by the functions of page*.go; package html, below, gives it its looks.
package evidence

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// A Report is all that is to be said about one run.
type Report struct {
	Version   int       `json:"version"` // of this form: 1
	Tool      string    `json:"tool"`    // "safeconduct 0.1.0"
	Migration string    `json:"migration"`
	Run       string    `json:"run"`
	Mode      string    `json:"mode"` // full, demo or delta
	State     string    `json:"state"`
	Failure   string    `json:"failure,omitempty"`
	PlanHash  string    `json:"plan_hash"`
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended,omitzero"` // not yet known while the run itself writes its report
	// Express: of tickets only those that are open or were changed since then were moved;
	// the next delta takes the others.
	Express time.Time `json:"express,omitzero"`

	Answers Answers `json:"answers"`
	Source  Desk    `json:"source"`
	Target  Desk    `json:"target"`

	Kinds     []Kind         `json:"kinds"`
	Fields    []Field        `json:"fields"`
	Inventory []PersonalData `json:"inventory"`
	Rules     []Rule         `json:"rules"`
	Files     Files          `json:"files"`
	Aside     []Aside        `json:"aside"`
	Findings  []Difference   `json:"differences"`
	More      int            `json:"more_differences,omitempty"`
	Foreign   int            `json:"foreign_comments,omitempty"` // written by others in the target meanwhile
	Dangling  map[string]int `json:"dangling,omitempty"`         // references that lead nowhere, by kind
	Merged    *Merged        `json:"merged,omitempty"`           // what a delta did to records that stood there
	Reviews   []Review       `json:"reviews,omitempty"`          // what somebody has to decide
	Census    Census         `json:"census"`
	Mails     *int           `json:"mails,omitempty"`   // that the target recorded for what the run wrote; nil: it does not say
	Residual  map[string]int `json:"residual"`          // by field; empty is the goal
	Erasures  Erasures       `json:"erasures,omitzero"` // in the source, while the run was under way
	Sealed    *Seal          `json:"sealed,omitempty"`
	Remains   []Remains      `json:"remains"`
	Audit     Audit          `json:"audit"`
}

// Erasures counts the people whom the source deleted while the run was under way, the
// segments that held them and were written anew, and the staged objects that were
// destroyed for it before the end of the run.
type Erasures struct {
	People   int `json:"people"`
	Segments int `json:"segments"`
	Objects  int `json:"objects"`
}

// Merged counts what a delta did to records that stood in the target.
type Merged struct {
	Wrote map[string]int `json:"wrote"` // fields that it wrote, by name
	Kept  map[string]int `json:"kept"`  // fields that both sides had changed, and the target kept
	Added int            `json:"added"` // comments
	// Edited and Withdrawn are comments that the source changed, or has no more: the
	// target keeps what was said first. Dropped are records that agents of the target
	// removed.
	Edited    int `json:"edited"`
	Withdrawn int `json:"withdrawn"`
	Dropped   int `json:"dropped"`
}

// A Review is a field of a record, or "record", that somebody has to decide on.
type Review struct {
	Kind  string `json:"kind"`
	Ref   string `json:"ref"`
	ID    string `json:"id"` // in the target
	Field string `json:"field"`
}

// Answers are the plan's answers to the five questions.
type Answers struct {
	Controller string   `json:"controller"`
	Contact    string   `json:"contact"`
	Purpose    string   `json:"purpose"`
	LegalBasis string   `json:"legal_basis"`
	Regimes    []string `json:"regimes"`
	Retention  string   `json:"retention"`
	Preset     string   `json:"preset"`
}

// A Desk is one side of the migration. Tested is what the connector has run
// against: "files", "in memory", "simulated", or "live: " and the product.
type Desk struct {
	Connector string   `json:"connector"`
	Product   string   `json:"product"`
	Version   string   `json:"version,omitempty"`
	Tested    string   `json:"tested"`
	Notes     []string `json:"notes,omitempty"`
}

// A Kind counts the records of one kind by outcome; the outcomes add up to Read.
type Kind struct {
	Kind     string         `json:"kind"`
	Read     int            `json:"read"`
	Outcomes map[string]int `json:"outcomes"` // loaded, unchanged, pending, excluded, withheld, quarantined …
	// Placeholders stand in the target for people the source does not have any more.
	Placeholders int `json:"placeholders,omitempty"`
}

// A Field counts the classes of one field over all records this run loaded.
type Field struct {
	Name     string         `json:"name"`
	Fidelity string         `json:"fidelity"` // what the target declares
	Classes  map[string]int `json:"classes"`  // EXACT, NORMALISED, … UNEXPECTED
}

// PersonalData counts one kind of personal data in one field of the source.
type PersonalData struct {
	Field string `json:"field"`
	Kind  string `json:"kind"`
	// About are the areas with rules of their own that the kind is of: health, insurance, payment.
	About []string `json:"about,omitempty"`
	Found int      `json:"found"`
	// Sure are those that a check digit, a numbering plan, the record or their place confirms.
	Sure    int `json:"sure"`
	Records int `json:"records"`
	// Channels are the records by how they came in, where the source says.
	Channels map[string]int `json:"channels,omitempty"`
}

// ByChannel lists the channels, the one of the most records first.
func (p PersonalData) ByChannel() []string {
	return slices.SortedFunc(maps.Keys(p.Channels), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.Channels[b], p.Channels[a]), cmp.Compare(a, b))
	})
}

// A Rule counts how often a rule of mapping or policy changed a field.
type Rule struct {
	Rule  string `json:"rule"`
	Count int    `json:"count"`
}

// Files counts attachments.
type Files struct {
	Compared int            `json:"compared"` // read back and equal or not by SHA-256
	LeftOut  map[string]int `json:"left_out"` // by reason
	// Types are the files that the policy was applied to, by what their content is.
	Types []FileType `json:"types"`
	// Unread are those that could not be read to their end, by reason.
	Unread map[string]int `json:"unread"`
}

// A FileType counts what became of the files of one type.
type FileType struct {
	Type     string         `json:"type"`     // MIME, by content
	Outcomes map[string]int `json:"outcomes"` // unchanged, rewritten, stripped, placeholder, kept, excluded, quarantined
}

// became counts the files with an outcome.
func (f Files) became(outcome string) (n int) {
	for _, t := range f.Types {
		n += t.Outcomes[outcome]
	}
	return n
}

// Aside is a record that did not go on: excluded, withheld or quarantined.
type Aside struct {
	Kind    string `json:"kind"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason"`
	Ref     string `json:"ref"`
	Place   string `json:"place,omitempty"` // file, line and column of what could not be read
}

// A Difference is a field that is not as it should be.
type Difference struct {
	Kind  string `json:"kind"`
	Ref   string `json:"ref"`
	ID    string `json:"id,omitempty"` // in the target
	Path  string `json:"path"`
	Class string `json:"class"`
}

// Census is the proof by sets of ids that nothing is lost, foreign or twice. It
// is zero if the run did not come so far.
type Census struct {
	Counted   bool         `json:"counted"`
	Read      int          `json:"read"`
	Accounted int          `json:"accounted"`
	Conserved bool         `json:"conserved"`
	Kinds     []KindCensus `json:"kinds"`
}

// A KindCensus is the census of one kind.
type KindCensus struct {
	Kind     string `json:"kind"`
	Expected int    `json:"expected"`
	Found    int    `json:"found"`
	Missing  int    `json:"missing"`
	Foreign  int    `json:"foreign"`
	Doubled  int    `json:"doubled"`
}

// A Seal is what the end of the run destroyed.
type Seal struct {
	At      time.Time `json:"at"`
	Keys    []string  `json:"keys"`
	Objects int       `json:"objects"`
	Bytes   int64     `json:"bytes"`
	Left    int       `json:"left"`
}

// Remains names what is kept after the run, where and until when. Each is a word
// of words.txt (What: ledger, keys, evidence, desks; Where: ledger, keyring,
// evidence, desks; Until: close, records, own) or a plain text, which is shown as
// it is in every language. Until may be a date, 2026-05-30, and "… or …" of both.
type Remains struct {
	What  string `json:"what"`
	Where string `json:"where"`
	Until string `json:"until"`
}

// Audit points to the log.
type Audit struct {
	Shards int    `json:"shards"`
	Events int    `json:"events"`
	Intact bool   `json:"intact"`
	Heads  string `json:"heads"` // SHA-256 over the heads of all shards, in their order
}
