package zendesk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A job is work that Zendesk does while we ask how far it is.
type job struct {
	ID       string   `json:"id"`
	Status   string   `json:"status"` // queued, working, completed, failed, killed
	Results  []result `json:"results"`
	Progress *int     `json:"progress"`
}

type result struct {
	Index   *int   `json:"index"`
	ID      int64  `json:"id"`
	Error   string `json:"error"`
	Status  string `json:"status"`
	Success *bool  `json:"success"`
}

// failed reports whether the job did not do this.
func (r result) failed() bool {
	return r.Error != "" || r.Status == "Failed" || r.Success != nil && !*r.Success
}

// bulks are where many records of a kind are created at a time.
var bulks = map[helpdesk.Kind]struct{ path, list string }{
	helpdesk.KindOrganization: {"/organizations/create_many.json", "organizations"},
	helpdesk.KindPerson:       {"/users/create_many.json", "users"},
	helpdesk.KindTicket:       {"/imports/tickets/create_many.json", "tickets"},
}

// many creates records by a job and waits for it. Results stand in the order of
// what was sent.
func (t *target) many(ctx context.Context, k helpdesk.Kind, bodies []object) ([]connectors.Created, error) {
	name := "create " + string(k)
	results, err := t.run(ctx, http.MethodPost, name, bulks[k].path, nil, object{bulks[k].list: bodies})
	if err != nil {
		return nil, err
	}
	if len(results) != len(bodies) {
		return nil, unlike(name)
	}
	created := make([]connectors.Created, len(bodies))
	for i, r := range results {
		switch {
		case r.Index != nil && *r.Index != i:
			return nil, unlike(name)
		case r.failed():
			created[i].Err = &connectors.Rejected{Reason: "refused_by_zendesk"}
		case r.ID == 0:
			created[i].Err = unlike(name)
		default:
			created[i].ID = rest.ID(r.ID)
		}
	}
	return created, nil
}

// How often a job is asked for.
const (
	firstLook  = 25 * time.Millisecond
	nextLooks  = 5 * time.Second // at most
	everyLooks = 15 * time.Minute
)

// run starts a job and waits until it is done. What it did is known only then: a job
// tells no results while it is at work.
func (t *target) run(ctx context.Context, method, name, path string, query map[string][]string, body any) ([]result, error) {
	var answer struct {
		Job *job `json:"job_status"`
	}
	if err := t.send(ctx, method, name, path, query, body, &answer); err != nil {
		return nil, err
	}
	if answer.Job == nil || answer.Job.ID == "" || strings.ContainsAny(answer.Job.ID, "/?#") {
		return nil, unlike(name)
	}
	job := answer.Job
	for waited, pause := time.Duration(0), firstLook; ; waited, pause = waited+pause, min(2*pause, nextLooks) {
		switch job.Status {
		case "completed":
			return job.Results, nil
		case "failed", "killed":
			return nil, fmt.Errorf("zendesk: %s: %w: the job was given up", name, connectors.ErrUnavailable)
		}
		if waited > everyLooks {
			return nil, fmt.Errorf("zendesk: %s: %w: the job does not end", name, connectors.ErrUnavailable)
		}
		if err := rest.Sleep(ctx, pause); err != nil {
			return nil, fmt.Errorf("zendesk: %s: %w", name, err)
		}
		answer.Job = nil
		if err := t.get(ctx, "read job", "/job_statuses/"+job.ID+".json", nil, &answer); err != nil {
			return nil, unsure(err)
		}
		if answer.Job == nil {
			return nil, unlike(name)
		}
		job = answer.Job
	}
}

// unsure is the error of a job that can't be asked for any more: it goes on.
func unsure(err error) error { return fmt.Errorf("%w: %w", connectors.ErrUnavailable, err) }
