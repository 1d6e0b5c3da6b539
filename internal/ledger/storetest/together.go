package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// workers are as many as a fan-out has, each with the store open for itself.
const workers = 8

func together(open func() ledger.Store, work func(i int, s ledger.Store)) {
	var all sync.WaitGroup
	for i := range workers {
		s := open()
		all.Go(func() { work(i, s) })
	}
	all.Wait()
}

func races(t *testing.T, open func() ledger.Store) {
	const rows = 25
	var won [rows]atomic.Int32
	together(open, func(i int, s ledger.Store) {
		for row := range rows {
			err := s.Commit(t.Context(), put(fmt.Sprint("r", row), 0, fmt.Sprint(i)), put(fmt.Sprint("r", row, "w", i), 0, "mine"))
			switch {
			case err == nil:
				won[row].Add(1)
			case !errors.Is(err, ledger.ErrConflict):
				t.Errorf("commit: %v", err)
			}
		}
	})
	s := open()
	for row := range rows {
		if n := won[row].Load(); n != 1 {
			t.Errorf("row %d was won by %d", row, n)
		}
		left, err := s.List(t.Context(), "p", fmt.Sprint("r", row, "w"), "", 10)
		if err != nil || len(left) != 1 {
			t.Errorf("row %d: losers left %d rows, %v", row, len(left)-1, err)
		}
	}
}

// racesEach lets all write the same rows, each for itself: each row has one writer.
func racesEach(t *testing.T, open func() ledger.Store) {
	const rows = 20
	together(open, func(i int, s ledger.Store) {
		var changes []ledger.Change
		for row := range rows {
			changes = append(changes, put(fmt.Sprint("r", row), 0, fmt.Sprint(i)))
		}
		if err := s.Each(t.Context(), changes...); err != nil && !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("each: %v", err)
		}
	})
	all, err := open().List(t.Context(), "p", "r", "", 100)
	if err != nil || len(all) != rows {
		t.Fatalf("list: %d rows, %v", len(all), err)
	}
	for _, r := range all {
		if r.Version != 1 {
			t.Errorf("row %s was written %d times", r.Sort, r.Version)
		}
	}
}

// add reads a number and writes it back with a version's condition, until nobody
// came between.
func add(t *testing.T, s ledger.Store, sort string, n int) {
	for {
		rows, err := s.Get(t.Context(), key(sort))
		if err != nil {
			t.Errorf("get: %v", err)
			return
		}
		was, _ := strconv.Atoi(string(rows[0].Data))
		err = s.Commit(t.Context(), put(sort, rows[0].Version, strconv.Itoa(was+n)))
		if err == nil {
			return
		}
		if !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("commit: %v", err)
			return
		}
	}
}

func increments(t *testing.T, open func() ledger.Store) {
	const each = 25
	together(open, func(_ int, s ledger.Store) {
		for range each {
			add(t, s, "counter", 1)
		}
	})
	holds(t, open(), "counter", workers*each, strconv.Itoa(workers*each))
}

// transfers moves between two rows; whoever lists them sees their sum.
func transfers(t *testing.T, open func() ledger.Store) {
	commit(t, open(), put("x1", 0, "1000"), put("x2", 0, "0"))
	together(open, func(i int, s ledger.Store) {
		for range 25 {
			rows, err := s.List(t.Context(), "p", "x", "", 10)
			if err != nil || len(rows) != 2 {
				t.Errorf("list: %d rows, %v", len(rows), err)
				return
			}
			a, _ := strconv.Atoi(string(rows[0].Data))
			b, _ := strconv.Atoi(string(rows[1].Data))
			err = s.Commit(t.Context(), put("x1", rows[0].Version, strconv.Itoa(a-i)), put("x2", rows[1].Version, strconv.Itoa(b+i)))
			switch {
			case err == nil && a+b != 1000: // both versions held: this was a state of the store
				t.Errorf("saw %d + %d", a, b)
			case err != nil && !errors.Is(err, ledger.ErrConflict):
				t.Errorf("commit: %v", err)
			}
		}
	})
}

func cancels(t *testing.T, open func() ledger.Store) {
	s := open()
	commit(t, s, put("a", 0, "1"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Commit(ctx, put("a", 1, "2")); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v, want Canceled", err)
	}
	if _, err := s.Get(ctx, key("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v, want Canceled", err)
	}
	if _, err := s.List(ctx, "p", "", "", 10); !errors.Is(err, context.Canceled) {
		t.Errorf("list: %v, want Canceled", err)
	}
	holds(t, s, "a", 1, "1")
	commit(t, s, put("a", 1, "2"))
}
