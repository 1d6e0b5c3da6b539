// Package apitest is a runtime in memory for tests of the API: it remembers what
// it was asked to do and moves nothing. Each thing in it belongs to a tenant and
// holds a word of the tenant's own, so that a test can tell whose it sees.
package apitest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/internal/api"
)

// At is when everything in a Memory happens.
var At = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)

// A Memory is a runtime without a help desk.
type Memory struct {
	mu   sync.Mutex
	all  map[api.Migration]*desk
	Acts []string // what changed something, in order
}

// A desk is one migration.
type desk struct {
	plan     api.Plan
	runs     []api.Run
	waiting  []api.Waiting
	active   *api.Progress
	records  map[string]map[string]int
	schedule *api.Schedule
	reserve  int
	tasks    map[string]api.Task
	keys     map[string]string
}

// Backend offers all powers.
func (m *Memory) Backend() api.Backend {
	return api.Backend{Watch: m, Plans: m, Runs: m, Approvals: m, Reports: m, Costs: m, Tasks: m, Schedules: m, Uploads: m, Budgets: m}
}

// Word is the word of a tenant's own that stands in everything of it.
func Word(tenant string) string { return "word-of-" + tenant }

// Fill gives a tenant a migration with one finished run, one that waits for an
// approval, a preview and a schedule.
func (m *Memory) Fill(tenant, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.desk(api.Migration{Tenant: tenant, Name: name})
	d.plan = api.Plan{Migration: name, Hash: "f00dfeed", Uploaded: At, Text: "migration: " + name + "\n# " + Word(tenant) + "\n"}
	d.runs = []api.Run{
		{ID: "r0001", Mode: api.ModeFull, PlanHash: "f00d", State: "finished", Started: At, Ended: At.Add(time.Hour),
			Sealed: &api.Seal{At: At.Add(time.Hour), Keys: []string{"raw", "clean"}, Objects: 12, Bytes: 4096}},
		{ID: "r0002", Mode: api.ModeFull, PlanHash: "f00d", State: "running", Started: At.Add(2 * time.Hour)},
	}
	d.waiting = []api.Waiting{{Run: "r0002", For: api.WaitApproval, Whom: api.PrivacyOfficer, Since: At.Add(150 * time.Minute),
		Reasons: map[string]int{"email": 12}}}
	left := 95
	d.active = &api.Progress{Run: "r0002", Step: "anonymize", SecondsLeft: &left,
		Steps: []api.Step{{Name: "extract", Done: 900, Total: 900}, {Name: "anonymize", Done: 450, Total: 900}}}
	d.records = map[string]map[string]int{"ticket": {"loaded": 880, "quarantined": 2}, "person": {"loaded": 120}}
	d.reserve = 20
	d.schedule = &api.Schedule{Every: "6h", State: api.ScheduleActive}
	for _, a := range []api.Action{api.Preview, api.Recheck, api.Rollback, api.Closing} {
		d.tasks[string(a)+"-1"] = api.Task{ID: string(a) + "-1", Migration: name, Action: a, State: api.TaskDone, Started: At, Result: result(a, tenant)}
	}
}

func result(a api.Action, tenant string) json.RawMessage {
	switch a {
	case api.Preview:
		return json.RawMessage(`{"plan_hash":"f00d","source":{"product":"` + Word(tenant) + `"},"target":{"product":"memory","removes":true},` +
			`"kinds":[],"fields":[],"unmapped":[],"inventory":{},"files":{"count":0,"bytes":0}}`)
	case api.Recheck:
		return json.RawMessage(`{"same":1,"changed":0,"missing":0,"census":{"word":"` + Word(tenant) + `"}}`)
	}
	if a == api.Closing {
		return json.RawMessage(`{"version":1,"tool":"` + Word(tenant) + `","migration":"m","answers":{},"begun":"2026-01-02T03:04:05Z","closed":"2026-01-02T03:04:06Z",` +
			`"runs":2,"rows":9,"records":{"ticket":3},"in_target":{"ticket":3},"remains":[]}`)
	}
	return json.RawMessage(`[{"kind":"` + Word(tenant) + `","removed":3,"disabled":0,"kept":0}]`)
}

func (m *Memory) desk(of api.Migration) *desk {
	if m.all == nil {
		m.all = map[api.Migration]*desk{}
	}
	if m.all[of] == nil {
		m.all[of] = &desk{tasks: map[string]api.Task{}, keys: map[string]string{}}
	}
	return m.all[of]
}

// find locks and finds a migration; done unlocks.
func (m *Memory) find(of api.Migration) (d *desk, done func(), err error) {
	m.mu.Lock()
	if d = m.all[of]; d == nil || d.plan.Hash == "" && len(d.runs) == 0 {
		m.mu.Unlock()
		return nil, func() {}, api.NotFound("migration")
	}
	return d, m.mu.Unlock, nil
}

func (m *Memory) act(of api.Migration, what string) {
	m.Acts = append(m.Acts, of.Tenant+"/"+of.Name+" "+what)
}

// Did returns what was changed so far.
func (m *Memory) Did() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.Acts)
}

// Migrations lists a tenant's.
func (m *Memory) Migrations(_ context.Context, tenant string) (found []api.Summary, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for of, d := range m.all {
		if of.Tenant == tenant {
			found = append(found, d.status(of).Summary())
		}
	}
	slices.SortFunc(found, func(a, b api.Summary) int { return compare(a.Migration, b.Migration) })
	return found, nil
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func (d *desk) status(of api.Migration) api.Status {
	s := api.Status{Migration: of.Name, PlanHash: d.plan.Hash, Runs: slices.Clone(d.runs), Records: maps.Clone(d.records), Schedule: d.schedule,
		Waiting: slices.Clone(d.waiting), Active: d.active}
	if s.Active != nil {
		s.Accounts = accountsOf(of.Tenant, d.reserve)
	}
	if len(d.runs) > 0 && d.runs[0].State == "finished" {
		s.Cursors = []api.Cursor{{Kind: "ticket", Run: d.runs[0].ID, Moved: d.runs[0].Ended}}
	}
	s.Settle("PlanInvalid")
	return s
}

// Status tells how a migration stands.
func (m *Memory) Status(_ context.Context, of api.Migration) (api.Status, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Status{}, err
	}
	return d.status(of), nil
}

// PutPlan takes for a plan what has a plan's parts.
func (m *Memory) PutPlan(_ context.Context, of api.Migration, text []byte) (api.Plan, error) {
	var p struct {
		Version                 int
		Migration               string
		Source, Target, Privacy map[string]any
	}
	if yaml.Unmarshal(text, &p) != nil || p.Version != 1 || p.Migration != of.Name || p.Source == nil || p.Target == nil || p.Privacy == nil {
		return api.Plan{}, &api.Refusal{Kind: api.ErrInvalid, Code: "plan", Say: "The plan does not work.", Next: "Correct it."}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	sum := sha256.Sum256(text)
	d := m.desk(of)
	d.plan = api.Plan{Migration: of.Name, Hash: hex.EncodeToString(sum[:8]), Uploaded: At, Text: string(text)}
	m.act(of, "plan")
	return d.plan, nil
}

// Plan returns the plan.
func (m *Memory) Plan(_ context.Context, of api.Migration) (api.Plan, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Plan{}, err
	}
	return d.plan, nil
}

// Start begins a run that never ends.
func (m *Memory) Start(_ context.Context, of api.Migration, s api.Start) (api.Started, error) {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return api.Started{}, err
	}
	if s.Mode == api.ModeDemo {
		of.Name += "-demo"
		d = m.desk(of)
	}
	if id := d.keys[s.Key]; s.Key != "" && id != "" {
		return api.Started{Migration: of.Name, Run: id}, nil
	}
	if n := len(d.runs); n > 0 && d.runs[n-1].State == "running" && !s.NewRun {
		return api.Started{}, &api.Refusal{Kind: api.ErrConflict, Code: "run-under-way", Say: "Run " + d.runs[n-1].ID + " is under way.", Next: "Wait for it."}
	}
	id := fmt.Sprintf("r%04d", len(d.runs)+1)
	d.runs = append(d.runs, api.Run{ID: id, Mode: s.Mode, State: "running", Started: At})
	d.keys[s.Key] = id
	m.act(of, "start "+s.Mode)
	return api.Started{Migration: of.Name, Run: id}, nil
}

// run finds a run.
func (d *desk) run(id string) (*api.Run, error) {
	for i := range d.runs {
		if d.runs[i].ID == id {
			return &d.runs[i], nil
		}
	}
	return nil, api.NotFound("run")
}

// Resume lets a failed run go on.
func (m *Memory) Resume(_ context.Context, of api.Migration, id string) error {
	d, done, err := m.find(of)
	defer done()
	if err != nil {
		return err
	}
	r, err := d.run(id)
	if err == nil && r.State != "failed" {
		err = &api.Refusal{Kind: api.ErrConflict, Code: "nothing-to-resume", Say: "Run " + id + " has not failed.", Next: "Start another."}
	}
	if err == nil {
		r.State = "running"
		m.act(of, "resume "+id)
	}
	return err
}

// Decide answers the gate.
func (m *Memory) Decide(_ context.Context, of api.Migration, id string, d api.Decision) error {
	k, done, err := m.find(of)
	defer done()
	if err != nil {
		return err
	}
	if _, err := k.run(id); err != nil {
		return err
	}
	if len(k.waiting) == 0 || k.waiting[0].Run != id {
		return &api.Refusal{Kind: api.ErrConflict, Code: "does-not-wait", Say: "Run " + id + " does not wait for anybody.", Next: "Look at its status."}
	}
	k.waiting = nil
	m.act(of, d.Decision+" "+id+" by "+d.By)
	return nil
}
