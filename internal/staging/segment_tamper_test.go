package staging_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// Every way to tamper with what lies in the store is a row of its own: what was
// done, and what reading says.
func TestATamperedSegmentIsFound(t *testing.T) {
	r := newRoom(t)
	one, two := labelled("m1/one"), labelled("m1/two")
	r.write(t, one, noise(300<<10), []byte("end"))
	r.write(t, two, noise(300<<10), []byte("end"))
	whole, other := r.object(t, one.Object), r.object(t, two.Object)
	start := int(whole[6])<<8 + int(whole[7]) + 8 // of the stream: magic, length, sealed key
	chunk := func(i int) []byte { return whole[start+i*64<<10 : start+(i+1)*64<<10] }
	flip := func(i int) []byte { b := bytes.Clone(whole); b[i] ^= 1; return b }
	for name, c := range map[string]struct {
		object []byte
		want   error
	}{
		"a bit of the magic":            {flip(0), staging.ErrCorrupt},
		"a bit of the key's length":     {flip(7), keyring.ErrRefused},
		"a bit of the sealed key":       {flip(start - 1), keyring.ErrRefused},
		"a bit of the salt":             {flip(start + 5), staging.ErrCorrupt},
		"a bit of the nonce":            {flip(start + 35), staging.ErrCorrupt},
		"a bit of the first chunk":      {flip(start + 1000), staging.ErrCorrupt},
		"a bit of the last chunk":       {flip(len(whole) - 100), staging.ErrCorrupt},
		"a bit of the last tag":         {flip(len(whole) - 1), staging.ErrCorrupt},
		"nothing left":                  {nil, staging.ErrCorrupt},
		"cut in the header":             {whole[:start-5], staging.ErrCorrupt},
		"cut before the stream":         {whole[:start], staging.ErrCorrupt},
		"cut by a byte":                 {whole[:len(whole)-1], staging.ErrCorrupt},
		"cut between two chunks":        {whole[:start+2*64<<10], staging.ErrCorrupt},
		"cut to the first chunk":        {whole[:start+64<<10], staging.ErrCorrupt},
		"longer by a byte":              {append(bytes.Clone(whole), 0), staging.ErrCorrupt},
		"another segment behind":        {append(bytes.Clone(whole), other...), staging.ErrCorrupt},
		"two chunks swapped":            {bytes.Join([][]byte{whole[:start+64<<10], chunk(2), chunk(1), whole[start+3*64<<10:]}, nil), staging.ErrCorrupt},
		"a chunk twice":                 {bytes.Join([][]byte{whole[:start+2*64<<10], chunk(1), whole[start+2*64<<10:]}, nil), staging.ErrCorrupt},
		"a chunk left out":              {bytes.Join([][]byte{whole[:start+64<<10], whole[start+2*64<<10:]}, nil), staging.ErrCorrupt},
		"another segment in its place":  {other, keyring.ErrRefused},
		"another's stream with its key": {append(bytes.Clone(whole[:start]), other[start:]...), staging.ErrCorrupt},
		"another's key with its stream": {append(bytes.Clone(other[:start]), whole[start:]...), keyring.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			r.replace(t, one.Object, c.object)
			lines, err := r.read(one)
			if !errors.Is(err, c.want) || len(lines) > 1 {
				t.Errorf("%d lines, %v, want %v", len(lines), err, c.want)
			}
		})
	}
}

func TestNoBitAndNoByteOfASegmentIsWithoutGuard(t *testing.T) {
	r, l := newRoom(t), labelled("m1/small")
	r.write(t, l, []byte(`{"a":1}`))
	whole := r.object(t, l.Object)
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0x80
		for _, object := range [][]byte{flipped, whole[:i]} {
			r.replace(t, l.Object, object)
			if lines, err := r.read(l); err == nil || len(lines) > 0 {
				t.Errorf("byte %d of %d changed or cut: %q, %v", i, len(whole), lines, err)
			}
		}
	}
}

// Whoever holds the public half of a side can seal whatever he likes to it.
func TestASealedSegmentThatNobodyOfOursWroteIsRefused(t *testing.T) {
	for size, want := range map[int]error{1: staging.ErrCorrupt, 70 << 10: staging.ErrCorrupt, staging.MaxLine + 1: staging.ErrLine} {
		r, l := newRoom(t), labelled("m1/strange")
		_, err := staging.WriteSegment(t.Context(), r, r.ring, l, func(w *staging.SegmentWriter) error {
			return staging.WriteUnended(w, size)
		})
		if err != nil {
			t.Fatal(err)
		}
		if lines, err := r.read(l); !errors.Is(err, want) || len(lines) > 0 {
			t.Errorf("a line of %d bytes without an end: %d lines, %v, want %v", size, len(lines), err, want)
		}
	}
}

func TestASegmentOpensUnderNoOtherLabel(t *testing.T) {
	r, l := newRoom(t), labelled("m1/one")
	r.write(t, l, []byte("x"))
	for name, c := range map[string]struct {
		change func(*staging.Label)
		want   error
	}{
		"side":      {func(l *staging.Label) { l.Side = keyring.Clean }, keyring.ErrRefused},
		"run":       {func(l *staging.Label) { l.Run = "r0002" }, keyring.ErrRefused},
		"no run":    {func(l *staging.Label) { l.Run = "r0003" }, keyring.ErrForgotten},
		"migration": {func(l *staging.Label) { l.Migration = "m2" }, keyring.ErrForgotten},
		"tenant":    {func(l *staging.Label) { l.Tenant = "t2" }, keyring.ErrForgotten},
	} {
		other := l
		c.change(&other)
		if lines, err := r.read(other); !errors.Is(err, c.want) || len(lines) > 0 {
			t.Errorf("%s: %q, %v, want %v", name, lines, err, c.want)
		}
	}
}

func TestAForgottenSideTakesItsSegmentsWithIt(t *testing.T) {
	r, raw, clean := newRoom(t), labelled("m1/raw"), labelled("m1/clean")
	clean.Side = keyring.Clean
	r.write(t, raw, []byte("x"))
	r.write(t, clean, []byte("x"))
	if err := r.ring.Forget(t.Context(), raw.Scope()); err != nil {
		t.Fatal(err)
	}
	if lines, err := r.read(raw); !errors.Is(err, keyring.ErrForgotten) || len(lines) > 0 {
		t.Errorf("raw: %q, %v, want ErrForgotten", lines, err)
	}
	if lines, err := r.read(clean); err != nil || len(lines) != 1 {
		t.Errorf("clean: %q, %v", lines, err)
	}
	_, err := staging.WriteSegment(t.Context(), r, r.ring, labelled("m1/late"), func(*staging.SegmentWriter) error { return nil })
	if !errors.Is(err, keyring.ErrForgotten) {
		t.Errorf("write: %v, want ErrForgotten", err)
	}
}
