// Package audittest holds what every store of audit bundles promises, and what
// writers make of it whatever fails. An adapter runs [Store] with a few lines of
// its own.
package audittest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/safeconduct/safeconduct/internal/audit"
)

// Store runs the suite. start makes an empty store; what it returns opens it, and
// is called again to open it a second time, beside or after the first.
func Store(t *testing.T, start func(t *testing.T) (open func() audit.Store)) {
	for name, test := range map[string]func(*testing.T, func() audit.Store){
		"WhatWasPutIsThereAfterReopening":      keeps,
		"ATakenPlaceKeepsItsBundle":            keepsFirst,
		"OfManyWhoPutAtOnePlaceOneSucceeds":    races,
		"ReadingTakesAShardAndThoseBelowIt":    prefixes,
		"BundlesComeInTheOrderOfTheirSeq":      ordered,
		"ACancelledCallDoesNothing":            cancels,
		"ANameThatCouldLeaveTheStoreIsRefused": names,
		"WhateverFailsNoEventIsLostOrTwice": func(t *testing.T, open func() audit.Store) {
			Endure(t, open, Load{Shards: 6, Batches: 8, Events: 40})
		},
	} {
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}

func put(t *testing.T, s audit.Store, shard string, seq int, bundle string) {
	t.Helper()
	if err := s.Put(t.Context(), shard, seq, []byte(bundle)); err != nil {
		t.Fatalf("put %s/%d: %v", shard, seq, err)
	}
}

// read lists what is below a prefix as "shard/seq=bytes".
func read(t *testing.T, s audit.Store, prefix string) (out []string) {
	t.Helper()
	for b, err := range s.Read(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("read %q: %v", prefix, err)
		}
		out = append(out, fmt.Sprintf("%s/%d=%s", b.Shard, b.Seq, b.Bytes))
	}
	return out
}

func keeps(t *testing.T, open func() audit.Store) {
	s := open()
	if got := read(t, s, ""); len(got) > 0 {
		t.Errorf("an empty store holds %q", got)
	}
	big := string(bytes.Repeat([]byte{0, 0xff, '\n'}, 100_000)) // DynamoDB takes 400 KB at most
	put(t, s, "m1/r1/load-1", 1, big)
	put(t, s, "m1/r1/load-1", 2, "")
	want := []string{"m1/r1/load-1/1=" + big, "m1/r1/load-1/2="}
	for _, s := range []audit.Store{s, open()} {
		if got := read(t, s, "m1"); !slices.Equal(got, want) {
			t.Errorf("read %d bundles, want 2 as they were put", len(got))
		}
	}
}

func keepsFirst(t *testing.T, open func() audit.Store) {
	s := open()
	put(t, s, "a", 1, "first")
	for _, s := range []audit.Store{s, open()} {
		if err := s.Put(t.Context(), "a", 1, []byte("second")); !errors.Is(err, audit.ErrExists) {
			t.Errorf("put again: %v, want ErrExists", err)
		}
	}
	if got := read(t, s, "a"); !slices.Equal(got, []string{"a/1=first"}) {
		t.Errorf("read %q", got)
	}
}

func races(t *testing.T, open func() audit.Store) {
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 12 {
		s := open()
		all.Go(func() {
			switch err := s.Put(t.Context(), "a", 1, fmt.Append(nil, i)); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, audit.ErrExists):
				t.Errorf("put: %v", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d succeeded, want 1", won.Load())
	}
}

func prefixes(t *testing.T, open func() audit.Store) {
	s := open()
	for _, shard := range []string{"m1/r1", "m1/r1/a", "m1/r1/a-b", "m1/r10", "m1/r10/a", "m2/r1"} {
		put(t, s, shard, 1, "x")
	}
	for prefix, want := range map[string][]string{
		"":         {"m1/r1", "m1/r1/a", "m1/r1/a-b", "m1/r10", "m1/r10/a", "m2/r1"},
		"m1":       {"m1/r1", "m1/r1/a", "m1/r1/a-b", "m1/r10", "m1/r10/a"},
		"m1/r1":    {"m1/r1", "m1/r1/a", "m1/r1/a-b"},
		"m1/r1/a":  {"m1/r1/a"},
		"m1/r10":   {"m1/r10", "m1/r10/a"},
		"m1/r":     nil,
		"m":        nil,
		"m1/r1/a/": nil,
		"..":       nil,
	} {
		got := read(t, s, prefix)
		for i := range got {
			got[i] = strings.TrimSuffix(got[i], "/1=x")
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("read %q = %q, want %q", prefix, got, want)
		}
	}
}

// ordered puts more bundles than are read from DynamoDB at once, in two shards,
// last first. The store doesn't care about gaps; a chain does.
func ordered(t *testing.T, open func() audit.Store) {
	s := open()
	var want []string
	bundle := strings.Repeat("x", 20_000)
	for _, shard := range []string{"m1/a", "m1/b"} {
		for seq := 120; seq > 0; seq-- {
			put(t, s, shard, seq, bundle)
		}
		for seq := 1; seq <= 120; seq++ {
			want = append(want, fmt.Sprintf("%s/%d=%s", shard, seq, bundle))
		}
	}
	if got := read(t, open(), "m1"); !slices.Equal(got, want) {
		t.Errorf("read %d bundles, or in another order, want %d", len(got), len(want))
	}
	for b, err := range s.Read(t.Context(), "m1") {
		if err != nil || b.Seq > 1 {
			t.Errorf("went on to %d, %v", b.Seq, err)
		}
		break
	}
}

func cancels(t *testing.T, open func() audit.Store) {
	s := open()
	put(t, s, "a", 1, "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, "a", 2, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v, want Canceled", err)
	}
	for b, err := range s.Read(ctx, "a") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("read: %v, %v, want Canceled", b, err)
		}
	}
	if got := read(t, s, "a"); len(got) != 1 {
		t.Errorf("there are %q", got)
	}
}

func names(t *testing.T, open func() audit.Store) {
	s := open()
	for _, shard := range []string{"", "/", "/a", "a/", "a//b", "..", "../x", "a/../b", ".x", "a/.half", "a b", "ä", "a\x00b", "a:b", strings.Repeat("a", 300)} {
		if err := s.Put(t.Context(), shard, 1, nil); err == nil {
			t.Errorf("put to %q was taken", shard)
		}
	}
	for _, seq := range []int{0, -1} {
		if err := s.Put(t.Context(), "a", seq, nil); err == nil {
			t.Errorf("put at %d was taken", seq)
		}
	}
}
