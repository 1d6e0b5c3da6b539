package budget

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// InMemory are rows for the workers of one process that shares with no other.
func InMemory() Rows { return &memory{rows: map[ledger.Key]ledger.Row{}} }

type memory struct {
	mu   sync.Mutex
	rows map[ledger.Key]ledger.Row
}

func (m *memory) Get(_ context.Context, keys ...ledger.Key) (found []ledger.Row, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range keys {
		row := m.rows[k]
		row.Key = k
		found = append(found, row)
	}
	return found, nil
}

func (m *memory) List(_ context.Context, partition, prefix, after string, limit int) (found []ledger.Row, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, row := range m.rows {
		if k.Partition == partition && strings.HasPrefix(k.Sort, prefix) && k.Sort > after {
			row.Key = k
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b ledger.Row) int { return strings.Compare(a.Sort, b.Sort) })
	return found[:min(limit, len(found))], nil
}

func (m *memory) Commit(_ context.Context, changes ...ledger.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range changes {
		if c.Expect != ledger.Any && c.Expect != m.rows[c.Key].Version {
			return ledger.ErrConflict
		}
	}
	for _, c := range changes {
		if c.Delete {
			delete(m.rows, c.Key)
			continue
		}
		m.rows[c.Key] = ledger.Row{Key: c.Key, Version: m.rows[c.Key].Version + 1, Data: c.Data}
	}
	return nil
}
