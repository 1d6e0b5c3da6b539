package cost

import (
	"cmp"
	"math"
)

// A Workload is the size of a migration, and the ways of its two help desks.
type Workload struct {
	Tickets         int     `json:"tickets"`
	Comments        int     `json:"comments"`    // of a ticket
	Attachments     float64 `json:"attachments"` // of a ticket
	AttachmentBytes int64   `json:"attachment_bytes"`
	TicketBytes     int64   `json:"ticket_bytes"` // without comments
	CommentBytes    int64   `json:"comment_bytes"`
	People          int     `json:"people"`        // -1: none
	Groups          int     `json:"groups"`        // -1: none
	Organizations   int     `json:"organizations"` // -1: none
	Linked          float64 `json:"linked"`        // share of tickets that link to others
	// Named is how many different people the tickets of one segment name.
	Named int `json:"named"`

	// RowBytes is how large a record's row of the id map is: it holds a digest of
	// each field and comment.
	RowBytes int `json:"row_bytes"`

	// OneByOne: the target takes comments one by one; Opening: but the first comes
	// with the ticket.
	OneByOne bool `json:"one_by_one"`
	Opening  bool `json:"opening"`
	// Census: the target can list what carries the migration's markers.
	Census bool `json:"census"`

	// AnswerMs is how long a help desk takes to answer, FileMs for a file more.
	AnswerMs int `json:"answer_ms"`
	FileMs   int `json:"file_ms"`
	// PerMinute bounds the requests to the target; 0: its answers alone do.
	PerMinute int `json:"per_minute"`
	// Workers is how many processes anonymize segments side by side, each of which
	// reads who the people are: ten, as internal/deployed says.
	Workers int `json:"workers"`
	// Concurrency is how many segments are loaded side by side.
	Concurrency int `json:"concurrency"`
	// Demo: a few tickets, read in one go.
	Demo bool `json:"demo"`
}

// Shape of an ordinary help desk, where a workload does not say: the tickets of
// aws.md's model, agents and contacts as in the sample of internal/sample/large.go.
const (
	ticketBytes   = 4 << 10
	commentBytes  = 2 << 10
	fileBytes     = 300 << 10
	answerMs      = 350
	fileMs        = 150
	rowBytes      = 1400
	perPerson     = 20
	perCompany    = 400
	agents        = 20
	groups        = 10
	perSegment    = 100 // migration.SegmentRecords
	workers       = 10
	inFlight      = 4   // requests of one invocation at a time
	perBatch      = 100 // rows of one BatchGetItem
	kinds         = 6   // helpdesk.Kinds
	phases        = 8   // helpdesk.Phases
	deadline      = 285 // seconds after which a step returns a checkpoint
	perList       = 500 // rows of a page that the ledger lists
	deletedAtOnce = 1000
)

// withDefaults fills in what is not said.
func (w Workload) withDefaults() Workload {
	w.TicketBytes = cmp.Or(w.TicketBytes, ticketBytes)
	w.CommentBytes = cmp.Or(w.CommentBytes, commentBytes)
	w.AttachmentBytes = cmp.Or(w.AttachmentBytes, fileBytes)
	w.AnswerMs, w.FileMs = cmp.Or(w.AnswerMs, answerMs), cmp.Or(w.FileMs, fileMs)
	w.People = cmp.Or(w.People, w.Tickets/perPerson+min(agents, max(1, w.Tickets)))
	w.Groups = cmp.Or(w.Groups, min(groups, max(1, w.Tickets)))
	w.Organizations = cmp.Or(w.Organizations, max(1, w.Tickets/perCompany))
	w.Named = cmp.Or(w.Named, min(max(0, w.People), perSegment+agents))
	w.People, w.Groups, w.Organizations = max(0, w.People), max(0, w.Groups), max(0, w.Organizations)
	w.RowBytes = cmp.Or(w.RowBytes, rowBytes)
	w.Workers, w.Concurrency = cmp.Or(w.Workers, workers), max(1, w.Concurrency)
	return w
}

// A kind is the records of one kind.
type kind struct {
	name    string
	records int
}

// list is the kinds in the order in which they are loaded.
func (w Workload) list() []kind {
	return []kind{{"group", w.Groups}, {"organization", w.Organizations}, {"person", w.People}, {"ticket", w.Tickets}}
}

func (k kind) segments() float64 { return math.Ceil(float64(k.records) / perSegment) }

// loaded is how many kinds have records.
func (w Workload) loaded() (n float64) {
	for _, k := range w.list() {
		n += min(1, k.segments())
	}
	return n
}

func (w Workload) segments() (n float64) {
	for _, k := range w.list() {
		n += k.segments()
	}
	return n
}

func (w Workload) records() (n float64) {
	for _, k := range w.list() {
		n += float64(k.records)
	}
	return n
}

func (w Workload) files() float64 { return float64(w.Tickets) * w.Attachments }

// text is the bytes of all tickets and comments.
func (w Workload) text() float64 {
	return float64(w.Tickets) * (float64(w.TicketBytes) + float64(w.Comments)*float64(w.CommentBytes))
}

// appended is how many comments of a ticket are added by themselves.
func (w Workload) appended() float64 {
	if !w.OneByOne {
		return 0
	}
	n := w.Comments
	if w.Opening && n > 0 {
		n--
	}
	return float64(n)
}

// Writes is how many requests the target gets that create something.
func (w Workload) Writes() float64 {
	finish := 0.0
	if w.OneByOne {
		finish = 1 // what the comments would have changed
	}
	return w.records() + w.files() + float64(w.Tickets)*(w.appended()+finish)
}

// Reads is how many requests read back what was created.
func (w Workload) Reads() float64 { return w.records() + w.files() }
