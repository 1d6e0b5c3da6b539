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
	"strings"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/safeconduct/safeconduct/connectors"
)

const (
	databaseName = "archive.db"
	blobsName    = "blobs"
	readmeName   = "README.txt"
)

// An archive is one open archive. Its one connection serves one call at a time.
type archive struct {
	dir    string
	db     *sql.DB
	absent map[string]bool // tables and columns that the archive is too old to have

	mu         sync.Mutex // holds the connection
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// openToWrite opens the archive in the folder, and makes one where there is
// none.
func openToWrite(ctx context.Context, dir string) (*archive, error) {
	if err := prepareFolder(dir); err != nil {
		return nil, err
	}
	a, err := connect(ctx, dir, "synchronous(FULL)", "secure_delete(ON)")
	if err != nil {
		return nil, err
	}
	err = a.initialise(ctx)
	if err == nil {
		err = a.sweep(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// openToRead opens an archive that exists.
func openToRead(ctx context.Context, dir string) (*archive, error) {
	switch _, err := os.Stat(filepath.Join(dir, databaseName)); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, settingsError("there is no archive in that folder", nil)
	case err != nil:
		return nil, settingsError("the folder can't be read", err)
	}
	a, err := connect(ctx, dir, "query_only(ON)")
	if err != nil {
		return nil, err
	}
	if err := a.snapshot(ctx, a.check); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// settingsError says why the folder that the plan names does not serve.
func settingsError(why string, err error) error {
	if err == nil {
		return fmt.Errorf("archive: %w: %s", connectors.ErrSettings, why)
	}
	return fmt.Errorf("archive: %w: %s: %w", connectors.ErrSettings, why, err)
}

// prepareFolder makes the folder and an empty database that only their owner
// may read.
func prepareFolder(dir string) error {
	database := filepath.Join(dir, databaseName)
	if _, err := os.Stat(database); err == nil {
		return nil
	}
	if err := checkVacant(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, blobsName), 0o700); err != nil {
		return settingsError("the folder can't be made", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil { // it may have been there, empty and open to all
		return settingsError("the folder can't be closed to others", err)
	}
	f, err := os.OpenFile(database, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return settingsError("the database can't be made", err)
	}
	return f.Close()
}

// checkVacant takes no folder that holds other things. What a process that makes
// the archive at this moment has put there is none.
func checkVacant(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil // there is no folder yet
	}
	for _, f := range files {
		if name := f.Name(); name != blobsName && name != readmeName && !strings.HasPrefix(name, databaseName) {
			return settingsError("the folder holds other things and no archive; name a new or an empty one", nil)
		}
	}
	return nil
}

// connect opens the database, also to read in mode rw: what a crash left half
// done is rolled back before anything is read. A file that may not be written to
// is opened all the same.
//
// The journal is SQLite's own default and no WAL: an archive that nobody writes
// to is one file, to be copied and to be read from any medium, and what a load
// appends is written once instead of twice.
func connect(ctx context.Context, dir string, pragmas ...string) (*archive, error) {
	path, err := filepath.Abs(filepath.Join(dir, databaseName))
	if err != nil {
		return nil, settingsError("the folder has no path", err)
	}
	db, err := sql.Open("sqlite", databaseURL(path, append(pragmas, "busy_timeout(10000)")))
	if err != nil {
		return nil, settingsError("the database can't be opened", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(settingsError(databaseName+" can't be opened as a database", err), db.Close())
	}
	return &archive{dir: dir, db: db, conn: conn, absent: map[string]bool{}, statements: map[string]*sql.Stmt{}}, nil
}

// databaseURL is as SQLite wants it: file:///C:/a%20folder/archive.db?mode=rw.
func databaseURL(path string, pragmas []string) string {
	u := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")}
	u.RawQuery = url.Values{"mode": {"rw"}, "_pragma": pragmas}.Encode()
	return u.String()
}

// Close gives the database back.
func (a *archive) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for _, s := range a.statements {
		errs = append(errs, s.Close())
	}
	a.statements = nil
	return errors.Join(append(errs, a.conn.Close(), a.db.Close())...)
}
