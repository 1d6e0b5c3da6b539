package migration

import (
	"context"
	"iter"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Redirects lists where each ticket that was moved stands now. It reads the ledger with
// the index key and asks no help desk.
func Redirects(ctx context.Context, rows ledger.Store, keys keyring.Indexer, p *plan.Plan, source connectors.Source, target connectors.Target) iter.Seq2[evidence.Redirect, error] {
	return func(yield func(evidence.Redirect, error) bool) {
		index, err := keys.Index(ctx, p.Tenant, p.Migration)
		if err != nil {
			yield(evidence.Redirect{}, ofStorage("open the index key", err))
			return
		}
		l := ledger.New(rows, p.Tenant, p.Migration)
		for e, err := range l.All(ctx, helpdesk.KindTicket) {
			if err != nil {
				yield(evidence.Redirect{}, ofStorage("read entries", err))
				return
			}
			if e.State != ledger.StateLoaded || e.Placeholder {
				continue
			}
			old, err := index.KeyOf(string(helpdesk.KindTicket), e.Ref)
			if err != nil {
				yield(evidence.Redirect{}, ofStorage("read a reference", err))
				return
			}
			if !yield(redirect(old, e.Target, source, target), nil) {
				return
			}
		}
	}
}

func redirect(old, now string, source connectors.Source, target connectors.Target) evidence.Redirect {
	r := evidence.Redirect{Old: old, New: now}
	if a, ok := source.(connectors.Addresser); ok {
		r.From = a.Addresses(old)
	}
	if a, ok := target.(connectors.Addresser); ok {
		r.To = a.Addresses(now)[0]
	}
	return r
}
