package stagingtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/staging"
)

func lists(t *testing.T, open func() staging.Store) {
	s := open()
	all := []string{"a", "a-b/c", "a.b", "a/b", "a/b-c", "a/b.d", "a0/x", "a=b", "aB", "ab", "b/1/2/3", "b/10", "b/2", "c", "m_1"}
	for _, i := range []int{7, 3, 14, 0, 9, 1, 5, 12, 2, 10, 4, 13, 6, 8, 11} {
		if all[i] == "a" {
			continue // beside "a/b" a file system has no room for it
		}
		put(t, s, all[i], []byte(all[i]))
	}
	all = slices.DeleteFunc(all, func(n string) bool { return n == "a" })
	for _, prefix := range []string{"", "a", "a/", "a-", "a/b", "a/b-", "b/1", "b/1/", "b/1/2/3", "c", "c/", "x", "a//", "."} {
		want := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return !strings.HasPrefix(n, prefix) })
		if got := list(t, s, prefix); !slices.Equal(got, want) {
			t.Errorf("list %q = %q, want %q", prefix, got, want)
		}
	}
}

// page is the most that S3 lists or deletes at once.
const page = 1000

func listsAll(t *testing.T, open func() staging.Store) {
	s := open()
	var want []string
	for i := range page + 50 {
		name := fmt.Sprintf("m1/r0001/clean/ticket-%06d", i)
		want = append(want, name)
		put(t, s, name, []byte{byte(i)})
	}
	if got := list(t, s, "m1/r0001/"); !slices.Equal(got, want) {
		t.Errorf("list gives %d names, want %d", len(got), len(want))
	}
	if err := s.Delete(t.Context(), want[1:]...); err != nil {
		t.Errorf("delete: %v", err)
	}
	if got := list(t, open(), ""); !slices.Equal(got, want[:1]) {
		t.Errorf("left: %d objects, want 1", len(got))
	}
}

func listStops(t *testing.T, open func() staging.Store) {
	s := open()
	for i := range 5 {
		put(t, s, fmt.Sprintf("d%d/x", i), nil)
	}
	n := 0
	for range s.List(t.Context(), "") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("went on to %d", n)
	}
}
