package apitest

import (
	"context"
	"sync"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Rows are rows of a ledger in memory, with the promises of ledger.Store that the
// API relies on: versions and conditions.
type Rows struct {
	mu   sync.Mutex
	rows map[ledger.Key]ledger.Row
}

// Get returns rows in the order of the keys.
func (r *Rows) Get(_ context.Context, keys ...ledger.Key) (found []ledger.Row, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range keys {
		row := r.rows[k]
		row.Key = k
		found = append(found, row)
	}
	return found, nil
}

// Each makes changes. Here it makes all of them or none.
func (r *Rows) Each(_ context.Context, changes ...ledger.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range changes {
		if c.Expect != ledger.Any && c.Expect != r.rows[c.Key].Version {
			return ledger.ErrConflict
		}
	}
	for _, c := range changes {
		switch {
		case c.Check:
		case c.Delete:
			delete(r.rows, c.Key)
		default:
			if r.rows == nil {
				r.rows = map[ledger.Key]ledger.Row{}
			}
			r.rows[c.Key] = ledger.Row{Key: c.Key, Version: r.rows[c.Key].Version + 1, Data: c.Data}
		}
	}
	return nil
}
