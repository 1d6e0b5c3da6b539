package migration

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A RunInput names the run and nothing else.
type RunInput struct {
	Run Run `json:"run"`
}

// Commit moves the cursors of a run past what was verified or is on record.
type Commit struct{ Base }

// A CommitOutput counts the cursors that were moved and those that were not.
type CommitOutput struct {
	Moved int `json:"moved"`
	Held  int `json:"held"` // kinds with fields that nobody expected
}

// Do fails with NotVerified where a record is lost, foreign or twice. The cursor
// of a kind with UNEXPECTED fields stays where it is: its records are read
// again.
func (s Commit) Do(ctx context.Context, in RunInput) (out CommitOutput, err error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return out, err
	}
	var census CensusResult
	if err := l.Note(ctx, in.Run.ID, "census", &census); err != nil {
		return out, ofStorage("read the census", err)
	}
	if !census.Conserved() {
		return out, failf(NotVerified, "records are lost, foreign or twice in the target")
	}
	held := map[string]bool{}
	for v, err := range ledger.Notes[Verdict](ctx, l, in.Run.ID, "verdict#") {
		if err != nil {
			return out, ofStorage("read verdicts", err)
		}
		if len(v.Differences) > 0 {
			held[string(v.Kind)] = true
		}
	}
	var cursors []ledger.Cursor
	for p, err := range l.Positions(ctx, in.Run.ID) {
		if err != nil {
			return out, ofStorage("read positions", err)
		}
		if held[string(p.Kind)] || !p.Done {
			out.Held++
			continue
		}
		cursors = append(cursors, ledger.Cursor{Kind: string(p.Kind), Run: in.Run.ID, Moved: s.Now().UTC(), Cursor: p.Cursor})
	}
	out.Moved = len(cursors)
	if err := l.MoveCursors(ctx, cursors...); err != nil {
		return out, ofStorage("move cursors", err)
	}
	err = s.record(ctx, in.Run, "commit", audit.Committed, in.Run.ID, map[string]int64{"moved": int64(out.Moved), "held": int64(out.Held)})
	return out, err
}

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

// Finish records how a run ended and releases its lease. AWS calls it for a
// run that failed, timed out or was aborted too.
type Finish struct{ Base }

// A FinishInput says how the run ended.
type FinishInput struct {
	Run     Run    `json:"run"`
	Outcome string `json:"outcome"` // finished or failed
	Failure Name   `json:"failure,omitempty"`
}

// A FinishOutput repeats it.
type FinishOutput struct {
	Outcome string `json:"outcome"`
}

// Do may be called again.
func (s Finish) Do(ctx context.Context, in FinishInput) (FinishOutput, error) {
	l := s.ledger(in.Run)
	run, err := l.Run(ctx, in.Run.ID)
	if errors.Is(err, ledger.ErrNotFound) { // it never began
		return FinishOutput{in.Outcome}, nil
	}
	if err != nil {
		return FinishOutput{}, ofStorage("read the run", err)
	}
	run.State, run.Failure, run.Ended = ledger.RunFailed, string(in.Failure), s.Now().UTC()
	op := audit.RunFailed
	if in.Outcome == ledger.RunFinished {
		run.State, op = ledger.RunFinished, audit.RunFinished
	}
	if err := s.record(ctx, in.Run, "finish", op, in.Run.ID, nil); err != nil {
		return FinishOutput{}, err
	}
	if err := l.Release(ctx, in.Run.ID); err != nil {
		return FinishOutput{}, ofStorage("release the lease", err)
	}
	// The state comes last: as long as it says running, a resume comes here again.
	return FinishOutput{in.Outcome}, ofStorage("record the run", l.PutRun(ctx, run))
}
