package migration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// Load creates what passed the policy in the target, each record once.
type Load struct {
	Base
	Desks Targets
	Clean keyring.Opener
	Index keyring.Indexer
}

// A LoadInput asks for one segment in one phase.
type LoadInput struct {
	Run     Run            `json:"run"`
	Phase   helpdesk.Phase `json:"phase"`
	Segment ledger.Segment `json:"segment"`
}

// A LoadOutput says whether the segment is through.
type LoadOutput struct {
	Segment string `json:"segment"`
	Done    bool   `json:"done"`
	Wait    int    `json:"wait"`    // seconds until it is worth going on
	Created int    `json:"created"` // records of this invocation
	Adopted int    `json:"adopted"` // found by marker after a crash
	Records int    `json:"records"` // of the segment
}

// Do loads the segment, or as much as time and the target's limits allow; called
// again it goes on.
func (s Load) Do(ctx context.Context, in LoadInput) (LoadOutput, error) {
	w, err := s.worker(ctx, in.Run)
	if err != nil {
		return LoadOutput{}, err
	}
	w.out.Segment = in.Segment.Name()
	lines, err := readClean(ctx, s.Staging, s.Clean, in.Run, in.Segment)
	if err != nil {
		return w.out, err
	}
	w.out.Records = len(lines)
	if in.Phase == helpdesk.PhaseRelations {
		err = w.relate(ctx, lines)
	} else {
		err = w.load(ctx, in.Segment.Kind, lines)
	}
	var later *laterError
	if errors.As(err, &later) {
		w.out.Wait = later.seconds()
		return w.out, nil
	}
	if err != nil {
		return w.out, err
	}
	w.out.Done = true
	err = s.record(ctx, in.Run, "load/"+string(in.Phase)+"/"+in.Segment.Name(), audit.LoadSegment, in.Segment.Name(),
		map[string]int64{"records": int64(len(lines)), "created": int64(w.out.Created), "adopted": int64(w.out.Adopted)})
	return w.out, err
}

// A laterError ends an invocation that has to wait, or whose time is up.
type laterError struct{ wait time.Duration }

func (l *laterError) Error() string { return "later" }

func (l *laterError) seconds() int { return int(math.Ceil(l.wait.Seconds())) }

// readClean reads a clean segment into memory: a hundred records at most.
func readClean(ctx context.Context, store staging.Store, keys keyring.Opener, r Run, g ledger.Segment) ([]cleanLine, error) {
	var lines []cleanLine
	for text, err := range staging.ReadSegment(ctx, store, keys, r.label(keyring.Clean, g.Object)) {
		if err != nil {
			return nil, ofStorage("read segment "+g.Name(), err)
		}
		var line cleanLine
		if err := json.Unmarshal(text, &line); err != nil || !line.Record.Complete() {
			return nil, failf(StagingCorrupt, "a line of segment %s is no record", g.Name())
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// A worker is what one invocation of Load works with.
type worker struct {
	Load
	run     Run
	rules   string // hash of the plan that the records passed
	ledger  *ledger.Ledger
	index   keyring.Index
	target  connectors.Target
	profile connectors.TargetProfile
	out     LoadOutput
}

func (s Load) worker(ctx context.Context, r Run) (*worker, error) {
	p, l, err := s.open(ctx, r)
	if err != nil {
		return nil, err
	}
	w := &worker{Load: s, run: r, ledger: l}
	if w.target, err = s.Desks.Target(ctx, p); err != nil {
		return nil, ofTarget("open", err)
	}
	if w.profile, err = w.target.Profile(ctx); err != nil {
		return nil, ofTarget("profile", err)
	}
	w.rules = p.Hash(w.profile)
	if w.index, err = s.Index.Index(ctx, r.Tenant, r.Migration); err != nil {
		return nil, ofStorage("open the index key", err)
	}
	return w, nil
}

// An item is one record on its way into the target.
type item struct {
	entry  *ledger.Entry
	record helpdesk.Record // with ids of the target once it is resolved
}

// Reasons of load for exclusion and quarantine.
const (
	NoPlaceInTarget = "no_place_in_target" // the target has no such kind
	DuplicateKey    = "duplicate_key"      // two different records of one key in one reading
	DoubledInTarget = "doubled_in_target"  // found more than once by its marker
)

// load brings the records of one kind into the target.
func (w *worker) load(ctx context.Context, k helpdesk.Kind, lines []cleanLine) error {
	entries, err := w.entries(ctx, k, lines)
	if err != nil {
		return err
	}
	todo, err := w.choose(ctx, k, lines, entries)
	if err != nil {
		return err
	}
	if w.run.Adopt {
		if err := w.adoptPlaceholders(ctx, todo); err != nil {
			return err
		}
	}
	if todo, err = w.probe(ctx, todo); err != nil {
		return err
	}
	if todo, err = w.match(ctx, todo); err != nil {
		return err
	}
	if err := w.create(ctx, todo); err != nil {
		return err
	}
	return w.append(ctx, lines, entries)
}

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

// put stores entries in portions that a transaction takes.
func (w *worker) put(ctx context.Context, entries ...*ledger.Entry) error {
	for _, e := range entries {
		e.At = w.Now().UTC()
	}
	for part := range slices.Chunk(entries, ledger.MaxChanges) {
		err := w.ledger.PutEntries(ctx, part...)
		if errors.Is(err, ledger.ErrConflict) {
			return &laterError{wait: time.Second} // another worker has the same record in hand
		}
		if err != nil {
			return ofStorage("store entries", err)
		}
	}
	return nil
}

// probe looks for records that were intended before: somebody may have created
// them and died. What is found is adopted; what is not goes on to be created,
// but not before the target can no longer carry out the lost request.
func (w *worker) probe(ctx context.Context, items []*item) (todo []*item, err error) {
	for _, it := range items {
		if it.entry.State != ledger.StateIntended {
			todo = append(todo, it)
			continue
		}
		ids, err := w.target.Find(ctx, it.entry.Kind, w.index.Marker(it.entry.Ref))
		if err != nil {
			return nil, ofTarget("find by marker", err)
		}
		if len(ids) == 0 {
			if wait := it.entry.At.Add(w.profile.Hold).Sub(w.Now()); w.profile.Hold > 0 && wait > 0 {
				return nil, &laterError{wait}
			}
			todo = append(todo, it)
			continue
		}
		it.entry.State, it.entry.Target, it.entry.Run = ledger.StateLoaded, ids[0], w.run.ID
		if len(ids) > 1 {
			it.entry.Reason = DoubledInTarget
		}
		if err := w.put(ctx, it.entry); err != nil {
			return nil, err
		}
		w.out.Adopted++
	}
	return todo, nil
}

// match finds people, groups and organizations that the target had before.
func (w *worker) match(ctx context.Context, items []*item) (todo []*item, err error) {
	matcher, ok := w.target.(connectors.Matcher)
	if !ok {
		return items, nil
	}
	for _, it := range items {
		k := it.entry.Kind
		if k != helpdesk.KindPerson && k != helpdesk.KindGroup && k != helpdesk.KindOrganization && k != helpdesk.KindDefinition {
			return items, nil
		}
		id, err := matcher.Match(ctx, it.record)
		if errors.Is(err, connectors.ErrNotFound) {
			todo = append(todo, it)
			continue
		}
		if err != nil {
			return nil, ofTarget("match", err)
		}
		it.entry.State, it.entry.Target, it.entry.Run, it.entry.Placeholder = ledger.StateMatched, id, w.run.ID, false
		if err := w.put(ctx, it.entry); err != nil {
			return nil, err
		}
	}
	return todo, nil
}

// create writes the intents of a batch, creates it, and writes what came of it.
func (w *worker) create(ctx context.Context, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	if err := w.resolve(ctx, items); err != nil {
		return err
	}
	for batch := range slices.Chunk(items, max(1, min(w.profile.Batch, ledger.MaxChanges))) {
		if short(ctx) {
			return &laterError{}
		}
		if err := w.createBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) createBatch(ctx context.Context, batch []*item) error {
	drafts := make([]connectors.Draft, len(batch))
	for i, it := range batch {
		it.entry.State, it.entry.Reason, it.entry.Run = ledger.StateIntended, "", w.run.ID
		drafts[i] = connectors.Draft{Marker: w.index.Marker(it.entry.Ref), Record: w.draft(it.record), Open: w.openBlob}
	}
	entries := entriesOf(batch)
	if err := w.put(ctx, entries...); err != nil {
		return err
	}
	created, err := w.target.Create(ctx, drafts)
	if err != nil {
		return ofTarget("create "+string(batch[0].entry.Kind), err)
	}
	if len(created) != len(drafts) {
		return failf(TargetUnavailable, "create: %d answers to %d drafts", len(created), len(drafts))
	}
	var unknown error
	for i, c := range created {
		if err := w.settle(batch[i].entry, c); err != nil {
			unknown = err
		}
	}
	return errors.Join(w.put(ctx, entries...), unknown)
}

// settle writes into an entry what became of its draft. An error means that
// nobody knows: the entry stays intended.
func (w *worker) settle(e *ledger.Entry, c connectors.Created) error {
	var rejected *connectors.Rejected
	switch {
	case c.Err == nil && c.ID != "":
		e.State, e.Target = ledger.StateLoaded, c.ID
		w.out.Created++
	case errors.As(c.Err, &rejected):
		e.State, e.Reason = ledger.StateQuarantined, rejected.Error()
	case errors.Is(c.Err, connectors.ErrRejected):
		e.State, e.Reason = ledger.StateQuarantined, "rejected"
	default:
		return ofTarget("create "+string(e.Kind), fmt.Errorf("%w: %w", connectors.ErrUnavailable, c.Err))
	}
	return nil
}

func entriesOf(items []*item) []*ledger.Entry {
	entries := make([]*ledger.Entry, len(items))
	for i, it := range items {
		entries[i] = it.entry
	}
	return entries
}

// draft is the record as Create gets it: links wait for their own phase, and so
// do comments where the target takes them one by one.
func (w *worker) draft(r helpdesk.Record) helpdesk.Record {
	r.Key = ""
	if r.Ticket == nil {
		return r
	}
	t := *r.Ticket
	t.Links = nil
	if _, ok := w.target.(connectors.Appender); ok {
		t.Comments = nil
	}
	r.Ticket = &t
	return r
}

// openBlob opens the bytes of an attachment from staging.
func (w *worker) openBlob(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	if a.Blob == nil {
		return nil, connectors.ErrNotFound
	}
	return staging.OpenBlob(ctx, w.Staging, w.Clean, w.run.scope(keyring.Clean), *a.Blob)
}
