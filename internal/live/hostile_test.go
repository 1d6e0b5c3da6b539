//go:build live

package live

import (
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestATargetThatChokesOnConcurrencyIsNotChoked lets a plan ask for four
// connections to a Redmine with eight threads on SQLite, in which two writers
// wait for each other until both time out. The same tickets over one connection
// are what it is measured by.
func TestATargetThatChokesOnConcurrencyIsNotChoked(t *testing.T) {
	account := livetest.First(sample.Live(), 40)
	source := livetest.Export(t, account)
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
		d := livetest.Desk{Peer: redmine}
		d.Fresh(t, peers.Silent)
		w := livetest.NewWorkspace(t, "hostile", source, d.Side(d.URL, more[0]), livetest.FromCSVToRedmine+more[1])
		r := w.Run(t, "migrate").Wants(t, livetest.ExitDone)
		took[name] = r.Took
		livetest.WantClean(t, w.Report(t, r))
		livetest.WantAll(t, d.Recount(t), account)
		t.Logf("%s: %.2f tickets/s", name, 40/r.Took.Seconds())
	}
	if took["four connections"] > 2*took["one connection"] {
		t.Errorf("with four connections %s, with one %s: less than half as fast", took["four connections"], took["one connection"])
	}
}
