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

// choose says for each record what is to be done, in the order of the lines, and
// puts the rest on record: what is unchanged, what changed since it was moved, what
// came twice. changed are those that a delta takes over.
func (w *worker) choose(ctx context.Context, k helpdesk.Kind, lines []cleanLine, entries map[string]*ledger.Entry) (todo, changed []*item, err error) {
	if !slices.Contains(w.profile.Kinds, k) {
		return nil, nil, w.leaveOut(ctx, entries)
	}
	taken := map[string]string{} // digests of what is to be created
	met := map[string]*ledger.Entry{}
	for i := range lines {
		line := &lines[i]
		e := entries[line.Record.Key]
		switch {
		case e.State == ledger.StateDropped:
		case w.run.Mode == ModeDelta && (e.InTarget() || taken[e.Ref] != ""):
			if w.differs(e, line) {
				changed = append(changed, &item{entry: e, record: line.Record, line: line})
			}
		case e.InTarget() && !w.live && w.twice(e, line):
			if err := w.duplicate(ctx, k, line); err != nil {
				return nil, nil, err
			}
		case e.InTarget():
			if w.meet(e, line) {
				met[e.Ref] = e
			}
		case taken[e.Ref] != "" && w.live:
			w.again = append(w.again, &item{entry: e, record: line.Record, line: line})
		case taken[e.Ref] != "":
			if taken[e.Ref] != line.Source {
				if err := w.duplicate(ctx, k, line); err != nil {
					return nil, nil, err
				}
			}
		default:
			taken[e.Ref] = line.Source
			w.suspect(e)
			e.Seen, e.Line, e.Gone = w.run.ID, line.at, false
			todo = append(todo, &item{entry: e, record: line.Record, line: line})
		}
	}
	return todo, changed, w.put(ctx, slices.Collect(maps.Values(met))...)
}

// differs reports whether a delta has something to take over: the line is not of
// an older version than the one that this run met already, and something has
// changed, was not completed, or was decided. What was in the target before the
// migration is its owner's.
func (w *worker) differs(e *ledger.Entry, line *cleanLine) bool {
	if e.State == ledger.StateMatched || e.Seen == w.run.ID && e.Line > line.at {
		return false
	}
	e.Seen, e.Line = w.run.ID, line.at // on record with whatever is written
	return e.Source != line.Source || e.Pending || e.Edit != "" || e.Child != "" || e.Was != "" || e.Placeholder || e.Gone || decided(*e)
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
		copies[i] = &item{entry: it.entry, record: copyOf(it.record), line: it.line}
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

// meetAgain lists the later versions of what was just created as pending.
func (w *worker) meetAgain(ctx context.Context) error {
	for _, it := range w.again {
		if it.entry.InTarget() && w.meet(it.entry, it.line) {
			if err := w.put(ctx, it.entry); err != nil {
				return err
			}
		}
	}
	return nil
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
