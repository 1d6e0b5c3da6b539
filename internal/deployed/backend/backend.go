package backend

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/gateway"
	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// A Backend carries out what the API is asked for.
type Backend struct {
	config
	deployed.Cloud
	flow  executions
	clock *scheduler.Client
	now   func() time.Time

	advances api.Counted[migration.Run, *api.Progress]
	records  api.Counted[string, map[string]map[string]int]
}

// New returns the handler of function api. It tells what it is handed by its shape:
// a request of the HTTP API, an event of a schedule, the input of a gate.
func New(c deployed.Cloud) (function.Handler, error) {
	b, err := open(c)
	if err != nil {
		return nil, err
	}
	requests := api.New(api.Config{Backend: b.powers(), Rows: c.Base.Rows, Who: b.claims.Who, Note: note})
	gate := function.Handle(migration.Gate{Base: c.Base}.Do)
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		var of struct {
			RequestContext json.RawMessage `json:"requestContext"`
			Schedule       *fired          `json:"schedule"`
		}
		if err := json.Unmarshal(input, &of); err != nil {
			return nil, &migration.Failure{Name: migration.Internal, Message: "the input is no event"}
		}
		switch {
		case of.RequestContext != nil:
			return answer(ctx, requests, input)
		case of.Schedule != nil:
			return nil, migration.Classify(b.fire(ctx, *of.Schedule))
		}
		return gate(ctx, input)
	}, nil
}

func open(c deployed.Cloud) (*Backend, error) {
	config, err := readConfig()
	if err != nil {
		return nil, err
	}
	return &Backend{config: config, Cloud: c, flow: executions{sfn.NewFromConfig(c.SDK)}, clock: scheduler.NewFromConfig(c.SDK), now: time.Now}, nil
}

func answer(ctx context.Context, requests http.Handler, input json.RawMessage) (json.RawMessage, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(input, &e); err != nil {
		return nil, &migration.Failure{Name: migration.Internal, Message: "the input is no request"}
	}
	return json.Marshal(gateway.Answer(ctx, requests, e))
}

// note has the invocation's line tell of the request: ids, names of ours and numbers.
func note(r *http.Request, e api.Entry) {
	deployed.Note(r.Context(), "api_request", e.ID, "method", e.Method, "route", e.Route, "status", e.Status, "code", e.Code, "fault", e.Fault,
		"tenant", e.Tenant, "subject", e.Subject)
}

// powers are all that the API can ask for.
func (b *Backend) powers() api.Backend {
	return api.Backend{Watch: b, Plans: b, Runs: b, Approvals: b, Reports: b, Costs: b, Tasks: b, Schedules: b, Uploads: b, Budgets: b}
}

func (b *Backend) ledger(m api.Migration) *ledger.Ledger {
	return ledger.New(b.Base.Rows, m.Tenant, m.Name)
}

// run is a run of a migration by its id.
func run(m api.Migration, id string, mode migration.Mode) migration.Run {
	return migration.Run{Tenant: m.Tenant, Migration: m.Name, ID: id, Mode: mode}
}
