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
	m.Run(t, "migrate").Wants(t, livetest.ExitWaits)
	var status api.Status
	m.operator.does(t, http.MethodGet, migrations+m.name, nil, &status, http.StatusOK)
	if len(status.Waiting) != 1 || status.Waiting[0].For != api.WaitApproval || status.Next.Do != api.NextApprove {
		t.Fatalf("the status says %+v", status)
	}
	wrote := livetest.Difference(before, m.target.Rows(t))
	delete(wrote, "user_preferences") // Redmine's own, of whoever signs in for the first time
	if len(wrote) > 0 {
		t.Errorf("before the approval it wrote %v", wrote)
	}
	run := status.Waiting[0].Run
	path := migrations + m.name + "/runs/" + run + "/approval"
	m.operator.does(t, http.MethodPost, path, api.Decision{Decision: api.Approve}, nil, http.StatusForbidden)
	deployed.person("acme", api.PrivacyOfficer).does(t, http.MethodPost, path, api.Decision{Decision: api.Approve}, nil, http.StatusAccepted)
	if end := m.operator.ends(t, m.name, run); end.State != "finished" {
		t.Fatalf("it ended so: %+v", end)
	}
	if n := len(m.target.Recount(t).Tickets); n != tickets {
		t.Errorf("%d tickets, want %d", n, tickets)
	}
}
