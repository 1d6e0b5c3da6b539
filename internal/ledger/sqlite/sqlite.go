// Package sqlite keeps the ledger's rows in a file, for the embedded runtime.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A Store is the ledger of the embedded runtime: one table in one file of mode
// 0600. One connection writes, a few read beside it; other processes may have
// the file open as well.
//
// It keeps a write-ahead log, so that readers and the writer never wait for each
// other, and syncs it at every commit (synchronous=FULL): an intent must outlive
// a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous). Deleted
// rows are overwritten (secure_delete); [Store.Scrub] takes away what is left of
// them.
type Store struct {
	write, read *sql.DB
	do          writer
	get, list   *sql.Stmt
}

var _ ledger.Store = (*Store)(nil)

const schema = `
CREATE TABLE IF NOT EXISTS rows (
	partition TEXT, sort TEXT, version INTEGER NOT NULL, data BLOB NOT NULL,
	PRIMARY KEY (partition, sort)
) WITHOUT ROWID`

// An Option changes how a Store works.
type Option func(*options)

type options struct{ synchronous string }

// WithoutSync leaves writing to the operating system. Commits can then be lost
// when the machine stops: for rows that are worth nothing then, and for tests.
func WithoutSync() Option { return func(o *options) { o.synchronous = "OFF" } }

// readers is how many connections read at once: a step reads in one place, the
// report and the screen beside it.
const readers = 4

// Open opens the ledger in the file, or makes it.
func Open(path string, opts ...Option) (*Store, error) {
	o := options{synchronous: "FULL"}
	for _, opt := range opts {
		opt(&o)
	}
	s := &Store{}
	if err := s.open(path, o); err != nil {
		s.Close()
		return nil, fmt.Errorf("ledger: open %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(path string, o options) (err error) {
	if err := createPrivate(path); err != nil {
		return err
	}
	if s.write, err = openPool(path, 1, "journal_mode(WAL)", "secure_delete(ON)", "synchronous("+o.synchronous+")"); err != nil {
		return err
	}
	if err := patiently(context.Background(), func() error { _, err := s.write.Exec(schema); return err }); err != nil {
		return err
	}
	if s.do, err = prepareWriter(s.write); err != nil {
		return err
	}
	if s.read, err = openPool(path, readers, "query_only(ON)"); err != nil {
		return err
	}
	if s.get, err = s.read.Prepare(`SELECT version, data FROM rows WHERE partition=? AND sort=?`); err != nil {
		return err
	}
	s.list, err = s.read.Prepare(`SELECT sort, version, data FROM rows WHERE partition=? AND sort>? AND sort>=? ORDER BY sort LIMIT ?`)
	return err
}

// openPool opens n connections at most and keeps them, since making one costs
// more than a read.
func openPool(path string, n int, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": append(pragmas, "busy_timeout("+busyTimeout+")")}
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// createPrivate makes the file before SQLite does, which would use mode 0644.
// The log takes the mode of the file that it belongs to.
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
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Checkpoint writes the log into the file and empties it. It fails while a
// reader holds on to the log.
func (s *Store) Checkpoint(ctx context.Context) error {
	err := patiently(ctx, func() error {
		var busy, log, done int
		err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &log, &done)
		if err == nil && busy != 0 {
			err = errBusy
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("ledger: checkpoint: %w", err)
	}
	return nil
}

// Scrub leaves nothing in any file of rows that were changed or deleted. It
// writes the file anew: secure_delete overwrites a row where it stands, but not
// the copies that stay behind when a page is split.
func (s *Store) Scrub(ctx context.Context) error {
	err := patiently(ctx, func() error { _, err := s.write.ExecContext(ctx, `VACUUM`); return err })
	if err != nil {
		return fmt.Errorf("ledger: scrub: %w", err)
	}
	return s.Checkpoint(ctx)
}
