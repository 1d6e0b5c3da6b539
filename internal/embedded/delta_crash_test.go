package embedded

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// A deltaBench is a pair of desks between which a full run went, and on both of
// which agents worked since.
type deltaBench struct{ *bench }

func newDeltaBench(t *testing.T, from, to memory.Options) deltaBench {
	source, target := smallDesk(from), memory.New(to)
	b := deltaBench{&bench{t: t, home: t.TempDir(), source: source.Source(), target: target.Target(), desk: target}}
	r, err := openWith(b.home, strict(t), b.source, b.target, func(*Parts) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Migrate(context.Background(), Request{Mode: migration.ModeFull}); err != nil {
		t.Fatal(err)
	}
	agitate(t, r, source, target)
	return b
}

// delta is one process: it goes on with the delta that there is, if there is one.
// again starts one where there is none to go on with.
func (b deltaBench) delta(k *killer, again bool) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if k.stop == nil {
		k.stop = stop
	}
	b.desk.Hook(k.hooks())
	defer b.desk.Hook(memory.Hooks{})
	r, err := openWith(b.home, strict(b.t), b.source, b.target, k.wrap)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = r.Resume(ctx)
	if errors.Is(err, ErrNothingToResume) && again {
		_, err = r.Migrate(ctx, Request{Mode: migration.ModeDelta})
	}
	if errors.Is(err, ErrNothingToResume) {
		err = nil
	}
	return err
}

// TestACrashAnywhereInADeltaLosesAndDoublesNothing runs a delta over everything that
// deltas are about and, before and after every side effect, copies all that a
// process would leave if it crashed there. A new process goes on with each copy, the
// next delta goes over it again, and the target is compared with that of a delta
// that nobody disturbed.
func TestACrashAnywhereInADeltaLosesAndDoublesNothing(t *testing.T) {
	for name, o := range map[string]struct{ from, to memory.Options }{
		"whole, by roll":       {memory.Options{PageSize: 3}, memory.Options{Batch: 10}},
		"threaded, by tombs":   {memory.Options{PageSize: 3, Tombs: true}, memory.Options{Batch: 10, Threaded: true}},
		"reopening, read anew": {memory.Options{PageSize: 3, Forgetful: true}, memory.Options{Batch: 1, Reopening: true}},
	} {
		t.Run(name, func(t *testing.T) {
			calm := newDeltaBench(t, o.from, o.to)
			if err := calm.delta(&killer{stop: func() {}}, true); err != nil {
				t.Fatalf("undisturbed: %v", err)
			}
			want := canonical(t, calm.target)
			crashes := make(chan crash)
			var wait sync.WaitGroup
			for range 2 {
				wait.Go(func() {
					for c := range crashes {
						c.goOnWithDelta(t, want)
					}
				})
			}
			points, tried := newDeltaBench(t, o.from, o.to).crashing(crashes)
			wait.Wait()
			t.Logf("%d points, %d tried, %d records", points, tried, len(want))
		})
	}
}

// crashing runs one delta, and sends what a crash would leave at every nth point.
func (b deltaBench) crashing(crashes chan<- crash) (points, tried int) {
	defer close(crashes)
	k := &killer{stop: func() {}}
	changed := true
	k.copies = func(n int, where string, fresh bool) func() {
		changed = changed || fresh
		if (n-1)%*crashEvery != 0 || !changed || b.t.Failed() {
			return nil
		}
		left, err := b.copy()
		if err != nil {
			b.t.Errorf("point %d (%s): copy: %v", n, where, err)
			return nil
		}
		changed = false
		tried++
		return func() { crashes <- crash{left, n, where} }
	}
	if err := b.delta(k, true); err != nil {
		b.t.Errorf("the delta that is copied failed: %v", err)
	}
	return k.point, tried
}

func (c crash) goOnWithDelta(t *testing.T, want []string) {
	defer os.RemoveAll(c.home)
	for _, again := range []bool{false, true} {
		if err := (deltaBench{c.bench}).delta(&killer{}, again); err != nil {
			t.Errorf("point %d (%s): %v", c.n, c.where, err)
			return
		}
	}
	if got := canonical(t, c.target); !slices.Equal(got, want) {
		t.Errorf("point %d (%s): the target differs:\n%s", c.n, c.where, differ(got, want))
	}
}
