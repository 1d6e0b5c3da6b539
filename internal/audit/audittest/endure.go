package audittest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/audit"
)

// A Load is how much Endure writes.
type Load struct{ Shards, Batches, Events int }

// Endure has writers work side by side while everything fails that can: the
// answer to a put gets lost, or the request; a writer dies and its retry begins
// again; a twin that was taken for dead writes to the same shard. In the end
// each event must stand once, in chains that hold.
func Endure(t *testing.T, open func() audit.Store, l Load) {
	t.Helper()
	heads := make([][]audit.Head, l.Shards)
	var all sync.WaitGroup
	for i := range l.Shards {
		all.Go(func() { heads[i] = l.shard(t, open, i) })
	}
	all.Wait()
	if t.Failed() {
		return
	}
	report, err := audit.Verify(t.Context(), open(), "m1", slices.Concat(heads...)...)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	if want := l.Shards * l.Batches * l.Events; report.Events != want || report.Shards != l.Shards || report.Witnessed != l.Shards {
		t.Errorf("%d events in %d shards, want %d in %d", report.Events, report.Shards, want, l.Shards)
	}
	l.complete(t, open())
}

func shardName(i int) string { return fmt.Sprintf("m1/r1/load-%03d", i) }

// Event is a valid event; n tells it from others.
func Event(n int) audit.Event {
	return audit.Event{
		At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Tenant: "t1", Migration: "m1", Run: "r1",
		Actor: audit.Actor{Kind: audit.Function, ID: "load", Version: "1.0.0"}, Op: audit.LoadSegment,
		Object: audit.Object{Type: "segment", Ref: fmt.Sprintf("ticket-%06d", n)}, Outcome: audit.OK,
		Counts: map[string]int64{"loaded": 100}, From: audit.Place{System: "staging", Region: "eu-central-1"},
	}
}

// shard writes one shard, on every third with a twin, and returns the heads that
// the state machine saw.
func (l Load) shard(t *testing.T, open func() audit.Store, i int) []audit.Head {
	heads := make([]audit.Head, 1+i%3/2)
	var twins sync.WaitGroup
	for twin := range heads {
		s := &faulty{Store: open(), rand: rand.New(rand.NewPCG(uint64(i), uint64(twin)))}
		twins.Go(func() {
			for retry := 0; ; retry++ {
				head, err := l.attempt(t.Context(), s, shardName(i))
				if err == nil {
					heads[twin] = head
					return
				}
				if !errors.Is(err, errInjected) || retry > 1000 {
					t.Errorf("%s: %v", shardName(i), err)
					return
				}
			}
		})
	}
	twins.Wait()
	return heads
}

// attempt is a step that does its work from the beginning. A put that fails is
// tried again by the same writer; a crash ends the attempt.
func (l Load) attempt(ctx context.Context, s *faulty, shard string) (audit.Head, error) {
	w := audit.NewWriter(s, shard)
	var head audit.Head
	for batch := range l.Batches {
		events := make([]audit.Event, l.Events)
		for i := range events {
			events[i] = Event(batch*l.Events + i)
		}
		do := func() (err error) {
			if err = w.Append(ctx, events...); err == nil {
				head, err = w.Flush(ctx)
			}
			return err
		}
		if err := do(); err != nil {
			if err := do(); err != nil {
				return head, err
			}
		}
		if s.chance(0.01) {
			return head, fmt.Errorf("crash: %w", errInjected)
		}
	}
	return head, nil
}

// complete checks that each event of each shard is there, once.
func (l Load) complete(t *testing.T, s audit.Store) {
	seen := map[string]int{}
	for e, err := range audit.Events(t.Context(), s, "m1") {
		if err != nil {
			t.Fatal(err)
		}
		seen[e.Shard+" "+e.Object.Ref]++
	}
	for i := range l.Shards {
		for n := range l.Batches * l.Events {
			if got := seen[shardName(i)+" "+Event(n).Object.Ref]; got != 1 {
				t.Fatalf("event %d of %s stands %d times", n, shardName(i), got)
			}
		}
	}
}

var errInjected = errors.New("injected")

// faulty is a store behind a network that loses what it carries.
type faulty struct {
	audit.Store
	mu   sync.Mutex
	rand *rand.Rand
}

func (f *faulty) chance(p float64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rand.Float64() < p
}

func (f *faulty) Put(ctx context.Context, shard string, seq int, bundle []byte) error {
	if f.chance(0.03) {
		return fmt.Errorf("the request was lost: %w", errInjected)
	}
	err := f.Store.Put(ctx, shard, seq, bundle)
	if f.chance(0.05) {
		return fmt.Errorf("the answer was lost: %w", errInjected)
	}
	return err
}
