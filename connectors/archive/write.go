package archive

import (
	"context"
	"errors"
	"fmt"
	"reflect"

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
	w := newWriter(t.archive, drafts)
	defer w.copies.discard()
	for i := range w.rows {
		w.rows[i].takeFiles(ctx, &w.copies)
	}
	if err := w.copies.announce(ctx); err != nil {
		return nil, err
	}
	if err := w.transact(ctx, func() error { return w.writeAll(ctx) }); err != nil {
		return nil, err
	}
	created := make([]connectors.Created, len(w.rows))
	for i, r := range w.rows {
		created[i] = r.created
	}
	return created, nil
}

// A writer writes the drafts of one Create.
type writer struct {
	*archive
	rows   []row
	copies copies
	known  map[reference]bool // records that were seen to exist in this transaction
	args   []any              // of the statement being executed; kept for its memory
}

// A reference names a record of the archive.
type reference struct {
	kind helpdesk.Kind
	id   int64
}

func newWriter(a *archive, drafts []connectors.Draft) *writer {
	w := &writer{archive: a, copies: copies{a, map[string]string{}}, known: map[reference]bool{}}
	for _, d := range drafts {
		w.rows = append(w.rows, row{draft: d, record: d.Record})
	}
	return w
}

// writeAll writes the rows, and then names the files that they need.
func (w *writer) writeAll(ctx context.Context) error {
	named := map[string]bool{}
	for i := range w.rows {
		r := &w.rows[i]
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.created.Err != nil {
			continue
		}
		if err := w.writeOne(r); err != nil {
			return err
		}
		if r.created.Err == nil {
			for _, blob := range r.blobs {
				named[blob] = true
			}
		}
	}
	if err := w.copies.place(named); err != nil {
		return err
	}
	return w.copies.settle(named)
}

// writeOne returns an error only if the whole transaction is to be given up.
func (w *writer) writeOne(r *row) error {
	if !r.record.Kind.Valid() || !r.record.Complete() {
		r.created.Err = &connectors.Rejected{Reason: "incomplete"}
		return nil
	}
	if err := w.exec("SAVEPOINT draft"); err != nil {
		return err
	}
	body := reflect.ValueOf(&r.record).Elem().Field(bodyIndices[r.record.Kind]).Elem()
	id, err := w.write(schema[r.record.Kind], body, nullable(r.draft.Marker))
	r.created.ID = formatID(id)
	if errors.Is(err, connectors.ErrRejected) {
		r.created = connectors.Created{Err: fmt.Errorf("archive: create %s: %w", r.record.Kind, err)}
		err = w.exec("ROLLBACK TO draft")
	}
	if err != nil {
		return err
	}
	return w.exec("RELEASE draft")
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// write writes the row of a struct and those of its parts. What leads is the
// marker of a record, or parent and position of a part.
func (w *writer) write(t *table, body reflect.Value, leading ...any) (int64, error) {
	w.args = append(w.args[:0], leading...)
	for _, c := range t.columns {
		v, err := c.value(body)
		if err != nil {
			return 0, err
		}
		if c.field.Refers != "" && v != nil {
			if err := w.refer(c, body); err != nil {
				return 0, err
			}
		}
		w.args = append(w.args, v)
	}
	id, err := w.insert(t.insertSQL, w.args...)
	if isMarkerTaken(err) {
		return 0, &connectors.Rejected{Reason: "marker_taken"}
	}
	if err != nil {
		return 0, err
	}
	for _, p := range t.parts {
		list := body.Field(p.index)
		for i := range list.Len() {
			if _, err := w.write(p.table, list.Index(i), id, i); err != nil {
				return 0, err
			}
		}
	}
	return id, nil
}

// refer looks whether the archive has what a column refers to.
func (w *writer) refer(c column, body reflect.Value) error {
	for _, id := range c.ids(body) {
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

// exists asks once for each record: under the right to write none can go.
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

// has reports whether a record is in the archive.
func (a *archive) has(r reference) (found bool, err error) {
	err = a.scan("SELECT EXISTS (SELECT 1 FROM "+quote(plurals[r.kind])+" WHERE id = ?)", []any{r.id}, &found)
	return found, err
}

// isMarkerTaken: of all that is unique, only a marker comes from outside.
func isMarkerTaken(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE
}
