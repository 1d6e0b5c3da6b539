package archive

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// pageSize is a segment's worth of records.
const pageSize = 100

// A source reads an archive in the order in which it was written. Ids only grow
// and are never given twice, so that the last one is all that a cursor needs.
type source struct{ *archive }

func (s *source) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	if err := s.snapshot(ctx, s.check); err != nil {
		return connectors.SourceProfile{}, err
	}
	return connectors.SourceProfile{Product: product, Version: strconv.Itoa(format),
		Kinds: helpdesk.Kinds(), Notes: s.notes()}, nil
}

func (s *source) Page(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (p connectors.Page, err error) {
	t, err := tableOf(k)
	if err != nil {
		return p, err
	}
	last := int64(0)
	if after != "" {
		if last, err = parseID(string(after)); err != nil {
			return p, fmt.Errorf("archive: page of %s: the cursor is none of an archive", k)
		}
	}
	err = s.snapshot(ctx, func() error {
		p, err = s.page(t, last)
		return err
	})
	if err != nil {
		return connectors.Page{}, err
	}
	return p, nil
}

func (s *source) page(t *table, after int64) (p connectors.Page, err error) {
	var n int
	var end sql.NullInt64
	query := "SELECT count(*), max(id) FROM (SELECT id FROM " + quote(t.name) + " WHERE id > ? ORDER BY id LIMIT ?)"
	if err := s.scan(query, []any{after, pageSize}, &n, &end); err != nil {
		return p, err
	}
	p.Last = n < pageSize
	p.Next = connectors.Cursor(formatID(max(after, end.Int64)))
	if n > 0 {
		p.Records, err = s.load(t, span{after + 1, end.Int64})
	}
	return p, err
}

func (s *source) Count(ctx context.Context) (map[helpdesk.Kind]int, error) {
	counts := map[helpdesk.Kind]int{}
	err := s.snapshot(ctx, func() error {
		for _, k := range helpdesk.Kinds() {
			var n int
			if err := s.scan("SELECT count(*) FROM "+quote(plurals[k]), nil, &n); err != nil {
				return err
			}
			counts[k] = n
		}
		return nil
	})
	return counts, err
}
