package migration

import (
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// Recall asks the source, by key, for what a delta has to know besides the list of
// changes: records that are missing from a whole reading or a roll, which may be
// gone; records that are pending, quarantined or decided on. What it hears it
// stages as extract does, sealed to raw.
//
// It is part of anonymize, because only there may a reference become a key of the
// source again (docs/decisions/0016-deltas.md).
type Recall struct {
	Base
	Sources Sources
	Raw     keyring.Opener // for the roll
	Keys    keyring.Sealer
	Index   keyring.Indexer
}

// A RecallInput asks for more.
type RecallInput struct {
	Run   Run
	Kinds []helpdesk.Kind
	Loops int
}

// A RecallOutput says whether the flow has to ask again.
type RecallOutput struct {
	Done    bool `json:"done"`
	Wait    int  `json:"wait"`    // seconds until it is worth asking
	Loops   int  `json:"loops"`   // one more than came in
	Records int  `json:"records"` // asked for by this invocation
}

// Do goes through the kinds until all are through, the source asks for a pause, or
// time runs short.
func (s Recall) Do(ctx context.Context, in RecallInput) (RecallOutput, error) {
	out := RecallOutput{Loops: in.Loops + 1}
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return out, err
	}
	if mute, err := s.mute(ctx, l, in); err != nil || mute {
		out.Done = mute
		return out, err
	}
	desk, err := s.Sources.Source(ctx, p)
	if err != nil {
		return out, ofSource("open", err)
	}
	index, err := s.Index.Index(ctx, in.Run.Tenant, in.Run.Migration)
	if err != nil {
		return out, ofStorage("open the index key", err)
	}
	for _, k := range in.Kinds {
		r := &recall{Recall: s, index: index, rules: p.Delta.WithDefaults(),
			extraction: extraction{Extract: Extract{Base: s.Base, Desks: s.Sources, Keys: s.Keys}, plan: p, ledger: l, desk: desk, run: in.Run}}
		if err := r.begin(ctx, k); err != nil {
			return out, err
		}
		whole, err := r.kind(ctx)
		out.Records += r.asked
		if wait, ok := pause(err); ok {
			out.Wait = wait
			return out, nil
		}
		if err != nil || !whole {
			return out, err
		}
	}
	out.Done = true
	return out, nil
}

// mute reports whether the source gives no single records, so that there is nobody
// to ask. It is then not opened here at all: extract alone may be let near it.
func (s Recall) mute(ctx context.Context, l *ledger.Ledger, in RecallInput) (bool, error) {
	for _, k := range in.Kinds {
		at, version, err := l.Position(ctx, in.Run.ID, k)
		if err != nil {
			return false, ofStorage("read the position", err)
		}
		if at.Gets || !at.Done {
			return false, nil
		}
		if at.Recalled {
			continue
		}
		at.Recalled = true
		if err := l.Extracted(ctx, in.Run.ID, at, version, nil, nil); err != nil {
			return false, ofStorage("note what was asked for", err)
		}
	}
	return true, nil
}

// A recall is one kind of one invocation.
type recall struct {
	Recall
	extraction
	index keyring.Index
	rules plan.Delta
	there map[uint64]bool // hashes of the refs that the source listed; nil if it listed none
	seed  maphash.Seed
	asked int
}

// recallBatch is how many records are asked for between two marks of how far it
// came.
const recallBatch = 50

// kind goes over the entries of a kind and reports whether it came to the last.
func (r *recall) kind(ctx context.Context) (whole bool, err error) {
	get, can := r.desk.(connectors.Getter)
	if r.at.Recalled || !r.at.Done {
		return r.at.Recalled, nil
	}
	if quiet, err := r.quiet(ctx); err != nil {
		return false, err
	} else if can && !quiet {
		if err := r.listed(ctx); err != nil {
			return false, err
		}
		if whole, err := r.entries(ctx, get); err != nil || !whole {
			return whole, err
		}
	}
	to := r.at
	to.Recalled = true
	return true, r.enter(ctx, to, nil)
}

// quiet reports whether there is nothing to ask for: the source listed nothing that
// could be missed, and the run before was finished and left nothing of the kind
// pending or set aside.
func (r *recall) quiet(ctx context.Context) (bool, error) {
	if r.at.Whole || r.rolls {
		return false, nil
	}
	var before ledger.Run
	for run, err := range r.ledger.Runs(ctx) {
		if err != nil {
			return false, ofStorage("read the runs", err)
		}
		if run.ID != r.run.ID {
			before = run
		}
	}
	var settled []helpdesk.Kind
	err := r.ledger.Note(ctx, before.ID, settledNote, &settled)
	if errors.Is(err, ledger.ErrNotFound) {
		return false, nil
	}
	return before.State == ledger.RunFinished && slices.Contains(settled, r.at.Kind), ofStorage("read what was settled", err)
}

// listed gathers what the source listed of the kind in this run: eight bytes a
// record.
func (r *recall) listed(ctx context.Context) error {
	r.seed = maphash.MakeSeed()
	if r.at.Whole || r.at.Paged && r.rolls {
		r.there = map[uint64]bool{}
	}
	for g, err := range r.ledger.Segments(ctx, r.run.ID, string(keyring.Raw)) {
		if err != nil {
			return ofStorage("read the manifest", err)
		}
		if r.there == nil || g.Kind != r.at.Kind {
			continue
		}
		for text, err := range staging.ReadSegment(ctx, r.Recall.Staging, r.Raw, r.run.label(keyring.Raw, g.Object)) {
			if err != nil {
				return ofStorage("read segment "+g.Name(), err)
			}
			var line struct {
				Key    string `json:"key"`
				Record struct {
					Key string `json:"key"`
				} `json:"record"`
			}
			if err := json.Unmarshal(text, &line); err != nil {
				return failf(StagingCorrupt, "a line of segment %s is none", g.Name())
			}
			for _, key := range []string{line.Key, line.Record.Key} {
				if key != "" {
					r.there[maphash.String(r.seed, r.index.Ref(string(r.at.Kind), key))] = true
				}
			}
		}
	}
	return nil
}

// entries asks for each entry that calls for it.
func (r *recall) entries(ctx context.Context, get connectors.Getter) (whole bool, err error) {
	for {
		page := connectors.Page{}
		n, last := 0, r.at.After
		for e, err := range r.ledger.From(ctx, r.at.Kind, r.at.After) {
			if err != nil {
				return false, ofStorage("read entries", err)
			}
			last = e.Ref
			if !r.wants(e) {
				continue
			}
			if err := r.ask(ctx, get, e, &page); err != nil {
				return false, err
			}
			if n++; n == recallBatch || short(ctx) {
				break
			}
		}
		to := r.at
		to.After = last
		if n > 0 {
			if err := r.stage(ctx, to, page); err != nil {
				return false, err
			}
		}
		if n < recallBatch && !short(ctx) {
			return true, nil
		}
		if short(ctx) {
			return false, nil
		}
	}
}

// wants reports whether the source has to be asked for an entry's record. What it
// listed with a whole reading was read anyway.
func (r *recall) wants(e ledger.Entry) bool {
	missing := r.there != nil && !r.there[maphash.String(r.seed, e.Ref)]
	switch e.State {
	case ledger.StateLoaded:
		return !e.Placeholder && missing && !e.Gone || e.Pending && !r.at.Whole || decided(e) && (!r.at.Whole || e.Gone)
	case ledger.StateMatched:
		return missing && !e.Gone
	case ledger.StateQuarantined, ledger.StateIntended:
		return !r.at.Whole
	}
	return false
}

// ask asks for one record: it is there, gone, or part of another.
func (r *recall) ask(ctx context.Context, get connectors.Getter, e ledger.Entry, page *connectors.Page) error {
	key, err := r.index.KeyOf(string(e.Kind), e.Ref)
	if err != nil {
		return failf(Internal, "ref %s leads to no key", e.Ref)
	}
	if strings.HasPrefix(key, "place:") || strings.HasPrefix(key, "duplicate:") {
		return nil // stands for a place, or for the second of two
	}
	r.asked++
	record, err := get.Get(ctx, e.Kind, key)
	var merged *connectors.Merged
	switch {
	case errors.Is(err, connectors.ErrNotFound):
		page.Gone = append(page.Gone, connectors.Gone{Key: key})
	case errors.As(err, &merged):
		page.Gone = append(page.Gone, connectors.Gone{Key: key, Into: merged.Into})
	case errors.Is(err, connectors.ErrDenied): // never to be taken for loss
	case err != nil:
		return ofSource("get a "+string(e.Kind), err)
	case e.Gone, e.Pending, e.State != ledger.StateLoaded, len(e.Review) > 0:
		page.Records = append(page.Records, record)
	}
	return nil
}

// toDo reports whether what somebody decided on a field is still to be done. That
// comments stay away is nothing to be done.
func toDo(field, decision string) bool {
	return decision == plan.ConflictSource || decision != "" && field != listComments
}

// decided reports whether something that somebody decided on a record is to be done.
func decided(e ledger.Entry) bool {
	for f, d := range e.Review {
		if toDo(f, d) {
			return true
		}
	}
	return false
}

// listsGone reports whether a delta has a use for what is missing of a kind: people
// who are gone go from the target too, tickets and articles by the plan.
func listsGone(k helpdesk.Kind, d plan.Delta) bool {
	return k == helpdesk.KindPerson ||
		slices.Contains([]helpdesk.Kind{helpdesk.KindTicket, helpdesk.KindArticle}, k) && d.Deletion != plan.DeletionKeep
}
