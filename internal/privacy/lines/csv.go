package lines

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// A cell is what was found in one field of a CSV file, counted from 1.
type cell struct {
	Row    int    `json:"row"`
	Column int    `json:"column"`
	Spans  []Span `json:"spans"`
}

// csv reads every field as a text of its own. The first row is answered like any
// other: a file need not have names of columns.
func (r *run) csv(in io.Reader) error {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = -1
	out := csv.NewWriter(r.out)
	for n := 1; ; n++ {
		row, err := rows.Read()
		switch {
		case errors.Is(err, io.EOF):
			out.Flush()
			return out.Error()
		case err != nil:
			return fmt.Errorf("row %d is no CSV", n)
		}
		if r.Rewriter != nil {
			for i, field := range row {
				row[i] = r.rewrite(field)
			}
			err = out.Write(row)
		} else {
			err = r.cells(n, row)
		}
		if err != nil {
			return err
		}
	}
}

func (r *run) cells(n int, row []string) error {
	for i, field := range row {
		if spans := r.scan(field); len(spans) > 0 {
			if err := r.print(cell{n, i + 1, spans}); err != nil {
				return err
			}
		}
	}
	return nil
}
