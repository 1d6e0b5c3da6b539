package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
)

// path joins names to a path of the API.
func path(names ...string) string {
	p := "/v1/migrations"
	for _, n := range names {
		p += "/" + url.PathEscape(n)
	}
	return p
}

// Migrations lists the tenant's migrations.
func (c *Client) Migrations(ctx context.Context) ([]api.Summary, error) {
	list, err := get[struct {
		Migrations []api.Summary `json:"migrations"`
	}](ctx, c, path())
	return list.Migrations, err
}

// PutPlan uploads a plan.
func (c *Client) PutPlan(ctx context.Context, migration string, text []byte) (api.Plan, error) {
	r, err := c.ask(ctx, request{method: http.MethodPut, path: path(migration, "plan"), body: text, kind: "application/yaml"})
	return read[api.Plan](r, err)
}

// Status tells how a migration stands.
func (c *Client) Status(ctx context.Context, migration string) (api.Status, error) {
	return get[api.Status](ctx, c, path(migration))
}

// Start starts a run.
func (c *Client) Start(ctx context.Context, migration string, s api.Start) (api.Started, error) {
	return send[api.Started](ctx, c, http.MethodPost, path(migration, "runs"), s)
}

// Resume lets a run go on.
func (c *Client) Resume(ctx context.Context, migration, run string) (api.Started, error) {
	return send[api.Started](ctx, c, http.MethodPost, path(migration, "runs", run, "resume"), nil)
}

// Decide answers the gate of a run.
func (c *Client) Decide(ctx context.Context, migration, run string, d api.Decision) (api.Started, error) {
	return send[api.Started](ctx, c, http.MethodPost, path(migration, "runs", run, "approval"), d)
}

// Report is report.json of a run.
func (c *Client) Report(ctx context.Context, migration, run string) (json.RawMessage, error) {
	return get[json.RawMessage](ctx, c, path(migration, "runs", run, "report"))
}

// Cost is what a run cost.
func (c *Client) Cost(ctx context.Context, migration, run string) (json.RawMessage, error) {
	return get[json.RawMessage](ctx, c, path(migration, "runs", run, "cost"))
}

// Documents lists the documents of a run, and Document reads one.
func (c *Client) Documents(ctx context.Context, migration, run string) ([]string, error) {
	list, err := get[struct {
		Documents []string `json:"documents"`
	}](ctx, c, path(migration, "runs", run, "documents"))
	return list.Documents, err
}

// Document reads a document of a run.
func (c *Client) Document(ctx context.Context, migration, run, name string) ([]byte, error) {
	r, err := c.ask(ctx, request{method: http.MethodGet, path: path(migration, "runs", run, "documents", name)})
	return r.body, err
}

// Budget tells how the help desks' limits are used, and how much is left to agents.
func (c *Client) Budget(ctx context.Context, migration string) (api.Budget, error) {
	return get[api.Budget](ctx, c, path(migration, "budget"))
}

// PutReserve leaves another percentage to agents; nil is what the plan says.
func (c *Client) PutReserve(ctx context.Context, migration string, percent *int) (api.Budget, error) {
	return send[api.Budget](ctx, c, http.MethodPut, path(migration, "budget"), api.ReserveOf(percent))
}

// Schedule returns when a migration runs by itself.
func (c *Client) Schedule(ctx context.Context, migration string) (api.Schedule, error) {
	return get[api.Schedule](ctx, c, path(migration, "schedule"))
}

// PutSchedule makes or changes it.
func (c *Client) PutSchedule(ctx context.Context, migration string, s api.Schedule) (api.Schedule, error) {
	return send[api.Schedule](ctx, c, http.MethodPut, path(migration, "schedule"), s)
}

// DeleteSchedule removes it.
func (c *Client) DeleteSchedule(ctx context.Context, migration string) error {
	_, err := send[json.RawMessage](ctx, c, http.MethodDelete, path(migration, "schedule"), nil)
	return err
}

// How often is looked: soon after something was begun, then as often as something
// changes, then less and less.
const (
	firstLook = 250 * time.Millisecond
	busyLook  = 2 * time.Second
	idleLook  = 15 * time.Second
)

// Do begins a task and waits until it is over.
func (c *Client) Do(ctx context.Context, migration string, a api.Action) (api.Task, error) {
	begun, err := send[api.Task](ctx, c, http.MethodPost, path(migration, string(a)+"s"), nil)
	for look := firstLook; err == nil; look = min(look*3/2, idleLook) {
		if err := sleep(ctx, look); err != nil {
			return begun, err
		}
		t, err := get[api.Task](ctx, c, path(migration, string(a)+"s", begun.ID))
		if err != nil || t.State != api.TaskRunning {
			return t, err
		}
	}
	return begun, err
}

// Watch looks how a migration stands until the caller has seen enough. It is
// called again only when something has changed.
func (c *Client) Watch(ctx context.Context, migration string, enough func(api.Status) bool) error {
	tag := ""
	for look := firstLook; ; {
		r, err := c.ask(ctx, request{method: http.MethodGet, path: path(migration), tag: tag})
		if err != nil {
			return err
		}
		if r.status == http.StatusNotModified {
			look = min(look*3/2, idleLook)
		} else {
			s, err := read[api.Status](r, nil)
			if err != nil || enough(s) {
				return err
			}
			tag, look = r.header.Get("ETag"), min(look*3/2, busyLook)
		}
		if err := sleep(ctx, look); err != nil {
			return err
		}
	}
}
