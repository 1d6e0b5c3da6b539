//go:build e2e

package e2e

import (
	"net/http"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
)

// waitsForAnApproval holds a run at the gate. What it
// waits for is a token that only the system has.
func waitsForAnApproval(t *testing.T) {
	m := newMove(t, "approved").remote(t)
	m.Edit(t, "preset: gdpr", "preset: gdpr\nrun: {approval: true}")
	before := m.target.Rows(t)
	c := m.Command(t.Context(), "migrate")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var status api.Status
	until(t, "the run waits for an approval", func() bool {
		m.operator.does(t, http.MethodGet, migrations+m.name, nil, &status, http.StatusOK)
		return len(status.Waiting) == 1 && status.Waiting[0].For == "approval"
	})
	if wrote := livetest.Difference(before, m.target.Rows(t)); len(wrote) > 0 {
		t.Errorf("before the approval it wrote %v", wrote)
	}
	path := migrations + m.name + "/runs/" + status.Waiting[0].Run + "/approval"
	m.operator.does(t, http.MethodPost, path, api.Decision{Decision: api.Approve}, nil, http.StatusForbidden)
	deployed.person("acme", api.PrivacyOfficer).does(t, http.MethodPost, path, api.Decision{Decision: api.Approve}, nil, http.StatusOK)
	if err := c.Wait(); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	if n := len(m.target.Recount(t).Tickets); n != tickets {
		t.Errorf("%d tickets, want %d", n, tickets)
	}
}
