package sample

import "github.com/safeconduct/safeconduct/internal/helpdesk"

// Keys of the tickets with an oddity. They are the same in [Acme] and [Crash].
const (
	SameFileName       = "10006" // two attachments of one name on a comment
	PictureInline      = "10012" // HTML with a PNG by cid:
	HealthNote         = "10018" // a colleague's operation, in the text
	EmptySubject       = "10024" // no subject
	CardNumber         = "10030" // test card numbers and a security code in the text
	EmojiFileName      = "10036" // an attachment with umlauts and an emoji in its name
	OtherCase          = "10042" // the requester's address in capitals, unlike people.csv
	LongThread         = "10048" // 200 comments; 20 in Crash
	Mojibake           = "10054" // UTF-8 that was taken for Windows-1252
	SameTextSameSecond = "10060" // two comments with equal text, author and time
	GoneGroup          = "10066" // in a group that does not exist
	DeletedAuthor      = "10072" // an agent's comments whose author is in no row of people
	TiedComments       = "10078" // different comments within one second
	EmptyFile          = "10084" // an attachment of 0 bytes
	Separators         = "10090" // quotes, commas, semicolons, tabs, newlines and backslashes
	ReplyBeforeTicket  = "10096" // the agent's reply is older than the ticket
	NoRequester        = "10102" // an anonymous call, noted by an agent
	BankDetails        = "10108" // IBANs in the text
	RightToLeft        = "10114" // Hebrew name and text
	LongBody           = "10120" // a comment of 60 KB; 6 KB in Crash
	CallRecording      = "10126" // a WAV
	SpreadsheetFormula = "10132" // subject and comments start with = + @ -
	ProgramInZip       = "10138" // a ZIP with an .exe
	DataURI            = "10144" // HTML with an image inside a data: URI
	QuotedReply        = "10150" // HTML with three levels of quotation
	UnknownStatus      = "10156" // "waiting for supplier"
	LinkToNowhere      = "10162" // a duplicate of a ticket that does not exist
	NoComments         = "10168" // a subject and not one comment
	SolvedBeforeBorn   = "10174" // solved before it was created
	ByteOrderMark      = "10180" // U+FEFF inside text
	BigFile            = "10186" // 200 KB that do not compress; 8 KB in Crash
	LongSubject        = "10192" // a subject of more than 255 bytes
	MergedInto         = "10198" // the ticket that another was merged into
	Merged             = "10204" // into MergedInto
	Spam               = "10210" // its requester is no person on record
	PasswordInText     = "10216" // passwords in the text
	Combining          = "10222" // one name composed (NFC) and decomposed (NFD)
	BareCC             = "10228" // in copy: one person on record, two bare addresses
	Parent             = "10234" // the parent of Child
	Child              = "10240" // of Parent
	FollowUp           = "10246" // of CardNumber
	EditedComment      = "10252" // a comment that was edited later
	SuspendedContact   = "10258" // the requester is suspended
)

// GoneAgent, GoneGroupKey and GoneTicket are keys to which nothing belongs any
// more.
const (
	GoneAgent    = "ingo.former@acme.example.com"
	GoneGroupKey = "field-service"
	GoneTicket   = "09417"
)

const (
	firstKey         = 10_001
	oddStep          = 6 // every sixth of the keys is odd, until they are used up
	suspendedContact = "sam.rivera@example.net"
)

// An oddity is a ticket that is written by a scenario of its own and then, where
// words can't say it, twisted.
type oddity struct {
	key, scenario string
	twist         func(*draft)
}

func oddities() []oddity {
	return []oddity{
		{SameFileName, "same-file-name", attachSameName},
		{PictureInline, "picture-inline", attachInline},
		{HealthNote, "health-note", nil},
		{EmptySubject, "empty-subject", func(t *draft) { t.ticket.Subject = "" }},
		{CardNumber, "card-number", nil},
		{EmojiFileName, "emoji-file-name", attachEmoji},
		{OtherCase, "other-case", func(t *draft) { t.ticket.Requester = "Dana.Kowalczyk@FERROUS.example.com" }},
		{LongThread, "long-thread", goOn},
		{Mojibake, "mojibake", nil},
		{SameTextSameSecond, "same-text-same-second", tie(2)},
		{GoneGroup, "gone-group", nil},
		{DeletedAuthor, "deleted-author", deleteAuthor},
		{TiedComments, "tied-comments", tie(6)},
		{EmptyFile, "empty-file", attachEmpty},
		{Separators, "separators", listDevices},
		{ReplyBeforeTicket, "reply-before-ticket", replyEarly},
		{NoRequester, "no-requester", nil},
		{BankDetails, "bank-details", nil},
		{RightToLeft, "right-to-left", nil},
		{LongBody, "long-body", pasteLog},
		{CallRecording, "call-recording", attachRecording},
		{SpreadsheetFormula, "spreadsheet-formula", nil},
		{ProgramInZip, "program-in-zip", attachProgram},
		{DataURI, "data-uri", embedIcon},
		{QuotedReply, "quoted-reply", quoteDeeper},
		{UnknownStatus, "unknown-status", nil},
		{LinkToNowhere, "link-to-nowhere", link("duplicate", GoneTicket)},
		{NoComments, "no-comments", nil},
		{SolvedBeforeBorn, "solved-before-created", solveEarly},
		{ByteOrderMark, "byte-order-mark", nil},
		{BigFile, "big-file", attachBig},
		{LongSubject, "long-subject", nil},
		{MergedInto, "merged-into", nil},
		{Merged, "merged", link("merged_into", MergedInto)},
		{Spam, "spam", markSpam},
		{PasswordInText, "password-in-text", nil},
		{Combining, "combining", nil},
		{BareCC, "bare-cc", copyEverybody},
		{Parent, "parent", nil},
		{Child, "child", link("parent", Parent)},
		{FollowUp, "follow-up", link("follow_up_of", CardNumber)},
		{EditedComment, "edited-comment", editLast},
		{SuspendedContact, "suspended-contact", nil},
	}
}

// odd writes a ticket with an oddity.
func (d *desk) odd(o oddity) helpdesk.Record {
	s := d.book.odd[o.scenario]
	if s == nil {
		panic("sample: no scenario " + o.scenario)
	}
	t := d.newDraft(o.key, s)
	t.ticket.Status = t.fate()
	if s.head["status"] != "" {
		t.ticket.Status = s.head["status"]
	}
	t.play(s.steps)
	if o.twist == nil {
		t.company()
	}
	t.finish()
	if o.twist != nil {
		o.twist(t)
	}
	return t.record()
}
