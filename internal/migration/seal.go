package migration

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Seal destroys the keys of a run and what it staged.
type Seal struct {
	Base
	Keys keyring.Forgetter
	Kept Kept // asked when the migration is closed
	// Scrub takes away what a store keeps of rows that were deleted; nil where a store
	// keeps nothing.
	Scrub func(context.Context) error
}

// A SealInput asks to seal a run, or to close its migration, in a loop.
type SealInput struct {
	Run       Run    `json:"run"`
	Closing   bool   `json:"closing,omitempty"`
	Loops     int    `json:"loops,omitempty"`
	Execution string `json:"execution,omitempty"`
}

// Do destroys the keys first: from then on nothing that is left can be read,
// whatever happens to the deletion of the objects. It may be called again.
func (s Seal) Do(ctx context.Context, in RunInput) (ledger.Seal, error) {
	seal := ledger.Seal{At: s.Now().UTC(), Keys: []string{string(keyring.Raw), string(keyring.Clean)}}
	l := s.ledger(in.Run)
	run, err := l.Run(ctx, in.Run.ID)
	if err != nil {
		return seal, ofStorage("read the run", err)
	}
	if run.Sealed != nil {
		seal = *run.Sealed // an earlier call counted what it deleted
	}
	for _, side := range []keyring.Side{keyring.Raw, keyring.Clean} {
		if err := s.Keys.Forget(ctx, in.Run.scope(side)); err != nil {
			return seal, ofStorage("destroy the keys", err)
		}
	}
	return seal, s.destroy(ctx, l, run, in.Run, &seal)
}

// destroy deletes what a run staged whose keys are gone, and puts that on record.
func (s Seal) destroy(ctx context.Context, l *ledger.Ledger, run ledger.Run, r Run, seal *ledger.Seal) error {
	if err := s.empty(ctx, l, run, r, seal); err != nil {
		return err
	}
	if seal.Left > 0 {
		return failf(StorageFailed, "%d staged objects or more are not deleted yet", seal.Left)
	}
	return s.record(ctx, r, "seal", audit.SealKeys, r.ID,
		map[string]int64{"keys": int64(len(seal.Keys)), "objects": int64(seal.Objects), "bytes": seal.Bytes})
}

// atOnce is how many objects are counted and deleted at a time: as many as S3
// deletes with one request.
const atOnce = 1000

// An emptied is how far the staged objects of a run are deleted. Names are in order,
// so that what was counted before a crash is not counted again after it.
type emptied struct {
	Last    string `json:"last"` // of the objects that are counted
	Objects int    `json:"objects"`
	Bytes   int64  `json:"bytes"`
}

// empty deletes the staged objects, a thousand at a time: each thousand is counted
// on record and then deleted, so that a run of any size needs little memory and
// goes on where an invocation ended. Then it lists what is left.
func (s Seal) empty(ctx context.Context, l *ledger.Ledger, run ledger.Run, r Run, seal *ledger.Seal) error {
	var so emptied
	if err := l.Note(ctx, r.ID, "emptied", &so); err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return ofStorage("read what was deleted", err)
	}
	drop := func(names []string) error {
		seal.Objects, seal.Bytes, run.Sealed = so.Objects, so.Bytes, seal
		if err := errors.Join(l.PutNote(ctx, r.ID, "emptied", so), l.PutRun(ctx, run)); err != nil {
			return ofStorage("record the seal", err)
		}
		return ofStorage("empty staging", s.Staging.Delete(ctx, names...))
	}
	seal.Left = 0
	var names []string
	for o, err := range s.Staging.List(ctx, r.Prefix()) {
		if err != nil {
			return ofStorage("list staging", err)
		}
		if o.Name > so.Last {
			so.Last, so.Objects, so.Bytes = o.Name, so.Objects+1, so.Bytes+o.Size
		}
		if names = append(names, o.Name); len(names) < atOnce {
			continue
		}
		if err := drop(names); err != nil {
			return err
		}
		if names = names[:0]; short(ctx) {
			break
		}
	}
	if err := drop(names); err != nil {
		return err
	}
	return s.left(ctx, r, seal)
}

// left counts what is still staged, up to a number that says enough.
func (s Seal) left(ctx context.Context, r Run, seal *ledger.Seal) error {
	for _, err := range s.Staging.List(ctx, r.Prefix()) {
		if err != nil {
			return ofStorage("list staging", err)
		}
		if seal.Left++; seal.Left == atOnce {
			break
		}
	}
	return nil
}
