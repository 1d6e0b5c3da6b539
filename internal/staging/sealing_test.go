package staging_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"testing"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// A room is a folder and a keyring, with the pairs of two runs.
type room struct {
	*staging.Folder
	dir  string
	ring *local.Keyring
}

func newRoom(t testing.TB) *room {
	t.Helper()
	ring, err := local.Open(context.Background(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ring.Close() })
	dir := t.TempDir()
	folder, err := staging.NewFolder(dir, staging.WithoutSync())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	for _, run := range []string{"r0001", "r0002"} {
		for _, side := range []keyring.Side{keyring.Raw, keyring.Clean} {
			s := keyring.Scope{Tenant: "t1", Migration: "m1", Run: run, Side: side}
			if err := ring.Make(context.Background(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	return &room{folder, dir, ring}
}

func labelled(object string) staging.Label {
	return staging.Label{Tenant: "t1", Migration: "m1", Run: "r0001", Side: keyring.Raw, Object: object}
}

func (r *room) write(t testing.TB, l staging.Label, lines ...[]byte) staging.Written {
	t.Helper()
	w, err := staging.WriteSegment(context.Background(), r, r.ring, l, func(w *staging.SegmentWriter) error {
		for _, line := range lines {
			if err := w.WriteRaw(line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// read gives all lines that come, and how it ended.
func (r *room) read(l staging.Label) (lines [][]byte, err error) {
	for line, err := range staging.ReadSegment(context.Background(), r, r.ring, l) {
		if err != nil {
			return lines, err
		}
		lines = append(lines, bytes.Clone(line))
	}
	return lines, nil
}

// object reads an object as it lies in the store.
func (r *room) object(t testing.TB, name string) []byte {
	t.Helper()
	f, err := r.Open(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// replace puts other bytes in an object's place.
func (r *room) replace(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := r.Delete(context.Background(), name); err != nil {
		t.Fatal(err)
	}
	err := r.Put(context.Background(), name, func(w io.Writer) error { _, err := w.Write(content); return err })
	if err != nil {
		t.Fatal(err)
	}
}

// noise is a line that zstd can't make shorter.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		if b[i] == '\n' {
			b[i] = 'n'
		}
	}
	return b
}
