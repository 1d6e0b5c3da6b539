package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// background is the context of single statements: each is over in microseconds,
// and a context that can end costs the driver a goroutine for each of them.
// Calls look at their own context between statements.
var background = context.Background()

// prepare returns the statement, prepared once for the archive's life.
func (a *archive) prepare(query string) (*sql.Stmt, error) {
	if s, ok := a.statements[query]; ok {
		return s, nil
	}
	s, err := a.conn.PrepareContext(background, query)
	if err != nil {
		return nil, fmt.Errorf("archive: prepare: %w", err)
	}
	a.statements[query] = s
	return s, nil
}

func (a *archive) exec(query string, args ...any) error {
	_, err := a.execID(query, args...)
	return err
}

// execID executes an INSERT and returns the id of the row.
func (a *archive) execID(query string, args ...any) (int64, error) {
	s, err := a.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(background, args...)
	if err != nil {
		return 0, fmt.Errorf("archive: write: %w", err)
	}
	return r.LastInsertId()
}

// scan reads the one row of a query; sql.ErrNoRows says that there is none.
func (a *archive) scan(query string, args []any, into ...any) error {
	s, err := a.prepare(query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(background, args...).Scan(into...)
}

// each calls row for every row of a query. The row's scan is valid until the
// next.
func (a *archive) each(query string, args []any, row func(scan func(...any) error) error) error {
	s, err := a.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(background, args...)
	if err != nil {
		return fmt.Errorf("archive: read: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// strings reads a query's first column.
func (a *archive) strings(query string, args ...any) (all []string, err error) {
	err = a.each(query, args, func(scan func(...any) error) error {
		var s string
		err := scan(&s)
		all = append(all, s)
		return err
	})
	return all, err
}

// transact does the work in one transaction that holds the right to write from
// its start, against other processes too. It waits for that right no longer
// than ctx lasts.
func (a *archive) transact(ctx context.Context, work func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := a.conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("archive: begin: %w", err)
	}
	err := work()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = a.exec("COMMIT")
	}
	if err != nil {
		_, undone := a.conn.ExecContext(background, "ROLLBACK")
		if undone != nil && !errors.Is(err, undone) {
			err = fmt.Errorf("%w; and rollback: %w", err, undone)
		}
	}
	return err
}

// snapshot does reads that belong together.
func (a *archive) snapshot(ctx context.Context, work func() error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.exec("BEGIN"); err != nil {
		return err
	}
	err := work()
	return errors.Join(err, a.exec("COMMIT"))
}
