package web

import (
	"context"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/api/apitest"
)

// stories are the states of a migration that the page has to tell, by its name.
type stories map[string]api.Status

func (s stories) Migrations(context.Context, string) (all []api.Summary, err error) {
	for _, name := range []string{"planned", "running", "waiting", "failed", "stopped", "finished"} {
		if status, ok := s[name]; ok {
			all = append(all, status.Summary())
		}
	}
	return all, nil
}

func (s stories) Status(_ context.Context, m api.Migration) (api.Status, error) {
	status, ok := s[m.Name]
	if !ok {
		return status, api.NotFound("migration")
	}
	return status, nil
}

var at = time.Date(2026, 3, 4, 10, 0, 0, 0, time.Local)

func told() stories {
	left := 340
	first := api.Run{ID: "r0001", Mode: "full", State: "finished", Started: at, Ended: at.Add(70 * time.Minute),
		Sealed: &api.Seal{At: at, Keys: []string{"raw", "clean"}, Objects: 1214}}
	second := api.Run{ID: "r0002", Mode: "full", State: "running", Started: at.Add(26 * time.Hour)}
	failed := second
	failed.State, failed.Failure = "failed", "TargetUnavailable"
	records := map[string]map[string]int{"group": {"loaded": 12}, "organization": {"loaded": 380}, "person": {"loaded": 9120, "matched": 44},
		"ticket": {"loaded": 103880, "excluded": 1200, "quarantined": 3, "withheld": 17}}
	s := stories{
		"planned": {},
		"running": {Runs: []api.Run{first, second}, Records: records, Active: &api.Progress{Run: "r0002", Step: "load", SecondsLeft: &left,
			Steps: []api.Step{{Name: "extract", Done: 105000, Total: 105000}, {Name: "anonymize", Done: 105000, Total: 105000}, {Name: "load", Done: 41200, Total: 105000}}},
			Accounts: []api.Account{{Product: "Zendesk", Limit: 700, Ours: 548, Others: 61, Reserve: 20}}},
		"waiting": {Runs: []api.Run{second}, Waiting: []api.Waiting{{Run: "r0002", For: api.WaitApproval, Whom: api.PrivacyOfficer, Since: at.Add(27 * time.Hour),
			Reasons: map[string]int{"records": 105100, "personal": 23911, "residual": 0}}}},
		"failed":  {Runs: []api.Run{first, failed}, Records: records},
		"stopped": {Runs: []api.Run{second}, Records: records},
		"finished": {Runs: []api.Run{first}, Records: records, Cursors: []api.Cursor{{Kind: "ticket", Run: "r0001", Moved: at}, {Kind: "person", Run: "r0001", Moved: at}},
			Schedule: &api.Schedule{Every: "6h", State: api.SchedulePaused}},
	}
	for name, status := range s {
		status.Migration = name
		status.Settle("PlanInvalid")
		s[name] = status
	}
	return s
}

// serve listens on loopback until the test ends.
func serve(t *testing.T, w api.Watcher) *Server {
	t.Helper()
	backend := (&apitest.Memory{}).Backend()
	backend.Watch = w
	s, err := Listen(t.Context(), "127.0.0.1:0", Config{Backend: backend, Rows: &apitest.Rows{}, Tenant: "local", Note: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}
