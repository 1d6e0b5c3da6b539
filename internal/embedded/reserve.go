package embedded

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/budget"
)

// Budget tells how the accounts stand that this home's processes ask.
func (s *Service) Budget(ctx context.Context, m api.Migration) (api.Budget, error) {
	p, _, err := s.readPlan(m)
	if err != nil {
		return api.Budget{}, err
	}
	all, reserve, err := s.budgets.Standing(ctx, p)
	return BudgetOf(m.Name, reserve, all), err
}

// PutReserve changes what a migration leaves to agents.
func (s *Service) PutReserve(ctx context.Context, m api.Migration, percent *int) (api.Budget, error) {
	p, _, err := s.readPlan(m)
	if err != nil {
		return api.Budget{}, err
	}
	if err := budget.SetReserve(ctx, s.budgets, p.Tenant, p.Migration, percent); err != nil {
		return api.Budget{}, err
	}
	all, reserve, err := s.budgets.Standing(ctx, p)
	return BudgetOf(m.Name, reserve, all), err
}

// BudgetOf is a budget as it goes over the wire.
func BudgetOf(migration string, reserve int, all []budget.Standing) api.Budget {
	b := api.Budget{Migration: migration, Reserve: reserve, Accounts: []api.Account{}}
	for _, s := range all {
		b.Accounts = append(b.Accounts, api.Account(s))
	}
	return b
}
