package ledger

import (
	"context"
	"iter"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A State is where a record stands between source and target.
type State string

const (
	// StateIntended: the target is about to be asked to create it, or was asked.
	// Only the target knows; whoever meets this state probes by marker.
	StateIntended State = "intended"
	// StateLoaded: it stands in the target under Target.
	StateLoaded State = "loaded"
	// StateMatched: the target had it before; nothing was created.
	StateMatched State = "matched"
	// StateExcluded: the plan's selection leaves it out.
	StateExcluded State = "excluded"
	// StateWithheld: the privacy policy or a person's objection keeps it back.
	StateWithheld State = "withheld"
	// StateQuarantined: it could not be read, passed or loaded; every later run
	// tries again.
	StateQuarantined State = "quarantined"
	// StateRemoved: a rollback, or a delta for what is gone from the source, took it
	// out of the target again. Nothing else is known of it any more.
	StateRemoved State = "removed"
	// StateDropped: it was verified in the target and agents removed it there. It is
	// not created again.
	StateDropped State = "dropped"
)

// An Entry is the row of one record in the id map.
type Entry struct {
	Kind   helpdesk.Kind `json:"kind"`
	Ref    string        `json:"ref"`
	State  State         `json:"state"`
	Reason string        `json:"reason,omitempty"` // code: why excluded, withheld or quarantined
	Place  string        `json:"place,omitempty"`  // of an object that could not be read
	Target string        `json:"target,omitempty"` // id in the target
	Run    string        `json:"run"`              // that brought it into this state
	At     time.Time     `json:"at"`
	// Placeholder: stands in for a record that the source refers to and does not have.
	Placeholder bool `json:"placeholder,omitempty"`
	// Source is the digest of the record as it was read; Rules names the mapping
	// and policy that it passed.
	Source string `json:"source,omitempty"`
	Rules  string `json:"rules,omitempty"`
	// Pending: the source has changed it since; a delta takes it.
	Pending bool      `json:"pending,omitempty"`
	Changed time.Time `json:"changed,omitzero"` // by the source's clock
	// Children are the target's ids of the comments added one by one so far; Child
	// is the digest of the one that is intended next.
	Children []string `json:"children,omitempty"`
	Child    string   `json:"child,omitempty"`
	// Finished: the ticket got, after its comments, what they would have changed.
	Finished bool `json:"finished,omitempty"`
	// Links is the digest of the links that were made.
	Links string `json:"links,omitempty"`
	// Base is what verify read back: short digests by field, and by part. Parts are
	// those of the source's fields and lists when they were last taken over, and Sets
	// the elements of its sets as they were sent. From them a delta tells who changed
	// what.
	Base  map[string]string   `json:"base,omitempty"`
	Parts map[string]string   `json:"parts,omitempty"`
	Sets  map[string][]string `json:"sets,omitempty"`
	// Said are the comments of ours, in the order of the target: for each the digest
	// of its key in the source, of its content there, and as the target shows it. The
	// first len(Children) of them are known to stand there.
	Said []string `json:"said,omitempty"`
	// Edit is the digest of a change that is intended, or "remove"; Was is the digest
	// of the status that comments are about to change.
	Edit string `json:"edit,omitempty"`
	Was  string `json:"was,omitempty"`
	// Besides counts, by digest, comments of others that say the same as one that is
	// about to be added.
	Besides map[string]int `json:"besides,omitempty"`
	// Updated is the run that last changed it in the target. The others are what that
	// run did: fields that it wrote, fields that both sides had changed and the target
	// kept, and how many comments of ours stood there before.
	Updated string   `json:"updated,omitempty"`
	Wrote   []string `json:"wrote,omitempty"`
	Kept    []string `json:"kept,omitempty"`
	Before  int      `json:"before,omitempty"`
	// Updates are the fields that runs wrote since it was created.
	Updates []string `json:"updates,omitempty"`
	// Review are the fields, or "record", that somebody has to decide on, and what was
	// decided: "" for not yet, "source" or "target".
	Review map[string]string `json:"review,omitempty"`
	// Gone: the source does not have it any more, and by the plan, or because agents
	// changed it, it stays in the target.
	Gone bool `json:"gone,omitempty"`
	// Stays is why the last rollback left it in the target.
	Stays string `json:"stays,omitempty"`
	// Into is the ref of the record that it was merged into.
	Into string `json:"into,omitempty"`
	// Line is where the run Seen met it last: of two versions in one reading the later
	// one counts, whichever is loaded first.
	Line     string `json:"line,omitempty"`
	Verified string `json:"verified,omitempty"` // run whose verify last saw it whole
	Seen     string `json:"seen,omitempty"`     // run that last met it in the source

	version int64
}

// Version is that of the row when it was read; 0 for a new entry.
func (e *Entry) Version() int64 { return e.version }

// InTarget reports whether a record stands in the target for the entry.
func (e *Entry) InTarget() bool { return e.State == StateLoaded || e.State == StateMatched }

func (l *Ledger) entryKey(k helpdesk.Kind, ref string) Key {
	return Key{l.partition("map", string(k)), ref}
}

// Entries returns the rows of the refs in their order; where there is none the
// entry has no State.
func (l *Ledger) Entries(ctx context.Context, k helpdesk.Kind, refs ...string) ([]Entry, error) {
	entries := make([]Entry, 0, len(refs))
	for start := 0; start < len(refs); start += MaxChanges {
		part := refs[start:min(start+MaxChanges, len(refs))]
		keys := make([]Key, len(part))
		for i, ref := range part {
			keys[i] = l.entryKey(k, ref)
		}
		rows, err := l.store.Get(ctx, keys...)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			e := Entry{Kind: k, Ref: part[i]}
			if row.Version > 0 {
				if err := decode(row, &e); err != nil {
					return nil, err
				}
			}
			e.version = row.Version
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// PutEntries stores entries, at most MaxChanges of them. Each must still have the
// version that it was read with, else ErrConflict. It updates the versions, so
// that the same entries can be stored again; after an error any of them may have
// been stored, and they have to be read anew.
func (l *Ledger) PutEntries(ctx context.Context, entries ...*Entry) error {
	if len(entries) == 0 {
		return nil
	}
	changes := make([]Change, 0, len(entries))
	for _, e := range entries {
		changes = append(changes, put(l.entryKey(e.Kind, e.Ref), e.version, e))
	}
	if err := l.store.Each(ctx, changes...); err != nil {
		return err
	}
	for _, e := range entries {
		e.version++
	}
	return nil
}

// PutEntriesNoted stores at most MaxChanges-1 entries and a document of a run, all or
// none. The errors are those of PutEntries.
func (l *Ledger) PutEntriesNoted(ctx context.Context, run, name string, value any, entries ...*Entry) error {
	changes := []Change{put(l.runKey(run, "note#"+name), Any, value)}
	for _, e := range entries {
		changes = append(changes, put(l.entryKey(e.Kind, e.Ref), e.version, e))
	}
	if err := l.store.Commit(ctx, changes...); err != nil {
		return err
	}
	for _, e := range entries {
		e.version++
	}
	return nil
}

// All goes over every entry of a kind.
func (l *Ledger) All(ctx context.Context, k helpdesk.Kind) iter.Seq2[Entry, error] {
	return l.From(ctx, k, "")
}

// From goes over the entries of a kind that come after a ref.
func (l *Ledger) From(ctx context.Context, k helpdesk.Kind, after string) iter.Seq2[Entry, error] {
	return listAfter[Entry](ctx, l.store, l.partition("map", string(k)), "", after)
}

// Removed is the entry after a rollback: it remembers the ref and nothing of
// what stood in the target.
func (e Entry) Removed(run string, at time.Time) *Entry { return e.without(StateRemoved, run, at) }

// Dropped is what is left of an entry whose record agents of the target removed.
func (e Entry) Dropped(run string, at time.Time) *Entry { return e.without(StateDropped, run, at) }

// Erased is the entry of a person whom the target keeps, and who stands there without
// anything that tells who it was.
func (e Entry) Erased(run string, at time.Time) *Entry {
	left := e.without(StateLoaded, run, at)
	left.Target, left.Placeholder = e.Target, true
	return left
}

func (e Entry) without(s State, run string, at time.Time) *Entry {
	return &Entry{Kind: e.Kind, Ref: e.Ref, State: s, Run: run, Seen: run, At: at, version: e.version}
}
