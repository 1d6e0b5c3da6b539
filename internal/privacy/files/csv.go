package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// commaOf is what separates the cells of a text that is a table, or 0: the same
// number of cells in each of its first rows, and more than one. A blank behind the
// separator is a sentence's.
func commaOf(text string) rune {
	for _, comma := range []rune{';', '\t', ',', '|'} {
		rows := reader(text, comma)
		n := 0
		for ; n < sampleRows; n++ {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || len(row) < 2 || slices.ContainsFunc(row, func(c string) bool { return strings.HasPrefix(c, " ") }) {
				n = 0
				break
			}
		}
		if n > 1 {
			return comma
		}
	}
	return 0
}

// sampleRows is how many rows tell a table.
const sampleRows = 20

// reader reads a table. All rows have as many cells as the first.
func reader(text string, comma rune) *csv.Reader {
	rows := csv.NewReader(strings.NewReader(text))
	rows.Comma, rows.ReuseRecord = comma, true
	return rows
}

// csv rewrites a table cell by cell; the head of a column is a cue for what stands
// below. Rows that do not change stay byte by byte. It is not ok if a row is none.
func (j *job) csv(text string, comma rune) (out []byte, ok bool) {
	rows := reader(text, comma)
	var all []splice
	var head []string
	for at := 0; ; {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return spliced([]byte(text), all), true
		}
		if err != nil {
			return nil, false
		}
		end := int(rows.InputOffset())
		if head == nil {
			head = append(head, row...)
			row = j.cells(make([]string, len(row)), row)
		} else {
			row = j.cells(head, row)
		}
		if row != nil {
			line := text[at:end]
			blank := len(line) - len(strings.TrimLeft(line, "\r\n"))
			all = append(all, splice{at + blank, end, record(row, comma, line)})
		}
		at = end
	}
}

// cells rewrites a row; nil if nothing changes.
func (j *job) cells(head, row []string) []string {
	changed := false
	for i, cell := range row {
		row[i] = j.valued(head[i], cell)
		changed = changed || row[i] != cell
	}
	if !changed {
		return nil
	}
	return row
}

// record writes a row with the end of line that it had.
func record(row []string, comma rune, was string) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = comma
	_ = w.Write(row)
	w.Flush()
	end := was[len(strings.TrimRight(was, "\r\n")):]
	return strings.TrimSuffix(b.String(), "\n") + end
}
