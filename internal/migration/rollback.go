package migration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
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

// RollbackNote is the name of the note that holds a Rollingback.
const RollbackNote = "rollback"

// A Rollingback is how far a rollback came and what it did.
type Rollingback struct {
	Back  []RolledBack `json:"back"`
	Done  bool         `json:"done"`
	Kinds int          `json:"kinds"` // that are through, from the last of helpdesk.Kinds on
	After string       `json:"after"` // id of the last record of the next
}

// Do takes the lease if the run does not hold it, and removes until all is gone
// or time runs short. Called again it goes on, also with records that the target
// keeps: the note of the run says which were asked for.
func (s Rollback) Do(ctx context.Context, in LoopInput) (LoopOutput, error) {
	out := in.output()
	if err := StillOpen(ctx, s.ledger(in.Run)); err != nil {
		return out, err
	}
	lease, err := s.ledger(in.Run).Lease(ctx)
	if err != nil {
		return out, ofStorage("read the lease", err)
	}
	if lease.Run != in.Run.ID {
		if err := s.hold(ctx, in.Run, cmp.Or(in.Execution, in.Run.Execution())); err != nil {
			return out, err
		}
	}
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return out, err
	}
	var at Rollingback
	if err := l.Note(ctx, in.Run.ID, RollbackNote, &at); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return out, ofStorage("read the progress", err)
	}
	err = s.goOn(ctx, p, l, in.Run, &at)
	out.Done = at.Done
	for _, b := range at.Back {
		out.Records += b.Removed + b.Disabled + b.Kept
	}
	return keep(ctx, l, in.Run, RollbackNote, at, out, err)
}

// goOn removes kind by kind, the last first: tickets before the people they name.
func (s Rollback) goOn(ctx context.Context, p *plan.Plan, l *ledger.Ledger, r Run, at *Rollingback) error {
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return ofTarget("open", err)
	}
	remover, ok := target.(connectors.Remover)
	if !ok {
		return ErrNoRemover
	}
	index, err := s.Index.Index(ctx, r.Tenant, r.Migration)
	if err != nil {
		return ofStorage("open the index key", err)
	}
	if at.Back == nil {
		at.Back = []RolledBack{}
	}
	kinds := helpdesk.Kinds()
	for at.Kinds < len(kinds) {
		k := kinds[len(kinds)-1-at.Kinds]
		ids, err := created(ctx, l, index, target, k)
		if err != nil {
			return err
		}
		if whole, err := s.kind(ctx, l, r, remover, k, ids, at); err != nil || !whole {
			return err
		}
		at.Kinds, at.After = at.Kinds+1, ""
	}
	at.Done = true
	return s.rewind(ctx, l)
}

// rewind has the next delta read from the beginning: what was removed did not
// change in the source.
func (s Rollback) rewind(ctx context.Context, l *ledger.Ledger) error {
	var cursors []ledger.Cursor
	for c, err := range l.Cursors(ctx) {
		if err != nil {
			return ofStorage("read cursors", err)
		}
		cursors = append(cursors, ledger.Cursor{Kind: c.Kind, Moved: s.Now().UTC()})
	}
	return ofStorage("rewind cursors", l.MoveCursors(ctx, cursors...))
}

// kind removes the records of one kind and reports whether all are through.
func (s Rollback) kind(ctx context.Context, l *ledger.Ledger, r Run, remover connectors.Remover, k helpdesk.Kind,
	ids []string, at *Rollingback) (whole bool, err error) {
	slices.Sort(ids) // an order that survives what is removed
	from, found := slices.BinarySearch(ids, at.After)
	if found {
		from++
	}
	if len(ids) == 0 && at.After == "" {
		return true, nil
	}
	if len(at.Back) == 0 || at.Back[len(at.Back)-1].Kind != k {
		at.Back = append(at.Back, RolledBack{Kind: k})
	}
	back := &at.Back[len(at.Back)-1]
	for batch := range slices.Chunk(ids[from:], removeBatch) {
		if short(ctx) {
			return false, nil
		}
		if err := back.remove(ctx, remover, batch); err != nil {
			return false, err
		}
		at.After = batch[len(batch)-1]
	}
	if err := s.forget(ctx, l, r, k); err != nil {
		return false, err
	}
	return true, s.record(ctx, r, "rollback", audit.RollbackRemoved, string(k), map[string]int64{
		"removed": int64(back.Removed), "disabled": int64(back.Disabled), "kept": int64(back.Kept)})
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

func (back *RolledBack) remove(ctx context.Context, r connectors.Remover, ids []string) error {
	answers, err := r.Remove(ctx, back.Kind, ids)
	if err != nil {
		return ofTarget(fmt.Sprintf("remove %s", back.Kind), err)
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
	return nil
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
