package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/safeconduct/safeconduct/internal/api"
)

// reported finds a run that has a report.
func (m *Memory) reported(of api.Migration, id string) error {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return err
	}
	r, err := d.run(id)
	if err == nil && r.State != "finished" {
		err = api.NotFound("report")
	}
	return err
}

// Report is a short one.
func (m *Memory) Report(_ context.Context, of api.Migration, id string) (json.RawMessage, error) {
	if err := m.reported(of, id); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"version":1,"migration":%q,"run":%q,"mode":"full","state":"finished","tool":%q,"kinds":[],"fields":[],"audit":{}}`,
		of.Name, id, Word(of.Tenant)), nil
}

var documents = []string{"report.html", "report.json"}

// Documents are two.
func (m *Memory) Documents(_ context.Context, of api.Migration, id string) ([]string, error) {
	if err := m.reported(of, id); err != nil {
		return nil, err
	}
	return documents, nil
}

// Document is a small one.
func (m *Memory) Document(_ context.Context, of api.Migration, id, name string) (api.Document, error) {
	if err := m.reported(of, id); err != nil {
		return api.Document{}, err
	}
	if !slices.Contains(documents, name) {
		return api.Document{}, api.NotFound("document")
	}
	return api.Document{Name: name, Content: []byte(`{"word":"` + Word(of.Tenant) + `"}`)}, nil
}

// Cost is a word.
func (m *Memory) Cost(_ context.Context, of api.Migration, id string) (json.RawMessage, error) {
	if err := m.reported(of, id); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"run":%q,"taken":{"word":%q},"bill":{}}`, id, Word(of.Tenant)), nil
}

// Begin starts a task that is done at once.
func (m *Memory) Begin(_ context.Context, of api.Migration, a api.Action, _ string) (string, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return "", err
	}
	id := fmt.Sprintf("%s-%d", a, len(d.tasks)+1)
	d.tasks[id] = api.Task{ID: id, Migration: of.Name, Action: a, State: api.TaskDone, Started: At, Result: result(a, of.Tenant)}
	m.act(of, string(a))
	return id, nil
}

// Task tells how one stands.
func (m *Memory) Task(_ context.Context, of api.Migration, a api.Action, id string) (api.Task, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Task{}, err
	}
	t, ok := d.tasks[id]
	if !ok || t.Action != a {
		return api.Task{}, api.NotFound("task")
	}
	return t, nil
}

// Schedule returns the schedule.
func (m *Memory) Schedule(_ context.Context, of api.Migration) (api.Schedule, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Schedule{}, err
	}
	if d.schedule == nil {
		return api.Schedule{}, api.NotFound("schedule")
	}
	return *d.schedule, nil
}

// PutSchedule keeps it.
func (m *Memory) PutSchedule(_ context.Context, of api.Migration, s api.Schedule) (api.Schedule, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return s, err
	}
	d.schedule = &s
	m.act(of, "schedule")
	return s, nil
}

// DeleteSchedule forgets it.
func (m *Memory) DeleteSchedule(_ context.Context, of api.Migration) error {
	d, done, err := m.find(of)
	defer done()
	if err == nil {
		d.schedule = nil
		m.act(of, "no schedule")
	}
	return err
}

// Budget returns the reserve, and an account that has the tenant's word for a name.
func (m *Memory) Budget(_ context.Context, of api.Migration) (api.Budget, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Budget{}, err
	}
	return api.Budget{Migration: of.Name, Reserve: d.reserve, Accounts: accountsOf(of.Tenant, d.reserve)}, nil
}

func accountsOf(tenant string, reserve int) []api.Account {
	return []api.Account{{Product: Word(tenant), Limit: 700, Ours: 548, Others: 61, Reserve: reserve, Remaining: 312, At: At}}
}

// PutReserve keeps it.
func (m *Memory) PutReserve(ctx context.Context, of api.Migration, percent *int) (api.Budget, error) {
	d, done, err := m.find(of)
	if err == nil {
		if d.reserve = 20; percent != nil {
			d.reserve = *percent
		}
		m.act(of, "reserve")
	}
	done()
	if err != nil {
		return api.Budget{}, err
	}
	return m.Budget(ctx, of)
}

// Upload names a place that is not there.
func (m *Memory) Upload(_ context.Context, of api.Migration, u api.UploadRequest) (api.Upload, error) {
	_, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Upload{}, err
	}
	m.act(of, "upload")
	return api.Upload{ID: "u1", URL: "https://bucket.example.test/", Until: At,
		Fields: map[string]string{"key": "uploads/" + of.Tenant + "/u1/" + u.Name}}, nil
}
