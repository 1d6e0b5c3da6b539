package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

func data(t *testing.T, open func() ledger.Store) {
	s := open()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for i, want := range []string{"", string(every), "\x00", "{}", "ünïcödé", "\xff\xfe"} {
		sort := fmt.Sprint("row ", i, " with 'quotes' and \x01 and ü")
		commit(t, s, put(sort, 0, want))
		holds(t, open(), sort, 1, want)
	}
	commit(t, s, ledger.Change{Key: key("nil")})
	holds(t, s, "nil", 1, "")
}

func largestRow(t *testing.T, open func() ledger.Store) {
	s := open()
	big := string(bytes.Repeat([]byte{7}, ledger.MaxRowBytes-2)) // "p" and a sort key of one byte
	commit(t, s, put("a", 0, big))
	holds(t, open(), "a", 1, big)
}

func largestCommit(t *testing.T, open func() ledger.Store) {
	s := open()
	var hundred []ledger.Change
	for i := range ledger.MaxChanges {
		sort := fmt.Sprintf("%03d", i)
		hundred = append(hundred, put(sort, 0, string(bytes.Repeat([]byte{byte(i)}, ledger.MaxCommitBytes/100-4))))
	}
	commit(t, s, hundred...)
	rows, err := s.List(t.Context(), "p", "0", "", 1000)
	if err != nil || len(rows) != ledger.MaxChanges {
		t.Errorf("list: %d rows, %v", len(rows), err)
	}
}

func tooLarge(t *testing.T, open func() ledger.Store) {
	s := open()
	var many, heavy []ledger.Change
	for i := range ledger.MaxChanges + 1 {
		many = append(many, put(fmt.Sprint("k", i), 0, "x"))
	}
	for i := range 11 {
		heavy = append(heavy, put(fmt.Sprint("k", i), 0, string(make([]byte, 390<<10))))
	}
	refused(t, s, ledger.ErrTooLarge, many...)
	refused(t, s, ledger.ErrTooLarge, heavy...)
	refused(t, s, ledger.ErrTooLarge, put("k", 0, "x"), put("l", 0, string(make([]byte, ledger.MaxRowBytes))))
	refused(t, s, ledger.ErrTooLarge, put("k", 0, "x"), put(string(bytes.Repeat([]byte{'k'}, 1025)), 0, "x"))
	if rows, err := s.List(t.Context(), "p", "", "", 10); err != nil || len(rows) > 0 {
		t.Errorf("left: %d rows, %v", len(rows), err)
	}
}

func invalid(t *testing.T, open func() ledger.Store) {
	s := open()
	one := put("a", 0, "1")
	for _, c := range []ledger.Change{
		one, remove("a", ledger.Any), check("a", ledger.Any), // the same key twice
		{Key: ledger.Key{Partition: "p"}}, {Key: ledger.Key{Sort: "s"}},
		put("b\xff", 0, "x"), put("b", -2, "x"),
		{Key: key("b"), Delete: true, Check: true}, {Key: key("b"), Delete: true, Data: []byte("x")},
	} {
		refused(t, s, ledger.ErrInvalid, one, c)
		holds(t, s, "a", 0, "")
	}
	if _, err := s.Get(t.Context(), ledger.Key{}); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("get without a key: %v, want ErrInvalid", err)
	}
}
