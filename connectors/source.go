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
	// Notes tell the operator what was found and assumed: encodings, separators,
	// missing rights. They hold no content of records.
	Notes []string
}

// A Cursor is a position in a source, opaque to all but its connector. It holds
// times, offsets, numbers or tokens of the platform, never content.
type Cursor string

// A Page is a stretch of a source.
type Page struct {
	Records []helpdesk.Record
	Broken  []Broken // what stood there and could not be read as a record
	Next    Cursor   // where the next page starts
	Last    bool     // nothing follows, by the source's own sign
}

// Broken is an object of the source that could not be read. It is quarantined
// under its place.
type Broken struct {
	Place  string // "tickets.csv:17:3" (line and column), "GET /tickets/17"; never content
	Reason string // one of the reason codes below
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
