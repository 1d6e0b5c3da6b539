package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/safeconduct/safeconduct/connectors"
)

const (
	// format is the version of schema and folder. It changes when a table or a
	// column changes its meaning or goes; columns may come without.
	format = 1
	// applicationID marks the file as an archive ("SCar"), for file(1) and for us.
	applicationID = 0x53436172

	databaseName = "archive.db"
	blobsName    = "blobs"
	readmeName   = "README.txt"
)

// An archive is one open archive. Its one connection serves one call at a time.
type archive struct {
	dir string
	db  *sql.DB

	mu         sync.Mutex // holds the connection
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// create opens the archive in the folder, and makes one where there is none.
func create(ctx context.Context, dir string) (*archive, error) {
	if err := prepareFolder(dir); err != nil {
		return nil, err
	}
	a, err := connect(ctx, dir, "rwc")
	if err != nil {
		return nil, err
	}
	if err := a.initialise(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// open opens an archive that exists, to read from it.
func open(ctx context.Context, dir string) (*archive, error) {
	_, err := os.Stat(filepath.Join(dir, databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive: %w: there is no archive in that folder", connectors.ErrSettings)
	}
	if err != nil {
		return nil, fmt.Errorf("archive: open: %w", err)
	}
	// Not "ro": what a crash left half done must be rolled back before it is read.
	a, err := connect(ctx, dir, "rw")
	if err != nil {
		return nil, err
	}
	if err := a.check(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// prepareFolder makes the folder and an empty database that only their owner
// may read. It takes no folder that holds other things.
func prepareFolder(dir string) error {
	database := filepath.Join(dir, databaseName)
	if _, err := os.Stat(database); err == nil {
		return nil
	}
	if others, err := os.ReadDir(dir); err == nil && len(others) > 0 {
		return fmt.Errorf("archive: %w: the folder holds other things and no archive; name a new or an empty one",
			connectors.ErrSettings)
	}
	if err := os.MkdirAll(filepath.Join(dir, blobsName), 0o700); err != nil {
		return fmt.Errorf("archive: create folder: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil { // it may have been there, empty and open to all
		return fmt.Errorf("archive: create folder: %w", err)
	}
	f, err := os.OpenFile(database, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("archive: create database: %w", err)
	}
	return f.Close()
}

// connect opens the database. In rollback-journal mode an archive that nobody
// writes to is one file that can be copied and read from a medium that can't be
// written to; and what a load appends is written once, not twice as with a WAL.
func connect(ctx context.Context, dir, mode string) (*archive, error) {
	q := url.Values{"mode": {mode}, "_pragma": {
		"busy_timeout(10000)", "synchronous(FULL)", "secure_delete(ON)", "journal_mode(DELETE)"}}
	if mode == "rw" {
		q["_pragma"] = []string{"busy_timeout(10000)", "query_only(ON)"}
	}
	path, err := filepath.Abs(filepath.Join(dir, databaseName))
	if err != nil {
		return nil, fmt.Errorf("archive: open: %w", err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("archive: open: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("archive: %w: open: %w", connectors.ErrSettings, err), db.Close())
	}
	return &archive{dir: dir, db: db, conn: conn, statements: map[string]*sql.Stmt{}}, nil
}

// initialise makes the tables of a new archive, or checks those of an old one.
func (a *archive) initialise() error {
	return a.transact(context.Background(), func() error {
		var objects int
		if err := a.scan("SELECT count(*) FROM sqlite_schema", nil, &objects); err != nil {
			return err
		}
		if objects > 0 {
			return a.check()
		}
		for _, s := range ddl() {
			if err := a.exec(s); err != nil {
				return err
			}
		}
		return os.WriteFile(filepath.Join(a.dir, readmeName), []byte(readme()), 0o600)
	})
}

// ddl creates the whole schema.
func ddl() []string {
	all := []string{
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		"CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
		fmt.Sprintf("INSERT INTO meta VALUES ('format', '%d'), ('warning', '%s')", format, warning),
		"CREATE TABLE unsettled_blobs (blob TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID",
	}
	for _, t := range tables() {
		all = append(all, t.ddl()...)
	}
	for _, t := range blobTables() {
		all = append(all, fmt.Sprintf("CREATE INDEX %s_blob ON %s (blob)", t.name, quote(t.name)))
	}
	return all
}

// check says whether the database is an archive that this program knows.
func (a *archive) check() error {
	var id int
	if err := a.scan("PRAGMA application_id", nil, &id); err != nil {
		return fmt.Errorf("archive: %w: %s is no SQLite database: %w", connectors.ErrSettings, databaseName, err)
	}
	if id != applicationID {
		return fmt.Errorf("archive: %w: %s is a database, but no archive of Safeconduct", connectors.ErrSettings, databaseName)
	}
	var text string
	if err := a.scan("SELECT value FROM meta WHERE key = 'format'", nil, &text); err != nil {
		return fmt.Errorf("archive: %w: the archive does not say its format: %w", connectors.ErrSettings, err)
	}
	if n, err := strconv.Atoi(text); err != nil || n > format {
		return fmt.Errorf("archive: %w: the archive has format %.9s and this program knows formats up to %d; use a newer one",
			connectors.ErrSettings, text, format)
	}
	return nil
}

// Close gives the database back.
func (a *archive) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for _, s := range a.statements {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, a.conn.Close(), a.db.Close())...)
}
