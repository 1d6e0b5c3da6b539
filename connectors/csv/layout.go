package csv

import (
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A role is what a column is for that is no field of the model.
type role int

const (
	roleNone    role = iota - 1
	roleKey          // of a record
	roleChanged      // when a record last changed
	roleMarker       // what a migration finds its records by again
	roleTicket       // whose part this is
	roleComment      // whose attachment this is
	roleArticle      // whose attachment this is
	roleAnchor       // by what attachments.csv calls a comment, if not by its key
	roleFile         // where the bytes of an attachment lie
	roleEscaped      // its presence says how the cells of the file are spelled: see guard
	roles
)

// roleColumns are the names of the columns, by role.
var roleColumns = [roles]string{"key", "changed", "marker", "ticket", "comment", "article", "anchor", "file",
	"formulas_escaped"}

// A sheet says what one file of the folder holds.
type sheet struct {
	name  string        // of the file, without .csv
	kind  helpdesk.Kind // of its records, or of the records that its parts belong to
	empty func() any    // a new struct for a row
	lead  []role        // columns besides the fields, in the order in which a target writes them
	// owners are the columns that name the record that a part belongs to; nil for
	// the records themselves. Each row fills one of them.
	owners []role
	// keys are the columns by which rows are looked up.
	keys []role
	// needs names a field's column that no such file makes sense without.
	needs string
}

// body is where a record of the sheet's kind keeps its fields.
func body(r *helpdesk.Record) any {
	switch r.Kind {
	case helpdesk.KindDefinition:
		return r.Definition
	case helpdesk.KindGroup:
		return r.Group
	case helpdesk.KindOrganization:
		return r.Organization
	case helpdesk.KindPerson:
		return r.Person
	case helpdesk.KindTicket:
		return r.Ticket
	default:
		return r.Article
	}
}

var (
	ofRecord = []role{roleKey, roleChanged, roleMarker}
	byRecord = []role{roleKey, roleMarker}
	ofTicket = []role{roleTicket}
)

// sheets lists the files, each kind's own before those of its parts.
var sheets = []*sheet{
	{name: "definitions", kind: helpdesk.KindDefinition, empty: empty[helpdesk.Definition], lead: ofRecord, keys: byRecord},
	{name: "groups", kind: helpdesk.KindGroup, empty: empty[helpdesk.Group], lead: ofRecord, keys: byRecord},
	{name: "organizations", kind: helpdesk.KindOrganization, empty: empty[helpdesk.Organization], lead: ofRecord, keys: byRecord},
	{name: "people", kind: helpdesk.KindPerson, empty: empty[helpdesk.Person], lead: ofRecord, keys: byRecord},
	{name: "tickets", kind: helpdesk.KindTicket, empty: empty[helpdesk.Ticket], lead: ofRecord, keys: byRecord},
	{name: "comments", kind: helpdesk.KindTicket, empty: empty[helpdesk.Comment], owners: ofTicket,
		lead: []role{roleTicket, roleAnchor}, keys: []role{roleTicket, roleAnchor}},
	{name: "participants", kind: helpdesk.KindTicket, empty: empty[helpdesk.Participant], owners: ofTicket, lead: ofTicket, keys: ofTicket},
	{name: "links", kind: helpdesk.KindTicket, empty: empty[helpdesk.Link], owners: ofTicket, lead: ofTicket, keys: ofTicket, needs: "to"},
	{name: "time_entries", kind: helpdesk.KindTicket, empty: empty[helpdesk.TimeEntry], owners: ofTicket, lead: ofTicket, keys: ofTicket},
	{name: "ratings", kind: helpdesk.KindTicket, empty: empty[helpdesk.Rating], owners: ofTicket, lead: ofTicket, keys: ofTicket},
	{name: "articles", kind: helpdesk.KindArticle, empty: empty[helpdesk.Article], lead: ofRecord, keys: byRecord},
	{name: attachments, kind: helpdesk.KindTicket, empty: empty[helpdesk.Attachment],
		lead: []role{roleComment, roleArticle, roleFile}, owners: []role{roleArticle, roleComment},
		keys: []role{roleArticle, roleComment}},
}

// attachments.csv is the one file whose rows belong to two kinds.
const attachments = "attachments"

func empty[T any]() any { return new(T) }

// isPart reports whether the rows are parts of records rather than records.
func (s *sheet) isPart() bool { return s.owners != nil }

// file is the name of the sheet's file.
func (s *sheet) file() string { return s.name + ".csv" }

// sheetOf is where the records of kind k stand.
func sheetOf(k helpdesk.Kind) *sheet {
	for _, s := range sheets {
		if s.kind == k && !s.isPart() {
			return s
		}
	}
	return nil
}

// sheetNamed returns nil if there is no such file.
func sheetNamed(name string) *sheet {
	for _, s := range sheets {
		if s.name == name {
			return s
		}
	}
	return nil
}

// partsOf lists the sheets whose rows are parts of records of kind k.
func partsOf(k helpdesk.Kind) []*sheet {
	var all []*sheet
	for _, s := range sheets {
		if s.isPart() && (s.kind == k || s.name == attachments && k == helpdesk.KindArticle) {
			all = append(all, s)
		}
	}
	return all
}

// fieldColumn is the name of a field's column. A link says with "ticket" what
// every part says with it, whose it is, so the related ticket stands in "to".
func fieldColumn(f helpdesk.Field) string {
	if f.Name == "link.ticket" {
		return "to"
	}
	return f.Name[strings.LastIndexByte(f.Name, '.')+1:]
}

// customOf is where a struct keeps custom values, or nil if it has none.
func customOf(body any) *[]helpdesk.CustomValue {
	switch b := body.(type) {
	case *helpdesk.Organization:
		return &b.Custom
	case *helpdesk.Person:
		return &b.Custom
	case *helpdesk.Ticket:
		return &b.Custom
	}
	return nil
}

// extraOf is where a struct keeps what the model has no field for, or nil.
func extraOf(body any) *[]helpdesk.ExtraValue {
	switch b := body.(type) {
	case *helpdesk.Organization:
		return &b.Extra
	case *helpdesk.Person:
		return &b.Extra
	case *helpdesk.Ticket:
		return &b.Extra
	case *helpdesk.Comment:
		return &b.Extra
	case *helpdesk.Article:
		return &b.Extra
	}
	return nil
}
