package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Get reads row by row: one that stands alone takes some ten microseconds.
func (s *Store) Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error) {
	out := make([]ledger.Row, len(keys))
	for i, k := range keys {
		if err := k.Check(); err != nil {
			return nil, err
		}
		out[i].Key = k
		err := patiently(ctx, func() error {
			return s.get.QueryRowContext(ctx, k.Partition, k.Sort).Scan(&out[i].Version, &out[i].Data)
		})
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, fmt.Errorf("ledger: get %s: %w", k, err)
		}
	}
	return out, nil
}

// List walks the primary key, which is the order of the rows on disk.
func (s *Store) List(ctx context.Context, partition, prefix, after string, limit int) (rows []ledger.Row, err error) {
	if limit < 1 {
		return nil, fmt.Errorf("%w: list %s with limit %d", ledger.ErrInvalid, partition, limit)
	}
	err = patiently(ctx, func() error {
		rows, err = s.scan(ctx, partition, prefix, after, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: list %s: %w", partition, err)
	}
	return rows, nil
}

// scan reads from where the prefix begins until a row lacks it: rows come in
// order, so the first without it is behind the last with it.
func (s *Store) scan(ctx context.Context, partition, prefix, after string, limit int) (rows []ledger.Row, err error) {
	found, err := s.list.QueryContext(ctx, partition, after, prefix, limit)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	for found.Next() {
		r := ledger.Row{Key: ledger.Key{Partition: partition}}
		if err := found.Scan(&r.Sort, &r.Version, &r.Data); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(r.Sort, prefix) {
			break
		}
		rows = append(rows, r)
	}
	return rows, found.Err()
}
