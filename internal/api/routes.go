package api

import (
	"context"
	"net/http"
)

// A route is one line of the API: who may ask, which power of the runtime it
// needs, and what it takes. The OpenAPI document is compared with these lines.
type route struct {
	method, path string
	roles        []Role
	power        string // field of Backend in lower case; empty for none
	takes        string // content type of the body; empty for none
	do           func(*handler, context.Context, request) (answer, error)
}

// Who may do what. The operator runs migrations and approves nothing; the privacy
// officer approves and runs nothing.
var (
	everybody = []Role{Operator, PrivacyOfficer, Auditor}
	content   = []Role{Operator, PrivacyOfficer} // plan and forecast
	operators = []Role{Operator}
	officers  = []Role{PrivacyOfficer}
)

const (
	all = "/v1/migrations"
	one = all + "/{migration}"
	run = one + "/runs/{run}"
)

var routes = []route{
	{http.MethodGet, "/v1/openapi.json", everybody, "", "", (*handler).document},
	{http.MethodGet, all, everybody, "watch", "", (*handler).migrations},
	{http.MethodGet, one, everybody, "watch", "", (*handler).status},

	{http.MethodGet, one + "/plan", content, "plans", "", (*handler).plan},
	{http.MethodPut, one + "/plan", operators, "plans", typeYAML, (*handler).putPlan},

	{http.MethodPost, one + "/runs", operators, "runs", typeJSON, (*handler).start},
	{http.MethodGet, run, everybody, "watch", "", (*handler).run},
	{http.MethodPost, run + "/resume", operators, "runs", "", (*handler).resume},
	{http.MethodPost, run + "/approval", officers, "approvals", typeJSON, (*handler).decide},
	{http.MethodGet, run + "/report", everybody, "reports", "", (*handler).report},
	{http.MethodGet, run + "/documents", everybody, "reports", "", (*handler).listDocuments},
	{http.MethodGet, run + "/documents/{document}", everybody, "reports", "", (*handler).runDocument},
	{http.MethodGet, run + "/cost", everybody, "costs", "", (*handler).cost},

	{http.MethodPost, one + "/previews", content, "tasks", "", begin(Preview)},
	{http.MethodGet, one + "/previews/{task}", content, "tasks", "", task(Preview)},
	{http.MethodPost, one + "/rechecks", everybody, "tasks", "", begin(Recheck)},
	{http.MethodGet, one + "/rechecks/{task}", everybody, "tasks", "", task(Recheck)},
	{http.MethodPost, one + "/rollbacks", operators, "tasks", "", begin(Rollback)},
	{http.MethodGet, one + "/rollbacks/{task}", everybody, "tasks", "", task(Rollback)},
	{http.MethodPost, one + "/closings", content, "tasks", "", begin(Closing)},
	{http.MethodGet, one + "/closings/{task}", everybody, "tasks", "", task(Closing)},

	{http.MethodGet, one + "/schedule", everybody, "schedules", "", (*handler).schedule},
	{http.MethodPut, one + "/schedule", operators, "schedules", typeJSON, (*handler).putSchedule},
	{http.MethodDelete, one + "/schedule", operators, "schedules", "", (*handler).deleteSchedule},

	{http.MethodGet, one + "/budget", everybody, "budgets", "", (*handler).budget},
	{http.MethodPut, one + "/budget", operators, "budgets", typeJSON, (*handler).putReserve},

	{http.MethodPost, one + "/uploads", operators, "uploads", typeJSON, (*handler).upload},
}

// has reports whether the runtime has a power.
func (b Backend) has(power string) bool {
	return map[string]bool{
		"watch": b.Watch != nil, "plans": b.Plans != nil, "runs": b.Runs != nil, "approvals": b.Approvals != nil,
		"reports": b.Reports != nil, "costs": b.Costs != nil, "tasks": b.Tasks != nil,
		"schedules": b.Schedules != nil, "uploads": b.Uploads != nil, "budgets": b.Budgets != nil,
	}[power]
}
