//go:build live

package live

import (
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/live/livetest"
	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/sample"
)

// TestATargetThatChokesOnConcurrencyIsNotChoked lets a plan ask for four connections to
// a Redmine with eight threads on SQLite, in which two writers wait for each other until
// both time out. How much longer that takes than over one connection is measured by
// BenchmarkConnections.
func TestATargetThatChokesOnConcurrencyIsNotChoked(t *testing.T) {
	overConnections(t, chokes(t), ", connections: 4", "run: {concurrency: 4}")
}

// BenchmarkConnections moves the same tickets over one connection and over four.
func BenchmarkConnections(b *testing.B) {
	for name, more := range map[string][2]string{
		"one":  {", connections: 1", "run: {concurrency: 1}"},
		"four": {", connections: 4", "run: {concurrency: 4}"},
	} {
		b.Run(name, func(b *testing.B) {
			redmine := chokes(b)
			for b.Loop() {
				b.ReportMetric(chokedTickets/overConnections(b, redmine, more[0], more[1]).Seconds(), "tickets/s")
			}
		})
	}
}

// chokedTickets is how many are moved.
const chokedTickets = 40

// chokes is a Redmine in which writers wait for each other.
func chokes(t testing.TB) livetest.Desk {
	t.Helper()
	redmine, err := peers.Open(peers.Redmine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { redmine.Close() })
	redmine.Threads = 8
	return livetest.Desk{Peer: redmine}
}

// overConnections moves tickets into an empty desk, with settings of the target and of
// the run, sees that all arrived, and says how long it took.
func overConnections(t testing.TB, d livetest.Desk, target, run string) time.Duration {
	t.Helper()
	account := livetest.First(sample.Live(), chokedTickets)
	source := livetest.Export(t, account)
	d.Fresh(t, peers.Silent)
	w := livetest.NewWorkspace(t, "hostile", source, d.Side(d.URL, target), livetest.FromCSVToRedmine+run)
	r := w.Run(t, "migrate").Wants(t, livetest.ExitDone)
	livetest.WantClean(t, w.Report(t, r))
	livetest.WantAll(t, d.Recount(t), account)
	return r.Took
}
