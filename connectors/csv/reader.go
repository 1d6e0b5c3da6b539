package csv

import (
	"fmt"
	"io"

	"github.com/safeconduct/safeconduct/connectors"
)

// A reader goes over the rows of a table. A row that it gives out without a
// reason can be read to the last value: what is counted, indexed and delivered
// is the same.
type reader struct {
	of    *table
	split splitter
	end   int64    // where it stops
	cut   []byte   // values of the row, one behind the other
	ends  []int    // where each of them ends
	texts []string // see all
}

// rows goes from a position to the end of the table; the zero position is the
// first row.
func (t *table) rows(from position) *reader {
	r := &reader{}
	r.open(t, from, t.size)
	return r
}

// open makes a reader go over a table from a position to an offset. It keeps its
// buffers.
func (r *reader) open(t *table, from position, end int64) {
	if r.of != t {
		r.of = t
		r.split.scanner.separator = t.separator
		r.split.encoding, r.split.columns, r.split.limit = t.encoding, len(t.columns), t.options.limit
		r.split.from = func(offset int64) io.Reader { return t.section(offset, r.end) }
	}
	if from.offset == 0 {
		from = t.first
	}
	r.end = end
	r.split.seek(from)
}

// next returns the next row or what is none. Rows without any value are skipped
// like blank lines: spreadsheets save them by the thousand.
func (r *reader) next() (stretch, error) {
	for {
		row, err := r.split.next()
		if err != nil || row.reason != "" {
			return row, r.failure(err)
		}
		if r.isBlank() {
			continue
		}
		row.reason, row.column = r.judge()
		return row, nil
	}
}

// nextSound is next for rows that were judged before.
func (r *reader) nextSound() error {
	_, err := r.split.next()
	return r.failure(err)
}

// failure says which file could not be read.
func (r *reader) failure(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("csv: %w: reading %s: %w", connectors.ErrUnavailable, r.of.file(), systemError(err))
}

func (r *reader) isBlank() bool {
	for i := range r.split.cells {
		if r.filled(i) {
			return false
		}
	}
	return true
}

// filled reports whether the row has a value in a column.
func (r *reader) filled(i int) bool { return r.split.cells[i].to > r.split.cells[i].from }

// judge says what is wrong with the values of a row, and in which column.
func (r *reader) judge() (reason string, column int) {
	row := r.split.row()
	if !r.of.encoding.valid(row) {
		for i, c := range r.split.cells {
			if !r.of.encoding.valid(row[c.from:c.to]) {
				return connectors.BrokenEncoding, i
			}
		}
	}
	if name := r.naming(); !r.filled(name) {
		return connectors.BrokenNoKey, name
	}
	for _, i := range r.of.checked {
		if !r.filled(i) {
			continue
		}
		if _, ok := r.of.columns[i].check(r.text(i)); !ok {
			return connectors.BrokenValue, i
		}
	}
	return "", 0
}

// naming is the column that says which record the row is, or whose part.
func (r *reader) naming() int {
	if r.of.isPart() {
		return r.of.role[r.owner()]
	}
	return r.of.role[roleKey]
}

// owner is the role of the column that says whose part the row is. If none does,
// it is that of one that could.
func (r *reader) owner() role {
	by := roleNone
	for _, o := range r.of.owners {
		if i := r.of.role[o]; i >= 0 {
			if by = o; r.filled(i) {
				break
			}
		}
	}
	return by
}

// place is how people are told where something is: file, line, and column of the
// table, both from 1.
func (r *reader) place(s stretch) string {
	return fmt.Sprintf("%s:%d:%d", r.of.file(), s.at.line, s.column+1)
}

// appendText appends a value of the row.
func (r *reader) appendText(dst []byte, i int) []byte {
	from := len(dst)
	dst = r.split.cells[i].append(dst, r.split.row(), r.of.encoding)
	if r.of.escaped && isGuarded(string(dst[from:]), 1) {
		dst = append(dst[:from], dst[from+1:]...)
	}
	return dst
}

func (r *reader) text(i int) string {
	r.cut = r.appendText(r.cut[:0], i)
	return string(r.cut)
}

// value is the text of the column with a role, or nothing.
func (r *reader) value(role role) string {
	if i := r.of.role[role]; i >= 0 {
		return r.text(i)
	}
	return ""
}

// is reports whether the value of the column with a role is that text.
func (r *reader) is(role role, text string) bool {
	i := r.of.role[role]
	if i < 0 {
		return false
	}
	r.cut = r.appendText(r.cut[:0], i)
	return string(r.cut) == text
}

// all are the values of the row. They are slices of one string, so that a row
// costs one allocation however many columns it has.
func (r *reader) all() []string {
	r.cut, r.ends, r.texts = r.cut[:0], r.ends[:0], r.texts[:0]
	for i := range r.split.cells {
		r.cut = r.appendText(r.cut, i)
		r.ends = append(r.ends, len(r.cut))
	}
	whole, from := string(r.cut), 0
	for _, to := range r.ends {
		r.texts = append(r.texts, whole[from:to])
		from = to
	}
	return r.texts
}

// fill sets the fields of a struct, and its custom and extra values, from the row.
func (r *reader) fill(body any) {
	for i, text := range r.all() {
		if set := r.of.columns[i].set; set != nil && text != "" {
			set(body, text)
		}
	}
}
