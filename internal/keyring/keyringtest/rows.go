package keyringtest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

var side = keyring.Scope{Tenant: "t1", Migration: "m1", Run: "r0001", Side: keyring.Raw}

// others are scopes that differ from side in one part each.
func others() map[string]keyring.Scope {
	s := map[string]keyring.Scope{"tenant": side, "migration": side, "run": side, "side": side}
	change := func(part string, f func(*keyring.Scope)) { o := s[part]; f(&o); s[part] = o }
	change("tenant", func(o *keyring.Scope) { o.Tenant = "t2" })
	change("migration", func(o *keyring.Scope) { o.Migration = "m2" })
	change("run", func(o *keyring.Scope) { o.Run = "r0002" })
	change("side", func(o *keyring.Scope) { o.Side = keyring.Clean })
	return s
}

// Rows runs the suite. start makes an empty store; what it returns opens it, and
// is called again to open it a second time, beside or after the first.
func Rows(t *testing.T, start func(t *testing.T) (open func() keyring.Rows)) {
	for name, test := range map[string]func(*testing.T, func() keyring.Rows){
		"APairThatWasPutIsThereAfterReopening":       rowsKeep,
		"TheFirstPairStands":                         rowsFirst,
		"OfManyWhoPutAtOnceAllReadOnePair":           rowsRace,
		"ScopesThatDifferInOnePartAreDifferent":      rowsApart,
		"AnErasedPairStaysErased":                    rowsErase,
		"AnErasedMigrationTakesNoKeyAnyMore":         rowsEraseMigration,
		"AMigrationErasedUnderwayKeepsNoKey":         rowsEraseRace,
		"ErasingWhatIsNotThereIsNoErrorAndForbidsIt": rowsEraseNothing,
	} {
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}

func put(t *testing.T, r keyring.Rows, s keyring.Scope, public, wrapped string) {
	t.Helper()
	if err := r.Put(t.Context(), s, []byte(public), []byte(wrapped)); err != nil {
		t.Fatalf("put %s: %v", s, err)
	}
}

// holds checks that both halves are read back; "" stands for ErrForgotten.
func holds(t *testing.T, r keyring.Rows, s keyring.Scope, public, wrapped string) {
	t.Helper()
	gotPublic, err1 := r.Public(t.Context(), s)
	gotWrapped, err2 := r.Wrapped(t.Context(), s)
	if wrapped == "" {
		if !errors.Is(err1, keyring.ErrForgotten) || !errors.Is(err2, keyring.ErrForgotten) {
			t.Errorf("%s: errors %v, %v, want ErrForgotten twice", s, err1, err2)
		}
		return
	}
	if err1 != nil || err2 != nil || string(gotPublic) != public || string(gotWrapped) != wrapped {
		t.Errorf("%s holds %q, %q (%v, %v), want %q, %q", s, gotPublic, gotWrapped, err1, err2, public, wrapped)
	}
}

func rowsKeep(t *testing.T, open func() keyring.Rows) {
	r := open()
	holds(t, r, side, "", "")
	put(t, r, side, "public\x00\xff", "wrapped\x00\xff")
	holds(t, r, side, "public\x00\xff", "wrapped\x00\xff")
	holds(t, open(), side, "public\x00\xff", "wrapped\x00\xff")
}

func rowsFirst(t *testing.T, open func() keyring.Rows) {
	r := open()
	put(t, r, side, "p1", "w1")
	put(t, r, side, "p2", "w2")
	put(t, open(), side, "p3", "w3")
	holds(t, r, side, "p1", "w1")
}

func rowsRace(t *testing.T, open func() keyring.Rows) {
	var all sync.WaitGroup
	read := make([][]byte, 16)
	for i := range read {
		r := open()
		all.Go(func() {
			if err := r.Put(t.Context(), side, fmt.Append(nil, "p", i), fmt.Append(nil, "w", i)); err != nil {
				t.Errorf("put: %v", err)
			}
			read[i], _ = r.Wrapped(t.Context(), side)
		})
	}
	all.Wait()
	for _, w := range read {
		if len(w) == 0 || !bytes.Equal(w, read[0]) {
			t.Fatalf("read %q, want one of them everywhere", read)
		}
	}
}

func rowsApart(t *testing.T, open func() keyring.Rows) {
	r := open()
	put(t, r, side, "p", "w")
	for part, o := range others() {
		holds(t, r, o, "", "")
		put(t, r, o, "p"+part, "w"+part)
	}
	holds(t, r, side, "p", "w")
	for part, o := range others() {
		holds(t, r, o, "p"+part, "w"+part)
	}
}

func rowsErase(t *testing.T, open func() keyring.Rows) {
	r := open()
	clean := others()["side"]
	put(t, r, side, "p", "w")
	put(t, r, clean, "p", "w")
	for range 2 { // a seal that is retried erases twice
		if err := r.Erase(t.Context(), side); err != nil {
			t.Fatalf("erase: %v", err)
		}
	}
	for _, r := range []keyring.Rows{r, open()} {
		holds(t, r, side, "", "")
		refuses(t, r, side)
		holds(t, r, side, "", "")
		holds(t, r, clean, "p", "w")
	}
}

func refuses(t *testing.T, r keyring.Rows, s keyring.Scope) {
	t.Helper()
	if err := r.Put(t.Context(), s, []byte("p"), []byte("w")); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("put to the erased %s: %v, want ErrForgotten", s, err)
	}
}

func rowsEraseMigration(t *testing.T, open func() keyring.Rows) {
	r := open()
	gone := []keyring.Scope{side, others()["run"], others()["side"], {Tenant: "t1", Migration: "m1", Side: "ref"}}
	stay := []keyring.Scope{others()["tenant"], others()["migration"]}
	for _, s := range append(gone, stay...) {
		put(t, r, s, "p", "w")
	}
	for range 2 {
		if err := r.EraseMigration(t.Context(), "t1", "m1"); err != nil {
			t.Fatalf("erase: %v", err)
		}
	}
	fresh := side
	fresh.Run = "r0099"
	for _, r := range []keyring.Rows{r, open()} {
		for _, s := range append(gone, fresh) {
			holds(t, r, s, "", "")
			refuses(t, r, s)
		}
		for _, s := range stay {
			holds(t, r, s, "p", "w")
		}
	}
}

func rowsEraseRace(t *testing.T, open func() keyring.Rows) {
	r := open()
	var makers sync.WaitGroup
	scopes := make([]keyring.Scope, 40)
	for i := range scopes {
		scopes[i] = side
		scopes[i].Run = fmt.Sprintf("r%04d", i)
		makers.Go(func() {
			err := r.Put(t.Context(), scopes[i], []byte("p"), []byte("w"))
			if err != nil && !errors.Is(err, keyring.ErrForgotten) {
				t.Errorf("put: %v", err)
			}
		})
	}
	if err := open().EraseMigration(t.Context(), "t1", "m1"); err != nil {
		t.Errorf("erase: %v", err)
	}
	makers.Wait()
	for _, s := range scopes {
		holds(t, r, s, "", "")
	}
}

func rowsEraseNothing(t *testing.T, open func() keyring.Rows) {
	r := open()
	if err := r.Erase(t.Context(), side); err != nil {
		t.Errorf("erase: %v", err)
	}
	refuses(t, r, side)
}
