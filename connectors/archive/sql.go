package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/safeconduct/safeconduct/connectors"
)

// background is the context of single statements: each is over in microseconds,
// and a context that can end costs the driver a goroutine for each of them.
// Calls look at their own context between statements.
var background = context.Background()

// unavailable wraps what SQLite or the file system has to say. Neither quotes
// values.
func unavailable(op string, err error) error {
	return fmt.Errorf("archive: %s: %w: %w", op, connectors.ErrUnavailable, err)
}

// prepare returns the statement, prepared once for as long as the archive is
// open. All statements are made of the schema alone: there are some hundred.
func (a *archive) prepare(query string) (*sql.Stmt, error) {
	if s, ok := a.statements[query]; ok {
		return s, nil
	}
	s, err := a.conn.PrepareContext(background, query)
	if err != nil {
		return nil, unavailable("prepare", err)
	}
	a.statements[query] = s
	return s, nil
}

func (a *archive) exec(query string, args ...any) error {
	_, err := a.insert(query, args...)
	return err
}

// insert executes a statement and returns the id of the row that it added.
func (a *archive) insert(query string, args ...any) (int64, error) {
	s, err := a.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(background, args...)
	if err != nil {
		return 0, unavailable("write", err)
	}
	return r.LastInsertId()
}

// scan reads the one row that a query gives.
func (a *archive) scan(query string, args []any, into ...any) error {
	s, err := a.prepare(query)
	if err != nil {
		return err
	}
	if err := s.QueryRowContext(background, args...).Scan(into...); err != nil {
		return unavailable("read", err)
	}
	return nil
}

// each calls row for every row of a query; scan belongs to that row.
func (a *archive) each(query string, args []any, row func(scan func(...any) error) error) error {
	s, err := a.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(background, args...)
	if err != nil {
		return unavailable("read", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return unavailable("read", err)
	}
	return nil
}

// strings reads the first column of a query.
func (a *archive) strings(query string, args ...any) (all []string, err error) {
	err = a.each(query, args, func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		all = append(all, s)
		return err
	})
	return all, err
}

// transact does the work in one transaction that has the right to write from
// its start, also against other processes. It waits for that right no longer
// than ctx lasts.
func (a *archive) transact(ctx context.Context, work func() error) error {
	return a.between(ctx, "BEGIN IMMEDIATE", work)
}

// snapshot does reads that belong together.
func (a *archive) snapshot(ctx context.Context, work func() error) error {
	return a.between(ctx, "BEGIN", work)
}

func (a *archive) between(ctx context.Context, begin string, work func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if a.statements == nil {
		return fmt.Errorf("archive: %w: it was closed", connectors.ErrUnavailable)
	}
	if _, err := a.conn.ExecContext(ctx, begin); err != nil {
		return errors.Join(ctx.Err(), unavailable("begin", err))
	}
	err := work()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = a.exec("COMMIT")
	}
	if err != nil {
		// After some errors, as of a full disk, SQLite has rolled back by itself, and
		// says so with an error that means nothing to anybody.
		_, _ = a.conn.ExecContext(background, "ROLLBACK")
	}
	return err
}
