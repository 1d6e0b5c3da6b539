package csv

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
)

// Create writes the drafts or, if it fails as a whole, none of them: then what
// was written is taken back at once, or by the next call to the folder.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	if len(drafts) == 0 {
		return nil, ctx.Err()
	}
	w := &writer{target: t}
	err := t.hold(ctx, func() error {
		ids, err := t.newIDs(ctx, drafts[0].Record.Kind, len(drafts))
		if err != nil {
			return err
		}
		for i := range drafts {
			w.units = append(w.units, &unit{id: ids[i], rows: newRows(ids[i], &drafts[i]), open: drafts[i].Open})
		}
		return w.write(ctx)
	})
	if err != nil {
		return nil, err
	}
	created := make([]connectors.Created, len(drafts))
	for i, u := range w.units {
		if created[i].Err = u.refused; u.refused == nil {
			created[i].ID = u.id
		}
	}
	return created, nil
}

// A writer writes one batch.
type writer struct {
	*target
	units []*unit
	files map[string]*os.File // that rows are appended to, by sheet
}

// A unit is written whole or refused.
type unit struct {
	id      string // names the folder of its attachments; "" for what has none
	rows    []row
	open    connectors.OpenFunc
	refused error
}

func (w *writer) write(ctx context.Context) error {
	touched, err := w.prepare()
	if err != nil {
		return err
	}
	j := &journal{Sizes: map[string]int64{}}
	for _, s := range touched {
		j.Sizes[s.file()] = w.folder.tables[s.name].size
	}
	for _, u := range w.units {
		if u.id != "" {
			j.Folders = append(j.Folders, u.id)
		}
	}
	if err := j.begin(w.folder.root); err != nil {
		return err
	}
	if err := w.append(ctx); err != nil {
		return errors.Join(err, j.settle(w.folder.root))
	}
	return j.end(w.folder.root)
}

// prepare sees to the columns that the rows need, and returns the sheets that
// they go to.
func (w *writer) prepare() ([]*sheet, error) {
	h := &headers{folder: w.folder, escape: w.escape, titles: map[*sheet][]string{}}
	for _, u := range w.units {
		u.refused = h.add(u.rows)
	}
	return slices.Collect(maps.Keys(h.titles)), h.write()
}

func (w *writer) append(ctx context.Context) error {
	w.files = map[string]*os.File{}
	defer w.close()
	for _, u := range w.units {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.appendUnit(ctx, u); err != nil {
			return err
		}
	}
	return w.sync()
}

// appendUnit writes a unit, unless that is refused. Its error leaves the batch
// in an unknown state.
func (w *writer) appendUnit(ctx context.Context, u *unit) error {
	var texts map[string]*bytes.Buffer
	if u.refused == nil {
		texts, u.refused = w.encode(u.rows)
	}
	if u.refused == nil {
		if u.refused = w.store(ctx, u); u.refused != nil {
			err := w.folder.root.RemoveAll(path.Join(filesFolder, u.id))
			return unavailable("removing the attachments of a refused record", err)
		}
	}
	if u.refused != nil {
		return nil
	}
	for sheet, text := range texts {
		f, err := w.file(sheet)
		if err == nil {
			_, err = f.Write(text.Bytes())
		}
		if err != nil {
			return unavailable("writing "+sheet+".csv", err)
		}
	}
	return nil
}

// encode spells rows, by sheet.
func (w *writer) encode(rows []row) (map[string]*bytes.Buffer, error) {
	texts := map[string]*bytes.Buffer{}
	for _, r := range rows {
		if texts[r.name] == nil {
			texts[r.name] = &bytes.Buffer{}
		}
		if err := r.encode(texts[r.name], w.folder.tables[r.name]); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func (w *writer) file(sheet string) (*os.File, error) {
	if f := w.files[sheet]; f != nil {
		return f, nil
	}
	f, err := w.folder.root.OpenFile(sheetNamed(sheet).file(), os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		w.files[sheet] = f
	}
	return f, err
}

// sync waits until the rows are on the disk.
func (w *writer) sync() error {
	for sheet, f := range w.files {
		if err := f.Sync(); err != nil {
			return unavailable("writing "+sheet+".csv", err)
		}
	}
	return nil
}

func (w *writer) close() {
	for _, f := range w.files {
		f.Close() // what Sync did not say is not on the disk
	}
}
