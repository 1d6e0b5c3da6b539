package embedded

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// ErrNothingToClose: the migration never had a run.
var ErrNothingToClose = errors.New("there is nothing to close")

// ReadyToClose gives up the runs that are in the way of closing the migration. It
// returns ErrUnfinished while a run is not at its end, unless it is to give that up,
// and ErrNothingToClose where there was none.
func (r *Runtime) ReadyToClose(ctx context.Context, giveUp bool) error {
	so, err := r.Ledger().Closed(ctx)
	if err != nil || !so.Begun.IsZero() {
		return err
	}
	switch runs, err := r.Ledger().CountRuns(ctx); {
	case err != nil:
		return err
	case runs == 0:
		return ErrNothingToClose
	}
	return r.clear(ctx, giveUp)
}

// CloseMigration destroys the keys and the ledger of the migration and returns the
// certificate, with the paths of its documents. It returns what ReadyToClose does.
// Called again it goes on, and once all is gone it writes the documents anew.
func (r *Runtime) CloseMigration(ctx context.Context, giveUp bool) (c evidence.Closure, paths []string, err error) {
	if err := r.ReadyToClose(ctx, giveUp); err != nil {
		return c, nil, err
	}
	if err := r.retire(ctx); err != nil {
		return c, nil, err
	}
	so, err := r.Ledger().Closed(ctx)
	if err != nil {
		return c, nil, err
	}
	c = migration.Certificate(r.Plan, so, r.Tool)
	documents, err := c.Documents(html.Render)
	if err != nil {
		return c, nil, err
	}
	for _, d := range documents {
		path, err := r.Documents.Write(ctx, r.Run(migration.ClosingRun, migration.ModeFull), d.Name, d.Content)
		if err != nil {
			return c, nil, fmt.Errorf("write %s: %w", d.Name, err)
		}
		paths = append(paths, path)
	}
	return c, paths, nil
}

// retire sees the step through.
func (r *Runtime) retire(ctx context.Context) error {
	step := migration.Close{Seal: r.steps.Seal}
	for in := (migration.LoopInput{Run: r.Run(migration.ClosingRun, migration.ModeFull)}); ; {
		out, err := step.Do(ctx, in)
		if err != nil {
			return err
		}
		if out.Done {
			break
		}
		if err := r.sleep(ctx, time.Duration(out.Wait)*time.Second); err != nil {
			return err
		}
		in.Loops = out.Loops
	}
	if r.Erase == nil {
		return nil
	}
	return r.Erase()
}
