package embedded

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// entryOf is the row of a record, by its key in the source.
func (r *Runtime) entryOf(ctx context.Context, k helpdesk.Kind, key string) (ledger.Entry, error) {
	index, err := r.Keys.Index(ctx, r.Plan.Tenant, r.Plan.Migration)
	if err != nil {
		return ledger.Entry{}, err
	}
	entries, err := r.Ledger().Entries(ctx, k, index.Ref(string(k), key))
	if err != nil {
		return ledger.Entry{}, err
	}
	return entries[0], nil
}
