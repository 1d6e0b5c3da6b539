//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
)

// waitsForAnApproval holds runs at the gate: one is given up there, one rejected, one
// approved. What they wait for is a token that only the system has. The plan leaves
// tickets out, which are put on record and not moved.
func waitsForAnApproval(t *testing.T) {
	group, chosen := account().Of(helpdesk.KindGroup)[0], 0
	for _, k := range account().Of(helpdesk.KindTicket) {
		if k.Ticket.Group == group.Key {
			chosen++
		}
	}
	m := newMove(t, "approved").remote(t)
	m.Edit(t, "preset: gdpr", fmt.Sprintf("preset: gdpr\nrun: {approval: true}\nselect: {tickets: {groups: [%q]}}", group.Group.Name))
	before := m.target.Rows(t)
	m.waits(t, "r0001")
	m.waits(t, "r0002", "--new-run")
	wrote := livetest.Difference(before, m.target.Rows(t))
	delete(wrote, "user_preferences") // Redmine's own, of whoever signs in for the first time
	if len(wrote) > 0 {
		t.Errorf("before the approval it wrote %v", wrote)
	}
	officer := deployed.person("acme", api.PrivacyOfficer)
	decide := func(who person, run, decision string, status int) {
		who.does(t, http.MethodPost, migrations+m.name+"/runs/"+run+"/approval", api.Decision{Decision: decision}, nil, status)
	}
	decide(m.operator, "r0002", api.Approve, http.StatusForbidden)
	decide(officer, "r0001", api.Approve, http.StatusConflict)
	decide(officer, "r0002", api.Reject, http.StatusAccepted)
	if end := m.operator.ends(t, m.name, "r0002"); end.State != "failed" || end.Failure != "ApprovalRefused" || end.Sealed == nil {
		t.Errorf("rejected, it ended so: %+v", end)
	}
	m.waits(t, "r0003")
	decide(officer, "r0003", api.Approve, http.StatusAccepted)
	decide(officer, "r0003", api.Reject, http.StatusConflict)
	if end := m.operator.ends(t, m.name, "r0003"); end.State != "finished" {
		t.Fatalf("approved, it ended so: %+v", end)
	}
	if n := len(m.target.Recount(t).Tickets); n != chosen {
		t.Errorf("%d tickets, want the %d of one group", n, chosen)
	}
	until(t, "the run that was given up is sealed", func() bool {
		var status api.Status
		m.operator.does(t, http.MethodGet, migrations+m.name, nil, &status, http.StatusOK)
		return status.Runs[0].State == "given_up" && status.Runs[0].Sealed != nil
	})
}

// waits starts a run and sees it come to the gate.
func (m move) waits(t *testing.T, run string, flags ...string) {
	t.Helper()
	m.Run(t, append([]string{"migrate"}, flags...)...).Wants(t, livetest.ExitWaits)
	var status api.Status
	m.operator.does(t, http.MethodGet, migrations+m.name, nil, &status, http.StatusOK)
	if len(status.Waiting) != 1 || status.Waiting[0].Run != run || status.Waiting[0].For != api.WaitApproval || status.Next.Do != api.NextApprove {
		t.Fatalf("the status says %+v", status)
	}
}
