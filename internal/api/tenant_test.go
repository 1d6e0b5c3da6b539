package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api/apitest"
)

// TestNoRouteLeadsToAnotherTenant asks, as globex, for everything of acme: by
// every path, in bodies, with acme's keys. It gets what it would get if acme had
// nothing, and changes nothing of acme's.
func TestNoRouteLeadsToAnotherTenant(t *testing.T) {
	s := serve(t)
	word := apitest.Word("acme")
	for _, a := range asks {
		ask, body, header := of("acme-2026", a.ask, a.body)
		r := s.as(t, "globex", anyRole, ask, body, header...)
		if strings.Contains(r.text, word) {
			t.Errorf("%s shows globex what is acme's: %s", ask, r.text)
		}
		nothing, body, header := of("nobody-2026", a.ask, a.body)
		if got := s.as(t, "globex", anyRole, nothing, body, header...); got.StatusCode != r.StatusCode || without(got.text) != without(r.text) {
			t.Errorf("%s: globex can tell that acme has it: %d %s, and of what nobody has: %d %s", ask, r.StatusCode, r.text, got.StatusCode, got.text)
		}
	}
	for _, did := range s.Did() {
		if strings.HasPrefix(did, "acme/") {
			t.Errorf("globex has changed something of acme's: %s", did)
		}
	}
	if list := s.as(t, "globex", anyRole, "GET /v1/migrations", "").text; !strings.Contains(list, "globex-2026") || strings.Contains(list, `"state":"finished"`) {
		t.Errorf("globex sees %s", list)
	}
}

// without takes out what differs between any two answers.
func without(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "acme-2026", "NAME"), "nobody-2026", "NAME")
	before, _, _ := strings.Cut(text, `"request_id"`)
	before, _, _ = strings.Cut(before, `"hash"`)
	return before
}

func TestATenantInABodyOrAHeaderIsNoTenant(t *testing.T) {
	s := serve(t)
	for _, c := range []struct{ ask, body string }{
		{"POST /v1/migrations/globex-2026/runs", `{"mode":"full","new_run":true,"tenant":"acme"}`},
		{"POST /v1/migrations/globex-2026/runs", `{"mode":"full","new_run":true,"migration":"acme-2026"}`},
		{"POST /v1/migrations/globex-2026/runs/r0002/approval", `{"decision":"approve","by":"officer-of-acme"}`},
		{"PUT /v1/migrations/globex-2026/schedule", `{"every":"15m","state":"active","migration":"acme-2026"}`},
		{"POST /v1/migrations/globex-2026/uploads", `{"name":"tickets.csv","size":1,"key":"uploads/acme/acme-2026/u1/tickets.csv"}`},
	} {
		s.as(t, "globex", anyRole, c.ask, c.body).want(t, http.StatusBadRequest)
	}
	for _, path := range []string{"/v1/migrations/globex-2026/../acme-2026", "/v1/migrations/..%2Facme%2Facme-2026", "/v1/migrations/acme%2Facme-2026",
		"/v1/migrations/%61cme-2026/runs/r0001/report", "/v1/migrations/globex-2026/runs/..%2Facme-2026%2Fr0001/report"} {
		r := s.as(t, "globex", anyRole, "GET "+path, "", "X-Tenant", "acme", "X-Amzn-Claims", "tenant=acme")
		if r.StatusCode < 300 || strings.Contains(r.text, apitest.Word("acme")) {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.text)
		}
	}
	if did := s.Did(); len(did) > 0 {
		t.Errorf("something was done: %v", did)
	}
}

// TestAKeyOfOneTenantSaysNothingToAnother: the same Idempotency-Key on the same
// path is another wish.
func TestAKeyOfOneTenantSaysNothingToAnother(t *testing.T) {
	s := serve(t)
	s.Fill("globex", "acme-2026")
	ask, key := "POST /v1/migrations/acme-2026/uploads", []string{"Idempotency-Key", "k1"}
	s.as(t, "acme", anyRole, ask, `{"name":"secret-of-acme.csv","size":1}`, key...).want(t, http.StatusCreated)
	r := s.as(t, "globex", anyRole, ask, `{"name":"other.csv","size":1}`, key...).want(t, http.StatusCreated)
	if strings.Contains(r.text, "acme/") || strings.Contains(r.text, "secret") {
		t.Errorf("globex got acme's answer: %s", r.text)
	}
}
