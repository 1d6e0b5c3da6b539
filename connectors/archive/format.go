package archive

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

const (
	// format is the version of the folder and the schema. It changes when something
	// goes or changes its meaning. Tables and columns that merely come, because
	// the model has grown, are added to an older archive when it is next written
	// to, and read as empty until then.
	format = 1
	// applicationID marks the file as an archive ("SCar"), for file(1) and for us.
	applicationID = 0x53436172
)

// initialise makes the tables of a new archive and completes those of an old one.
func (a *archive) initialise(ctx context.Context) error {
	var objects int
	err := a.snapshot(ctx, func() error {
		if err := a.scan("SELECT count(*) FROM sqlite_schema", nil, &objects); err != nil || objects == 0 {
			return err
		}
		return a.check()
	})
	if err != nil || objects > 0 && len(a.absent) == 0 {
		return err
	}
	return a.transact(ctx, func() error {
		if err := a.scan("SELECT count(*) FROM sqlite_schema", nil, &objects); err != nil {
			return err
		}
		if objects > 0 { // an old one, or one that another process has made meanwhile
			return a.complete()
		}
		return a.build()
	})
}

func (a *archive) build() error {
	for _, s := range ddl() {
		if err := a.exec(s); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(a.dir, readmeName), []byte(readme()), 0o600); err != nil {
		return unavailable("write "+readmeName, err)
	}
	return nil
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
	return all
}

// check says whether the database is an archive that this program knows, and
// takes down what it is too old to have.
func (a *archive) check() error {
	var id int
	if err := a.scan("PRAGMA application_id", nil, &id); err != nil {
		return settingsError(databaseName+" is no SQLite database", err)
	}
	if id != applicationID {
		return settingsError(databaseName+" is a database, but no archive of Safeconduct", nil)
	}
	var text string
	if err := a.scan("SELECT value FROM meta WHERE key = 'format'", nil, &text); err != nil {
		return settingsError("the archive does not say its format", err)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n > format {
		return settingsError(fmt.Sprintf("the archive has format %.9s and this Safeconduct knows formats up to %d; use a newer one",
			text, format), nil)
	}
	return a.compare()
}

// compare takes down which tables and columns are absent.
func (a *archive) compare() error {
	clear(a.absent)
	for _, t := range tables() {
		names, err := a.strings("SELECT name FROM pragma_table_info(?)", t.name)
		if err != nil {
			return err
		}
		there := map[string]bool{}
		for _, n := range names {
			there[n] = true
		}
		if len(there) == 0 {
			a.absent[t.name] = true
			continue
		}
		for _, c := range t.columns {
			if !there[c.name] {
				a.absent[t.name+"."+c.name] = true
			}
		}
	}
	return nil
}

// complete adds what is absent.
func (a *archive) complete() error {
	if err := a.check(); err != nil {
		return err
	}
	for _, t := range tables() {
		var changes []string
		if a.absent[t.name] {
			changes = t.ddl()
		}
		for _, c := range t.columns {
			if a.absent[t.name+"."+c.name] {
				changes = append(changes, "ALTER TABLE "+quote(t.name)+" ADD COLUMN "+c.ddl())
			}
		}
		for _, s := range changes {
			if err := a.exec(s); err != nil {
				return err
			}
		}
	}
	return a.compare()
}
