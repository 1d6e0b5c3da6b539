package budget_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/budget"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/simulator"
)

// A platform answers so many requests a minute, and may tell how many are left.
type platform struct {
	clock            simulator.Clock
	limits           *simulator.Limiter
	most             int
	quiet            bool // tells of nothing but a refusal
	noReset          bool
	answered, denied int
}

func newPlatform(most int) *platform {
	p := &platform{most: most}
	p.limits = simulator.NewLimiter(&p.clock)
	return p
}

// ask sends a request that the budget let go, and tells it of the answer.
func (p *platform) ask(b connectors.Budget, class string) {
	t := p.limits.Take("account", simulator.Limit{Most: p.most, Per: time.Minute})
	if t.OK {
		p.answered++
	} else {
		p.denied++
	}
	r := connectors.Reading{Class: class, Limit: p.most, Remaining: t.Remaining, Resets: t.Resets.Truncate(time.Second), Refused: !t.OK}
	if p.noReset {
		r.Resets = -1
	}
	switch {
	case !p.quiet:
		b.Tell(class, r)
	case t.OK:
		b.Tell(class)
	default:
		b.Tell(class, connectors.Reading{Class: class, Resets: t.Resets.Truncate(time.Second) + time.Second, Refused: true})
	}
}

// drive asks as fast as the budget lets it.
func (p *platform) drive(ctx context.Context, b connectors.Budget, class string, during time.Duration) {
	for until := time.Now().Add(during); time.Now().Before(until); {
		if wait := b.Take(ctx, class); wait > 0 {
			time.Sleep(wait)
			continue
		}
		time.Sleep(10 * time.Millisecond)
		p.ask(b, class)
	}
}

const address = "https://acme.example.test/api"

// TestALimitIsUsedUpAndNotPassed: 2 % of it are left to the last.
func TestALimitIsUsedUpAndNotPassed(t *testing.T) {
	for _, c := range []struct {
		name    string
		most    int
		noReset bool
		before  time.Duration // of the first request another's began the minute
	}{{"seconds are told", 700, false, 0}, {"nothing is told of when", 700, true, 0}, {"nothing is told, and it began before", 700, true, 50 * time.Second},
		{"a trial", 50, false, 0}, {"a large plan", 2500, false, 0}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlatform(c.most)
				p.noReset = c.noReset
				p.limits.Take("account", simulator.Limit{Most: c.most, Per: time.Minute})
				time.Sleep(c.before)
				p.drive(t.Context(), budget.New(budget.InMemory(), "local", "acme", 20).Of("Desk", address), "", 20*time.Minute)
				if used := float64(p.answered) / float64(20*c.most); used < 0.94 || p.denied > 0 {
					t.Errorf("%.1f %% used and %d refused, want at least 94 %% and none", 100*used, p.denied)
				}
			})
		})
	}
}

// TestALimitOfWhichNoHeaderTellsIsRefusedOnce: ten exports a minute, and an account
// that has plenty left.
func TestALimitOfWhichNoHeaderTellsIsRefusedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(10)
		p.quiet = true
		p.drive(t.Context(), budget.New(budget.InMemory(), "local", "acme", 20).Of("Desk", address), "export", 30*time.Minute)
		if p.denied != 1 || p.answered < 270 {
			t.Errorf("%d refused and %d of 300 answered, want 1 and at least 270", p.denied, p.answered)
		}
	})
}

// TestWhatIsUnderWayCounts: answers take five seconds, of two workers with many requests
// at a time. What they sent is gone before anybody is told.
func TestWhatIsUnderWayCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(100), budget.InMemory()
		var answered, denied atomic.Int64
		var all sync.WaitGroup
		for range 2 {
			b := budget.New(rows, "local", "acme", 20).Of("Desk", address)
			for range 20 {
				all.Go(func() {
					for until := time.Now().Add(10 * time.Minute); time.Now().Before(until); {
						if wait := b.Take(t.Context(), ""); wait > 0 {
							time.Sleep(wait)
							continue
						}
						got := p.limits.Take("account", simulator.Limit{Most: p.most, Per: time.Minute})
						time.Sleep(5 * time.Second)
						b.Tell("", connectors.Reading{Limit: p.most, Remaining: got.Remaining, Resets: max(0, got.Resets-5*time.Second), Refused: !got.OK})
						if got.OK {
							answered.Add(1)
						} else {
							denied.Add(1)
						}
					}
				})
			}
		}
		all.Wait()
		if answered.Load() < 850 || denied.Load() > 1 {
			t.Errorf("%d of 1000 answered and %d refused, want at least 850 and one at most", answered.Load(), denied.Load())
		}
	})
}

// TestWhatIsNotSentOfALimitWithoutHeadersIsThereLater: who asks for less than the limit
// never waits.
func TestWhatIsNotSentOfALimitWithoutHeadersIsThereLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(10)
		p.quiet = true
		b := budget.New(budget.InMemory(), "local", "acme", 20).Of("Desk", address)
		p.drive(t.Context(), b, "export", 2*time.Minute)
		time.Sleep(2 * time.Minute)
		for i := range 60 {
			if wait := b.Take(t.Context(), "export"); wait > 0 {
				t.Fatalf("the request %d has to wait %v although eight a minute are asked of ten", i, wait)
			}
			p.ask(b, "export")
			time.Sleep(7500 * time.Millisecond)
		}
	})
}

// TestAgentsWhoStopLeaveTheRest: they used up most of a minute at its beginning.
func TestAgentsWhoStopLeaveTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(600)
		b := budget.New(budget.InMemory(), "local", "acme", 20).Of("Desk", address)
		p.drive(t.Context(), b, "", 5*time.Second)
		for range 430 {
			p.limits.Take("account", simulator.Limit{Most: p.most, Per: time.Minute})
		}
		p.drive(t.Context(), b, "", 54500*time.Millisecond)
		if left := 600 - 430 - p.answered; left < 0 || left > 30 {
			t.Errorf("%d of 600 are left when the minute ends, want 30 at most", left)
		}
	})
}

// TestALeaseEndsWhereLessIsLeft: agents may take all at once.
func TestALeaseEndsWhereLessIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform(700)
		b := budget.New(budget.InMemory(), "local", "acme", 20).Of("Desk", address)
		p.drive(t.Context(), b, "", 5*time.Second)
		for b.Take(t.Context(), "") > 0 {
			time.Sleep(100 * time.Millisecond)
		}
		b.Tell("", connectors.Reading{Limit: 700, Remaining: 0, Resets: 50 * time.Second})
		if wait := b.Take(t.Context(), ""); wait <= 0 {
			t.Error("the lease goes on although nothing is left")
		}
	})
}

// TestARefusalThatSaysNothingLeavesALimitThatIsKnown: something before the help desk may
// refuse as well.
func TestARefusalThatSaysNothingLeavesALimitThatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(600), budget.InMemory()
		b := budget.New(rows, "local", "acme", 20).Of("Desk", address)
		p.drive(t.Context(), b, "", 10*time.Second)
		b.Tell("", connectors.Reading{Resets: 5 * time.Second, Refused: true})
		p.drive(t.Context(), b, "", 170*time.Second)
		if all, err := budget.Standings(t.Context(), rows, "local"); err != nil || len(all) != 1 || all[0].Limit != 600 || all[0].Refused != 1 || p.answered < 1700 {
			t.Errorf("%+v, %v, %d answered in three minutes of 600; want the limit as it was", all, err, p.answered)
		}
	})
}

// TestALeaseOfAWorkerThatDiedIsOverInASecond: it took all that it was given with it.
func TestALeaseOfAWorkerThatDiedIsOverInASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(700), budget.InMemory()
		for range 100 { // one every six seconds
			doomed := budget.New(rows, "local", "acme", 20).Of("Desk", address)
			doomed.Take(t.Context(), "")
			p.ask(doomed, "")
			doomed.Take(t.Context(), "")
			p.drive(t.Context(), budget.New(rows, "local", "other", 20).Of("Desk", address), "", 6*time.Second)
		}
		if used := float64(p.answered) / 7000; used < 0.94 || p.denied > 0 {
			t.Errorf("%.1f %% used and %d refused, want at least 94 %% and none", 100*used, p.denied)
		}
	})
}

// TestAReserveIsChangedWhileWorkersAsk: in the middle of a minute more is left for
// agents, and less again once the plan's reserve is back.
func TestAReserveIsChangedWhileWorkersAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(600), budget.InMemory()
		b := budget.New(rows, "local", "acme", 20).Of("Desk", address)
		p.drive(t.Context(), b, "", 30*time.Second)
		left := func(reserve *int) int {
			if err := budget.SetReserve(t.Context(), rows, "local", "acme", reserve); err != nil {
				t.Fatal(err)
			}
			p.drive(t.Context(), b, "", time.Minute)
			all, err := budget.Standings(t.Context(), rows, "local")
			if err != nil || len(all) != 1 {
				t.Fatalf("standings %+v, %v", all, err)
			}
			return all[0].Remaining
		}
		none, most := 0, 80
		few, many, again := left(&none), left(&most), left(nil)
		if few > 310 || many < 450 || again < few+20 || again > 380 {
			t.Errorf("half a minute before it ends %d of 600 are left with nothing reserved, %d with 80 %%, and %d with the plan's 20 %%", few, many, again)
		}
	})
}

// TestWhoeverLooksSeesHowAnAccountStands: and no row names it.
func TestWhoeverLooksSeesHowAnAccountStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(600), budget.InMemory()
		b := budget.New(rows, "local", "acme", 30).Of("Desk", address)
		for range 3 {
			for range 30 { // agents
				p.limits.Take("account", simulator.Limit{Most: p.most, Per: time.Minute})
			}
			p.drive(t.Context(), b, "", time.Minute)
		}
		all, err := budget.Standings(t.Context(), rows, "local")
		if err != nil || len(all) != 1 {
			t.Fatalf("standings %+v, %v", all, err)
		}
		s := all[0]
		if s.Product != "Desk" || s.Limit != 600 || s.Reserve != 30 || s.Ours < 500 || s.Others < 20 || s.Others > 45 || s.Refused != 0 {
			t.Errorf("the account stands at %+v, want about 560 of 600 ours, 30 of others, 30 %% reserved", s)
		}
		if others, err := budget.Standings(t.Context(), rows, "elsewhere"); err != nil || len(others) > 0 {
			t.Errorf("another tenant sees %+v, %v", others, err)
		}
		found, err := rows.List(t.Context(), "budget#local", "", "", 10)
		for _, row := range found {
			if strings.Contains(row.Sort+string(row.Data), "acme.example") {
				t.Errorf("a row names the account: %s %s", row.Sort, row.Data)
			}
		}
		if len(found) == 0 || err != nil {
			t.Errorf("%d rows, %v", len(found), err)
		}
	})
}

// TestAWorkerAsksTheRowsOnceASecond: in AWS each read and write costs.
func TestAWorkerAsksTheRowsOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(700), &counting{Rows: budget.InMemory()}
		p.drive(t.Context(), budget.New(rows, "local", "acme", 20).Of("Desk", address), "", 10*time.Minute)
		if writes := rows.writes.Load(); writes > 10*70 || writes < 100 {
			t.Errorf("%d writes in 600 s", writes)
		}
	})
}

// TestWithoutItsRowsAWorkerGoesOnWithWhatItKnows.
func TestWithoutItsRowsAWorkerGoesOnWithWhatItKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, rows := newPlatform(700), &counting{Rows: budget.InMemory()}
		b := budget.New(rows, "local", "acme", 20).Of("Desk", address)
		p.drive(t.Context(), b, "", time.Minute)
		rows.broken.Store(true)
		p.drive(t.Context(), b, "", 5*time.Minute)
		if p.denied > 0 || p.answered < 3800 {
			t.Errorf("%d answered and %d refused in six minutes of 700", p.answered, p.denied)
		}
	})
}

type counting struct {
	budget.Rows
	writes atomic.Int64
	broken atomic.Bool
}

var errAway = errors.New("the rows are away")

func (c *counting) Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error) {
	if c.broken.Load() {
		return nil, errAway
	}
	return c.Rows.Get(ctx, keys...)
}

func (c *counting) Commit(ctx context.Context, changes ...ledger.Change) error {
	c.writes.Add(1)
	return c.Rows.Commit(ctx, changes...)
}
