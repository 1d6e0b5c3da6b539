package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// SQLite keeps rows in a database file of their own, of mode 0600.
//
// The settings serve one promise, that an erased key is in no file:
//   - secure_delete overwrites what is deleted with zeros
//     (https://www.sqlite.org/pragma.html#pragma_secure_delete);
//   - a rollback journal holds old pages only while a transaction runs. It is
//     truncated rather than deleted, because that alone is synced: a deleted
//     journal can come back after a power cut and bring the key back with it
//     (https://www.sqlite.org/pragma.html#pragma_journal_mode). A write-ahead log
//     would keep pages until a checkpoint that any reader can hold up;
//   - VACUUM follows an erasure, because a page that was split keeps a copy of
//     the rows that moved, which secure_delete does not look for.
//
// What a disk keeps below the file system is out of reach; there the wrapping
// key is the second lock.
type SQLite struct{ db *sql.DB }

const sqliteSchema = `
CREATE TABLE IF NOT EXISTS keys (
	tenant TEXT, migration TEXT, run TEXT, side TEXT,
	public BLOB,
	wrapped BLOB, -- NULL in a tombstone
	PRIMARY KEY (tenant, migration, run, side)
) WITHOUT ROWID`

// OpenSQLite opens the rows in the file, or makes it.
func OpenSQLite(path string) (*SQLite, error) {
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("keyring: open rows: %w", err)
	}
	db, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		return nil, fmt.Errorf("keyring: open rows: %w", err)
	}
	db.SetMaxOpenConns(1) // rows are few and reads short; one connection meets no lock of its own
	if _, err := db.Exec(sqliteSchema); err != nil {
		db.Close()
		return nil, fmt.Errorf("keyring: open rows: %w", err)
	}
	return &SQLite{db}, nil
}

func sqliteDSN(path string) string {
	pragmas := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(TRUNCATE)", "synchronous(EXTRA)", "secure_delete(ON)",
		"temp_store(MEMORY)", "cache_spill(OFF)",
	}}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: pragmas.Encode()}).String()
}

// createPrivate makes the file before SQLite does, which would use mode 0644.
// Journals take the mode of the file that they belong to.
func createPrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// Close closes the file.
func (r *SQLite) Close() error { return r.db.Close() }

// Public reads the public half.
func (r *SQLite) Public(ctx context.Context, s keyring.Scope) ([]byte, error) {
	return r.column(ctx, s, `SELECT public, wrapped IS NULL FROM keys WHERE tenant=? AND migration=? AND run=? AND side=?`)
}

// Wrapped reads the wrapped half.
func (r *SQLite) Wrapped(ctx context.Context, s keyring.Scope) ([]byte, error) {
	return r.column(ctx, s, `SELECT wrapped, wrapped IS NULL FROM keys WHERE tenant=? AND migration=? AND run=? AND side=?`)
}

func (r *SQLite) column(ctx context.Context, s keyring.Scope, query string) (value []byte, err error) {
	var erased bool
	err = r.db.QueryRowContext(ctx, query, s.Tenant, s.Migration, s.Run, s.Side).Scan(&value, &erased)
	if errors.Is(err, sql.ErrNoRows) || erased {
		return nil, keyring.ErrForgotten
	}
	return value, err
}

// Put stores a pair in one transaction with the search for tombstones.
func (r *SQLite) Put(ctx context.Context, s keyring.Scope, public, wrapped []byte) error {
	return r.tx(ctx, func(tx *sql.Tx) error {
		taken, erased, err := state(ctx, tx, s)
		switch {
		case err != nil:
			return err
		case erased:
			return keyring.ErrForgotten
		case taken:
			return nil
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?)`,
			s.Tenant, s.Migration, s.Run, s.Side, public, wrapped)
		return err
	})
}

// state says whether the scope has a pair, and whether there is a tombstone of
// the scope or of its migration, which has neither run nor side.
func state(ctx context.Context, tx *sql.Tx, s keyring.Scope) (taken, erased bool, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT count(wrapped) > 0, count(*) > count(wrapped) FROM keys
		WHERE tenant=? AND migration=? AND ((run=? AND side=?) OR (run='' AND side=''))`,
		s.Tenant, s.Migration, s.Run, s.Side).Scan(&taken, &erased)
	return taken, erased, err
}

// Erase leaves a tombstone, and a file in which nothing else of the row is.
func (r *SQLite) Erase(ctx context.Context, s keyring.Scope) error {
	err := r.tx(ctx, func(tx *sql.Tx) error { return tombstone(ctx, tx, s) })
	if err != nil {
		return err
	}
	return r.scrub(ctx)
}

// EraseMigration leaves one tombstone for the migration, which Put looks for.
func (r *SQLite) EraseMigration(ctx context.Context, tenant, migration string) error {
	err := r.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM keys WHERE tenant=? AND migration=?`, tenant, migration); err != nil {
			return err
		}
		return tombstone(ctx, tx, keyring.Scope{Tenant: tenant, Migration: migration})
	})
	if err != nil {
		return err
	}
	return r.scrub(ctx)
}

func tombstone(ctx context.Context, tx *sql.Tx, s keyring.Scope) error {
	_, err := tx.ExecContext(ctx, `REPLACE INTO keys VALUES (?, ?, ?, ?, NULL, NULL)`,
		s.Tenant, s.Migration, s.Run, s.Side)
	return err
}

// scrub writes the file anew. If it fails the row is gone but a copy may linger,
// so Erase fails and has to be called again.
func (r *SQLite) scrub(ctx context.Context) error {
	_, err := r.db.ExecContext(ctx, `VACUUM`)
	return err
}

// Empty reports whether there is no key, tombstones aside.
func (r *SQLite) Empty(ctx context.Context) (bool, error) {
	var n int
	err := r.db.QueryRowContext(ctx, `SELECT count(wrapped) FROM keys`).Scan(&n)
	return n == 0, err
}

func (r *SQLite) tx(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}
