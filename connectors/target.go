package connectors

import (
	"cmp"
	"context"
	"io"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Target is a help desk that records are loaded into while its agents work.
type Target interface {
	// Profile says what this account may write and how faithfully. It is also the
	// connection test: it asks the help desk and changes nothing.
	Profile(ctx context.Context) (TargetProfile, error)

	// Create creates the drafts, at most TargetProfile.Batch of them, all of one
	// kind, and returns one Created for each, in their order. Each record carries
	// its draft's marker from the moment that it exists. An error of the whole
	// call means that nobody knows what was created; the caller probes by marker.
	// Create never retries by itself.
	Create(ctx context.Context, drafts []Draft) ([]Created, error)

	// Find returns the ids of the records of kind k that carry the marker, oldest
	// first; none is no error.
	Find(ctx context.Context, k helpdesk.Kind, marker string) ([]string, error)

	// Read returns the record as the target holds it now: Key is its id, and
	// references are ids of the target. It returns ErrNotFound for an id that the
	// help desk does not know, and ErrDenied for one that the account may not see.
	Read(ctx context.Context, k helpdesk.Kind, id string) (helpdesk.Record, error)
}

// A TargetProfile is what a target says of itself.
type TargetProfile struct {
	Product string
	Version string
	Kinds   []helpdesk.Kind // that can be created; others are LOST whole
	// Fidelity tells by field name (Field.Name) what becomes of a field. A field
	// that is not named is Lost. A custom field may be named by itself
	// ("ticket.custom.Product"), which goes before what is said of all.
	Fidelity map[string]Fidelity
	// Vocabulary lists, by field name, the only values that the target takes; one
	// custom field is named as in Fidelity. A field that is not named takes any.
	Vocabulary map[string][]string
	// Requires names references that no record may be without ("ticket.requester"):
	// a placeholder stands in where the source has none.
	Requires []string
	// Batch is how many drafts one Create takes, at least 1.
	Batch int
	// Hold is the longest time after the end of a request during which the target
	// may still carry it out: a server that has been busy, a queue. A probe waits
	// for it.
	Hold time.Duration
	// Opening: Create of a ticket takes the first comment along, if it is public,
	// although the target is an Appender: it is the text that the ticket opens
	// with. Read gives that comment the key OpeningKey.
	Opening bool
	// Whole: Create of a ticket takes all comments along although the target is an
	// Appender: Append adds those that come later.
	Whole bool
	// PerMinute is how many requests the account answers in a minute, agents' included,
	// as its last answer told; 0 if it does not tell.
	PerMinute int
	// Requests says how many it takes to move a record, where that is told.
	Requests Requests
	// Unprepared lists what somebody has to do in the target before a run may
	// start, each as a sentence that says what and how.
	Unprepared []string
	// Notes tell the operator what the target is and is not.
	Notes []string
}

// Requests are how many it takes, on average and in a first run, to look for a record,
// write it and read it back. Forecasts of how long a run takes go by them.
type Requests struct {
	Records map[helpdesk.Kind]float64 // of each kind, without what follows
	Comment float64
	File    float64
}

// Of is how many it takes for so many records, comments and files.
func (r Requests) Of(records map[helpdesk.Kind]int, comments, files int) int {
	n := r.Comment*float64(comments) + r.File*float64(files)
	for kind, many := range records {
		n += r.Records[kind] * float64(many)
	}
	return int(math.Ceil(n))
}

// Of is the fidelity of a field by its name, also that of one custom field
// ("ticket.custom.Product").
func (p TargetProfile) Of(name string) Fidelity {
	if f, ok := p.Fidelity[name]; ok {
		return f
	}
	for _, all := range []string{"custom", "extra"} {
		if table, _, ok := strings.Cut(name, "."+all+"."); ok {
			name = table + "." + all
		}
	}
	return cmp.Or(p.Fidelity[name], Lost)
}

// Fidelity is what a target makes of a field.
type Fidelity string

const (
	Native      Fidelity = "native"       // kept as it is
	OnCreate    Fidelity = "create_only"  // kept if given at create; never to be changed
	Second      Fidelity = "second_step"  // kept, by a request after create
	Impersonate Fidelity = "impersonated" // kept by acting as the person
	Emulated    Fidelity = "emulated"     // said in another way, as in a line of the text
	Lost        Fidelity = "lost"
)

// Keeps reports whether the field can be read back as it was written.
func (f Fidelity) Keeps() bool {
	return f == Native || f == OnCreate || f == Second || f == Impersonate
}

// A Draft is a record to create. Its references are ids of the target.
type Draft struct {
	Marker string
	Record helpdesk.Record
	// Open opens the bytes of one of the record's attachments.
	Open func(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error)
}

// Created is what became of a draft: the id of the new record, or why there is
// none. Err wraps ErrRejected if the target will never take the draft as it is,
// ErrUnavailable and others if nobody knows.
type Created struct {
	ID  string
	Err error
}

// An Appender is a target that takes a ticket's comments one by one. Its Create
// of a ticket leaves the comments out (see TargetProfile.Opening and Whole), and
// Append adds them in order.
type Appender interface {
	// Append adds the comment behind those that the ticket has, without a marker:
	// the caller tells by reading the ticket whether a lost answer was a success.
	// The id is the key by which Read knows the comment, or empty where the help
	// desk does not say it. A ticket that is not there is an error.
	Append(ctx context.Context, ticket string, c helpdesk.Comment, open OpenFunc) (id string, err error)
}

// OpeningKey is the key of the comment that a ticket opens with, where the
// target has no id for it; see TargetProfile.Opening.
const OpeningKey = "opening"

// Opening returns the comment that Create takes along where the profile says
// Opening, or nil if the ticket has none that may stand there.
func Opening(t *helpdesk.Ticket) *helpdesk.Comment {
	if t == nil || len(t.Comments) == 0 || t.Comments[0].Visibility == helpdesk.VisibilityPrivate {
		return nil
	}
	return &t.Comments[0]
}

// A Finisher is a target in which comments change what a ticket holds, as a
// reply that opens it again, or which takes some fields only of a record that
// exists.
type Finisher interface {
	// Finish gives the record, all of whose parts are there, the fields of the draft
	// that the profile declares Second, and its marker, if the help desk dropped it
	// without a word. To finish twice is to finish once, but for what
	// an agent changed in between: that stays. People who are suspended are not
	// said to be so at first; they are finished once more when the run has written
	// everything that is in their name.
	Finish(ctx context.Context, id string, d Draft) error
}

// A Renderer is a target that keeps texts in a form of its own, such as
// Markdown.
type Renderer interface {
	// Render returns the record as Read gives it back if nothing was lost on the
	// way: r itself where nothing changes, else a copy. It asks nobody. Parts stay
	// in their number and order; one that is not kept is blank. A text that is cut
	// ends in "…".
	Render(r helpdesk.Record) helpdesk.Record
}

// A MailCounter is a target that knows which mails it has sent.
type MailCounter interface {
	// Mails counts the mails that the target recorded since then, by the clock of
	// this machine, for what this account did.
	Mails(ctx context.Context, since time.Time) (int, error)
}

// A DateFixer is a target with a database of its customer's own, in which the
// dates can be set that its API does not take.
type DateFixer interface {
	// FixDates writes an SQL script, for a person to read and run, that gives the
	// tickets the dates and authors that their origin lines tell, and a query that
	// shows whether it worked. It reads the target and changes nothing. The script
	// holds ids and times and no content.
	FixDates(ctx context.Context, tickets iter.Seq2[string, error], w io.Writer) (FixedDates, error)
}

// FixedDates counts what a script of a DateFixer sets.
type FixedDates struct {
	Tickets  int `json:"tickets"`
	Comments int `json:"comments"`
}

// OpenFunc opens the bytes of an attachment.
type OpenFunc = func(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error)

// A Linker relates tickets that both stand in the target.
type Linker interface {
	// Link is idempotent: to link twice is to link once.
	Link(ctx context.Context, ticket string, l helpdesk.Link) error
}

// A Matcher finds a record that the target had before the migration and that
// stands for the same person, group or organization: the same e-mail address,
// the same name. Nothing is created for it and rollback leaves it.
type Matcher interface {
	// Match returns ErrNotFound if there is none.
	Match(ctx context.Context, r helpdesk.Record) (id string, err error)
}

// A Censor counts the whole population of a migration: it lists the records of
// kind k with a marker that starts with the prefix, in no order.
type Censor interface {
	Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[Marked, error]
}

// Marked is a record of the target and its marker.
type Marked struct {
	ID     string
	Marker string
}

// FindByCensus is Find for a target whose census filters by the marker at once.
func FindByCensus(ctx context.Context, c Censor, k helpdesk.Kind, marker string) (ids []string, err error) {
	for m, err := range c.Census(ctx, k, marker) {
		if err != nil {
			return nil, err
		}
		if m.Marker == marker {
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}

// A Remover takes back what a migration created.
type Remover interface {
	// Remove removes the records, whose kind is k, with their parts. An id that is
	// gone already counts as Removed. One answer for each id, in order.
	Remove(ctx context.Context, k helpdesk.Kind, ids []string) ([]Removal, error)
}

// An Eraser can take from a person what tells who it was. It is asked where the person
// was to be removed and the platform only hides it, or keeps it for what names it.
type Eraser interface {
	// Erase gives the person, under every field that the platform has, what as says, and
	// nothing where as has nothing. The marker may stay. Once more does the same; an id
	// that is gone is ErrNotFound.
	Erase(ctx context.Context, id string, as helpdesk.Record) error
}

// Removal says what a platform does when it is told to remove a record.
type Removal string

const (
	Removed  Removal = "removed"  // no agent sees it any more and no row is left
	Disabled Removal = "disabled" // hidden or marked deleted; the data stays
	Kept     Removal = "kept"     // the platform does not remove it
)
