package staging_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/staging"
)

func (r *room) writeBlob(t testing.TB, l staging.Label, content []byte) staging.BlobWritten {
	t.Helper()
	b, err := staging.WriteBlob(t.Context(), r, r.ring, l, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (r *room) readBlob(t testing.TB, s keyring.Scope, b helpdesk.Blob) ([]byte, error) {
	t.Helper()
	f, err := staging.OpenBlob(t.Context(), r, r.ring, s, b)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

func TestABlobGivesTheBytesThatWereWritten(t *testing.T) {
	r := newRoom(t)
	for _, size := range []int{0, 1, 20 << 10, 64<<10 - 56, 64 << 10, 128<<10 - 1, 3 << 20} {
		l := labelled("m1/" + hex.EncodeToString([]byte{byte(size), byte(size >> 8), byte(size >> 16)}))
		want := noise(size)
		b := r.writeBlob(t, l, want)
		sum := sha256.Sum256(want)
		if b.Size != int64(size) || b.SHA256 != hex.EncodeToString(sum[:]) || b.Object != l.Object {
			t.Errorf("%d bytes: written %d, %s", size, b.Size, b.SHA256)
		}
		if got, err := r.readBlob(t, l.Scope(), b.Blob); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d, %v", size, len(got), err)
		}
	}
}

func TestABlobThatFailsIsNotThere(t *testing.T) {
	r, l := newRoom(t), labelled("m1/blob")
	broken := errors.New("the source broke")
	from := io.MultiReader(bytes.NewReader(noise(1<<20)), iotest.ErrReader(broken))
	if _, err := staging.WriteBlob(t.Context(), r, r.ring, l, from); !errors.Is(err, broken) {
		t.Errorf("write: %v, want %v", err, broken)
	}
	if _, err := r.Open(t.Context(), l.Object); !errors.Is(err, staging.ErrNotFound) {
		t.Errorf("open: %v, want ErrNotFound", err)
	}
}

// What passes the policy is not copied: its key is sealed to the other side.
func TestAResealedBlobOpensOnTheOtherSideOnly(t *testing.T) {
	r, l := newRoom(t), labelled("m1/blob")
	want := noise(200 << 10)
	raw := r.writeBlob(t, l, want)
	before := r.object(t, l.Object)
	clean := l.Scope()
	clean.Side = keyring.Clean
	passed, err := staging.Reseal(t.Context(), r.ring, l.Scope(), r.ring, clean, raw.Blob)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(r.object(t, l.Object), before) || passed.Object != raw.Object {
		t.Error("the object was touched")
	}
	if _, err := r.readBlob(t, l.Scope(), passed); !errors.Is(err, keyring.ErrRefused) {
		t.Errorf("opened by the raw side: %v, want ErrRefused", err)
	}
	if _, err := r.readBlob(t, clean, raw.Blob); !errors.Is(err, keyring.ErrRefused) {
		t.Errorf("the raw key opened by the clean side: %v, want ErrRefused", err)
	}
	if err := r.ring.Forget(t.Context(), l.Scope()); err != nil {
		t.Fatal(err)
	}
	if got, err := r.readBlob(t, clean, passed); err != nil || !bytes.Equal(got, want) {
		t.Errorf("opened by the clean side: %d bytes, %v", len(got), err)
	}
	if _, err := r.readBlob(t, l.Scope(), raw.Blob); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("opened by the forgotten side: %v, want ErrForgotten", err)
	}
	if _, err := staging.Reseal(t.Context(), r.ring, l.Scope(), r.ring, clean, raw.Blob); !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("resealed from the forgotten side: %v, want ErrForgotten", err)
	}
}

func TestATamperedBlobIsFound(t *testing.T) {
	r := newRoom(t)
	l, two := labelled("m1/one"), labelled("m1/two")
	b, other := r.writeBlob(t, l, noise(150<<10)), r.writeBlob(t, two, noise(150<<10))
	r.write(t, labelled("m1/segment"), noise(1000))
	whole := r.object(t, l.Object)
	flip := func(b []byte, i int) []byte { b = bytes.Clone(b); b[i] ^= 1; return b }
	for name, c := range map[string]struct {
		object []byte
		blob   helpdesk.Blob
		want   error
	}{
		"a bit of the magic":           {flip(whole, 2), b.Blob, staging.ErrCorrupt},
		"a bit of the salt":            {flip(whole, 10), b.Blob, staging.ErrCorrupt},
		"a bit of the first chunk":     {flip(whole, 1000), b.Blob, staging.ErrCorrupt},
		"a bit of the last chunk":      {flip(whole, len(whole)-1), b.Blob, staging.ErrCorrupt},
		"cut by a byte":                {whole[:len(whole)-1], b.Blob, staging.ErrCorrupt},
		"cut between two chunks":       {whole[:6+2*64<<10], b.Blob, staging.ErrCorrupt},
		"cut in the magic":             {whole[:3], b.Blob, staging.ErrCorrupt},
		"nothing left":                 {nil, b.Blob, staging.ErrCorrupt},
		"longer by a byte":             {append(bytes.Clone(whole), 0), b.Blob, staging.ErrCorrupt},
		"another blob in its place":    {r.object(t, two.Object), b.Blob, staging.ErrCorrupt},
		"a segment in its place":       {r.object(t, "m1/segment"), b.Blob, staging.ErrCorrupt},
		"the key of another":           {whole, helpdesk.Blob{Object: l.Object, Key: other.Key}, keyring.ErrRefused},
		"its key with another object":  {whole, helpdesk.Blob{Object: two.Object, Key: b.Key}, keyring.ErrRefused},
		"a bit of its key":             {whole, helpdesk.Blob{Object: l.Object, Key: flip(b.Key, 40)}, keyring.ErrRefused},
		"no key":                       {whole, helpdesk.Blob{Object: l.Object}, keyring.ErrRefused},
		"an object that is not there":  {whole, r.writeAndDelete(t), staging.ErrNotFound},
		"an object outside of staging": {whole, helpdesk.Blob{Object: "../secret", Key: b.Key}, keyring.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			r.replace(t, l.Object, c.object)
			if _, err := r.readBlob(t, l.Scope(), c.blob); !errors.Is(err, c.want) {
				t.Errorf("read: %v, want %v", err, c.want)
			}
		})
	}
}

func (r *room) writeAndDelete(t *testing.T) helpdesk.Blob {
	b := r.writeBlob(t, labelled("m1/deleted"), noise(10))
	if err := r.Delete(t.Context(), b.Object); err != nil {
		t.Fatal(err)
	}
	return b.Blob
}
