package backend

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// Resume lets the last run go on from the states that failed. AWS redrives an
// execution for two weeks; after that, and after an end that nobody can take back,
// another part goes on from where the ledger stands.
func (b *Backend) Resume(ctx context.Context, m api.Migration, id string) error {
	l := b.ledger(m)
	last, err := l.LastRun(ctx)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return err
	}
	if last.ID != id {
		return b.resumeUnrecorded(ctx, m, id)
	}
	if last.State == ledger.RunFinished || last.State == ledger.RunGivenUp || last.Sealed != nil {
		return api.ErrNothingToResume
	}
	of := run(m, id, migration.Mode(last.Mode))
	x, err := b.flow.last(ctx, b.migrate, of.Execution())
	if err != nil {
		return err
	}
	if x.going() {
		return api.UnderWay(m.Name)
	}
	_, err = migration.Resume{Base: b.Base}.Do(ctx, of)
	var busy *ledger.Busy
	if errors.As(err, &busy) {
		return api.UnderWay(m.Name)
	}
	if err != nil {
		return err
	}
	return b.goOn(ctx, x, migration.PlanInput{Run: of})
}

// resumeUnrecorded goes on with a run that ended before it was recorded.
func (b *Backend) resumeUnrecorded(ctx context.Context, m api.Migration, id string) error {
	s, err := lastStart(ctx, b.ledger(m))
	if err != nil {
		return err
	}
	if s.Run.ID != id {
		return api.NotFound("run")
	}
	at, err := b.unrecorded(ctx, s)
	if err != nil {
		return err
	}
	if at.State == ledger.RunRunning {
		return api.UnderWay(m.Name)
	}
	x, err := b.flow.last(ctx, b.migrate, s.Run.Execution())
	if err != nil {
		return err
	}
	return b.goOn(ctx, x, migration.PlanInput{Run: s.Run, PlanHash: s.PlanHash})
}

// goOn redrives an execution, or starts the part after it. Somebody who was faster
// is no failure.
func (b *Backend) goOn(ctx context.Context, x execution, in migration.PlanInput) error {
	name := in.Run.Execution()
	if x.exists() {
		ok, err := b.flow.redrive(ctx, b.migrate, x.name)
		if err != nil || ok {
			return err
		}
		if x, err = b.flow.of(ctx, b.migrate, x.name); err != nil || x.going() {
			return err
		}
		name = migration.NextPart(x.name)
	}
	return b.flow.start(ctx, b.migrate, name, map[string]any{"run": in.Run, "plan_hash": in.PlanHash})
}
