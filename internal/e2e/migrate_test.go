//go:build e2e

package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// tickets is how many a whole migration moves.
const tickets = 40

// A move is a migration from Request Tracker to Redmine by the deployed system,
// as an operator of a tenant runs it with the program.
type move struct {
	livetest.Workspace
	operator   person
	rt, target livetest.Desk
	name       string
}

// filled is the variant of Request Tracker that holds the tickets to move.
const filled = "e2e"

// fill fills Request Tracker, once for all tests.
var fill sync.Once

// newMove has a plan for moving the tickets of Request Tracker.
func newMove(t *testing.T, name string) move {
	t.Helper()
	redmine := livetest.Open(t, peers.Redmine, peers.Silent)
	fill.Do(func() {
		rt := livetest.Open(t, peers.RT, peers.Silent)
		seed := livetest.NewWorkspace(t, "seed", livetest.Export(t, account()), rt.Side(rt.URL, ""), livetest.FromCSVToRT)
		seed.Run(t, "migrate").Wants(t, livetest.ExitDone)
		if err := errors.Join(rt.Keep(t.Context(), filled), rt.Close()); err != nil {
			t.Fatal(err)
		}
	})
	rt := livetest.Open(t, peers.RT, filled)
	w := livetest.NewWorkspace(t, name, rt.Side(rt.URL, ""), redmine.Side(redmine.URL, ""), livetest.FromRTToRedmine)
	return move{w, deployed.person("acme", api.Operator), rt, redmine, name}
}

func account() sample.Account { return livetest.First(sample.Live(), tickets) }

// remote is the workspace of the same plan for the deployed system: what differs
// is where the secrets lie.
func (m move) remote(t *testing.T) move {
	t.Helper()
	m.Edit(t, "env:"+livetest.RTPassword, deployed.keepSecret(t, "acme", "rt", livetest.SecretOf(peers.RT)))
	m.Edit(t, "env:"+livetest.RedmineKey, deployed.keepSecret(t, "acme", "redmine", livetest.SecretOf(peers.Redmine)))
	m.Flags = []string{"--remote", deployed.door.URL}
	m.Env = []string{"SAFECONDUCT_TOKEN_FILE=" + m.operator.tokenFile(t)}
	return m
}

// bringsWhatTheEmbeddedOneDoes runs one plan in both
// runtimes, lets it run once more by itself, and takes it back.
func bringsWhatTheEmbeddedOneDoes(t *testing.T) {
	m := newMove(t, "both")
	empty := m.target.Recount(t)
	m.Run(t, "migrate").Wants(t, livetest.ExitDone)
	want := m.target.Recount(t)
	m.target.Fresh(t, peers.Silent)

	m = m.remote(t)
	if !t.Run("the target is the same", func(t *testing.T) {
		if f := m.Forecast(t); livetest.Moving(f, helpdesk.KindTicket) != tickets {
			t.Errorf("the forecast moves %d tickets", livetest.Moving(f, helpdesk.KindTicket))
		}
		r := m.Run(t, "migrate").Wants(t, livetest.ExitDone)
		t.Logf("%.1f tickets/s", tickets/r.Took.Seconds())
		livetest.WantClean(t, m.Report(t, r))
		wantSame(t, m.target.Recount(t), want)
		m.Run(t, "verify").Wants(t, livetest.ExitDone)
	}) {
		t.FailNow() // what follows starts from there
	}
	t.Run("a schedule fires and moves what is new and what changed", m.fires)
	t.Run("a delta removes what is gone", m.misses)
	t.Run("and it can be taken back", func(t *testing.T) { m.back(t, empty) })
}

// fires gives the migration a schedule and the source a new ticket, another subject
// for one that was moved, and an answer on another of these, and waits.
func (m move) fires(t *testing.T) {
	before := m.target.Recount(t)
	moved := m.rt.Recount(t).Tickets
	m.rt.OpenTicket(t, "Opened after the migration", m.rt.Customer(t))
	m.rt.Rename(t, moved[0].ID, "Renamed after the migration")
	m.rt.Reply(t, moved[1].ID, "Answered after the migration.")
	at := time.Now().UTC().Add(75 * time.Second).Truncate(time.Minute)
	path := migrations + m.name + "/schedule"
	m.operator.does(t, http.MethodPut, path, api.Schedule{Cron: fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour()), State: api.ScheduleActive}, nil, http.StatusOK)
	var status api.Status
	until(t, "a run starts by itself and ends", func() bool {
		m.operator.does(t, http.MethodGet, migrations+m.name, nil, &status, http.StatusOK)
		return len(status.Runs) == 2 && status.Runs[1].State != "running"
	})
	m.operator.does(t, http.MethodDelete, path, nil, nil, http.StatusNoContent)
	if last := status.Runs[1]; last.State != "finished" || last.Started.Before(at) {
		t.Errorf("the run of the schedule: %+v", last)
	}
	after := m.target.Recount(t)
	if n := len(after.Tickets) - len(before.Tickets); n != 1 {
		t.Errorf("%d tickets are new, want 1", n)
	}
	after.Tickets = after.Tickets[:len(before.Tickets)]
	after.People, before.People = 0, 0 // who asks in the new ticket is new too
	for i := range before.Tickets {
		switch was, is := &before.Tickets[i], after.Tickets[i]; was.Number {
		case moved[0].Number:
			was.Subject = "Renamed after the migration"
		case moved[1].Number:
			answer := is.Messages[len(is.Messages)-1]
			if !strings.Contains(answer.Text, "Answered after the migration.") {
				t.Errorf("the last message of %s is %q", is.Number, answer.Text)
			}
			was.Messages = append(was.Messages, answer)
			was.Status = is.Status // Request Tracker opens a new ticket with its first answer
		}
	}
	wantSame(t, after, before)
}

// misses deletes a ticket in the source: a delta that somebody starts takes a roll, and
// asks for what is not in it.
func (m move) misses(t *testing.T) {
	before, gone := m.target.Recount(t), m.rt.Recount(t).Tickets[2]
	m.rt.Delete(t, gone.ID)
	m.Run(t, "delta").Wants(t, livetest.ExitDone)
	after := m.target.Recount(t)
	if slices.ContainsFunc(after.Tickets, func(k recount.Ticket) bool { return k.Number == gone.Number }) || len(after.Tickets) != len(before.Tickets)-1 {
		t.Errorf("%d of %d tickets are left, %s is to be gone", len(after.Tickets), len(before.Tickets), gone.Number)
	}
}

// back takes the migration back.
func (m move) back(t *testing.T, was recount.Desk) {
	r := m.Run(t, "rollback", "--yes").Wants(t, livetest.ExitDone)
	var answer struct {
		Back []struct {
			Kind string
			Kept int
		} `json:"rolled_back"`
	}
	if err := json.Unmarshal(r.Out, &answer); err != nil || len(answer.Back) == 0 {
		t.Fatalf("%v\n%s", err, r.Out)
	}
	for _, b := range answer.Back {
		if b.Kept > 0 {
			t.Errorf("%d of %s were kept", b.Kept, b.Kind)
		}
	}
	wantSame(t, m.target.Recount(t), was)
}

// nobodyGetsInWithoutARight asks as a stranger, as another tenant and in a
// role that may not.
func nobodyGetsInWithoutARight(t *testing.T) {
	path := migrations + "guarded"
	operator := deployed.person("acme", api.Operator)
	operator.does(t, http.MethodPut, path+"/plan", strings.ReplaceAll(guarded, "NAME", "guarded"), nil, http.StatusOK)
	for name, c := range map[string]struct {
		who    person
		method string
		status int
	}{
		"a token of another issuer": {person{deployed, operator.token[:len(operator.token)-8] + "AAAAAAAA"}, http.MethodGet, http.StatusUnauthorized},
		"no token":                  {person{deployed, ""}, http.MethodGet, http.StatusUnauthorized},
		"another tenant":            {deployed.person("other", api.Operator), http.MethodGet, http.StatusNotFound},
		"an auditor reads a plan":   {deployed.person("acme", api.Auditor), http.MethodGet, http.StatusForbidden},
		"an operator":               {operator, http.MethodGet, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			if status, _, answer := c.who.tries(t, c.method, path+"/plan", nil); status != c.status {
				t.Errorf("%d, want %d\n%.300s", status, c.status, answer)
			}
		})
	}
}

// guarded is a plan that is never run.
const guarded = `
version: 1
migration: NAME
source: {connector: csv, upload: none}
target: {connector: redmine, url: "http://127.0.0.1:9", key: "secret:safeconduct/acme/redmine", marker_field: Safeconduct, project: p, tracker: t, role: r, silenced: true}
privacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract, regimes: [gdpr], retention: 30 days, preset: gdpr, attachments: {unreadable: keep}}
`
