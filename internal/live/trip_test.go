//go:build live

package live

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestEverythingArrivesOnceOnATripThroughBothHelpDesks moves an account into
// Request Tracker, from there into Redmine, and from there into an empty Request
// Tracker, and takes back what it moved.
func TestEverythingArrivesOnceOnATripThroughBothHelpDesks(t *testing.T) {
	account := sample.Live()
	rt, redmine := livetest.Open(t, peers.RT, peers.Silent), livetest.Open(t, peers.Redmine, peers.Silent)
	sink := listen(t, rt)
	var last []trip
	for _, leg := range []struct {
		name   string
		source livetest.Side
		target livetest.Desk
		words  string
	}{
		{"csv to rt", livetest.Export(t, account), rt, livetest.FromCSVToRT},
		{"rt to redmine", rt.Side(rt.URL, ""), redmine, livetest.FromRTToRedmine},
		{"redmine to rt", redmine.Side(redmine.URL, ""), rt, livetest.FromRedmineToRT},
	} {
		if leg.name == "redmine to rt" {
			rt.Fresh(t, peers.Silent)
		}
		trip := trip{livetest.NewWorkspace(t, "trip", leg.source, leg.target.Side(leg.target.URL, ""), leg.words), leg.target, leg.target.Recount(t)}
		last = append(last, trip)
		if !t.Run(leg.name, func(t *testing.T) {
			trip.goes(t, account)
			if n := sink.Mails(); n != 0 {
				t.Errorf("%d mails were sent", n)
			}
		}) {
			t.FailNow() // the next leg starts from what this one brought
		}
	}
	t.Run("back out of rt", last[2].back)
	t.Run("back out of redmine", last[1].back)
}

// A trip is a migration into a live help desk that held something before.
type trip struct {
	livetest.Workspace
	target livetest.Desk
	before recount.Desk
}

// goes migrates, and checks the outcome against the forecast, the source and the
// target's own database.
func (m trip) goes(t *testing.T, account sample.Account) {
	forecast := m.Forecast(t)
	r := m.Run(t, "migrate").Wants(t, livetest.ExitDone, livetest.ExitPartial)
	report := m.Report(t, r)
	t.Logf("%.1f tickets/s", float64(livetest.Moving(forecast, helpdesk.KindTicket))/r.Took.Seconds())
	livetest.WantClean(t, report)
	wantForecast(t, forecast, report)
	livetest.WantAll(t, m.target.Recount(t), account)
	r.Wants(t, livetest.ExitDone)
	m.again(t)
	m.Run(t, "verify").Wants(t, livetest.ExitDone)
}

// again migrates a second time, which must not write anything.
func (m trip) again(t *testing.T) {
	t.Helper()
	before := m.target.Rows(t)
	m.Run(t, "migrate").Wants(t, livetest.ExitDone)
	if after := m.target.Rows(t); !maps.Equal(before, after) {
		t.Errorf("a second run wrote: %v", livetest.Difference(before, after))
	}
}

// back takes the migration back. What the help desk held before must be there,
// and nothing else that its users see.
func (m trip) back(t *testing.T) {
	r := m.Run(t, "rollback", "--yes").Wants(t, livetest.ExitDone)
	var answer struct {
		Back []struct {
			Kind                    string
			Removed, Disabled, Kept int
		} `json:"rolled_back"`
	}
	if err := json.Unmarshal(r.Out, &answer); err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", answer.Back)
	for _, b := range answer.Back {
		if b.Kept > 0 {
			t.Errorf("%d of %s were kept", b.Kept, b.Kind)
		}
	}
	got, was := m.target.Recount(t), m.before
	if len(got.Tickets) != len(was.Tickets) || got.People != was.People || got.Groups != was.Groups || got.Articles != was.Articles {
		t.Errorf("%d tickets, %d people, %d groups, %d articles are left; there were %d, %d, %d, %d",
			len(got.Tickets), got.People, got.Groups, got.Articles, len(was.Tickets), was.People, was.Groups, was.Articles)
	}
}

// wantForecast compares what was forecast of each kind and field with what came
// of it.
func wantForecast(t *testing.T, f migration.Forecast, r evidence.Report) {
	t.Helper()
	outcomes := map[string]map[string]int{}
	for _, k := range r.Kinds {
		outcomes[k.Kind] = k.Outcomes
	}
	for _, k := range f.Kinds {
		o := outcomes[string(k.Kind)]
		if o[migration.OutcomeLoaded] != k.Move || o[migration.OutcomeUnchanged] != k.There {
			t.Errorf("%s: forecast to move %d and to leave %d, came to %v", k.Kind, k.Move, k.There, o)
		}
	}
	classes := map[string]map[string]int{}
	for _, field := range r.Fields {
		classes[field.Name] = field.Classes
	}
	for _, field := range f.Fields {
		c := classes[field.Name]
		got := [3]int{c[migration.Exact] + c[migration.Normalised] + c[migration.Transformed] + c[migration.Masked], c[migration.Emulated], c[migration.LostField]}
		want := [3]int{field.Kept + field.Mapped + field.Masked, field.Emulated, field.Lost}
		if got != want {
			t.Errorf("%s: forecast %v kept, emulated and lost, came to %v (%v)", field.Name, want, got, c)
		}
	}
}
