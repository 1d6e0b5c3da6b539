package connectors

import (
	"context"
	"io"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Source reads a help desk while its agents go on working.
type Source interface {
	// Profile says what this account may read. It is also the connection test: it
	// asks the help desk and changes nothing.
	Profile(ctx context.Context) (SourceProfile, error)

	// Page returns the records of kind k after the cursor; the zero Cursor starts
	// at the beginning. A record may come twice, also with another content when
	// an agent changed it meanwhile; none may be left out. References between
	// records are keys of the source, also of records that do not exist any more.
	Page(ctx context.Context, k helpdesk.Kind, after Cursor) (Page, error)
}

// A SourceProfile is what a source says of itself.
type SourceProfile struct {
	Product string          // "CSV files", "Request Tracker"
	Version string          // of the platform, if it says
	Kinds   []helpdesk.Kind // that this account may read and that exist
	// Since lists the kinds whose cursors lead on: from the end of one reading, Page
	// gives what was created or changed since, see [Cursor]. The others are read from
	// the beginning by every delta, which is right but takes as long as a full run.
	Since []helpdesk.Kind
	// Tombs lists the kinds of which Page also tells what is gone. Of the others in
	// Since a delta takes a roll, where the source is a Roller.
	Tombs []helpdesk.Kind
	// PerMinute is how many requests the account answers in a minute, agents' included,
	// as its last answer told; 0 if it does not tell.
	PerMinute int
	// Notes tell the operator what was found and assumed: encodings, separators,
	// missing rights. They hold no content of records.
	Notes []string
}

// A Cursor is a position in a source, opaque to all but its connector. It holds
// times, offsets, numbers or tokens of the platform, never content. It is stored
// once the records of its page are durable, and handed back after a day or after a
// crash, perhaps to another process. For a kind in SourceProfile.Since:
//
//   - The time that a reading began at stands in the cursor, by the help desk's own
//     clock, and no restart moves it.
//   - The cursor of the last page leads back over the whole second in which the
//     reading ended, and over as much time as changes need to show up in the list.
//     What comes again costs nothing; never add a second to skip it.
//   - A list that is in the order of change moves while it is read: ask for what
//     changed since, and take page 1 each time, or go by a key that does not change.
type Cursor string

// A Page is a stretch of a source.
type Page struct {
	Records []helpdesk.Record
	Broken  []Broken // what stood there and could not be read as a record
	Gone    []Gone   // what is not there any more, if the help desk tells in the same list
	Next    Cursor   // where the next page starts
	Last    bool     // nothing follows, by the source's own sign
}

// Broken is an object of the source that could not be read. It is quarantined
// under its place.
type Broken struct {
	Place  string // "tickets.csv:17:3" (line and column), "GET /tickets/17"; never content
	Reason string // one of the reason codes below
}

// Gone is a record that the source had and has no more.
type Gone struct {
	Key string `json:"key"`
	// Into is the key of the record that it was merged into; empty if it was deleted.
	Into string `json:"into,omitempty"`
}

// Reasons for Broken.
const (
	BrokenQuotes   = "broken_quotes"    // a quote opened or closed where none may
	BrokenColumns  = "wrong_columns"    // more or fewer values than the header names
	BrokenEncoding = "wrong_encoding"   // bytes that are no text in the file's encoding
	BrokenValue    = "unreadable_value" // a value its field can't hold, as a date that is none
	BrokenTooLarge = "too_large"        // beyond the connector's limit
	BrokenNoKey    = "no_key"           // nothing to tell the record by
	BrokenOrphan   = "orphan"           // a part, as a comment, of a record that does not exist
)

// A Counter counts what a Page by Page read would deliver, cheaply. The numbers
// are for progress and forecast: they may be off while agents work.
type Counter interface {
	Count(ctx context.Context) (map[helpdesk.Kind]int, error)
}

// An AttachmentOpener reads the bytes of an attachment that a Page or a Read
// returned. It returns ErrNotFound if the bytes are gone.
type AttachmentOpener interface {
	OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error)
}

// A Getter is a source that reads one record by its key. Get returns ErrNotFound
// for a key that the help desk does not know any more, a *Merged for one whose
// record became part of another, and ErrDenied, never ErrNotFound, for one that
// the account may not see. A delta needs it to be sure that a record is gone, and
// to know who the people are that a changed ticket names.
type Getter interface {
	Get(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error)
}

// A Roller is a source that lists the keys of all records of a kind more cheaply
// than the records. A key may come twice; none of a record that is there from the
// first page of the roll to the last may be left out. The zero Cursor starts.
type Roller interface {
	Roll(ctx context.Context, k helpdesk.Kind, after Cursor) (Roll, error)
}

// A Roll is a stretch of the keys that a source has.
type Roll struct {
	Keys []string
	Next Cursor
	Last bool
}
