package evidence

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"
)

// AsideCSV lists the records that were set aside, all that the report holds.
// See safeCell for what a spreadsheet must not take for a formula.
func (r Report) AsideCSV() []byte {
	rows := [][]string{{"kind", "outcome", "reason", "ref", "place"}}
	for _, a := range r.normal().Aside {
		rows = append(rows, []string{a.Kind, a.Outcome, a.Reason, a.Ref, a.Place})
	}
	return writeCSV(rows)
}

// DifferencesCSV lists the differences, all that the report holds.
func (r Report) DifferencesCSV() []byte {
	rows := [][]string{{"kind", "ref", "id", "path", "class"}}
	for _, d := range r.normal().Findings {
		rows = append(rows, []string{d.Kind, d.Ref, d.ID, d.Path, d.Class})
	}
	return writeCSV(rows)
}

func writeCSV(rows [][]string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, row := range rows {
		for i := range row {
			row[i] = safeCell(row[i])
		}
		w.Write(row) // a buffer takes anything
	}
	w.Flush()
	return out.Bytes()
}

// formulaStarts are the characters by which spreadsheets know a formula, the
// full-width ones of East Asian keyboards among them.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// safeCell puts an apostrophe before what a spreadsheet would run: names of
// files and fields are the customer's, and a reference may start with a minus.
// Programs that need the value as it is read report.json.
func safeCell(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " "))
	if cell != "" && strings.ContainsRune(formulaStarts, first) {
		return "'" + cell
	}
	return cell
}
