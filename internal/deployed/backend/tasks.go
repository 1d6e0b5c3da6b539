package backend

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// taskID is the id of a task: one for each request with a key, however often it
// comes.
func taskID(a api.Action, key string) string {
	if key == "" {
		key = strings.ToLower(rand.Text())
	}
	return string(a) + "-" + key[:min(len(key), 16)]
}

// Begin starts an execution of machine maintain. A task is a run that is in no list
// of runs: its plan is kept under its id.
func (b *Backend) Begin(ctx context.Context, m api.Migration, a api.Action, key string) (string, error) {
	p, _, err := b.readPlan(ctx, m)
	if err != nil {
		return "", err
	}
	of := run(m, taskID(a, key), migration.ModeFull)
	x, err := b.flow.of(ctx, b.maintain, of.Execution())
	if err != nil || x.exists() {
		return of.ID, err
	}
	if a != api.Preview {
		if err := b.alone(ctx, m, a); err != nil {
			return "", err
		}
	}
	if err := b.Plans.Keep(ctx, of, p); err != nil {
		return "", err
	}
	return of.ID, b.flow.start(ctx, b.maintain, of.Execution(), maintenance{of, string(a), nothing{}})
}

// alone sees that no run is at work that the task can't stand beside. A rollback
// gives up what is unfinished: nothing is left that it could go on with.
func (b *Backend) alone(ctx context.Context, m api.Migration, a api.Action) error {
	last, err := lastStart(ctx, b.ledger(m))
	if err != nil {
		return err
	}
	if a == api.Closing {
		return b.toClose(ctx, m, last)
	}
	if err := stillOpen(ctx, b.ledger(m)); err != nil {
		return err
	}
	if a == api.Rollback {
		return b.clear(ctx, m, last, clearing{all: true})
	}
	s, err := b.standing(ctx, m)
	if err != nil || len(s.Runs) == 0 || s.Runs[len(s.Runs)-1].State != ledger.RunRunning {
		return err
	}
	return api.UnderWay(m.Name)
}

// toClose sees that nothing can go on that would be lost, and takes the schedule away:
// from the closing on no run starts.
func (b *Backend) toClose(ctx context.Context, m api.Migration, last start) error {
	so, err := b.ledger(m).Closed(ctx)
	if err != nil || !so.Begun.IsZero() {
		return err
	}
	switch runs, err := b.ledger(m).CountRuns(ctx); {
	case err != nil:
		return err
	case runs == 0:
		return api.ErrNothingToClose
	}
	if err := b.clear(ctx, m, last, clearing{}); err != nil {
		return err
	}
	return b.DeleteSchedule(ctx, m)
}

// Task tells how a task stands.
func (b *Backend) Task(ctx context.Context, m api.Migration, a api.Action, id string) (api.Task, error) {
	if !strings.HasPrefix(id, string(a)+"-") {
		return api.Task{}, api.NotFound("task")
	}
	of := run(m, id, migration.ModeFull)
	first, err := b.flow.of(ctx, b.maintain, of.Execution())
	if err == nil && !first.exists() {
		err = api.NotFound("task")
	}
	if err != nil {
		return api.Task{}, err
	}
	x, err := b.flow.last(ctx, b.maintain, first.name)
	if err != nil {
		return api.Task{}, err
	}
	t := api.Task{ID: id, Migration: m.Name, Action: a, State: api.TaskRunning, Started: first.started.UTC().Truncate(time.Second)}
	switch {
	case x.succeeded():
		t.State = api.TaskDone
		t.Result, err = b.result(ctx, of, a)
	case x.failure != "":
		t.State, t.Failure, t.Message = api.TaskFailed, x.failure, x.message
	}
	return t, err
}

// result is what came of a task.
func (b *Backend) result(ctx context.Context, of migration.Run, a api.Action) (json.RawMessage, error) {
	l := ledger.New(b.Base.Rows, of.Tenant, of.Migration)
	switch a {
	case api.Preview:
		text, _, err := b.Plans.Get(ctx, deployed.ForecastOf(of))
		if errors.Is(err, deployed.ErrNoObject) {
			err = api.NotFound("forecast") // its days are over
		}
		return text, err
	case api.Closing:
		text, _, err := b.Evidence.Get(ctx, folder(api.Migration{Tenant: of.Tenant, Name: of.Migration}, migration.ClosingRun)+"closed.json")
		return text, err
	case api.Recheck:
		var at migration.Rechecked
		if err := l.Note(ctx, of.ID, migration.RecheckNote, &at); err != nil {
			return nil, err
		}
		return json.Marshal(at.Result)
	}
	var at migration.Rollingback
	if err := l.Note(ctx, of.ID, migration.RollbackNote, &at); err != nil {
		return nil, err
	}
	return json.Marshal(at.Back)
}
