package embedded

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/sample"
	"github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
	"github.com/safeconduct/safeconduct/internal/workflow"
)

// TestAForecastKnowsHowManyRequestsARunTakes: as many as the target then counts, and
// so long as its limit and the reserve make it.
func TestAForecastKnowsHowManyRequestsARunTakes(t *testing.T) {
	const limit = 100_000 // the run itself is not to wait
	from, to := zendeskAccount(sample.Crash(), zendesk.Options{PerMinute: limit}), freshdesk.New(freshdesk.Options{PerMinute: limit})
	for _, c := range []struct {
		name   string
		words  string
		target connectors.Target
		clock  workflow.Clock
		calls  func() map[string]int
	}{
		{"Zendesk", zendeskWords, zendeskTarget(t, from), &together{desk: from}, from.Calls},
		{"Freshdesk", freshdeskWords, freshdeskTarget(t, to), &advancing{desk: to}, to.Calls},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, desk := parse(t, c.words, "reserve: 50%"), fill(t, memory.Options{}, sample.Crash())
			f, err := migration.Preview(t.Context(), p, desk.Source(), c.target, func(helpdesk.Kind, int) {})
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Paces) != 1 {
				t.Fatalf("paces %+v, want one of the target", f.Paces)
			}
			before := asked(c.calls())
			r, err := openWith(t.TempDir(), p, desk.Source(), c.target, func(parts *Parts) { parts.Clock = c.clock })
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			migrate(t, r)
			pace, counted := f.Paces[0], asked(c.calls())-before
			if pace.Side != "target" || pace.PerMinute != limit || pace.Reserve != 50 || pace.Minutes != 1 {
				t.Errorf("the pace is %+v", pace)
			}
			if off := float64(pace.Requests)/float64(counted) - 1; off < -0.15 || off > 0.15 {
				t.Errorf("%d requests were forecast and %d counted", pace.Requests, counted)
			}
		})
	}
}

// asked counts the requests that a limit counts: files lie elsewhere.
func asked(calls map[string]int) (n int) {
	for route, times := range calls {
		if route != "GET /stored/{id}" && route != "GET /attachments/token/{token}/" {
			n += times
		}
	}
	return n
}
