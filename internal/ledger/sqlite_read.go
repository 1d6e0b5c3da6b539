package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

func (s *SQLite) Get(ctx context.Context, keys ...Key) ([]Row, error) {
	out := make([]Row, len(keys))
	for i, k := range keys {
		if err := k.check(); err != nil {
			return nil, err
		}
		out[i].Key = k
		err := s.get.QueryRowContext(ctx, k.Partition, k.Sort).Scan(&out[i].Version, &out[i].Data)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return nil, fmt.Errorf("ledger: get %s: %w", k, err)
		}
	}
	return out, nil
}

func (s *SQLite) List(ctx context.Context, partition, prefix, after string, limit int) ([]Row, error) {
	if limit < 1 {
		return nil, fmt.Errorf("%w: list %s with limit %d", ErrInvalid, partition, limit)
	}
	found, err := s.list.QueryContext(ctx, partition, after, prefix, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: list %s: %w", partition, err)
	}
	defer found.Close()
	var out []Row
	for found.Next() {
		r := Row{Key: Key{Partition: partition}}
		if err := found.Scan(&r.Sort, &r.Version, &r.Data); err != nil {
			return nil, fmt.Errorf("ledger: list %s: %w", partition, err)
		}
		if !strings.HasPrefix(r.Sort, prefix) {
			break // rows come in order: the first without it is behind the last with it
		}
		out = append(out, r)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("ledger: list %s: %w", partition, err)
	}
	return out, nil
}
