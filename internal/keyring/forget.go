package keyring

import (
	"context"
	"fmt"
)

// A dropper lets go of what it has in memory of a migration.
type dropper interface {
	drop(tenant, migration string)
}

// forgetter also empties the caches of its own ring; those of other processes
// find the row gone at their next call.
type forgetter struct {
	rows   Rows
	caches []dropper
}

// NewForgetter returns the right to destroy keys. It holds no wrapping key: who
// destroys need not read.
func NewForgetter(rows Rows) Forgetter { return &forgetter{rows: rows} }

func (f *forgetter) Forget(ctx context.Context, s Scope) error {
	if err := s.checkPair(); err != nil {
		return err
	}
	f.drop(s.Tenant, s.Migration) // all of the migration: what is still there is read again
	if err := f.rows.Erase(ctx, s); err != nil {
		return fmt.Errorf("keyring: forget %s: %w", s, err)
	}
	return nil
}

func (f *forgetter) ForgetMigration(ctx context.Context, tenant, migration string) error {
	s := Scope{Tenant: tenant, Migration: migration, Side: sideRef} // any, to check the names
	if err := s.check(); err != nil {
		return err
	}
	f.drop(tenant, migration)
	if err := f.rows.EraseMigration(ctx, tenant, migration); err != nil {
		return fmt.Errorf("keyring: forget migration %s/%s: %w", tenant, migration, err)
	}
	return nil
}

func (f *forgetter) drop(tenant, migration string) {
	for _, c := range f.caches {
		c.drop(tenant, migration)
	}
}
