package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// filesFolder is where a target puts the bytes of attachments.
const filesFolder = "files"

// A row is what is to stand in a file: the fields of a struct, and what the
// columns with a role hold.
type row struct {
	*sheet
	body  any
	roles [roles]string
}

// newRows lays a record out as rows, its own first.
func newRows(id string, d *connectors.Draft) []row {
	r := &d.Record
	own := row{sheet: sheetOf(r.Kind), body: body(r)}
	own.roles[roleKey], own.roles[roleMarker] = id, d.Marker
	if !r.Changed.IsZero() {
		own.roles[roleChanged] = r.Changed.UTC().Format(time.RFC3339Nano)
	}
	rows := []row{own}
	switch {
	case r.Ticket != nil:
		rows = append(rows, ticketRows(id, r.Ticket)...)
	case r.Article != nil:
		rows = append(rows, attachmentRows(roleArticle, id, r.Article.Attachments)...)
	}
	return withFiles(id, rows)
}

func ticketRows(id string, t *helpdesk.Ticket) []row {
	var rows, files []row
	add := func(sheet string, body any, anchor string) {
		rows = append(rows, row{sheet: sheetNamed(sheet), body: body, roles: [roles]string{roleTicket: id, roleAnchor: anchor}})
	}
	for i := range t.Comments {
		c, anchor := &t.Comments[i], ""
		if len(c.Attachments) > 0 {
			anchor = fmt.Sprintf("%s.%d", id, i+1)
			files = append(files, attachmentRows(roleComment, anchor, c.Attachments)...)
		}
		add("comments", c, anchor)
	}
	for i := range t.Participants {
		add("participants", &t.Participants[i], "")
	}
	for i := range t.Links {
		add("links", &t.Links[i], "")
	}
	for i := range t.TimeEntries {
		add("time_entries", &t.TimeEntries[i], "")
	}
	for i := range t.Ratings {
		add("ratings", &t.Ratings[i], "")
	}
	return append(rows, files...)
}

func attachmentRows(by role, owner string, all []helpdesk.Attachment) []row {
	var rows []row
	for i := range all {
		r := row{sheet: sheetNamed(attachments), body: &all[i]}
		r.roles[by] = owner
		rows = append(rows, r)
	}
	return rows
}

// withFiles says where the bytes of the record's attachments will lie: in a
// folder of the record's own, under a number and what is harmless of their name.
func withFiles(id string, rows []row) []row {
	n := 0
	for i := range rows {
		if a, ok := rows[i].body.(*helpdesk.Attachment); ok && a.LeftOut == "" {
			n++
			rows[i].roles[roleFile] = path.Join(filesFolder, id, fmt.Sprintf("%d-%s", n, safeName(a.Name)))
		}
	}
	return rows
}

// safeName keeps of a file name what every file system takes and no shell or
// browser reads anything into. The name itself stands in the row.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '_'
	}, name)
	if len(name) > 80 { // the end has the extension
		name = name[len(name)-80:]
	}
	return strings.TrimRight(name, ".") // Windows cuts them off
}

// encode spells a row for its table, or says which of its fields the format can't
// hold.
func (r *row) encode(w *bytes.Buffer, t *table) error {
	cells := make([]string, len(t.columns))
	for i, c := range t.columns {
		var text string
		switch {
		case c.role != roleNone:
			text = r.roles[c.role]
		case c.get != nil:
			text = c.get(r.body)
		}
		if !utf8.ValidString(text) {
			return &connectors.Rejected{Reason: "not_utf8", Field: c.field}
		}
		if c.check != nil {
			if _, ok := c.check(text); !ok { // a year of five digits, which RFC 3339 does not know
				return &connectors.Rejected{Reason: "not_representable", Field: c.field}
			}
		}
		if t.escaped {
			text = guard(text)
		}
		cells[i] = text
	}
	before := w.Len()
	if err := encodeCells(w, cells); err != nil {
		return err
	}
	if w.Len()-before > t.options.limit {
		return &connectors.Rejected{Reason: "too_large", Field: t.largest(cells)}
	}
	return nil
}

func encodeCells(w *bytes.Buffer, cells []string) error {
	to := stdcsv.NewWriter(w)
	if err := to.Write(cells); err != nil {
		return err
	}
	to.Flush()
	return to.Error()
}

// largest names the field with the longest value.
func (t *table) largest(cells []string) string {
	longest := 0
	for i := range cells {
		if len(cells[i]) > len(cells[longest]) {
			longest = i
		}
	}
	return t.columns[longest].field
}
