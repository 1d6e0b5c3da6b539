// Package storetest holds what every store of ledger rows promises. An adapter
// runs [Store] with a few lines of its own.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Store runs the suite. start makes an empty store; what it returns opens it, and
// is called again to open it a second time, beside or after the first. What is
// named in elsewhere is left to a call of [Promise], for an emulator that can't tell.
func Store(t *testing.T, start func(t *testing.T) (open func() ledger.Store), elsewhere ...string) {
	for name, test := range promises {
		if slices.Contains(elsewhere, name) {
			t.Logf("%s is left to another emulator", name)
			continue
		}
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}

// Promise runs one test of the suite.
func Promise(t *testing.T, name string, start func(t *testing.T) (open func() ledger.Store)) {
	t.Run(name, func(t *testing.T) { promises[name](t, start(t)) })
}

var promises = map[string]func(*testing.T, func() ledger.Store){
	"WhatWasCommittedIsThereAfterReopening": keeps,
	"ARowThatIsNotThereHasNoVersion":        absent,
	"VersionsCountTheChangesOfARow":         versions,
	"AChangeWhoseExpectFailsChangesNothing": expects,
	"AllChangesAreMadeOrNone":               allOrNone,
	"ACheckChangesNothing":                  checks,
	"EachChangeStandsForItself":             each,
	"OfManyWhoWriteEachOneDoes":             racesEach,
	"GetAnswersInTheOrderOfItsKeys":         getOrder,
	"AListIsInByteOrderUnderItsPrefix":      lists,
	"PagesOfAListLoseAndRepeatNothing":      pages,
	"DataComesBackAsItWas":                  data,
	"ACommitSpansPartitions":                spans,
	"TheLargestRowFits":                     largestRow,
	"TheLargestCommitFits":                  largestCommit,
	"WhatIsTooLargeIsRefusedWhole":          tooLarge,
	"WhatMakesNoSenseIsRefusedWhole":        invalid,
	"OfManyWhoComeFirstOneDoes":             races,
	"NoIncrementIsLost":                     increments,
	"ATransferIsNeverSeenHalf":              transfers,
	"ACancelledCallDoesNothing":             cancels,
	"AfterAnyCommitsItAgreesWithAMap":       agrees,
}

func key(sort string) ledger.Key { return ledger.Key{Partition: "p", Sort: sort} }

func put(sort string, expect int64, data string) ledger.Change {
	return ledger.Change{Key: key(sort), Expect: expect, Data: []byte(data)}
}

func remove(sort string, expect int64) ledger.Change {
	return ledger.Change{Key: key(sort), Expect: expect, Delete: true}
}

func check(sort string, expect int64) ledger.Change {
	return ledger.Change{Key: key(sort), Expect: expect, Check: true}
}

func commit(t *testing.T, s ledger.Store, changes ...ledger.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), changes...); err != nil {
		t.Fatalf("commit: %v", err)
	}
}

func refused(t *testing.T, s ledger.Store, want error, changes ...ledger.Change) {
	t.Helper()
	if err := s.Commit(t.Context(), changes...); !errors.Is(err, want) {
		t.Errorf("commit: %v, want %v", err, want)
	}
}

// holds checks one row; version 0 stands for none.
func holds(t *testing.T, s ledger.Store, sort string, version int64, data string) {
	t.Helper()
	rows, err := s.Get(t.Context(), key(sort))
	if err != nil || len(rows) != 1 {
		t.Fatalf("get %s: %d rows, %v", sort, len(rows), err)
	}
	r := rows[0]
	if r.Key != key(sort) || r.Version != version || string(r.Data) != data {
		t.Errorf("%s has version %d, %.40q, want %d, %.40q", r.Key, r.Version, r.Data, version, data)
	}
}

func keeps(t *testing.T, open func() ledger.Store) {
	s := open()
	commit(t, s, put("a", 0, "1"), put("b", ledger.Any, "2"))
	commit(t, s, put("b", 1, "3"))
	for _, s := range []ledger.Store{s, open()} {
		holds(t, s, "a", 1, "1")
		holds(t, s, "b", 2, "3")
	}
}

func absent(t *testing.T, open func() ledger.Store) {
	s := open()
	holds(t, s, "a", 0, "")
	rows, err := s.Get(t.Context())
	if err != nil || len(rows) != 0 {
		t.Errorf("get nothing: %v, %v", rows, err)
	}
	rows, err = s.List(t.Context(), "p", "", "", 10)
	if err != nil || len(rows) != 0 {
		t.Errorf("list: %v, %v", rows, err)
	}
	if err := s.Commit(t.Context()); err != nil {
		t.Errorf("commit nothing: %v", err)
	}
}

func versions(t *testing.T, open func() ledger.Store) {
	s := open()
	for i := range int64(5) {
		commit(t, s, put("a", i, fmt.Sprint(i)))
		holds(t, s, "a", i+1, fmt.Sprint(i))
	}
	commit(t, s, put("a", ledger.Any, "x"))
	holds(t, s, "a", 6, "x")
	commit(t, s, remove("a", 6))
	holds(t, s, "a", 0, "")
	commit(t, s, put("a", 0, "anew"))
	holds(t, s, "a", 1, "anew")
}

func expects(t *testing.T, open func() ledger.Store) {
	s := open()
	commit(t, s, put("a", 0, "1"))
	commit(t, s, put("a", 1, "2"))
	for _, c := range []ledger.Change{
		put("a", 0, "x"), put("a", 1, "x"), put("a", 3, "x"), put("none", 1, "x"),
		remove("a", 0), remove("a", 1), remove("a", 3), remove("none", 1),
		check("a", 0), check("a", 1), check("a", 3), check("none", 1),
	} {
		refused(t, s, ledger.ErrConflict, c)
		holds(t, s, "a", 2, "2")
		holds(t, s, "none", 0, "")
	}
	for _, c := range []ledger.Change{
		remove("none", 0), remove("none", ledger.Any), check("none", 0), check("none", ledger.Any), check("a", 2), check("a", ledger.Any),
	} {
		commit(t, s, c)
	}
	holds(t, s, "a", 2, "2")
	commit(t, s, remove("a", 2))
	holds(t, s, "a", 0, "")
}

func allOrNone(t *testing.T, open func() ledger.Store) {
	s := open()
	commit(t, s, put("a", 0, "1"), put("b", 0, "1"), put("c", 0, "1"))
	// whichever of the changes fails, and wherever it stands
	for _, wrong := range []ledger.Change{put("c", 0, "2"), put("c", 7, "2"), remove("c", 7), check("c", 7)} {
		refused(t, s, ledger.ErrConflict, put("a", 1, "2"), remove("b", 1), put("d", 0, "2"), wrong)
		refused(t, s, ledger.ErrConflict, wrong, put("a", 1, "2"), remove("b", 1), put("d", 0, "2"))
		for _, sort := range []string{"a", "b", "c"} {
			holds(t, s, sort, 1, "1")
		}
		holds(t, s, "d", 0, "")
	}
	other := ledger.Change{Key: ledger.Key{Partition: "q", Sort: "a"}, Expect: 0, Data: []byte("2")}
	refused(t, s, ledger.ErrConflict, other, put("a", 7, "2"))
	commit(t, s, other, put("a", 1, "2"), remove("b", 1), put("d", 0, "2"), check("c", 1))
	rows, err := open().List(t.Context(), "q", "", "", 5)
	if err != nil || len(rows) != 1 || string(rows[0].Data) != "2" {
		t.Errorf("in the other partition: %v, %v", rows, err)
	}
	holds(t, s, "a", 2, "2")
	holds(t, s, "b", 0, "")
}

func checks(t *testing.T, open func() ledger.Store) {
	s := open()
	commit(t, s, put("lease", 0, "worker 1"))
	commit(t, s, check("lease", 1), put("a", 0, "1"))
	holds(t, s, "lease", 1, "worker 1")
	commit(t, s, put("lease", 1, "worker 2"))
	refused(t, s, ledger.ErrConflict, check("lease", 1), put("a", 1, "2"))
	holds(t, s, "a", 1, "1")
}

// each writes as many rows as a segment has, and a second time with one that
// somebody changed meanwhile.
func each(t *testing.T, open func() ledger.Store) {
	s := open()
	var first, second []ledger.Change
	for i := range ledger.MaxChanges {
		first = append(first, put(fmt.Sprintf("%03d", i), 0, "1"))
		second = append(second, put(fmt.Sprintf("%03d", i), 1, "2"))
	}
	if err := s.Each(t.Context(), first...); err != nil {
		t.Fatalf("each: %v", err)
	}
	holds(t, open(), "000", 1, "1")
	holds(t, open(), "099", 1, "1")
	commit(t, s, put("050", 1, "somebody else's"))
	if err := s.Each(t.Context(), second...); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("each, with one that was changed: %v, want ErrConflict", err)
	}
	holds(t, s, "050", 2, "somebody else's")
	rows, err := s.List(t.Context(), "p", "", "", 1000)
	if err != nil || len(rows) != ledger.MaxChanges {
		t.Fatalf("list: %d rows, %v", len(rows), err)
	}
	for _, r := range rows { // made or not made, and nothing else
		if r.Sort != "050" && !(r.Version == 1 && string(r.Data) == "1" || r.Version == 2 && string(r.Data) == "2") {
			t.Errorf("row %s has version %d, %q", r.Sort, r.Version, r.Data)
		}
	}
	for _, wrong := range [][]ledger.Change{{put("x", 0, "1"), put("x", 0, "1")}, {put("x", 0, "1"), {Key: ledger.Key{Partition: "p"}}}} {
		if err := s.Each(t.Context(), wrong...); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("each: %v, want ErrInvalid", err)
		}
		holds(t, s, "x", 0, "")
	}
}

func getOrder(t *testing.T, open func() ledger.Store) {
	s := open()
	commit(t, s, put("a", 0, "1"), put("b", 0, "2"), put("c", 0, "3"))
	keys := []ledger.Key{key("c"), key("x"), key("a"), {Partition: "q", Sort: "a"}, key("b"), key("c")}
	want := []string{"3", "", "1", "", "2", "3"}
	for range 40 { // and beyond what DynamoDB answers at once
		keys, want = append(keys, key("b"), key("a")), append(want, "2", "1")
	}
	for range 4 {
		keys, want = append(keys, keys...), append(want, want...)
	}
	rows, err := s.Get(t.Context(), keys...)
	if err != nil || len(rows) != len(keys) {
		t.Fatalf("get: %d rows, %v, want %d", len(rows), err, len(keys))
	}
	for i, r := range rows {
		if r.Key != keys[i] || string(r.Data) != want[i] || (r.Version == 0) != (want[i] == "") {
			t.Fatalf("row %d = %+v, want %s %q", i, r, keys[i], want[i])
		}
	}
}

func sorts(rows []ledger.Row) (out []string) {
	for _, r := range rows {
		out = append(out, r.Sort)
	}
	return out
}

func lists(t *testing.T, open func() ledger.Store) {
	s := open()
	all := []string{"!", "A", "a", "a!", "a#1", "a#10", "a#2", "aa", "a~", "b", "ä", "ä1", "\U0001F600", "\U0010FFFFz"}
	for i, sort := range all {
		commit(t, s, put(sort, 0, fmt.Sprint(i)))
	}
	commit(t, s, ledger.Change{Key: ledger.Key{Partition: "p2", Sort: "a"}, Data: []byte("x")},
		ledger.Change{Key: ledger.Key{Partition: "o", Sort: "a"}, Data: []byte("x")})
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"", "", 100, all},
		{"", "", 3, all[:3]},
		{"a", "", 100, all[2:9]},
		{"a#", "", 100, all[4:7]},
		{"a#", "a#1", 100, all[5:7]},
		{"a#", "a#1", 1, all[5:6]},
		{"a#", "a#15", 100, all[6:7]},
		{"a#", "a#2", 100, nil},
		{"a#", "b", 100, nil},
		{"a", "0", 2, all[2:4]},
		{"b", "a", 100, all[9:10]},
		{"ä", "", 100, all[10:12]},
		{"\U0010FFFF", "", 100, all[13:]},
		{"zzz", "", 100, nil},
	} {
		rows, err := s.List(t.Context(), "p", c.prefix, c.after, c.limit)
		if err != nil || !slices.Equal(sorts(rows), c.want) {
			t.Errorf("list %q after %q, %d: %q, %v, want %q", c.prefix, c.after, c.limit, sorts(rows), err, c.want)
		}
	}
	if _, err := s.List(t.Context(), "p", "", "", 0); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("list with limit 0: %v, want ErrInvalid", err)
	}
}

// pages walks rows of several kilobytes, so that DynamoDB, which answers with
// 1 MiB at most, has to be asked again for one page.
func pages(t *testing.T, open func() ledger.Store) {
	s := open()
	var want []string
	for i := range 250 {
		sort := fmt.Sprintf("row#%04d", i)
		want = append(want, sort)
		commit(t, s, put(sort, 0, string(bytes.Repeat([]byte{'x'}, 8<<10))))
	}
	commit(t, s, put("row", 0, "before"), put("rox", 0, "behind"))
	for _, limit := range []int{1, 7, 249, 250, 1000} {
		var got []string
		for after := ""; ; {
			rows, err := s.List(t.Context(), "p", "row#", after, limit)
			if err != nil || len(rows) > limit {
				t.Fatalf("list: %d rows, %v", len(rows), err)
			}
			got = append(got, sorts(rows)...)
			if len(rows) < limit {
				break
			}
			after = rows[len(rows)-1].Sort
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d give %d rows, want %d", limit, len(got), len(want))
		}
	}
}

// spans changes rows of the id map and of a run together: an adapter may keep
// them apart.
func spans(t *testing.T, open func() ledger.Store) {
	s := open()
	one, two := ledger.Key{Partition: "map#t#m#ticket", Sort: "a"}, ledger.Key{Partition: "run#t#m#r", Sort: "a"}
	commit(t, s, ledger.Change{Key: one, Data: []byte("1")}, ledger.Change{Key: two, Data: []byte("2")})
	refused(t, s, ledger.ErrConflict, ledger.Change{Key: one, Expect: 1, Data: []byte("3")}, ledger.Change{Key: two, Expect: 2, Data: []byte("4")})
	rows, err := open().Get(t.Context(), two, one, two)
	if err != nil || len(rows) != 3 || string(rows[0].Data) != "2" || string(rows[1].Data) != "1" || rows[2].Key != two {
		t.Errorf("got %v, %v", rows, err)
	}
	if rows, err := s.List(t.Context(), one.Partition, "", "", 10); err != nil || len(rows) != 1 || rows[0].Key != one {
		t.Errorf("the list of one partition is %v, %v", rows, err)
	}
}
