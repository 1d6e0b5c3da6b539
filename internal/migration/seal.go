package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Seal destroys the keys of a run and what it staged.
type Seal struct {
	Base
	Keys keyring.Forgetter
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
	if err := s.empty(ctx, in.Run, &seal, func() error {
		run.Sealed = &seal
		return l.PutRun(ctx, run)
	}); err != nil {
		return seal, err
	}
	if seal.Left > 0 {
		return seal, failf(StorageFailed, "%d staged objects could not be deleted", seal.Left)
	}
	err = s.record(ctx, in.Run, "seal", audit.SealKeys, in.Run.ID,
		map[string]int64{"keys": int64(len(seal.Keys)), "objects": int64(seal.Objects), "bytes": seal.Bytes})
	return seal, err
}

// empty counts the staged objects, has the count put on record, deletes them and
// lists again what is left.
func (s Seal) empty(ctx context.Context, r Run, seal *ledger.Seal, store func() error) error {
	var names []string
	var bytes int64
	for o, err := range s.Staging.List(ctx, r.Prefix()) {
		if err != nil {
			return ofStorage("list staging", err)
		}
		names = append(names, o.Name)
		bytes += o.Size
	}
	seal.Objects, seal.Bytes, seal.Left = max(seal.Objects, len(names)), max(seal.Bytes, bytes), 0
	if err := store(); err != nil {
		return ofStorage("record the seal", err)
	}
	if err := s.Staging.Delete(ctx, names...); err != nil {
		return ofStorage("empty staging", err)
	}
	for _, err := range s.Staging.List(ctx, r.Prefix()) {
		if err != nil {
			return ofStorage("list staging", err)
		}
		seal.Left++
	}
	return nil
}
