package freshdesk_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

// TestTheBudgetKnowsWhatIncludedThingsCost: Freshdesk says how much is left and not
// until when, and a list with what is included costs more than one request.
func TestTheBudgetKnowsWhatIncludedThingsCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const minutes = 20
		desk := simulated.New(simulated.Options{PerMinute: 200})
		rows := budget.InMemory()
		ctx := connectors.WithBudgets(t.Context(), budget.New(rows, "local", "acme", 20))
		client, err := freshdesk.ClientWith(ctx, settings(t, "http://127.0.0.1", ""), simulator.Transport{Platform: desk.Handler()})
		if err != nil {
			t.Fatal(err)
		}
		answered := 0
		for until := time.Now().Add(minutes * time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
			_, err := client.Do(ctx, rest.Request{Method: http.MethodGet, Path: "/api/v2/tickets", Query: url.Values{"include": {"stats,requester"}}, Name: "ask"}, nil)
			var limited *connectors.RateLimited
			switch {
			case errors.As(err, &limited):
				time.Sleep(limited.After)
			case err != nil:
				t.Fatal(err)
			default:
				answered++
			}
		}
		if used := float64(3*answered) / (200 * minutes); used < 0.9 || desk.Refused() > 1 {
			t.Errorf("%.1f %% used and %d refused, want at least 90 %% and one at most", 100*used, desk.Refused())
		}
		if all, err := budget.Standings(ctx, rows, "local"); err != nil || len(all) == 0 || all[0].Others > 5 {
			t.Errorf("%+v, %v: nobody else asked", all, err)
		}
	})
}
