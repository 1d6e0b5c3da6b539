package local_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A pair that the test made up: bytes that nothing else holds.
type pair struct {
	scope           keyring.Scope
	public, wrapped []byte
}

func pairs(n int) []pair {
	out := make([]pair, n)
	for i := range out {
		out[i] = pair{
			keyring.Scope{Tenant: "t1", Migration: fmt.Sprintf("m%02d", i%7), Run: fmt.Sprintf("r%04d", mathrand.IntN(1e4)*n+i), Side: keyring.Raw},
			random(150 + mathrand.IntN(100)), random(200 + mathrand.IntN(300)),
		}
	}
	return out
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// found says in which file of the folder a piece of the pair stands: a page may
// hold any part of a row.
func (p pair) found(t *testing.T, dir string) (in string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, secret := range [][]byte{p.public, p.wrapped} {
			for i := 0; i+16 <= len(secret); i += 16 {
				if bytes.Contains(content, secret[i:i+16]) {
					in = filepath.Base(path)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Rows come and go in no order, so that pages split, merge and are freed.
func TestNoByteOfAnErasedKeyIsLeftInAnyFile(t *testing.T) {
	dir := t.TempDir()
	r := openRows(t, filepath.Join(dir, "keyring.db"))
	other := openRows(t, filepath.Join(dir, "keyring.db")) // and reads meanwhile
	all := pairs(150)
	for _, p := range all {
		if err := r.Put(t.Context(), p.scope, p.public, p.wrapped); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range all {
		if p.found(t, dir) == "" {
			t.Fatal("the search does not find a key that is there")
		}
		if err := r.Erase(t.Context(), p.scope); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Wrapped(t.Context(), all[len(all)-1].scope); err != nil && i < len(all)-1 {
			t.Fatal(err)
		}
		if in := p.found(t, dir); in != "" {
			t.Fatalf("key %d of %d is left in %s", i, len(all), in)
		}
	}
}

func TestNoByteOfAnErasedMigrationIsLeftInAnyFile(t *testing.T) {
	dir := t.TempDir()
	r := openRows(t, filepath.Join(dir, "keyring.db"))
	all := pairs(60)
	for _, p := range all {
		if err := r.Put(t.Context(), p.scope, p.public, p.wrapped); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.EraseMigration(t.Context(), "t1", "m03"); err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		gone := p.scope.Migration == "m03"
		if in := p.found(t, dir); (in == "") != gone {
			t.Errorf("key of %s: found in %q", p.scope.Migration, in)
		}
	}
}
