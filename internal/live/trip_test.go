//go:build live

package live

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// What the words of one desk are called in the other.
const (
	fromCSVToRT = `
map:
  number_to: Old number
  statuses: {New: new, Open: open, Pending: stalled, On hold: stalled, waiting for supplier: stalled, Solved: resolved, Closed: resolved, Merged: resolved}
  states: {draft: published}
  priorities: {low: Low, normal: Medium, high: High}
`
	fromCSVToRedmine = `
map:
  number_to: Old number
  statuses: {New: New, Open: In Progress, Pending: Feedback, On hold: Feedback, waiting for supplier: Feedback, Solved: Resolved, Closed: Closed, Merged: Closed}
  states: {draft: published}
  priorities: {low: Low, normal: Normal, high: High}
  types: {question: Support, task: Support, incident: Bug, problem: Bug}
`
	fromRTToRedmine = `
map:
  statuses: {new: New, open: In Progress, stalled: Feedback, resolved: Closed, rejected: Rejected}
  priorities: {Low: Low, Medium: Normal, High: High}
`
	fromRedmineToRT = `
map:
  statuses: {New: new, In Progress: open, Feedback: stalled, Resolved: resolved, Closed: resolved, Rejected: rejected}
  priorities: {Low: Low, Normal: Medium, High: High}
`
)

// TestEverythingArrivesOnceOnATripThroughBothHelpDesks moves an account into
// Request Tracker, from there into Redmine, and from there into an empty Request
// Tracker, and takes back what it moved.
func TestEverythingArrivesOnceOnATripThroughBothHelpDesks(t *testing.T) {
	account := sample.Live()
	rt, redmine := open(t, peers.RT, peers.Silent), open(t, peers.Redmine, peers.Silent)
	sink := listen(t, rt)
	var last []trip
	for _, leg := range []struct {
		name   string
		source side
		target desk
		words  string
	}{
		{"csv to rt", export(t, account), rt, fromCSVToRT},
		{"rt to redmine", rt.side(rt.URL, ""), redmine, fromRTToRedmine},
		{"redmine to rt", redmine.side(redmine.URL, ""), rt, fromRedmineToRT},
	} {
		if leg.name == "redmine to rt" {
			rt.reset(t, peers.Silent)
		}
		trip := trip{newWorkspace(t, "trip", leg.source, leg.target.side(leg.target.URL, ""), leg.words), leg.target, leg.target.recount(t)}
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
	workspace
	target desk
	before recount.Desk
}

// goes migrates, and checks the outcome against the forecast, the source and the
// target's own database.
func (m trip) goes(t *testing.T, account sample.Account) {
	forecast := m.forecast(t)
	r := m.run(t, "migrate").wants(t, exitDone, exitPartial)
	report := m.report(t, r)
	t.Logf("%.1f tickets/s", float64(moving(forecast, helpdesk.KindTicket))/r.took.Seconds())
	wantClean(t, report)
	wantForecast(t, forecast, report)
	wantAll(t, m.target.recount(t), account)
	r.wants(t, exitDone)
	m.again(t)
	m.run(t, "verify").wants(t, exitDone)
}

// again migrates a second time, which must not write anything.
func (m trip) again(t *testing.T) {
	t.Helper()
	before := m.target.rows(t)
	m.run(t, "migrate").wants(t, exitDone)
	if after := m.target.rows(t); !maps.Equal(before, after) {
		t.Errorf("a second run wrote: %v", difference(before, after))
	}
}

// back takes the migration back. What the help desk held before must be there,
// and nothing else that its users see.
func (m trip) back(t *testing.T) {
	r := m.run(t, "rollback", "--yes").wants(t, exitDone)
	var answer struct {
		Back []struct {
			Kind                    string
			Removed, Disabled, Kept int
		} `json:"rolled_back"`
	}
	if err := json.Unmarshal(r.out, &answer); err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", answer.Back)
	for _, b := range answer.Back {
		if b.Kept > 0 {
			t.Errorf("%d of %s were kept", b.Kept, b.Kind)
		}
	}
	got, was := m.target.recount(t), m.before
	if len(got.Tickets) != len(was.Tickets) || got.People != was.People || got.Groups != was.Groups || got.Articles != was.Articles {
		t.Errorf("%d tickets, %d people, %d groups, %d articles are left; there were %d, %d, %d, %d",
			len(got.Tickets), got.People, got.Groups, got.Articles, len(was.Tickets), was.People, was.Groups, was.Articles)
	}
}

// moving is how many records of a kind the forecast says will move.
func moving(f migration.Forecast, k helpdesk.Kind) int {
	for _, of := range f.Kinds {
		if of.Kind == k {
			return of.Move
		}
	}
	return 0
}

// wantClean fails the test for whatever a report says that is not as it should be.
func wantClean(t *testing.T, r evidence.Report) {
	t.Helper()
	for _, k := range r.Kinds {
		t.Logf("%-12s read %d: %v, %d placeholders", k.Kind, k.Read, k.Outcomes, k.Placeholders)
	}
	for _, f := range r.Fields {
		if n := f.Classes[migration.Unexpected]; n > 0 {
			t.Errorf("%s: %d unexpected", f.Name, n)
		}
	}
	for i, d := range r.Findings {
		if i < 20 {
			t.Logf("difference: %s %s %s %s", d.Kind, d.ID, d.Path, d.Class)
		}
	}
	for i, a := range r.Aside {
		if i < 20 {
			t.Logf("aside: %s %s %s", a.Kind, a.Outcome, a.Reason)
		}
	}
	for _, k := range r.Census.Kinds {
		if k.Missing+k.Foreign+k.Doubled > 0 || !r.Census.Counted {
			t.Errorf("census of %s: %d missing, %d foreign, %d doubled", k.Kind, k.Missing, k.Foreign, k.Doubled)
		}
	}
	if !r.Census.Conserved {
		t.Error("not all that was read is accounted for")
	}
	if r.Mails != nil && *r.Mails != 0 {
		t.Errorf("the target recorded %d mails", *r.Mails)
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

// difference lists what changed between two counts.
func difference(before, after map[string]int) map[string]int {
	changed := map[string]int{}
	for name, n := range after {
		if n != before[name] {
			changed[name] = n - before[name]
		}
	}
	return changed
}
