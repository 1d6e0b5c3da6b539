//go:build live

package live

import (
	"slices"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestATargetThatChokesOnConcurrencyIsNotChoked lets a plan ask for four
// connections to a Redmine with eight threads on SQLite, in which two writers
// wait for each other until both time out. The same tickets over one connection
// are what it is measured by.
func TestATargetThatChokesOnConcurrencyIsNotChoked(t *testing.T) {
	account := first(sample.Live(), 40)
	source := export(t, account)
	redmine, err := peers.Open(peers.Redmine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redmine.Close() })
	redmine.Threads = 8
	took := map[string]time.Duration{}
	for name, more := range map[string][2]string{
		"one connection":   {", connections: 1", "run: {concurrency: 1}"},
		"four connections": {", connections: 4", "run: {concurrency: 4}"},
	} {
		d := desk{redmine}
		d.reset(t, peers.Silent)
		w := newWorkspace(t, "hostile", source, d.side(d.URL, more[0]), fromCSVToRedmine+more[1])
		r := w.run(t, "migrate").wants(t, exitDone)
		took[name] = r.took
		wantClean(t, w.report(t, r))
		wantAll(t, d.recount(t), account)
		t.Logf("%s: %.2f tickets/s", name, 40/r.took.Seconds())
	}
	if took["four connections"] > 2*took["one connection"] {
		t.Errorf("with four connections %s, with one %s: less than half as fast", took["four connections"], took["one connection"])
	}
}

// first is an account with its first n tickets only, and those whom they name.
func first(a sample.Account, n int) sample.Account {
	some := sample.Account{Files: map[string][]byte{}}
	named := map[string]bool{}
	for _, r := range a.Of(helpdesk.KindTicket)[:n] {
		some.Records = append(some.Records, r)
		for v := range r.Values() {
			if v.Field.Refers == helpdesk.KindPerson {
				for _, key := range v.Strings() {
					named[key] = true
				}
			}
		}
		for _, c := range r.Ticket.Comments {
			for _, f := range c.Attachments {
				some.Files[f.Locator] = a.Files[f.Locator]
			}
		}
	}
	before := slices.DeleteFunc(slices.Clone(a.Records), func(r helpdesk.Record) bool {
		return r.Kind == helpdesk.KindTicket || r.Kind == helpdesk.KindArticle || r.Kind == helpdesk.KindPerson && !named[r.Key]
	})
	some.Records = append(before, some.Records...)
	return some
}
