package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
)

const anyRole = "[operator privacy_officer auditor]"

// asks are requests that succeed, one for each route.
var asks = []struct{ ask, body string }{
	{"GET /v1/openapi.json", ""},
	{"GET /v1/migrations", ""},
	{"GET /v1/migrations/NAME", ""},
	{"GET /v1/migrations/NAME/plan", ""},
	{"PUT /v1/migrations/NAME/plan", "{version: 1, migration: NAME, source: {}, target: {}, privacy: {}}"},
	{"POST /v1/migrations/NAME/runs", `{"mode":"full","new_run":true}`},
	{"GET /v1/migrations/NAME/runs/r0002", ""},
	{"POST /v1/migrations/NAME/runs/r0002/approval", `{"decision":"approve"}`},
	{"GET /v1/migrations/NAME/runs/r0001/report", ""},
	{"GET /v1/migrations/NAME/runs/r0001/documents", ""},
	{"GET /v1/migrations/NAME/runs/r0001/documents/report.json", ""},
	{"GET /v1/migrations/NAME/runs/r0001/cost", ""},
	{"POST /v1/migrations/NAME/previews", ""},
	{"GET /v1/migrations/NAME/previews/preview-1", ""},
	{"POST /v1/migrations/NAME/rechecks", ""},
	{"GET /v1/migrations/NAME/rechecks/recheck-1", ""},
	{"POST /v1/migrations/NAME/rollbacks", ""},
	{"GET /v1/migrations/NAME/rollbacks/rollback-1", ""},
	{"POST /v1/migrations/NAME/closings", ""},
	{"GET /v1/migrations/NAME/closings/closing-1", ""},
	{"GET /v1/migrations/NAME/schedule", ""},
	{"PUT /v1/migrations/NAME/schedule", `{"every":"15m","state":"active"}`},
	{"DELETE /v1/migrations/NAME/schedule", ""},
	{"GET /v1/migrations/NAME/budget", ""},
	{"PUT /v1/migrations/NAME/budget", `{"reserve":40}`},
	{"POST /v1/migrations/NAME/uploads", `{"name":"tickets.csv","size":100}`},
	{"POST /v1/migrations/NAME/runs/r0001/resume", ""}, // is finished: 409
}

// of puts a migration's name into a request.
func of(name, ask, body string) (string, string, []string) {
	ask, body = strings.ReplaceAll(ask, "NAME", name), strings.ReplaceAll(body, "NAME", name)
	if strings.HasPrefix(ask, "PUT") && strings.HasSuffix(ask, "/plan") {
		return ask, body, []string{"Content-Type", "application/yaml"}
	}
	return ask, body, nil
}

func TestEveryRouteAnswersAsTheDocumentSays(t *testing.T) {
	s := serve(t)
	for _, a := range asks {
		ask, body, header := of("acme-2026", a.ask, a.body)
		r := s.as(t, "acme", anyRole, ask, body, header...)
		if r.StatusCode >= 400 && r.StatusCode != http.StatusConflict {
			t.Errorf("%s: %d %s", ask, r.StatusCode, r.text)
		}
	}
}

func TestWithoutATokenNothingIsAnswered(t *testing.T) {
	s := serve(t)
	for _, a := range asks {
		ask, body, header := of("acme-2026", a.ask, a.body)
		if r := s.as(t, "", "", ask, body, header...).want(t, http.StatusUnauthorized); r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: the answer does not say how to sign in", ask)
		}
	}
	s.as(t, "", "", "GET /nowhere", "").want(t, http.StatusUnauthorized)
	for _, c := range [][2]string{{"acme", "nobody"}, {"acme", ""}, {"ACME/../globex", anyRole}, {"acme#x", anyRole}} {
		s.as(t, c[0], c[1], "GET /v1/migrations", "").want(t, http.StatusForbidden)
	}
	if did := s.Did(); len(did) > 0 {
		t.Errorf("something was done: %v", did)
	}
}

func TestARoleDoesWhatItIsForAndNoMore(t *testing.T) {
	may := map[string]map[string]bool{
		"auditor": {"GET /v1/migrations/NAME/plan": false, "PUT /v1/migrations/NAME/plan": false, "POST /v1/migrations/NAME/runs": false,
			"POST /v1/migrations/NAME/runs/r0002/approval": false, "GET /v1/migrations/NAME/runs/r0001/report": true, "GET /v1/migrations/NAME": true,
			"GET /v1/migrations/NAME/previews/preview-1": false, "POST /v1/migrations/NAME/rollbacks": false, "POST /v1/migrations/NAME/closings": false, "POST /v1/migrations/NAME/rechecks": true, "GET /v1/migrations/NAME/budget": true, "PUT /v1/migrations/NAME/budget": false},
		"operator": {"POST /v1/migrations/NAME/runs/r0002/approval": false, "POST /v1/migrations/NAME/runs": true, "GET /v1/migrations/NAME/plan": true,
			"DELETE /v1/migrations/NAME/schedule": true, "PUT /v1/migrations/NAME/budget": true},
		"privacy_officer": {"POST /v1/migrations/NAME/runs": false, "POST /v1/migrations/NAME/runs/r0002/approval": true,
			"POST /v1/migrations/NAME/rollbacks": false, "POST /v1/migrations/NAME/closings": true, "GET /v1/migrations/NAME/previews/preview-1": true, "PUT /v1/migrations/NAME/schedule": false},
	}
	for role, asked := range may {
		for _, a := range asks {
			allowed, told := asked[a.ask]
			if !told {
				continue
			}
			s := serve(t)
			ask, body, header := of("acme-2026", a.ask, a.body)
			if r := s.as(t, "acme", role, ask, body, header...); (r.StatusCode != http.StatusForbidden) != allowed {
				t.Errorf("%s as %s: %d, allowed: %t", ask, role, r.StatusCode, allowed)
			} else if did := s.Did(); !allowed && len(did) > 0 {
				t.Errorf("%s as %s is refused and did %v", ask, role, did)
			}
		}
	}
}

func TestAnswersTellBrowsersToKeepAway(t *testing.T) {
	s := serve(t)
	for _, ask := range []string{"GET /v1/migrations", "GET /nowhere", "PATCH /v1/migrations", "GET /v1/migrations/acme-2026/runs/r0001/documents/report.html"} {
		r := s.as(t, "acme", anyRole, ask, "")
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'",
			"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-", "X-Request-Id": ""} {
			if got := r.Header.Get(name); got == "" || !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", ask, name, got)
			}
		}
	}
	r := s.as(t, "acme", anyRole, "GET /v1/migrations/acme-2026/runs/r0001/documents/report.html", "").want(t, http.StatusOK)
	if got := r.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "sandbox;") {
		t.Errorf("a document is shown under %q", got)
	}
}

func TestWhoAsksAgainIsToldThatNothingChanged(t *testing.T) {
	s := serve(t)
	const ask = "GET /v1/migrations/acme-2026"
	tag := s.as(t, "acme", anyRole, ask, "").want(t, http.StatusOK).Header.Get("ETag")
	again := s.as(t, "acme", anyRole, ask, "", "If-None-Match", `"other", W/`+tag).want(t, http.StatusNotModified)
	if again.text != "" || again.Header.Get("ETag") != tag {
		t.Errorf("answers %q with tag %s", again.text, again.Header.Get("ETag"))
	}
	s.as(t, "acme", "privacy_officer", "POST /v1/migrations/acme-2026/runs/r0002/approval", `{"decision":"approve"}`).want(t, http.StatusAccepted)
	s.as(t, "acme", anyRole, ask, "", "If-None-Match", tag).want(t, http.StatusOK)
}

func TestWhatTakesLongSaysWhereToLookAndWhen(t *testing.T) {
	s := serve(t)
	for ask, where := range map[string]string{
		"POST /v1/migrations/acme-2026/runs":     "/v1/migrations/acme-2026-demo/runs/r0001",
		"POST /v1/migrations/acme-2026/previews": "/v1/migrations/acme-2026/previews/preview-5",
	} {
		body := ""
		if strings.HasSuffix(ask, "runs") {
			body = `{"mode":"demo","limit":5}`
		}
		r := s.as(t, "acme", "operator", ask, body).want(t, http.StatusAccepted)
		if got := r.Header.Get("Location"); got != where || r.Header.Get("Retry-After") != "2" {
			t.Errorf("%s: look at %q after %q, want %q after 2", ask, got, r.Header.Get("Retry-After"), where)
		}
		s.as(t, "acme", "operator", "GET "+r.Header.Get("Location"), "").want(t, http.StatusOK)
	}
}

func TestWhatIsNotUnderstoodIsRefusedWithANextStep(t *testing.T) {
	s := serve(t)
	const runs = "POST /v1/migrations/acme-2026/runs"
	for _, c := range []struct {
		ask, body string
		header    []string
		status    int
		says      string
	}{
		{runs, `{"mode":"full","newrun":true}`, nil, 400, `there is no field \"newrun\"`},
		{runs, `{"mode":5}`, nil, 400, "mode is not a string"},
		{runs, `{"mode":"full"} {}`, nil, 400, "not JSON"},
		{runs, `null`, nil, 400, "not JSON"},
		{runs, `[]`, nil, 400, "not JSON"},
		{runs, `{"mode":"full","limit":null}`, nil, 400, `there is no field \"limit\"`},
		{runs, `{"MODE":"full"}`, nil, 400, `there is no field \"MODE\"`},
		{runs, ``, []string{"Content-Type", "application/json"}, 400, "not JSON"},
		{runs, `{"mode":"full"}`, []string{"Content-Type", "text/plain"}, 415, "application/json"},
		{runs, `{"mode":"part"}`, nil, 422, "mode is full, delta or demo"},
		{runs, `{"mode":"full","limit":3}`, nil, 422, "limit is for a demo"},
		{runs, `{"mode":"full","quick":true}`, nil, 422, "quick is for a delta"},
		{runs, `{"mode":"full"}`, nil, 409, "r0002 is under way"},
		{runs, `{"mode":"` + strings.Repeat("x", 70<<10) + `"}`, nil, 413, "64 KiB"},
		{"PUT /v1/migrations/acme-2026/plan", strings.Repeat("x", 5<<20), []string{"Content-Type", "application/yaml"}, 413, "4 MiB"},
		{"GET /v1/migrations/acme-2026", `{}`, nil, 400, "takes no body"},
		{"PUT /v1/migrations/acme-2026/schedule", `{"every":"1m","state":"active"}`, nil, 422, "5 minutes"},
		{"PUT /v1/migrations/acme-2026/budget", `{"reserve":95}`, nil, 422, "0 to 90"},
		{"PUT /v1/migrations/acme-2026/budget", `{}`, nil, 422, "or null"},
		{"PUT /v1/migrations/acme-2026/schedule", `{"every":"1h","cron":"0 2 * * *","state":"active"}`, nil, 422, "one of every and cron"},
		{"POST /v1/migrations/acme-2026/uploads", `{"name":"../tickets.csv","size":1}`, nil, 422, "without a folder"},
		{"POST /v1/migrations/acme-2026/uploads", `{"name":"tickets.csv","size":9999999999}`, nil, 422, "400 MiB"},
		{"POST /v1/migrations/acme-2026/runs/r0002/approval", `{"decision":"maybe"}`, nil, 422, "approve or reject"},
		{"PATCH /v1/migrations", "", nil, 405, "GET"},
		{"GET /v1/nothing", "", nil, 404, "no such path"},
		{"GET /v1/migrations/Acme_2026", "", nil, 404, "no such migration"},
		{"GET /v1/migrations/acme-2026/runs/r0001/documents/..%2F..%2Fkeyring", "", nil, 404, "no such path"},
		{"GET /v1/migrations/acme-2026/runs/r0001/documents/.hidden", "", nil, 404, "no such document"},
		{"GET /v1/migrations/acme-2026?" + strings.Repeat("x", 3000), "", nil, 400, "too long"},
	} {
		r := s.as(t, "acme", anyRole, c.ask, c.body, c.header...).want(t, c.status)
		if !strings.Contains(r.text, c.says) || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %.40s: %s %s, want %q", c.ask, c.body, r.Header.Get("Content-Type"), r.text, c.says)
		}
		if doc := r.json(t); doc["next"] == "" || doc["request_id"] == "" || doc["status"] != float64(c.status) {
			t.Errorf("%s: %v", c.ask, doc)
		}
	}
	if did := s.Did(); len(did) > 0 {
		t.Errorf("something was done: %v", did)
	}
}

// A leak is a runtime whose errors hold content.
type leak struct{ api.Watcher }

const canary = "jane.doe@example.test"

func (leak) Migrations(context.Context, string) ([]api.Summary, error) {
	return nil, fmt.Errorf("row of %s: %w", canary, errors.New(canary))
}

func (leak) Status(context.Context, api.Migration) (api.Status, error) { panic(canary) }

func TestAFaultTellsNothingButItsNumber(t *testing.T) {
	var notes []api.Entry
	h := api.New(api.Config{Backend: api.Backend{Watch: leak{}}, Who: claims.Who, Note: func(_ *http.Request, e api.Entry) { notes = append(notes, e) }})
	s := &service{handler: h}
	for _, ask := range []string{"GET /v1/migrations", "GET /v1/migrations/acme-2026"} {
		r := s.as(t, "acme", anyRole, ask, "").want(t, http.StatusInternalServerError)
		if strings.Contains(r.text, canary) || r.json(t)["request_id"] != r.Header.Get("X-Request-Id") {
			t.Errorf("%s answers %s", ask, r.text)
		}
	}
	if text := fmt.Sprintf("%+v", notes); strings.Contains(text, canary) || len(notes) != 2 || notes[0].Fault == "" || notes[1].Fault == "" {
		t.Errorf("the log says %s", text)
	}
	s.as(t, "acme", anyRole, "GET /v1/migrations/acme-2026/schedule", "").want(t, http.StatusNotFound)
}

func TestTheLogHoldsNoNamesOfFilesAndNoQuery(t *testing.T) {
	s := serve(t)
	s.as(t, "acme", anyRole, "GET /v1/migrations/acme-2026/runs/r0001/documents/"+canary[:8]+".html?q="+canary, "").want(t, http.StatusNotFound)
	if text := fmt.Sprintf("%+v", s.notes); strings.Contains(text, canary[:8]) || !strings.Contains(text, "{document}") {
		t.Errorf("the log says %s", text)
	}
}

func TestClaimsComeFromTheGatewayOnly(t *testing.T) {
	s := serve(t)
	q := httptest.NewRequest(http.MethodGet, "/v1/migrations", nil)
	q.Header.Set("tenant", "acme")
	q.Header.Set("roles", "operator")
	q.Header.Set("Authorization", "Bearer forged")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, q)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", w.Code)
	}
}
