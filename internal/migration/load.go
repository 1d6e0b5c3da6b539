package migration

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// Load creates what passed the policy in the target, each record once.
type Load struct {
	Base
	Desks    Targets
	Clean    keyring.Opener
	Index    keyring.Indexer
	Standing *Standing
}

// A LoadInput asks for one segment in one phase.
type LoadInput struct {
	Run     Run            `json:"run"`
	Phase   helpdesk.Phase `json:"phase,omitempty"`
	Segment ledger.Segment `json:"segment,omitzero"`
	// Rollback asks for a Rollback instead, in a loop.
	Rollback  bool   `json:"rollback,omitempty"`
	Loops     int    `json:"loops,omitempty"`
	Execution string `json:"execution,omitempty"`
}

// A LoadOutput says whether the segment is through.
type LoadOutput struct {
	Segment string `json:"segment"`
	Done    bool   `json:"done"`
	Wait    int    `json:"wait"`    // seconds until it is worth going on
	Created int    `json:"created"` // records of this invocation
	Adopted int    `json:"adopted"` // found by marker after a crash
	Records int    `json:"records"` // of the segment in this phase
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
	lines, gone := apart(lines)
	w.out.Records = len(lines)
	switch in.Phase {
	case helpdesk.PhaseRelations:
		w.out.Records = in.Segment.Linked
		err = w.relate(ctx, lines)
	case helpdesk.PhaseAccounts:
		w.out.Records = in.Segment.Suspended
		err = w.suspendAll(ctx, lines)
	case helpdesk.PhaseRemovals:
		w.out.Records = in.Segment.Gone
		err = w.removeAll(ctx, in.Segment.Kind, gone)
	default:
		w.live = in.Segment.Live
		err = w.load(ctx, in.Segment.Kind, lines)
	}
	step := "load/" + string(in.Phase)
	if wait, ok := w.later(err); ok {
		w.out.Wait = wait
		return w.out, ofStorage("store the usage", w.ledger.UsedSoFar(ctx, in.Run.ID, unique(), used(ctx, step, in.Segment, 0, 0)))
	}
	if err != nil {
		return w.out, err
	}
	w.out.Done = true
	if err := w.ledger.Used(ctx, in.Run.ID, used(ctx, step, in.Segment, w.out.Records, in.Segment.Bytes)); err != nil {
		return w.out, ofStorage("store the usage", err)
	}
	err = s.record(ctx, in.Run, "load/"+string(in.Phase)+"/"+in.Segment.Name(), audit.LoadSegment, in.Segment.Name(),
		map[string]int64{"records": int64(len(lines)), "created": int64(w.out.Created), "adopted": int64(w.out.Adopted)})
	return w.out, err
}

// apart splits the lines of a segment into records and what tells of records that
// are gone.
func apart(lines []cleanLine) (records []cleanLine, gone []goneLine) {
	for _, l := range lines {
		if l.Gone != nil {
			gone = append(gone, *l.Gone)
		} else {
			records = append(records, l)
		}
	}
	return records, gone
}

// A laterError ends an invocation that has to wait, or whose time is up.
type laterError struct{ wait time.Duration }

func (l *laterError) Error() string { return "later" }

func (l *laterError) seconds() int { return int(math.Ceil(l.wait.Seconds())) }

// hiccup is how long load waits after a failure of a target that worked until then.
const hiccup = 1 // second

// later says whether, and after how many seconds, it is worth going on. A target
// that fails now and then is no failure of the run: that counts attempts only
// where nothing moves any more.
func (w *worker) later(err error) (seconds int, ok bool) {
	var later *laterError
	var failure *Failure
	switch {
	case errors.As(err, &later):
		return later.seconds(), true
	case errors.As(err, &failure) && failure.Name == TargetUnavailable:
		if seconds, ok = pause(err); !ok && w.moved > 0 {
			return hiccup, true
		}
	}
	return seconds, ok
}

// held asks to wait as long as the target may still carry out what it was asked for
// when the intent was written.
func (w *worker) held(e *ledger.Entry) error {
	if wait := e.At.Add(w.profile.Hold).Sub(w.Now()); w.profile.Hold > 0 && wait > 0 {
		return &laterError{wait}
	}
	return nil
}

// readClean reads a clean segment into memory: a hundred records at most.
func readClean(ctx context.Context, store staging.Store, keys keyring.Opener, r Run, g ledger.Segment) ([]cleanLine, error) {
	var lines []cleanLine
	for text, err := range staging.ReadSegment(ctx, store, keys, r.label(keyring.Clean, g.Object)) {
		if err != nil {
			return nil, ofStorage("read segment "+g.Name(), err)
		}
		var line cleanLine
		if err := json.Unmarshal(text, &line); err != nil || line.Gone == nil && !line.Record.Complete() {
			return nil, failf(StagingCorrupt, "a line of segment %s is no record", g.Name())
		}
		line.at = place(g.Name(), len(lines))
		lines = append(lines, line)
	}
	return lines, nil
}

// A worker is what one invocation of Load works with.
type worker struct {
	Load
	run     Run
	rules   string // hash of the plan that the records passed
	delta   plan.Delta
	ledger  *ledger.Ledger
	index   keyring.Index
	target  connectors.Target
	profile connectors.TargetProfile
	heard   bool    // whether the target sends mails
	moved   int     // how often the target did what it was asked
	live    bool    // two lines of one key are two versions
	again   []*item // later versions of what is to be created
	older   []*item // found after a crash, and of an older version than the line
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
	w.rules, w.delta = p.Hash(w.profile), p.Delta.WithDefaults()
	if w.index, err = s.Index.Index(ctx, r.Tenant, r.Migration); err != nil {
		return nil, ofStorage("open the index key", err)
	}
	return w, nil
}

// An item is one record on its way into the target.
type item struct {
	entry  *ledger.Entry
	record helpdesk.Record // with ids of the target once it is resolved
	line   *cleanLine      // nil for a placeholder
	status string          // of the ticket in the target, before comments changed it
}

// load brings the records of one kind into the target.
func (w *worker) load(ctx context.Context, k helpdesk.Kind, lines []cleanLine) error {
	entries, err := w.entries(ctx, k, lines)
	if err != nil {
		return err
	}
	todo, changed, err := w.choose(ctx, k, lines, entries)
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
	if err := w.append(ctx, lines, entries); err != nil {
		return err
	}
	if err := w.meetAgain(ctx); err != nil {
		return err
	}
	return w.takeOver(ctx, append(w.older, changed...))
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
