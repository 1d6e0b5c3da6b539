package ledger

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A Segment is one entry of a run's manifest: up to a hundred records of one
// kind in one staged object.
type Segment struct {
	Side    string        `json:"side"` // raw or clean
	Kind    helpdesk.Kind `json:"kind"`
	Seq     int           `json:"seq"` // from 1, the same on both sides
	Object  string        `json:"object"`
	Records int           `json:"records"`
	Broken  int           `json:"broken,omitempty"` // raw: objects that could not be read
	Blobs   int           `json:"blobs,omitempty"`
	Linked  int           `json:"linked,omitempty"` // clean: tickets that link to others
	// Suspended is how many people of a clean segment are.
	Suspended int `json:"suspended,omitempty"`
	// Gone is how many lines tell of a record that the source has no more, Keys how
	// many keys of a roll a raw segment holds.
	Gone int `json:"gone,omitempty"`
	Keys int `json:"keys,omitempty"`
	// Live: it was read from a source that gives a record again when it changes, so
	// that two of one key are two versions.
	Live   bool   `json:"live,omitempty"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // of the sealed bytes
}

// Name names the segment within its run: "ticket-000012".
func (s Segment) Name() string { return fmt.Sprintf("%s-%06d", s.Kind, s.Seq) }

func (l *Ledger) segmentKey(run, side, name string) Key {
	return l.runKey(run, "segment#"+side+"#"+name)
}

// A Position is how far the extraction of a kind has come within a run.
type Position struct {
	Kind   helpdesk.Kind `json:"kind"`
	Cursor string        `json:"cursor"`
	Seq    int           `json:"seq"` // of the last segment
	Done   bool          `json:"done,omitempty"`
	// Whole: it was read from the beginning, so that what is missing may be gone.
	Whole bool `json:"whole,omitempty"`
	// Paged: the pages are through, and the roll is taken; Roll is how far.
	Paged bool   `json:"paged,omitempty"`
	Roll  string `json:"roll,omitempty"`
	// Gets: the source gives single records, so that it can be asked for more.
	Gets bool `json:"gets,omitempty"`
	// Recalled: what else a delta has to read is read; After is the ref of the last
	// entry that was looked at.
	Recalled bool   `json:"recalled,omitempty"`
	After    string `json:"after,omitempty"`
}

// Position returns where the extraction of a kind stands and the version to
// hand to Extracted.
func (l *Ledger) Position(ctx context.Context, run string, k helpdesk.Kind) (Position, int64, error) {
	p, version, err := load[Position](ctx, l.store, l.runKey(run, "position#"+string(k)))
	p.Kind = k
	return p, version, err
}

// Positions lists the positions of a run.
func (l *Ledger) Positions(ctx context.Context, run string) iter.Seq2[Position, error] {
	return list[Position](ctx, l.store, l.partition("run", run), "position#")
}

// Extracted enters raw segments with what it took to read them and moves the
// position behind them, all or nothing. ErrConflict says that another invocation
// has been here.
func (l *Ledger) Extracted(ctx context.Context, run string, p Position, version int64, segments []Segment, used []Usage) error {
	changes := []Change{put(l.runKey(run, "position#"+string(p.Kind)), version, p)}
	for _, s := range segments {
		changes = append(changes, put(l.segmentKey(run, s.Side, s.Name()), 0, s))
	}
	for _, u := range used {
		changes = append(changes, l.use(run, u))
	}
	return l.store.Commit(ctx, changes...)
}

// Segment returns the entry of a segment, or ErrNotFound.
func (l *Ledger) Segment(ctx context.Context, run, side, name string) (Segment, error) {
	s, version, err := load[Segment](ctx, l.store, l.segmentKey(run, side, name))
	if err == nil && version == 0 {
		err = ErrNotFound
	}
	return s, err
}

// Segments goes over the manifest of one side in the order of kinds and numbers.
func (l *Ledger) Segments(ctx context.Context, run, side string) iter.Seq2[Segment, error] {
	return func(yield func(Segment, error) bool) {
		for _, k := range helpdesk.Kinds() {
			prefix := "segment#" + side + "#" + string(k) + "-"
			for s, err := range list[Segment](ctx, l.store, l.partition("run", run), prefix) {
				if !yield(s, err) || err != nil {
					return
				}
			}
		}
	}
}

// Anonymized enters a clean segment with what the pass found in it and took. It
// reports false where the segment was entered before: the first entry stands.
func (l *Ledger) Anonymized(ctx context.Context, run string, s Segment, findings any, u Usage) (entered bool, err error) {
	err = l.store.Commit(ctx,
		put(l.segmentKey(run, s.Side, s.Name()), 0, s),
		put(l.runKey(run, "note#findings#"+s.Name()), Any, findings),
		l.use(run, u))
	if errors.Is(err, ErrConflict) {
		return false, nil
	}
	return err == nil, err
}

// Replaced enters both sides of a segment that was written anew, with notes about it
// and what it took, all or nothing.
func (l *Ledger) Replaced(ctx context.Context, run string, raw, clean Segment, notes map[string]any, u Usage) error {
	changes := []Change{put(l.segmentKey(run, raw.Side, raw.Name()), Any, raw), put(l.segmentKey(run, clean.Side, clean.Name()), Any, clean), l.use(run, u)}
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		changes = append(changes, put(l.runKey(run, "note#"+name), Any, notes[name]))
	}
	return l.store.Commit(ctx, changes...)
}
