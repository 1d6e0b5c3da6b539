package helpdesk

import "time"

// Categories that every status belongs to. The labels of a help desk are its
// own; the categories are what they are compared by.
const (
	StatusNew     = "new"
	StatusOpen    = "open"
	StatusPending = "pending"
	StatusHold    = "hold"
	StatusSolved  = "solved"
	StatusClosed  = "closed"
)

// A Ticket is a case with all that was said on it.
type Ticket struct {
	// Number is what customers know the ticket by; often not the Key.
	Number   string `json:"number,omitempty" field:"number"`
	Subject  string `json:"subject" field:"text"`
	Status   string `json:"status,omitempty" field:"label"`
	Category string `json:"category,omitempty" field:"label"` // of the status
	Priority string `json:"priority,omitempty" field:"label"`
	Type     string `json:"type,omitempty" field:"label"`
	Channel  string `json:"channel,omitempty" field:"label"`
	Brand    string `json:"brand,omitempty" field:"label"`

	Requester    string `json:"requester,omitempty" field:"ref=person"`
	Submitter    string `json:"submitter,omitempty" field:"ref=person"`
	Assignee     string `json:"assignee,omitempty" field:"ref=person"`
	Group        string `json:"group,omitempty" field:"ref=group"`
	Organization string `json:"organization,omitempty" field:"ref=organization"` // as of then

	Tags         []string  `json:"tags,omitempty" field:"label,set"`
	Created      time.Time `json:"created,omitzero" field:"time"`
	Updated      time.Time `json:"updated,omitzero" field:"time"`
	FirstReply   time.Time `json:"first_reply,omitzero" field:"time"`
	Solved       time.Time `json:"solved,omitzero" field:"time"`
	Closed       time.Time `json:"closed,omitzero" field:"time"`
	Due          time.Time `json:"due,omitzero" field:"time"`
	PendingUntil time.Time `json:"pending_until,omitzero" field:"time"`
	Spam         bool      `json:"spam,omitempty" field:"flag"`
	// MessageIDs keep a late reply to an old mail on its thread (RFC 5322, 3.6.4).
	MessageIDs []string `json:"message_ids,omitempty" field:"message-id"`

	Custom       []CustomValue `json:"custom,omitempty"`
	Participants []Participant `json:"participants,omitempty"`
	Comments     []Comment     `json:"comments,omitempty"`
	Links        []Link        `json:"links,omitempty"`
	TimeEntries  []TimeEntry   `json:"time_entries,omitempty"`
	Ratings      []Rating      `json:"ratings,omitempty"`
	Extra        []ExtraValue  `json:"extra,omitempty"`
}

// A Participant is somebody on a ticket besides requester and assignee: a
// person on record, or a bare address that is no contact.
type Participant struct {
	Role   string `json:"role" field:"label"` // cc, bcc, follower or collaborator
	Person string `json:"person,omitempty" field:"ref=person"`
	Email  string `json:"email,omitempty" field:"email"`
}

// Visibilities of a comment.
const (
	VisibilityPublic  = "public"
	VisibilityPrivate = "private"
	VisibilitySystem  = "system"
)

// Formats of a comment's body.
const (
	FormatText = "text"
	FormatHTML = "html"
)

// A Comment is one message on a ticket. Comments stand in the order in which
// the source shows them; their times may tie or run backwards.
type Comment struct {
	Key         string       `json:"key,omitempty" field:"key"`
	Author      string       `json:"author,omitempty" field:"ref=person"`
	Visibility  string       `json:"visibility,omitempty" field:"label"`
	Channel     string       `json:"channel,omitempty" field:"label"`
	Format      string       `json:"format,omitempty" field:"label"`
	Body        string       `json:"body" field:"html"`
	Created     time.Time    `json:"created,omitzero" field:"time"`
	Edited      time.Time    `json:"edited,omitzero" field:"time"`
	MessageID   string       `json:"message_id,omitempty" field:"message-id"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Extra       []ExtraValue `json:"extra,omitempty"`
}

// An Attachment is a file on a comment or article. The bytes lie elsewhere:
// behind Locator in the source, behind Blob in staging.
type Attachment struct {
	Key         string `json:"key,omitempty" field:"key"`
	Name        string `json:"name" field:"file-name"`
	ContentType string `json:"content_type,omitempty" field:"label"`
	Size        int64  `json:"size" field:"size"`               // bytes
	SHA256      string `json:"sha256,omitempty" field:"digest"` // hex; empty until the bytes were read
	Inline      bool   `json:"inline,omitempty" field:"flag"`
	ContentID   string `json:"content_id,omitempty" field:"message-id"`
	// Locator is where a Source finds the bytes; it means nothing elsewhere and is
	// gone from a clean segment.
	Locator string `json:"locator,omitempty"`
	// Blob is where staging holds the bytes; nil if they were left out.
	Blob *Blob `json:"blob,omitempty"`
	// LeftOut says by which rule of the plan the bytes stay behind.
	LeftOut string `json:"left_out,omitempty"`
}

// A Blob names a staged object and holds its key, sealed to one side of the run.
type Blob struct {
	Object string `json:"object"`
	Key    []byte `json:"key"`
}

// A Link relates a ticket to another ticket.
type Link struct {
	Type   string `json:"type" field:"label"` // parent, related, duplicate, merged_into, follow_up_of, problem_of
	Ticket string `json:"ticket" field:"ref=ticket"`
}

// A TimeEntry is work that was booked on a ticket.
type TimeEntry struct {
	Key     string    `json:"key,omitempty" field:"key"`
	Person  string    `json:"person,omitempty" field:"ref=person"`
	Seconds int64     `json:"seconds" field:"size"`
	Note    string    `json:"note,omitempty" field:"text"`
	Spent   time.Time `json:"spent,omitzero" field:"time"`
}

// A Rating is what the customer thought of the service.
type Rating struct {
	Score   string    `json:"score" field:"label"`
	Comment string    `json:"comment,omitempty" field:"text"`
	Created time.Time `json:"created,omitzero" field:"time"`
}
