package archive

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Create writes the drafts in one transaction, each under a savepoint of its
// own, so that one that is rejected leaves the others alone.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	if len(drafts) > batch {
		return nil, fmt.Errorf("archive: create takes %d drafts, not %d", batch, len(drafts))
	}
	created := make([]connectors.Created, len(drafts))
	w := writer{archive: t.archive, known: map[reference]bool{}}
	defer w.discard()
	rows := make([]helpdesk.Record, len(drafts))
	for i, d := range drafts {
		rows[i], created[i].Err = w.stageAll(ctx, d)
	}
	if err := t.announce(ctx, w.files); err != nil {
		return nil, err
	}
	if err := t.transact(ctx, func() error { return w.writeAll(ctx, drafts, rows, created) }); err != nil {
		return nil, err
	}
	return created, nil
}

// A writer writes the drafts of one Create.
type writer struct {
	*archive
	files []staged
	known map[reference]bool // records that were seen to exist in this transaction
	args  []any              // of the row being written; kept for its memory
}

type reference struct {
	kind helpdesk.Kind
	id   int64
}

// stageAll copies the draft's bytes into the folder and returns its record as
// rows will hold it.
func (w *writer) stageAll(ctx context.Context, d connectors.Draft) (helpdesk.Record, error) {
	r, all := withAttachments(d.Record)
	for _, a := range all {
		a.Locator, a.Blob = "", nil
		if a.LeftOut != "" {
			continue
		}
		s, err := w.stage(ctx, *a, d.Open)
		if err != nil {
			return r, err
		}
		w.files = append(w.files, s)
		a.Locator, a.SHA256, a.Size = s.digest, s.digest, s.size
	}
	return r, nil
}

// withAttachments copies the record as far down as its attachments, and lists
// those of the copy: the draft stays the caller's.
func withAttachments(r helpdesk.Record) (helpdesk.Record, []*helpdesk.Attachment) {
	var all []*helpdesk.Attachment
	list := func(of *[]helpdesk.Attachment) {
		*of = slices.Clone(*of)
		for i := range *of {
			all = append(all, &(*of)[i])
		}
	}
	switch {
	case r.Ticket != nil:
		t := *r.Ticket
		t.Comments = slices.Clone(t.Comments)
		for i := range t.Comments {
			list(&t.Comments[i].Attachments)
		}
		r.Ticket = &t
	case r.Article != nil:
		a := *r.Article
		list(&a.Attachments)
		r.Article = &a
	}
	return r, all
}

// discard removes the copies that got no name. One that can't be removed now is
// removed by a later sweep.
func (w *writer) discard() {
	for _, f := range w.files {
		_ = remove(f.path)
	}
}

func (w *writer) writeAll(ctx context.Context, drafts []connectors.Draft, rows []helpdesk.Record, created []connectors.Created) error {
	if err := w.place(w.files); err != nil {
		return err
	}
	for i := range drafts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if created[i].Err != nil {
			continue
		}
		id, err := w.writeOne(&rows[i], drafts[i].Marker)
		var rejected *connectors.Rejected
		switch {
		case err == nil:
			created[i].ID = formatID(id)
		case errors.As(err, &rejected):
			created[i].Err = fmt.Errorf("archive: create %s: %w", rows[i].Kind, err)
		default:
			return err
		}
	}
	if len(w.files) == 0 {
		return nil
	}
	return w.settle()
}

func (w *writer) writeOne(r *helpdesk.Record, marker string) (id int64, err error) {
	if !r.Kind.Valid() || !r.Complete() {
		return 0, &connectors.Rejected{Reason: "incomplete"}
	}
	if err := w.exec("SAVEPOINT draft"); err != nil {
		return 0, err
	}
	body := reflect.ValueOf(r).Elem().Field(bodyIndices[r.Kind]).Elem()
	id, err = w.insert(schema[r.Kind], body, nullable(marker))
	if err != nil {
		if undone := w.exec("ROLLBACK TO draft"); undone != nil {
			return 0, undone
		}
	}
	if released := w.exec("RELEASE draft"); released != nil {
		return 0, released
	}
	return id, err
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// insert writes the row of a struct and those of its parts. What leads is the
// marker of a record, or parent and position of a part.
func (w *writer) insert(t *table, row reflect.Value, leading ...any) (int64, error) {
	w.args = append(w.args[:0], leading...)
	for _, c := range t.columns {
		v, err := c.value(row)
		if err != nil {
			return 0, err
		}
		if err := w.refer(c, v, row); err != nil {
			return 0, err
		}
		w.args = append(w.args, v)
	}
	id, err := w.execID(t.insertSQL, w.args...)
	if isMarkerTaken(err) {
		return 0, &connectors.Rejected{Reason: "marker_taken"}
	}
	if err != nil {
		return 0, err
	}
	for _, p := range t.parts {
		list := row.Field(p.index)
		for i := range list.Len() {
			if _, err := w.insert(p.table, list.Index(i), id, i); err != nil {
				return 0, err
			}
		}
	}
	return id, nil
}

// refer looks whether what a column refers to is in the archive.
func (w *writer) refer(c column, v any, row reflect.Value) error {
	if c.field.Refers == "" || v == nil {
		return nil
	}
	ids := []int64{}
	if id, one := v.(int64); one {
		ids = append(ids, id)
	} else {
		for _, s := range row.Field(c.index).Interface().([]string) {
			id, _ := parseID(s) // the column has just done the same
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		found, err := w.exists(reference{c.field.Refers, id})
		if err != nil {
			return err
		}
		if !found {
			return &connectors.Rejected{Reason: string(badReference), Field: c.field.Name}
		}
	}
	return nil
}

func (w *writer) exists(r reference) (bool, error) {
	if w.known[r] {
		return true, nil
	}
	found, err := w.has(r)
	if found {
		w.known[r] = true
	}
	return found, err
}

// has says whether a record is in the archive.
func (a *archive) has(r reference) (found bool, err error) {
	err = a.scan("SELECT EXISTS (SELECT 1 FROM "+quote(plurals[r.kind])+" WHERE id = ?)", []any{r.id}, &found)
	return found, err
}

// isMarkerTaken: the marker's index is the only one that a row can collide with.
func isMarkerTaken(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE
}

// insertSQL is the statement for one row of the table.
func insertSQL(t *table) string {
	leading := "parent, position"
	if t.owner == nil {
		leading = "marker"
	}
	n := strings.Count(leading, ",") + 1 + len(t.columns)
	return fmt.Sprintf("INSERT INTO %s (%s, %s) VALUES (?%s)",
		quote(t.name), leading, t.columnsSQL(), strings.Repeat(", ?", n-1))
}
