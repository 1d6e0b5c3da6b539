package csv

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// maxHeader keeps headers well within what a source looks at.
const maxHeader = headSize / 4

// headers are the columns that the files of a batch need. Custom and extra
// values have columns of their own, so a record with a name that is new costs a
// rewrite of the file: one for all new names of a batch.
type headers struct {
	folder *folder
	escape bool
	titles map[*sheet][]string
}

// add takes up the columns of a record, or refuses it and takes up none.
func (h *headers) add(rows []row) error {
	adds := map[*sheet][]string{}
	for _, r := range rows {
		if _, ok := adds[r.sheet]; !ok {
			adds[r.sheet] = slices.Clone(h.of(r.sheet))
		}
		for _, title := range valueTitles(r.body) {
			if !utf8.ValidString(title) {
				return &connectors.Rejected{Reason: "not_utf8", Field: helpdesk.TableOf(r.body).Name}
			}
			if !slices.Contains(adds[r.sheet], title) {
				adds[r.sheet] = append(adds[r.sheet], title)
			}
		}
	}
	for s, titles := range adds {
		if len(strings.Join(titles, "")) > maxHeader {
			return &connectors.Rejected{Reason: "too_many_fields", Field: helpdesk.TableOf(s.empty()).Name}
		}
	}
	for s, titles := range adds {
		h.titles[s] = titles
	}
	return nil
}

// of are the columns that a sheet has so far: those of its file, and all of the
// model, which may have learned new ones since the file was begun.
func (h *headers) of(s *sheet) []string {
	if titles, ok := h.titles[s]; ok {
		return titles
	}
	var titles []string
	if t := h.folder.tables[s.name]; t != nil {
		titles = slices.Clone(t.titles)
	}
	for _, title := range s.standardTitles(h.escape) {
		if !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	return titles
}

// standardTitles are the columns that a target gives to each file of a sheet.
func (s *sheet) standardTitles(escape bool) []string {
	var titles []string
	for _, r := range s.lead {
		titles = append(titles, roleColumns[r])
	}
	for _, f := range helpdesk.TableOf(s.empty()).Fields {
		titles = append(titles, fieldColumn(f))
	}
	if escape {
		titles = append(titles, roleColumns[roleEscaped])
	}
	return titles
}

// valueTitles are the columns of a struct's custom and extra values.
func valueTitles(body any) []string {
	var titles []string
	if custom := customOf(body); custom != nil {
		for _, v := range *custom {
			if joinList(v.Values) != "" {
				titles = append(titles, customPrefix+v.Name)
			}
		}
	}
	if extra := extraOf(body); extra != nil {
		for _, v := range *extra {
			if joinList(v.Values) != "" {
				titles = append(titles, extraPrefix+v.Name)
			}
		}
	}
	return titles
}

// write makes the files have the columns.
func (h *headers) write() error {
	for s, titles := range h.titles {
		if t := h.folder.tables[s.name]; t != nil && len(t.titles) == len(titles) {
			continue
		}
		if err := h.folder.rewrite(s, titles); err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes a file anew, with further columns behind those that it has and
// without the blank lines that removed rows left.
func (f *folder) rewrite(s *sheet, titles []string) error {
	var header bytes.Buffer
	if err := encodeCells(&header, titles); err != nil {
		return err
	}
	err := replace(f.root, s.file(), func(w *os.File) error {
		if _, err := w.Write(header.Bytes()); err != nil {
			return err
		}
		if t := f.tables[s.name]; t != nil {
			return t.copyRows(w, strings.Repeat(",", len(titles)-len(t.titles)))
		}
		return nil
	})
	if err != nil {
		return unavailable("writing "+s.file(), err)
	}
	return f.refreshSheet(s, nil)
}

// copyRows copies the rows as they are spelled, each with the same ending.
func (t *table) copyRows(to io.Writer, ending string) error {
	var out []byte
	for r := t.rows(position{}); ; {
		row, err := r.next()
		if err == io.EOF {
			_, err = to.Write(out)
			return err
		}
		if err == nil && row.reason != "" {
			err = settingsError("%s (%s) is no row that Safeconduct wrote; mend or delete it", r.place(row), row.reason)
		}
		if err != nil {
			return err
		}
		out = append(out, bytes.TrimRight(r.split.row(), "\r\n")...)
		out = append(append(out, ending...), '\n')
		if len(out) >= chunk {
			if _, err := to.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
}
