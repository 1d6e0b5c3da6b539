package csv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Ids are the kind's letter and a running number: "t17". They are short, because
// other rows refer to them and files are named after them, and they are never
// given twice: rows stand in their order, so the last one has the highest, and
// Remove notes what was the highest in a file of its own.
const idsName = ".safeconduct-ids"

// newIDs returns the next n ids of a kind.
func (t *target) newIDs(ctx context.Context, k helpdesk.Kind, n int) ([]string, error) {
	highest, err := t.highestID(ctx, k)
	if err != nil {
		return nil, err
	}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%c%d", k[0], highest+1+int64(i))
	}
	return ids, nil
}

// idNumber is the number of an id of kind k; false for what can't be one.
func idNumber(k helpdesk.Kind, id string) (int64, bool) {
	if len(id) < 2 || id[0] != k[0] {
		return 0, false
	}
	n, err := strconv.ParseInt(id[1:], 10, 64)
	return n, err == nil && id == fmt.Sprintf("%c%d", k[0], n) && n > 0
}

func (t *target) highestID(ctx context.Context, k helpdesk.Kind) (int64, error) {
	noted, err := readIDs(t.folder.root)
	if err != nil {
		return 0, err
	}
	table := t.folder.tables[sheetOf(k).name]
	if table == nil {
		return noted[k], nil
	}
	x, err := table.indexed(ctx, t.folder.keys(table))
	if err != nil || x.last == (position{}) {
		return noted[k], err
	}
	r := table.rows(x.last)
	row, err := r.next()
	if err == io.EOF || err == nil && row.reason != "" {
		return noted[k], nil // it was removed, and noted
	}
	if err != nil {
		return 0, err
	}
	n, _ := idNumber(k, r.value(roleKey))
	return max(n, noted[k]), nil
}

func readIDs(root *os.Root) (map[helpdesk.Kind]int64, error) {
	ids := map[helpdesk.Kind]int64{}
	text, err := root.ReadFile(idsName)
	if errors.Is(err, fs.ErrNotExist) {
		return ids, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &ids)
	}
	return ids, unavailable("reading "+idsName, err)
}

// noteID writes down the highest id of a kind, before its row may go.
func (t *target) noteID(ctx context.Context, k helpdesk.Kind) error {
	ids, err := readIDs(t.folder.root)
	if err != nil {
		return err
	}
	highest, err := t.highestID(ctx, k)
	if err != nil || highest == ids[k] {
		return err
	}
	ids[k] = highest
	text, err := json.Marshal(ids)
	if err == nil {
		err = replace(t.folder.root, idsName, func(w *os.File) error {
			_, err := w.Write(text)
			return err
		})
	}
	return unavailable("writing "+idsName, err)
}
