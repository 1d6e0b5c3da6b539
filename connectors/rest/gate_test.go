package rest

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A server answers in a virtual time.
type server interface {
	// serve does the work of a request and says how its answer begins.
	serve(write bool) outcome
}

// load sends requests from some callers until n are answered, and returns how
// long that took and how many were under way at most.
func load(g *gate, s server, callers, n int, write func(i int) bool) (took time.Duration, most int) {
	var next, under, peak atomic.Int64
	began := time.Now()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for {
				i := int(next.Add(1))
				if i > n {
					return
				}
				p, err := g.enter(context.Background(), write(i))
				if err != nil {
					panic(err)
				}
				if now := under.Add(1); now > peak.Load() {
					peak.Store(now)
				}
				p.answered(s.serve(write(i)))
				under.Add(-1)
				p.leave()
			}
		})
	}
	all.Wait()
	return time.Since(began), int(peak.Load())
}

func writes(int) bool { return true }
func reads(int) bool  { return false }

// parallel answers in the same time up to so many at once.
type parallel struct {
	at    time.Duration
	slots chan struct{}
}

func (p parallel) serve(bool) outcome {
	p.slots <- struct{}{}
	time.Sleep(p.at + rand.N(p.at/2))
	<-p.slots
	return fine
}

// locked stands still for the 20 seconds of SQLite's busy time-out as soon as a
// request comes while something is written, and then fails one of them.
type locked struct {
	mu            sync.Mutex
	under, writes int
	until         time.Time
	stalls        int
}

func (l *locked) serve(write bool) outcome {
	l.mu.Lock()
	l.under++
	if write {
		l.writes++
	}
	o := fine
	if l.under > 1 && l.writes > 0 && time.Now().After(l.until) {
		l.until, o = time.Now().Add(20*time.Second), overloaded
		l.stalls++
	}
	wait := max(25*time.Millisecond, time.Until(l.until))
	l.mu.Unlock()
	time.Sleep(wait)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.under--
	if write {
		l.writes--
	}
	return o
}

func TestAServerThatStandsStillForTwoIsGivenOne(t *testing.T) {
	for name, c := range map[string]struct {
		requests, stalls int
		atLeast          float64 // of the rate of one
	}{
		"40 tickets":    {40 * 8, 0, 0.99},
		"300 tickets":   {300 * 8, 2, 0.5},
		"10000 tickets": {10_000 * 8, 5, 0.9},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mixed := func(i int) bool { return i%3 > 0 }
				s := &locked{}
				took, _ := load(newGate(4), s, 4, c.requests, mixed)
				alone := time.Duration(c.requests) * 25 * time.Millisecond
				if rate := float64(alone) / float64(took); rate < c.atLeast || s.stalls > c.stalls {
					t.Errorf("%.2f of the rate of one connection with %d stalls, want %.2f with at most %d", rate, s.stalls, c.atLeast, c.stalls)
				}
			})
		})
	}
}

func TestAServerThatHasRoomIsGivenMore(t *testing.T) {
	for name, c := range map[string]struct {
		write     func(int) bool
		slots     int
		works     int
		atLeast   float64 // times the rate of one
		connected int
	}{
		"reads":               {reads, 8, 4, 3, 4},
		"writes":              {writes, 8, 4, 2, 4},
		"writes for two":      {writes, 2, 2, 1.5, 4},
		"reads for one":       {reads, 1, 1, 0.9, 4},
		"bounded by the plan": {reads, 8, 2, 1.7, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 4000
				g := newGate(c.connected)
				took, most := load(g, parallel{20 * time.Millisecond, make(chan struct{}, c.slots)}, 6, n, c.write)
				if most > c.connected {
					t.Errorf("%d were under way, the plan allows %d", most, c.connected)
				}
				l := g.reads
				if c.write(1) {
					l = g.writes
				}
				rate := n * 25 * time.Millisecond.Seconds() / took.Seconds()
				if l.works != c.works || rate < c.atLeast {
					t.Errorf("%d at a time and %.2f times the rate of one, want %d and %.2f", l.works, rate, c.works, c.atLeast)
				}
			})
		})
	}
}

func TestReadsDoNotMakeRoomForWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s := newGate(4), &locked{}
		load(g, s, 4, 2000, reads)
		if g.reads.works < 3 {
			t.Errorf("%d reads at a time, want more", g.reads.works)
		}
		if load(g, s, 4, 400, func(i int) bool { return i%2 == 0 }); s.stalls > 0 {
			t.Errorf("the server stood still %d times", s.stalls)
		}
	})
}

func TestTroubleTakesRoomAwayAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(8)
		g.reads.works, g.reads.usual = 8, 10*time.Millisecond
		var inside []*place
		for range 8 {
			p, err := g.enter(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			inside = append(inside, p)
		}
		for _, p := range inside { // they went in together: that is one trouble
			p.answered(overloaded)
			p.leave()
		}
		if g.reads.works != 4 {
			t.Errorf("%d at a time after trouble with 8, want 4", g.reads.works)
		}
		if g.reads.evidence != readEvidence*holdOff {
			t.Errorf("the next attempt after %d answers, want %d", g.reads.evidence, readEvidence*holdOff)
		}
	})
}

func TestNobodyGoesInWhileOneWaitsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4)
		g.writes.works, g.writes.usual = 4, 20*time.Millisecond
		stuck, _ := g.enter(t.Context(), true)
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := g.enter(ctx, false); err == nil {
			t.Fatal("a request went in while another had waited for a minute")
		}
		stuck.answered(fine) // its body may still take long
		if _, err := g.enter(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	})
}

func TestALongUploadIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4)
		g.writes.works, g.writes.usual = 2, 20*time.Millisecond
		upload, _ := g.enter(t.Context(), true)
		for range 100 {
			time.Sleep(time.Second / 2)
			upload.moved()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := g.enter(ctx, true); err != nil {
			t.Error("nobody goes in while an upload moves")
		}
		upload.answered(fine)
		if g.writes.works != 2 {
			t.Errorf("%d at a time after a long upload, want 2", g.writes.works)
		}
	})
}

func TestWhoeverGivesUpInTheQueueLeavesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		inside, _ := g.enter(t.Context(), true)
		ctx, cancel := context.WithCancel(t.Context())
		go g.enter(ctx, true)
		synctest.Wait()
		cancel()
		synctest.Wait()
		inside.leave()
		if len(g.queue)+len(g.under) != 0 {
			t.Errorf("%d wait and %d are inside, want nobody", len(g.queue), len(g.under))
		}
	})
}

// TestTheLimitHoldsWhateverHappens lets callers come, give up and fail in any
// order.
func TestTheLimitHoldsWhateverHappens(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		most := rapid.IntRange(1, 6).Draw(r, "most")
		seed := rapid.Uint64().Draw(r, "seed")
		synctest.Test(t, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			draw := func(n int) int { mu.Lock(); defer mu.Unlock(); return chance.IntN(n) }
			g := newGate(most)
			g.reads.evidence, g.writes.evidence = 5, 10
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					for range 60 {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration(draw(4000))*time.Millisecond)
						p, err := g.enter(ctx, draw(3) == 0)
						cancel()
						if err != nil {
							continue
						}
						inside(t, g, most)
						time.Sleep(time.Duration(1+draw(100)) * time.Millisecond)
						if draw(50) == 0 {
							time.Sleep(20 * time.Second)
						}
						if o := outcome(draw(20) / 19); draw(10) > 0 {
							p.answered(o)
						}
						p.leave()
					}
				})
			}
			all.Wait()
			if len(g.under)+len(g.queue) != 0 {
				t.Errorf("%d places were not given back", len(g.under)+len(g.queue))
			}
		})
	})
}

func inside(t *testing.T, g *gate, most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.under) > most {
		t.Errorf("%d are inside, at most %d may be", len(g.under), most)
	}
	for _, l := range []*level{g.reads, g.writes} {
		if l.limit() < 1 || l.limit() > most {
			t.Errorf("the limit is %d of 1 to %d", l.limit(), most)
		}
	}
}
