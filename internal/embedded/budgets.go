package embedded

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A Budgets file is where the processes of a home share out what accounts answer. It
// is opened by the first who needs it: most connectors are told of no limit.
type Budgets struct {
	path string

	mu   sync.Mutex
	rows *sqlite.Store
}

var _ budget.Rows = (*Budgets)(nil)

// OpenBudgets gives the budgets of a home, also beside a run that is at work.
func OpenBudgets(home string) *Budgets { return &Budgets{path: filepath.Join(home, "budgets.db")} }

// store opens the file. What stands there is worth nothing a minute later: it is not
// synced.
func (b *Budgets) store() (_ *sqlite.Store, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rows == nil {
		b.rows, err = sqlite.Open(b.path, sqlite.WithoutSync())
	}
	return b.rows, err
}

// Get reads rows as a ledger does.
func (b *Budgets) Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error) {
	s, err := b.store()
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, keys...)
}

// List lists rows as a ledger does.
func (b *Budgets) List(ctx context.Context, partition, prefix, after string, limit int) ([]ledger.Row, error) {
	s, err := b.store()
	if err != nil {
		return nil, err
	}
	return s.List(ctx, partition, prefix, after, limit)
}

// Commit changes rows as a ledger does.
func (b *Budgets) Commit(ctx context.Context, changes ...ledger.Change) error {
	s, err := b.store()
	if err != nil {
		return err
	}
	return s.Commit(ctx, changes...)
}

// Close closes the file, if it is open.
func (b *Budgets) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rows == nil {
		return nil
	}
	return b.rows.Close()
}

// Standing tells how the accounts stand that the tenant of a plan asks, and what the
// plan's migration leaves to agents, in percent.
func (b *Budgets) Standing(ctx context.Context, p *plan.Plan) (all []budget.Standing, reserve int, err error) {
	if !b.there() {
		return nil, p.Reserved(), nil
	}
	if all, err = budget.Standings(ctx, b, p.Tenant); err != nil {
		return nil, 0, err
	}
	reserve, err = budget.ReserveOf(ctx, b, p.Tenant, p.Migration, p.Reserved())
	return all, reserve, err
}

// there reports whether any process has shared out anything yet.
func (b *Budgets) there() bool {
	_, err := os.Stat(b.path)
	return err == nil
}
