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
// markers, latest kinds first. What the target had before stays, and so does what
// agents worked on since, with whom and what that names.
type Rollback struct {
	Base
	Desks Targets
	Index keyring.Indexer
}

// RolledBack is what became of the records of one kind.
type RolledBack struct {
	Kind     helpdesk.Kind `json:"kind"`
	Removed  int           `json:"removed"`
	Disabled int           `json:"disabled"`         // the platform only hides it; the data stays
	Kept     int           `json:"kept"`             // the platform does not remove it
	Stayed   int           `json:"stayed,omitempty"` // for what agents did
	// Stays are those that were kept or stayed, at most maxStays of all kinds.
	Stays []Stay `json:"stays,omitempty"`
}

// ErrNoRemover: the target can't take records back.
var ErrNoRemover = errors.New("the target can't remove records")

// removeBatch is how many records one call removes. Their entries are stored in one
// transaction with how far the rollback came, which takes 4 MB.
const removeBatch = 50

// RollbackNote is the name of the note that holds a Rollingback.
const RollbackNote = "rollback"

// A Rollingback is how far a rollback came and what it did.
type Rollingback struct {
	Back  []RolledBack `json:"back"`
	Done  bool         `json:"done"`
	Kinds int          `json:"kinds"` // that are through, from the last of helpdesk.Kinds on
	After string       `json:"after"` // ref of the last entry that is through, of the next
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
	b := &goingBack{Rollback: s, run: r, ledger: l, at: at}
	var err error
	if b.target, err = s.Desks.Target(ctx, p); err != nil {
		return ofTarget("open", err)
	}
	var ok bool
	if b.remover, ok = b.target.(connectors.Remover); !ok {
		return ErrNoRemover
	}
	if b.profile, err = b.target.Profile(ctx); err != nil {
		return ofTarget("profile", err)
	}
	if b.index, err = s.Index.Index(ctx, r.Tenant, r.Migration); err != nil {
		return ofStorage("open the index key", err)
	}
	if at.Back == nil {
		at.Back = []RolledBack{}
	}
	kinds := helpdesk.Kinds()
	for at.Kinds < len(kinds) {
		if whole, err := b.kind(ctx, kinds[len(kinds)-1-at.Kinds]); err != nil || !whole {
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

// goingBack is a rollback at work.
type goingBack struct {
	Rollback
	run     Run
	ledger  *ledger.Ledger
	index   keyring.Index
	target  connectors.Target
	profile connectors.TargetProfile
	remover connectors.Remover
	at      *Rollingback
}

// kind removes the records of one kind and reports whether all are through: first those
// that the ledger knows, then what else carries a marker.
func (b *goingBack) kind(ctx context.Context, k helpdesk.Kind) (whole bool, err error) {
	named, err := b.namedByWhatStays(ctx, k)
	if err != nil {
		return false, err
	}
	for {
		refs, err := b.next(ctx, k)
		if err != nil {
			return false, err
		}
		if len(refs) == 0 {
			break
		}
		if short(ctx) {
			return false, nil
		}
		if err := b.batch(ctx, k, refs, named); err != nil {
			return false, err
		}
	}
	if err := b.unknown(ctx, k); err != nil {
		return false, err
	}
	n := len(b.at.Back) - 1
	if n < 0 || b.at.Back[n].Kind != k {
		return true, nil
	}
	back := b.at.Back[n]
	return true, b.record(ctx, b.run, "rollback", audit.RollbackRemoved, string(k), map[string]int64{
		"removed": int64(back.Removed), "disabled": int64(back.Disabled), "kept": int64(back.Kept), "stayed": int64(back.Stayed)})
}

// next are the refs of the next entries.
func (b *goingBack) next(ctx context.Context, k helpdesk.Kind) (refs []string, err error) {
	for e, err := range b.ledger.From(ctx, k, b.at.After) {
		if err != nil {
			return nil, ofStorage("read entries", err)
		}
		if refs = append(refs, e.Ref); len(refs) == removeBatch {
			break
		}
	}
	return refs, nil
}

// back is what became of the records of a kind so far.
func (b *goingBack) back(k helpdesk.Kind) *RolledBack {
	if n := len(b.at.Back); n == 0 || b.at.Back[n-1].Kind != k {
		b.at.Back = append(b.at.Back, RolledBack{Kind: k})
	}
	return &b.at.Back[len(b.at.Back)-1]
}

// batch takes back what entries stand for. It counts what it did only if it comes to
// its end.
func (b *goingBack) batch(ctx context.Context, k helpdesk.Kind, refs []string, named map[string]bool) error {
	before := *b.at
	before.Back = slices.Clone(before.Back)
	err := b.takeBack(ctx, k, refs, named)
	if err != nil {
		*b.at = before
	}
	return err
}

// takeBack notes what is to be removed before it removes it, so that a rollback that
// was stopped does not take its own work for that of agents.
func (b *goingBack) takeBack(ctx context.Context, k helpdesk.Kind, refs []string, named map[string]bool) error {
	rows, err := b.ledger.Entries(ctx, k, refs...)
	if err != nil {
		return ofStorage("read entries", err)
	}
	entries := make([]*ledger.Entry, len(rows))
	for i := range rows {
		entries[i] = &rows[i]
	}
	stays, err := b.decide(ctx, entries, named)
	if err != nil {
		return err
	}
	if err := b.ledger.PutEntries(ctx, intended(entries)...); err != nil {
		return ofStorage("store entries", err)
	}
	if err := b.remove(ctx, k, entries, &stays); err != nil {
		return err
	}
	changed := make([]*ledger.Entry, 0, len(entries))
	for i, e := range entries {
		switch {
		case e.Edit == removing, e.State == ledger.StateMatched: // is matched anew
			entries[i] = e.Removed(b.run.ID, b.Now().UTC())
		case e.Stays == "":
			continue
		}
		changed = append(changed, entries[i])
	}
	if len(stays) > 0 {
		b.back(k).list(stays, b.at)
	}
	b.at.After = entries[len(entries)-1].Ref
	return ofStorage("store entries", b.ledger.PutEntriesNoted(ctx, b.run.ID, RollbackNote, b.at, changed...))
}

// intended are the entries whose records are to be removed.
func intended(entries []*ledger.Entry) (some []*ledger.Entry) {
	for _, e := range entries {
		if e.Edit == removing {
			some = append(some, e)
		}
	}
	return some
}

// remove removes the records of those entries that are to be; one that the platform
// keeps stays.
func (b *goingBack) remove(ctx context.Context, k helpdesk.Kind, entries []*ledger.Entry, stays *[]Stay) error {
	var of []*ledger.Entry
	var ids []string
	for _, e := range intended(entries) {
		if e.State == ledger.StateIntended {
			found, err := b.target.Find(ctx, k, b.index.Marker(e.Ref))
			if err != nil {
				return ofTarget("find by marker", err)
			}
			for range found {
				of = append(of, e)
			}
			ids = append(ids, found...)
			continue
		}
		of, ids = append(of, e), append(ids, e.Target)
	}
	if len(ids) == 0 {
		return nil
	}
	answers, err := b.remover.Remove(ctx, k, ids)
	if err != nil || len(answers) != len(ids) {
		return ofTarget(fmt.Sprintf("remove %s", k), cmp.Or(err, connectors.ErrUnavailable))
	}
	back := b.back(k)
	for i, a := range answers {
		if back.count(a); a == connectors.Kept && of[i].State == ledger.StateLoaded {
			of[i].Edit, of[i].Stays = "", KeptByTarget
			*stays = append(*stays, b.stay(of[i]))
		}
	}
	return nil
}

func (back *RolledBack) count(a connectors.Removal) {
	switch a {
	case connectors.Removed:
		back.Removed++
	case connectors.Disabled:
		back.Disabled++
	default:
		back.Kept++
	}
}

// unknown removes what carries a marker of the migration and is not in the ledger,
// where the target can list it.
func (b *goingBack) unknown(ctx context.Context, k helpdesk.Kind) error {
	census, ok := b.target.(connectors.Censor)
	if !ok {
		return nil
	}
	var ids []string
	for m, err := range census.Census(ctx, k, b.index.Prefix()) {
		if err != nil {
			return ofTarget("census", err)
		}
		ids = append(ids, m.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	if b.back(k).leaves() {
		stays := map[string]bool{}
		for e, err := range b.ledger.All(ctx, k) {
			if err != nil {
				return ofStorage("read entries", err)
			}
			if e.Stays != "" {
				stays[e.Target] = true
			}
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return stays[id] })
	}
	for some := range slices.Chunk(ids, removeBatch) {
		answers, err := b.remover.Remove(ctx, k, some)
		if err != nil {
			return ofTarget(fmt.Sprintf("remove %s", k), err)
		}
		for _, a := range answers {
			b.back(k).count(a)
		}
	}
	return nil
}
