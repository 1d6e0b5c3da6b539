package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/gofrs/flock"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// Migrations lists what the home knows.
func (s *Service) Migrations(ctx context.Context, tenant string) (found []api.Summary, err error) {
	if tenant != s.tenant {
		return nil, nil
	}
	for _, name := range s.names() {
		status, err := s.Status(ctx, api.Migration{Tenant: tenant, Name: name})
		if errors.Is(err, api.ErrNotFound) {
			continue // a home of another plan
		}
		if err != nil {
			return nil, err
		}
		found = append(found, status.Summary())
	}
	return found, nil
}

// Status reads the ledger, and adds what the service is doing itself.
func (s *Service) Status(ctx context.Context, m api.Migration) (api.Status, error) {
	if m.Tenant != s.tenant {
		return api.Status{}, api.NotFound("migration")
	}
	status := api.Status{Migration: m.Name}
	own := s.own(m.Name) // before the ledger: work that is over has entered all it did
	p, text, noPlan := s.readPlan(m)
	rows, err := s.ledgerOf(m.Name)
	if err != nil {
		return status, err
	}
	if rows != nil {
		if status, err = api.FromLedger(ctx, rows, m); err != nil {
			return status, err
		}
		status.Records, err = s.records.Of(status.Stand(), func() (map[string]map[string]int, error) {
			return migration.Tally(ctx, ledger.New(rows, m.Tenant, m.Name), 0)
		})
		if err != nil {
			return status, err
		}
	}
	own(&status)
	if noPlan == nil {
		status.PlanHash = s.planOf(m, text).Hash
	} else if len(status.Runs) == 0 {
		return status, api.NotFound("migration")
	}
	if err := s.waiting(ctx, rows, m, &status); err != nil {
		return status, err
	}
	if err := s.others(ctx, rows, m, &status); err != nil {
		return status, err
	}
	status.Settle(migration.Corrected()...)
	if status.Active == nil || noPlan != nil {
		return status, nil
	}
	all, reserve, err := s.budgets.Standing(ctx, p)
	status.Accounts = BudgetOf(m.Name, reserve, all).Accounts
	return status, err
}

// own is the service's work as it stands now, to be added to a status. A run that
// failed before it was recorded is shown as well: whoever started it waits for it.
func (s *Service) own(name string) (add func(*api.Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.works[name]
	if w == nil || w.run.ID == "" {
		return func(*api.Status) {}
	}
	run, under, p := w.run, w.under, w.progress
	p.Steps = slices.Clone(p.Steps)
	slices.SortStableFunc(p.Steps, func(a, b api.Step) int { return slices.Index(steps, a.Name) - slices.Index(steps, b.Name) })
	return func(status *api.Status) {
		if !slices.ContainsFunc(status.Runs, func(r api.Run) bool { return r.ID == run.ID }) {
			status.Runs = append(status.Runs, run)
		}
		if under {
			status.Active = &p
		}
	}
}

// waiting adds the approval that the last run waits for.
func (s *Service) waiting(ctx context.Context, rows ledger.Store, m api.Migration, status *api.Status) error {
	if rows == nil || len(status.Runs) == 0 || status.Active != nil {
		return nil
	}
	last := status.Runs[len(status.Runs)-1]
	if last.State != ledger.RunRunning {
		return nil
	}
	run := migration.Run{Tenant: m.Tenant, Migration: m.Name, ID: last.ID}
	asked, gate, ok, err := migration.Approvals{Base: migration.Base{Rows: rows}}.Pending(ctx, run)
	if err != nil || !ok {
		return err
	}
	status.Waiting = append(status.Waiting, api.Approval(last.ID, asked.Asked, gate.Records, gate.Personal, gate.Residual))
	return nil
}

// others tells how far a run is that another process is at work on, by what it
// has entered into the ledger.
func (s *Service) others(ctx context.Context, rows ledger.Store, m api.Migration, status *api.Status) error {
	if rows == nil || len(status.Runs) == 0 || status.Active != nil || len(status.Waiting) > 0 {
		return nil
	}
	last := status.Runs[len(status.Runs)-1]
	if last.State != ledger.RunRunning || !s.locked(m.Name) {
		return nil
	}
	a, err := migration.Advanced(ctx, ledger.New(rows, m.Tenant, m.Name), last.ID)
	status.Active = api.Advanced(last.ID, a.Extracted, a.Anonymized, a.Verified)
	return err
}

// locked reports whether somebody is at work on a migration. It is asked only of
// a run that the ledger calls running, so that it keeps nobody out who begins one.
func (s *Service) locked(name string) bool {
	file := filepath.Join(s.options.Home, name, "lock")
	if _, err := os.Stat(file); err != nil {
		return false
	}
	lock := flock.New(file)
	free, err := lock.TryRLock()
	if free {
		_ = lock.Unlock()
	}
	return err == nil && !free
}
