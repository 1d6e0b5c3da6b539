package backend

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/budget"
)

// Budget tells how the accounts stand that the tenant's runs ask.
func (b *Backend) Budget(ctx context.Context, m api.Migration) (api.Budget, error) {
	p, _, err := b.readPlan(ctx, m)
	if err != nil {
		return api.Budget{}, err
	}
	out := api.Budget{Migration: m.Name}
	if out.Reserve, err = budget.ReserveOf(ctx, b.Base.Rows, m.Tenant, m.Name, p.Reserved()); err != nil {
		return out, err
	}
	out.Accounts, err = b.accounts(ctx, m.Tenant)
	return out, err
}

// accounts are those that workers of a tenant ask.
func (b *Backend) accounts(ctx context.Context, tenant string) ([]api.Account, error) {
	all, err := budget.Standings(ctx, b.Base.Rows, tenant)
	accounts := []api.Account{}
	for _, s := range all {
		accounts = append(accounts, api.Account(s))
	}
	return accounts, err
}

// PutReserve changes what a migration leaves to agents.
func (b *Backend) PutReserve(ctx context.Context, m api.Migration, percent *int) (api.Budget, error) {
	if _, _, err := b.readPlan(ctx, m); err != nil {
		return api.Budget{}, err
	}
	if err := budget.SetReserve(ctx, b.Base.Rows, m.Tenant, m.Name, percent); err != nil {
		return api.Budget{}, err
	}
	return b.Budget(ctx, m)
}
