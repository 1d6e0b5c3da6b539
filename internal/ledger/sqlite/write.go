package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Commit is one immediate transaction: it has the file to itself from the start,
// so no two of them can wait for each other.
func (s *Store) Commit(ctx context.Context, changes ...ledger.Change) error {
	if err := ledger.CheckChanges(changes); err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	err := patiently(ctx, func() error { return s.commit(ctx, changes) })
	if err != nil && !errors.Is(err, ledger.ErrConflict) {
		return fmt.Errorf("ledger: commit %s: %w", changes[0].Key, err)
	}
	return err
}

// Each is a Commit: on one machine a transaction costs less than its parts.
func (s *Store) Each(ctx context.Context, changes ...ledger.Change) error {
	return s.Commit(ctx, changes...)
}

// commit is one transaction. The context ends it until SQLite commits and not
// after: an outcome is never in doubt.
func (s *Store) commit(ctx context.Context, changes []ledger.Change) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, c := range changes {
		ok, err := s.do.change(ctx, tx, c)
		if err == nil && !ok {
			err = fmt.Errorf("%s: %w", c.Key, ledger.ErrConflict)
		}
		if err != nil {
			tx.Rollback()
			return err
		}
	}
	return tx.Commit()
}

// writer holds the statements of a commit, one for each kind of change. Each
// carries its condition, and a row that it did not touch is a conflict.
type writer struct{ put, insert, update, remove, removeAt, version *sql.Stmt }

// prepareWriter prepares them once, so that no change has to be parsed.
func prepareWriter(db *sql.DB) (w writer, err error) {
	for _, s := range []struct {
		into  **sql.Stmt
		query string
	}{
		{&w.put, `INSERT INTO rows VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE SET version=version+1, data=excluded.data`},
		{&w.insert, `INSERT INTO rows VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING`},
		{&w.update, `UPDATE rows SET version=version+1, data=?3 WHERE partition=?1 AND sort=?2 AND version=?4`},
		{&w.remove, `DELETE FROM rows WHERE partition=? AND sort=?`},
		{&w.removeAt, `DELETE FROM rows WHERE partition=? AND sort=? AND version=?`},
		{&w.version, `SELECT version FROM rows WHERE partition=? AND sort=?`},
	} {
		if *s.into, err = db.Prepare(s.query); err != nil {
			return w, err
		}
	}
	return w, nil
}

// change makes one change and reports whether its condition held.
func (w writer) change(ctx context.Context, tx *sql.Tx, c ledger.Change) (bool, error) {
	data := c.Data
	if data == nil {
		data = []byte{}
	}
	switch {
	case c.Check, c.Delete && c.Expect == 0:
		return w.holds(ctx, tx, c)
	case c.Delete && c.Expect == ledger.Any:
		_, err := tx.StmtContext(ctx, w.remove).ExecContext(ctx, c.Partition, c.Sort)
		return true, err
	case c.Delete:
		return touched(tx.StmtContext(ctx, w.removeAt).ExecContext(ctx, c.Partition, c.Sort, c.Expect))
	case c.Expect == ledger.Any:
		return touched(tx.StmtContext(ctx, w.put).ExecContext(ctx, c.Partition, c.Sort, data))
	case c.Expect == 0:
		return touched(tx.StmtContext(ctx, w.insert).ExecContext(ctx, c.Partition, c.Sort, data))
	default:
		return touched(tx.StmtContext(ctx, w.update).ExecContext(ctx, c.Partition, c.Sort, data, c.Expect))
	}
}

// holds reports whether the row has the version that the change expects.
func (w writer) holds(ctx context.Context, tx *sql.Tx, c ledger.Change) (bool, error) {
	var version int64
	err := tx.StmtContext(ctx, w.version).QueryRowContext(ctx, c.Partition, c.Sort).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return c.Expect == ledger.Any || version == c.Expect, err
}

// touched reports whether a statement found its row.
func touched(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// Another process may hold the file. SQLite itself waits a moment; we ask again,
// because its wait cannot be cancelled, and give up after patience.
const (
	busyTimeout = "100" // milliseconds
	patience    = 30 * time.Second
)

var errBusy = errors.New("the file is in use by another process")

// patiently tries until the file is free, the context ends or patience does.
func patiently(ctx context.Context, try func() error) error {
	for end := time.Now().Add(patience); ; {
		err := try()
		if !isBusy(err) {
			return err
		}
		if cancelled := ctx.Err(); cancelled != nil {
			return cancelled
		}
		if time.Now().After(end) {
			return fmt.Errorf("%w: %w", errBusy, err)
		}
	}
}

// isBusy looks at the primary code; the extended ones say who is in the way.
func isBusy(err error) bool {
	var e *sqlite.Error
	return errors.Is(err, errBusy) || errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
