package embedded

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A task is a preview, recheck, rollback or closing. It is kept in memory: whoever stops
// the service starts it anew.
type task struct {
	api.Task
	tenant, key string
}

// maxTasks keeps a service that is asked for days from filling its memory with
// forecasts.
const maxTasks = 100

// Begin starts a task.
func (s *Service) Begin(ctx context.Context, m api.Migration, a api.Action, key string) (string, error) {
	p, _, err := s.readPlan(m)
	if err != nil {
		return "", err
	}
	if id := s.begunBy(key); id != "" {
		return id, nil
	}
	do, err := s.doing(ctx, p, a)
	if err != nil {
		return "", s.refuse(err)
	}
	id := string(a) + "-" + strings.ToLower(rand.Text()[:12])
	t := &task{api.Task{ID: id, Migration: m.Name, Action: a, State: api.TaskRunning, Started: time.Now().UTC().Truncate(time.Second)}, m.Tenant, key}
	s.keep(t)
	s.wg.Go(func() { s.end(t, do) })
	return id, nil
}

func (s *Service) begunBy(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, t := range s.tasks {
		if key != "" && t.key == key {
			return id
		}
	}
	return ""
}

// keep keeps a task, and lets go of the oldest that is over.
func (s *Service) keep(t *task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tasks) >= maxTasks {
		var oldest *task
		for _, o := range s.tasks {
			if o.State != api.TaskRunning && (oldest == nil || o.Started.Before(oldest.Started)) {
				oldest = o
			}
		}
		if oldest != nil {
			delete(s.tasks, oldest.ID)
		}
	}
	s.tasks[t.ID] = t
}

// doing opens what an action needs, so that a migration on which somebody else is
// at work is refused at once.
func (s *Service) doing(ctx context.Context, p *plan.Plan, a api.Action) (func(context.Context) (any, error), error) {
	if a == api.Preview {
		return func(ctx context.Context) (any, error) { return preview(ctx, p) }, nil
	}
	w, _, err := s.take(p.Migration, "")
	if err != nil {
		return nil, err
	}
	r, err := s.runtime(ctx, p)
	if err != nil {
		s.drop(p.Migration, w)
		return nil, err
	}
	if a == api.Closing {
		if err := r.ReadyToClose(ctx, false); err != nil {
			s.drop(p.Migration, w)
			return nil, errors.Join(err, r.Close())
		}
	}
	return func(ctx context.Context) (result any, err error) {
		defer s.drop(p.Migration, w)
		defer func() { err = errors.Join(err, r.Close()) }()
		switch a {
		case api.Recheck:
			return r.Recheck(ctx)
		case api.Closing:
			closure, _, err := r.CloseMigration(ctx, false)
			return closure, err
		}
		return r.Rollback(ctx)
	}, nil
}

func preview(ctx context.Context, p *plan.Plan) (*migration.Forecast, error) {
	var desks Desks
	defer desks.Close()
	source, err := desks.Source(ctx, p)
	if err != nil {
		return nil, err
	}
	target, err := desks.Target(ctx, p)
	if err != nil {
		return nil, err
	}
	return migration.Preview(ctx, p, source, target, func(helpdesk.Kind, int) {})
}

// end does a task and keeps what came of it.
func (s *Service) end(t *task, do func(context.Context) (any, error)) {
	result, err := do(s.ctx)
	var text []byte
	if err == nil {
		text, err = json.Marshal(result)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		t.State, t.Result = api.TaskDone, text
		return
	}
	t.State, t.Failure = api.TaskFailed, nameOf(err)
	var failure *migration.Failure
	if errors.As(migration.Classify(err), &failure) {
		t.Message = failure.Message
	}
}

// Task tells how a task stands.
func (s *Service) Task(_ context.Context, m api.Migration, a api.Action, id string) (api.Task, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tasks[id]
	if t == nil || t.tenant != m.Tenant || t.Migration != m.Name || t.Action != a {
		return api.Task{}, api.NotFound("task")
	}
	return t.Task, nil
}

// documents is the folder of a run's documents.
func (s *Service) documents(m api.Migration, run string) (string, error) {
	if m.Tenant != s.tenant {
		return "", api.NotFound("run")
	}
	return filepath.Join(s.options.Reports, m.Name, run), nil
}

// Report reads report.json of a run.
func (s *Service) Report(ctx context.Context, m api.Migration, run string) (json.RawMessage, error) {
	d, err := s.Document(ctx, m, run, "report.json")
	if errors.Is(err, api.ErrNotFound) {
		return nil, api.NotFound("report")
	}
	return d.Content, err
}

// Documents lists the documents of a run.
func (s *Service) Documents(_ context.Context, m api.Migration, run string) (names []string, err error) {
	folder, err := s.documents(m, run)
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, api.NotFound("run")
	}
	for _, f := range files {
		if f.Type().IsRegular() {
			names = append(names, f.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Document reads a document.
func (s *Service) Document(_ context.Context, m api.Migration, run, name string) (api.Document, error) {
	folder, err := s.documents(m, run)
	if err != nil {
		return api.Document{}, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return api.Document{}, api.NotFound("document")
	}
	defer root.Close()
	content, err := root.ReadFile(name)
	if err != nil {
		return api.Document{}, api.NotFound("document")
	}
	return api.Document{Name: name, Content: content}, nil
}
