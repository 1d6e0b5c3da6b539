package zendesk_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// perMinute is the limit of most plans, and of most recorded answers of Zendesk.
const perMinute = 700

// A shared account is one that agents and migrators ask at the same time.
type shared struct {
	platform     http.RoundTripper
	ours, theirs tally

	mu     sync.Mutex
	chance *rand.Rand
}

// upTo is a number from 1 to n.
func (s *shared) upTo(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 1 + s.chance.IntN(n)
}

type tally struct{ answered, refused atomic.Int64 }

func (t *tally) count(status int) {
	if status == http.StatusTooManyRequests {
		t.refused.Add(1)
		return
	}
	t.answered.Add(1)
}

func (t *tally) share() float64 {
	all := t.answered.Load() + t.refused.Load()
	return float64(t.refused.Load()) / float64(max(1, all))
}

// RoundTrip asks for a migrator. An answer takes as long as one of Zendesk does.
func (s *shared) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(time.Duration(60+s.upTo(120)) * time.Millisecond)
	res, err := s.platform.RoundTrip(r)
	if err == nil {
		s.ours.count(res.StatusCode)
	}
	return res, err
}

// agents ask until the context ends: some at once, then nothing for a while.
func (s *shared) agents(ctx context.Context, atOnce int, pause time.Duration) {
	for ctx.Err() == nil {
		for range s.upTo(atOnce) {
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/api/v2/users/me.json", nil)
			r.SetBasicAuth(simulated.Account+"/token", simulated.Token)
			if res, err := s.platform.RoundTrip(r); err == nil {
				s.theirs.count(res.StatusCode)
			}
		}
		_ = rest.Sleep(ctx, pause/2+time.Duration(s.upTo(int(pause))))
	}
}

// migrate asks all the time, four requests side by side, as a run does.
func (s *shared) migrate(ctx context.Context, t *testing.T, b connectors.Budgets) {
	client, err := zendesk.ClientWith(connectors.WithBudgets(ctx, b), settings(t, "http://127.0.0.1", ""), s)
	if err != nil {
		t.Error(err)
		return
	}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for ctx.Err() == nil {
				_, err := client.Do(ctx, rest.Request{Method: http.MethodGet, Path: "/api/v2/users/me.json", Name: "ask"}, nil)
				var limited *connectors.RateLimited
				if errors.As(err, &limited) {
					_ = rest.Sleep(ctx, limited.After)
				} else if err != nil && ctx.Err() == nil {
					t.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
}

// TestTheBudgetUsesALimitUpAndLeavesAgentsTheirs: agents and migrators ask an account of
// 700 requests a minute, a quarter of an hour long. Two who keep no rows together are agents to
// each other.
func TestTheBudgetUsesALimitUpAndLeavesAgentsTheirs(t *testing.T) {
	const minutes = 15
	for _, agents := range []struct {
		name   string
		atOnce int
		pause  time.Duration
	}{{"smooth", 1, time.Second}, {"as many as are reserved", 1, 430 * time.Millisecond}, {"more than are reserved", 1, 240 * time.Millisecond},
		{"three times as many", 1, 140 * time.Millisecond},
		{"in bursts", 20, 10 * time.Second}} {
		for _, rows := range [][]budget.Rows{{budget.InMemory()}, twice(budget.InMemory()), {budget.InMemory(), budget.InMemory()}} {
			t.Run(fmt.Sprintf("agents %s, migrators %d, together %t", agents.name, len(rows), rows[0] == rows[len(rows)-1]), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					desk := simulated.New(simulated.Options{PerMinute: perMinute})
					s := &shared{platform: simulator.Transport{Platform: desk.Handler()}, chance: rand.New(rand.NewPCG(7, 700))}
					ctx, stop := context.WithTimeout(t.Context(), minutes*time.Minute)
					defer stop()
					var all sync.WaitGroup
					all.Go(func() { s.agents(ctx, agents.atOnce, agents.pause) })
					for _, own := range rows {
						all.Go(func() { s.migrate(ctx, t, budget.New(own, "local", "acme", 20)) })
					}
					all.Wait()
					s.judge(t, perMinute*minutes)
				})
			})
		}
	}
}

func twice(rows budget.Rows) []budget.Rows { return []budget.Rows{rows, rows} }

func (s *shared) judge(t *testing.T, limit float64) {
	used := float64(s.ours.answered.Load()+s.theirs.answered.Load()) / limit
	t.Logf("%.1f %% used: ours %d, theirs %d; refused: %.2f of 1,000 of ours, %.1f %% of theirs", 100*used,
		s.ours.answered.Load(), s.theirs.answered.Load(), 1000*s.ours.share(), 100*s.theirs.share())
	if used < 0.96 || s.ours.share() > 0.001 || s.theirs.share() > 0.02 {
		t.Error("want at least 96 % used, at most 1 of 1,000 of ours refused, and at most 2 % of theirs")
	}
}
