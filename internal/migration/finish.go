package migration

import (
	"context"
	"errors"
	"time"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A RunInput names the run and nothing else.
type RunInput struct {
	Run Run `json:"run"`
}

// Finish records how a run ended and releases its lease. AWS calls it for a
// run that failed, timed out or was aborted too: see Ended.
type Finish struct {
	Base
	// Behind is told how long ago the oldest cursor of the migration was moved,
	// where somebody watches that.
	Behind func(context.Context, time.Duration)
}

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
	if errors.Is(err, ledger.ErrNotFound) { // it never began, or is no run but a rollback
		return FinishOutput{in.Outcome}, ofStorage("release the lease", l.Release(ctx, in.Run.ID))
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
	if err := s.behind(ctx, l, in.Run); err != nil {
		return FinishOutput{}, err
	}
	// The state comes last: as long as it says running, a resume comes here again.
	return FinishOutput{in.Outcome}, ofStorage("record the run", l.PutRun(ctx, run))
}

// behind says how far the migration is behind its source. A demo moves cursors once
// and is behind nobody.
func (s Finish) behind(ctx context.Context, l *ledger.Ledger, r Run) error {
	if s.Behind == nil || r.Mode == ModeDemo {
		return nil
	}
	oldest := s.Now()
	for c, err := range l.Cursors(ctx) {
		if err != nil {
			return ofStorage("read the cursors", err)
		}
		if c.Moved.Before(oldest) {
			oldest = c.Moved
		}
	}
	s.Behind(ctx, s.Now().Sub(oldest))
	return nil
}
