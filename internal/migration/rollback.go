package migration

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Rollback takes back what a migration created in the target: what carries its
// markers, latest kinds first. What the target had before stays.
type Rollback struct {
	Base
	Desks Targets
	Index keyring.Indexer
}

// RolledBack is what became of the records of one kind.
type RolledBack struct {
	Kind     helpdesk.Kind `json:"kind"`
	Removed  int           `json:"removed"`
	Disabled int           `json:"disabled"` // the platform only hides it; the data stays
	Kept     int           `json:"kept"`     // the platform does not remove it
}

// ErrNoRemover: the target can't take records back.
var ErrNoRemover = errors.New("the target can't remove records")

// removeBatch is how many records one call removes.
const removeBatch = 100

// Do may be called again: what is gone already counts as removed.
func (s Rollback) Do(ctx context.Context, in RunInput) ([]RolledBack, error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return nil, err
	}
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return nil, ofTarget("open", err)
	}
	remover, ok := target.(connectors.Remover)
	if !ok {
		return nil, ErrNoRemover
	}
	index, err := s.Index.Index(ctx, in.Run.Tenant, in.Run.Migration)
	if err != nil {
		return nil, ofStorage("open the index key", err)
	}
	all := []RolledBack{}
	for _, k := range slices.Backward(helpdesk.Kinds()) {
		ids, err := created(ctx, l, index, target, k)
		if err != nil {
			return all, err
		}
		if len(ids) == 0 {
			continue
		}
		back, err := s.remove(ctx, remover, k, ids)
		if err != nil {
			return all, err
		}
		if err := s.forget(ctx, l, in.Run, k); err != nil {
			return all, err
		}
		all = append(all, back)
		if err := s.record(ctx, in.Run, "rollback", audit.RollbackRemoved, string(k), map[string]int64{
			"removed": int64(back.Removed), "disabled": int64(back.Disabled), "kept": int64(back.Kept)}); err != nil {
			return all, err
		}
	}
	return all, nil
}

// created lists the ids of what the migration created: by marker where the
// target can list them, which also finds what the ledger does not know of.
func created(ctx context.Context, l *ledger.Ledger, index keyring.Index, target connectors.Target, k helpdesk.Kind) (ids []string, err error) {
	if census, ok := target.(connectors.Censor); ok {
		for m, err := range census.Census(ctx, k, index.Prefix()) {
			if err != nil {
				return nil, ofTarget("census", err)
			}
			ids = append(ids, m.ID)
		}
		return ids, nil
	}
	for e, err := range l.All(ctx, k) {
		switch {
		case err != nil:
			return nil, ofStorage("read entries", err)
		case e.State == ledger.StateLoaded:
			ids = append(ids, e.Target)
		case e.State == ledger.StateIntended:
			found, err := target.Find(ctx, k, index.Marker(e.Ref))
			if err != nil {
				return nil, ofTarget("find by marker", err)
			}
			ids = append(ids, found...)
		}
	}
	return ids, nil
}

func (s Rollback) remove(ctx context.Context, r connectors.Remover, k helpdesk.Kind, ids []string) (RolledBack, error) {
	back := RolledBack{Kind: k}
	for batch := range slices.Chunk(ids, removeBatch) {
		answers, err := r.Remove(ctx, k, batch)
		if err != nil {
			return back, ofTarget(fmt.Sprintf("remove %s", k), err)
		}
		for _, a := range answers {
			switch a {
			case connectors.Removed:
				back.Removed++
			case connectors.Disabled:
				back.Disabled++
			default:
				back.Kept++
			}
		}
	}
	return back, nil
}

// forget notes in the ledger that the records are gone, so that a later run
// creates them anew.
func (s Rollback) forget(ctx context.Context, l *ledger.Ledger, r Run, k helpdesk.Kind) error {
	var refs []string
	for e, err := range l.All(ctx, k) {
		if err != nil {
			return ofStorage("read entries", err)
		}
		if e.InTarget() || e.State == ledger.StateIntended {
			refs = append(refs, e.Ref)
		}
	}
	for batch := range slices.Chunk(refs, ledger.MaxChanges) {
		entries, err := l.Entries(ctx, k, batch...)
		if err != nil {
			return ofStorage("read entries", err)
		}
		gone := make([]*ledger.Entry, len(entries))
		for i, e := range entries {
			gone[i] = e.Removed(r.ID, s.Now().UTC())
		}
		if err := l.PutEntries(ctx, gone...); err != nil {
			return ofStorage("store entries", err)
		}
	}
	return nil
}
