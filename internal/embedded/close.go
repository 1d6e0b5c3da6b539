package embedded

import (
	"context"
	"fmt"
	"time"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// closeRun stands in the place of a run's id while a migration is closed.
const closeRun = "close"

// A scrubber is a store that keeps something of what was deleted until it is told.
type scrubber interface {
	Scrub(ctx context.Context) error
}

// CloseMigration destroys the keys and the ledger of the migration and returns the
// certificate, with the paths of its documents. It returns ErrUnfinished while a run
// is not at its end, unless it is to give that up. Called again it goes on, and once
// all is gone it writes the documents anew.
func (r *Runtime) CloseMigration(ctx context.Context, giveUp bool) (c evidence.Closure, paths []string, err error) {
	so, err := r.Ledger().Closed(ctx)
	if err != nil {
		return c, nil, err
	}
	if so.Begun.IsZero() {
		if err := r.clear(ctx, giveUp); err != nil {
			return c, nil, err
		}
	}
	if so.At.IsZero() {
		if so, err = r.retire(ctx); err != nil {
			return c, nil, err
		}
	}
	c = migration.Certificate(r.Plan, so, r.Tool)
	documents, err := c.Documents(html.Render)
	if err != nil {
		return c, nil, err
	}
	for _, d := range documents {
		path, err := r.Documents.Write(ctx, r.Run(closeRun, migration.ModeFull), d.Name, d.Content)
		if err != nil {
			return c, nil, fmt.Errorf("write %s: %w", d.Name, err)
		}
		paths = append(paths, path)
	}
	return c, paths, nil
}

// retire sees the step through.
func (r *Runtime) retire(ctx context.Context) (ledger.Closed, error) {
	step := migration.Close{Base: r.steps.Finish.Base, Keys: justForget{r.Keys}}
	if s, ok := r.Rows.(scrubber); ok {
		step.Scrub = s.Scrub
	}
	in := migration.CloseInput{LoopInput: migration.LoopInput{Run: r.Run(closeRun, migration.ModeFull)}, Besides: []string{rollbackRun}}
	for {
		out, err := step.Do(ctx, in)
		if err != nil {
			return ledger.Closed{}, err
		}
		if out.Done {
			break
		}
		if err := r.sleep(ctx, time.Duration(out.Wait)*time.Second); err != nil {
			return ledger.Closed{}, err
		}
	}
	if r.Erase != nil {
		if err := r.Erase(); err != nil {
			return ledger.Closed{}, err
		}
	}
	return r.Ledger().Closed(ctx)
}
