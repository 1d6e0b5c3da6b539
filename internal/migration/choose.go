package migration

import (
	"context"
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Reasons of load for exclusion and quarantine.
const (
	NoPlaceInTarget = "no_place_in_target" // the target has no such kind
	DuplicateKey    = "duplicate_key"      // two different records of one key in one reading
	DoubledInTarget = "doubled_in_target"  // found more than once by its marker
)

// entries reads the rows of the lines, one object for each ref.
func (w *worker) entries(ctx context.Context, k helpdesk.Kind, lines []cleanLine) (map[string]*ledger.Entry, error) {
	refs := make([]string, 0, len(lines))
	for i := range lines {
		refs = append(refs, lines[i].Record.Key)
	}
	slices.Sort(refs)
	found, err := w.ledger.Entries(ctx, k, slices.Compact(refs)...)
	entries := make(map[string]*ledger.Entry, len(found))
	for i := range found {
		entries[found[i].Ref] = &found[i]
	}
	return entries, ofStorage("read entries", err)
}

// choose says for each record what is to be done and puts the rest on record:
// what is unchanged, what changed since it was moved, what came twice.
func (w *worker) choose(ctx context.Context, k helpdesk.Kind, lines []cleanLine, entries map[string]*ledger.Entry) (todo []*item, err error) {
	if !slices.Contains(w.profile.Kinds, k) {
		return nil, w.leaveOut(ctx, entries)
	}
	taken := map[string]bool{}
	changed := map[string]*ledger.Entry{}
	for i := range lines {
		line := &lines[i]
		e := entries[line.Record.Key]
		switch {
		case e.InTarget() && w.twice(e, line):
			if err := w.duplicate(ctx, k, line); err != nil {
				return nil, err
			}
		case e.InTarget():
			if w.meet(e, line) {
				changed[e.Ref] = e
			}
		case taken[e.Ref]:
			if e.Source != line.Source {
				if err := w.duplicate(ctx, k, line); err != nil {
					return nil, err
				}
			}
		default:
			taken[e.Ref] = true
			w.suspect(e)
			e.Source, e.Rules, e.Changed, e.Seen = line.Source, w.rules, line.Record.Changed, w.run.ID
			todo = append(todo, &item{e, line.Record})
		}
	}
	return todo, w.put(ctx, slices.Collect(maps.Values(changed))...)
}

// suspect takes a record that the ledger knows nothing of for one that was
// intended, by a run that nobody remembers, where the ledger was lost.
func (w *worker) suspect(e *ledger.Entry) {
	if w.run.Adopt && e.State == "" {
		e.State = ledger.StateIntended
	}
}

// adoptPlaceholders finds the placeholders that records refer to which are about
// to be adopted themselves, and so are not resolved.
func (w *worker) adoptPlaceholders(ctx context.Context, items []*item) error {
	copies := make([]*item, len(items))
	for i, it := range items {
		copies[i] = &item{it.entry, copyOf(it.record)}
	}
	return w.resolve(ctx, copies)
}

// twice reports whether one reading delivered another record under the key of
// one that it delivered before, and it is no later version of it.
func (w *worker) twice(e *ledger.Entry, line *cleanLine) bool {
	return e.Run == w.run.ID && !e.Placeholder && e.Source != line.Source && !line.Record.Changed.After(e.Changed)
}

// meet notes that a record that stands in the target was met again, and whether
// the source has changed it since.
func (w *worker) meet(e *ledger.Entry, line *cleanLine) (changed bool) {
	pending := e.Source != line.Source
	if e.Seen == w.run.ID && e.Pending == pending {
		return false
	}
	if e.Seen == w.run.ID && e.Pending {
		return false // another version in the same reading: once pending, pending
	}
	e.Seen, e.Pending = w.run.ID, pending
	if pending {
		e.Changed = line.Record.Changed
	}
	return true
}

// duplicate quarantines the second of two different records with one key.
func (w *worker) duplicate(ctx context.Context, k helpdesk.Kind, line *cleanLine) error {
	ref := w.index.Ref(string(k), "duplicate:"+line.Record.Key+":"+line.Source)
	known, err := w.ledger.Entries(ctx, k, ref)
	if err != nil {
		return ofStorage("read entries", err)
	}
	e := &known[0]
	e.State, e.Reason, e.Source, e.Run, e.Seen = ledger.StateQuarantined, DuplicateKey, line.Source, w.run.ID, w.run.ID
	return w.put(ctx, e)
}

// leaveOut puts records on record for which the target has no place.
func (w *worker) leaveOut(ctx context.Context, entries map[string]*ledger.Entry) error {
	var out []*ledger.Entry
	for _, e := range entries {
		if e.InTarget() {
			continue
		}
		e.State, e.Reason, e.Run, e.Seen = ledger.StateExcluded, NoPlaceInTarget, w.run.ID, w.run.ID
		out = append(out, e)
	}
	return w.put(ctx, out...)
}
