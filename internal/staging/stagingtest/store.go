// Package stagingtest holds what every store of staged objects promises. An
// adapter runs [Store] with a few lines of its own.
package stagingtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/safeconduct/safeconduct/internal/staging"
)

// Store runs the suite. start makes an empty store; what it returns opens it, and
// is called again to open it a second time, beside or after the first.
func Store(t *testing.T, start func(t *testing.T) (open func() staging.Store)) {
	for name, test := range map[string]func(*testing.T, func() staging.Store){
		"WhatWasPutIsThereAfterReopening":        keeps,
		"ATakenNameKeepsItsObject":               keepsFirst,
		"OfManyWhoPutOneNameOneSucceeds":         races,
		"AnObjectThatFailsIsNotThere":            failsWhole,
		"AnObjectAppearsWhenItIsWhole":           appearsWhole,
		"AnObjectThatIsNotThereIsNotFound":       notFound,
		"AListIsInByteOrderUnderItsPrefix":       lists,
		"AListOfMoreThanAPageIsComplete":         listsAll,
		"AListEndsWhenNobodyAsksForMore":         listStops,
		"DeletedObjectsAreGoneAndOthersStay":     deletes,
		"ACancelledCallDoesNothing":              cancels,
		"ANameThatCouldLeaveTheStoreIsRefused":   names,
		"ManyPutListAndDeleteSideBySide":         together,
		"AReaderGetsTheWholeObjectInSmallPieces": smallReads,
	} {
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}

func put(t *testing.T, s staging.Store, name string, content []byte) {
	t.Helper()
	if err := s.Put(t.Context(), name, writing(content)); err != nil {
		t.Fatalf("put %s: %v", name, err)
	}
}

func writing(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

func holds(t *testing.T, s staging.Store, name string, want []byte) {
	t.Helper()
	r, err := s.Open(t.Context(), name)
	if err != nil {
		t.Errorf("open %s: %v", name, err)
		return
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s holds %d bytes, error %v, want %d bytes", name, len(got), err, len(want))
	}
}

func gone(t *testing.T, s staging.Store, name string) {
	t.Helper()
	if r, err := s.Open(t.Context(), name); !errors.Is(err, staging.ErrNotFound) {
		t.Errorf("open %s: %v, want ErrNotFound", name, err)
		if err == nil {
			r.Close()
		}
	}
	if got := list(t, s, name); slices.Contains(got, name) {
		t.Errorf("%s is in the list %q", name, got)
	}
}

func list(t *testing.T, s staging.Store, prefix string) (names []string) {
	t.Helper()
	for o, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		names = append(names, o.Name)
	}
	return names
}

func keeps(t *testing.T, open func() staging.Store) {
	s := open()
	contents := map[string][]byte{}
	for _, size := range []int{0, 1, 4096, 100_000, 3 << 20} {
		contents[fmt.Sprintf("m1/r0001/raw/size-%d", size)] = bytes.Repeat([]byte{0, 0xff, '\n', '\r', 7}, size/5+1)[:size]
	}
	for name, content := range contents {
		put(t, s, name, content)
	}
	for _, s := range []staging.Store{s, open()} {
		for name, content := range contents {
			holds(t, s, name, content)
		}
		for o, err := range s.List(t.Context(), "m1/") {
			if err != nil || o.Size != int64(len(contents[o.Name])) {
				t.Errorf("list: %+v, %v, want size %d", o, err, len(contents[o.Name]))
			}
		}
	}
}

func keepsFirst(t *testing.T, open func() staging.Store) {
	s := open()
	put(t, s, "a/b", []byte("first"))
	for _, s := range []staging.Store{s, open()} {
		if err := s.Put(t.Context(), "a/b", writing([]byte("second"))); !errors.Is(err, staging.ErrExists) {
			t.Errorf("put again: %v, want ErrExists", err)
		}
		holds(t, s, "a/b", []byte("first"))
	}
}

// races lets none of the writers end before all have begun.
func races(t *testing.T, open func() staging.Store) {
	const writers = 12
	var all, begun sync.WaitGroup
	var won, winner atomic.Int32
	begun.Add(writers)
	content := func(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 50_000) }
	for i := range writers {
		s := open()
		all.Go(func() {
			err := s.Put(t.Context(), "one/name", func(w io.Writer) error {
				begun.Done()
				begun.Wait()
				_, err := w.Write(content(i))
				return err
			})
			switch {
			case err == nil:
				won.Add(1)
				winner.Store(int32(i))
			case !errors.Is(err, staging.ErrExists):
				t.Errorf("put: %v, want nil or ErrExists", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d succeeded, want 1", won.Load())
	}
	holds(t, open(), "one/name", content(int(winner.Load())))
}

func failsWhole(t *testing.T, open func() staging.Store) {
	s := open()
	broken := errors.New("the source broke")
	err := s.Put(t.Context(), "a/b", func(w io.Writer) error {
		w.Write(bytes.Repeat([]byte("half"), 100_000))
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("put: %v, want %v", err, broken)
	}
	gone(t, s, "a/b")
	if got := list(t, open(), ""); len(got) > 0 {
		t.Errorf("left behind: %q", got)
	}
	put(t, s, "a/b", []byte("whole"))
	holds(t, s, "a/b", []byte("whole"))
}

func appearsWhole(t *testing.T, open func() staging.Store) {
	s, other := open(), open()
	err := s.Put(t.Context(), "a/b", func(w io.Writer) error {
		for range 3 {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<20)); err != nil {
				return err
			}
			gone(t, other, "a/b")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	holds(t, other, "a/b", bytes.Repeat([]byte("x"), 3<<20))
}

func notFound(t *testing.T, open func() staging.Store) {
	s := open()
	put(t, s, "m1/r0001/raw/ticket", []byte("x"))
	for _, name := range []string{"m1/r0001/raw/ticke", "m1/r0001/raw/ticket2", "m1/r0001", "m1", "m1/r0001/raw/ticket/x", "other"} {
		gone(t, s, name)
	}
}

func deletes(t *testing.T, open func() staging.Store) {
	s := open()
	for _, name := range []string{"a/1", "a/2", "a/b/3", "c/4"} {
		put(t, s, name, []byte(name))
	}
	if err := s.Delete(t.Context(), "a/1", "a/b/3", "never/there", "a/1", "c", "a/2/x"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := s.Delete(t.Context()); err != nil {
		t.Errorf("delete nothing: %v", err)
	}
	for _, s := range []staging.Store{s, open()} {
		gone(t, s, "a/1")
		gone(t, s, "a/b/3")
		holds(t, s, "a/2", []byte("a/2"))
		holds(t, s, "c/4", []byte("c/4"))
	}
}

func cancels(t *testing.T, open func() staging.Store) {
	s := open()
	put(t, s, "kept", []byte("x"))
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Put(ctx, "half", func(w io.Writer) error {
		w.Write([]byte("x"))
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v, want Canceled", err)
	}
	if err := s.Put(ctx, "late", writing(nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v, want Canceled", err)
	}
	if err := s.Delete(ctx, "kept"); !errors.Is(err, context.Canceled) {
		t.Errorf("delete: %v, want Canceled", err)
	}
	for o, err := range s.List(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("list: %+v, %v, want Canceled", o, err)
		}
	}
	if got := list(t, s, ""); !slices.Equal(got, []string{"kept"}) {
		t.Errorf("there are %q, want kept alone", got)
	}
}

func names(t *testing.T, open func() staging.Store) {
	s := open()
	for _, name := range []string{"", "/", "/a", "a/", "a//b", "..", "../x", "a/../b", "a/./b", ".x", "a/.x",
		"a\\b", "a b", "a\x00b", "ä", "a\nb", "a:b", "a*", strings.Repeat("a", 300), strings.Repeat("a/", 600) + "a"} {
		if err := s.Put(t.Context(), name, writing(nil)); err == nil {
			t.Errorf("put %q was taken", name)
		}
		if _, err := s.Open(t.Context(), name); err == nil {
			t.Errorf("open %q was taken", name)
		}
		if err := s.Delete(t.Context(), name); err == nil {
			t.Errorf("delete %q was taken", name)
		}
	}
	if got := list(t, s, ""); len(got) > 0 {
		t.Errorf("there are %q", got)
	}
}

func together(t *testing.T, open func() staging.Store) {
	var all sync.WaitGroup
	for i := range 8 {
		s := open()
		all.Go(func() {
			for j := range 20 {
				name := fmt.Sprintf("d%d/e/%d-%d", j%3, i, j)
				put(t, s, name, []byte(name))
				list(t, s, "d1/")
				holds(t, s, name, []byte(name))
				if j%2 == 0 {
					if err := s.Delete(t.Context(), name); err != nil {
						t.Errorf("delete: %v", err)
					}
				}
			}
		})
	}
	all.Wait()
	if got := list(t, open(), ""); len(got) != 8*10 {
		t.Errorf("%d objects are left, want 80", len(got))
	}
}

func smallReads(t *testing.T, open func() staging.Store) {
	s := open()
	want := bytes.Repeat([]byte("0123456789"), 10_000)
	put(t, s, "a", want)
	r, err := s.Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var got []byte
	for buf := make([]byte, 777); err == nil; {
		var n int
		n, err = r.Read(buf)
		got = append(got, buf[:n]...)
	}
	if err != io.EOF || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v, want %d and EOF", len(got), err, len(want))
	}
}
