package sample

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A layout says which columns a file of the export has. Columns of the model's
// fields are not listed: they are those of the struct, so that a field that is
// added to the model is exported from then on.
type layout struct {
	file   string
	lead   []string          // columns before the fields: keys and parents
	of     any               // pointer to the struct whose fields follow
	rename map[string]string // column of a field; "" leaves it out
}

var (
	definitionSheet   = layout{file: "definitions.csv", lead: []string{"key", "changed"}, of: &helpdesk.Definition{}}
	groupSheet        = layout{file: "groups.csv", lead: []string{"key", "changed"}, of: &helpdesk.Group{}}
	organizationSheet = layout{file: "organizations.csv", lead: []string{"key", "changed"}, of: &helpdesk.Organization{}}
	personSheet       = layout{file: "people.csv", lead: []string{"key", "changed"}, of: &helpdesk.Person{}}
	ticketSheet       = layout{file: "tickets.csv", lead: []string{"key", "changed"}, of: &helpdesk.Ticket{}}
	articleSheet      = layout{file: "articles.csv", lead: []string{"key", "changed"}, of: &helpdesk.Article{}}
	commentSheet      = layout{file: "comments.csv", lead: []string{"ticket"}, of: &helpdesk.Comment{}}
	participantSheet  = layout{file: "participants.csv", lead: []string{"ticket"}, of: &helpdesk.Participant{}}
	timeEntrySheet    = layout{file: "time_entries.csv", lead: []string{"ticket"}, of: &helpdesk.TimeEntry{}}
	ratingSheet       = layout{file: "ratings.csv", lead: []string{"ticket"}, of: &helpdesk.Rating{}}
	linkSheet         = layout{file: "links.csv", lead: []string{"ticket"}, of: &helpdesk.Link{},
		rename: map[string]string{"ticket": "to"}}
	// Size and digest of an attachment are facts of its file, not of the export.
	attachmentSheet = layout{file: "attachments.csv", lead: []string{"comment", "article", "file"},
		of: &helpdesk.Attachment{}, rename: map[string]string{"size": "", "sha256": ""}}
)

// filesFolder is where the bytes of attachments lie in an export.
const filesFolder = "files/"

func layouts() []layout {
	return []layout{definitionSheet, groupSheet, organizationSheet, personSheet, ticketSheet, commentSheet,
		attachmentSheet, participantSheet, linkSheet, timeEntrySheet, ratingSheet, articleSheet}
}

func sheetNames() []string {
	var names []string
	for _, l := range layouts() {
		names = append(names, l.file)
	}
	return names
}

// kindSheet is the layout of the records of a kind.
func kindSheet(k helpdesk.Kind) layout {
	for _, l := range layouts() {
		if helpdesk.TableOf(l.of).Name == string(k) {
			return l
		}
	}
	panic("sample: no sheet for " + string(k))
}

// A sheet is one CSV file in the making.
type sheet struct {
	csv           *csv.Writer
	table         *helpdesk.Table
	fields        []int // of the table
	custom, extra []string
	row           []string
}

// newSheet writes the header. Names of custom and extra values come from the
// caller, because a stream can't look ahead.
func newSheet(w io.Writer, l layout, custom, extra []string) (*sheet, error) {
	s := &sheet{csv: csv.NewWriter(w), table: helpdesk.TableOf(l.of), custom: custom, extra: extra}
	header := slices.Clone(l.lead)
	for i, f := range s.table.Fields {
		column := f.Name[strings.LastIndexByte(f.Name, '.')+1:]
		if to, ok := l.rename[column]; ok {
			column = to
		}
		if column != "" {
			header = append(header, column)
			s.fields = append(s.fields, i)
		}
	}
	for _, name := range custom {
		header = append(header, "custom:"+name)
	}
	return s, s.csv.Write(append(header, extra...))
}

// write adds a row: the leading columns, the fields of the struct, its custom
// and its extra values.
func (s *sheet) write(lead []string, ptr any, custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue) error {
	s.row = append(s.row[:0], lead...)
	for _, i := range s.fields {
		s.row = append(s.row, cell(s.table.Value(ptr, i)))
	}
	for _, name := range s.custom {
		i := slices.IndexFunc(custom, func(v helpdesk.CustomValue) bool { return v.Name == name })
		s.row = append(s.row, valuesOf(custom, i))
	}
	for _, name := range s.extra {
		i := slices.IndexFunc(extra, func(v helpdesk.ExtraValue) bool { return v.Name == name })
		s.row = append(s.row, valuesOf(extra, i))
	}
	return s.csv.Write(s.row)
}

func (s *sheet) flush() error {
	s.csv.Flush()
	return s.csv.Error()
}

// cell spells a value as the export does.
func cell(v helpdesk.Value) string {
	values := v.Strings()
	switch {
	case v.Field.Many:
		return list(values)
	case len(values) > 0:
		return values[0]
	case v.Field.Class == helpdesk.ClassFlag:
		return "false"
	case v.Field.Class == helpdesk.ClassSize:
		return "0"
	}
	return ""
}

func valuesOf[V helpdesk.CustomValue | helpdesk.ExtraValue](values []V, i int) string {
	if i < 0 {
		return ""
	}
	return list(helpdesk.CustomValue(values[i]).Values)
}

var listEscape = strings.NewReplacer(`\`, `\\`, `;`, `\;`)

// list joins the values of a field that holds several.
func list(values []string) string {
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = listEscape.Replace(v)
	}
	return strings.Join(escaped, ";")
}
