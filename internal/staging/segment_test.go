package staging_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/staging"
)

func TestASegmentGivesTheLinesThatWereWritten(t *testing.T) {
	r := newRoom(t)
	for name, lines := range map[string][][]byte{
		"none":     nil,
		"one":      {[]byte(`{"a":1}`)},
		"empty":    {{}, {}, []byte("x"), {}},
		"bytes":    {{0, 0xff, '\r'}, []byte("ä")},
		"buffers":  {noise(64<<10 - 2), noise(64<<10 - 1), noise(64 << 10), noise(64<<10 + 1), noise(7)},
		"long":     {noise(5 << 20), []byte("x"), bytes.Repeat([]byte("y"), 3<<20)},
		"thousand": bytes.SplitAfter(bytes.Repeat([]byte(`{"body":"<b>hello</b>"}`), 1000), []byte("}")),
	} {
		l := labelled("m1/" + name)
		w := r.write(t, l, lines...)
		got, err := r.read(l)
		if err != nil || !equal(got, lines) {
			t.Errorf("%s: %d lines, %v, want %d", name, len(got), err, len(lines))
		}
		object := r.object(t, l.Object)
		sum := sha256.Sum256(object)
		if w.Lines != len(lines) || w.Bytes != int64(len(object)) || w.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: written %+v, the object has %d bytes", name, w, len(object))
		}
	}
}

func equal(a, b [][]byte) bool {
	return bytes.Equal(bytes.Join(a, []byte("\n")), bytes.Join(b, []byte("\n"))) && len(a) == len(b)
}

func TestARecordComesBackAsItWas(t *testing.T) {
	r, l := newRoom(t), labelled("m1/record")
	want := helpdesk.New(helpdesk.KindTicket, "t-1")
	want.Ticket.Subject = "<script>\u2028\n\"Ä\" & more"
	_, err := staging.WriteSegment(t.Context(), r, r.ring, l, func(w *staging.SegmentWriter) error { return w.Write(want) })
	if err != nil {
		t.Fatal(err)
	}
	lines, err := r.read(l)
	if err != nil || len(lines) != 1 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	var got helpdesk.Record
	if err := json.Unmarshal(lines[0], &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got.Ticket, err, want.Ticket)
	}
}

func TestASegmentThatFailsIsNotThere(t *testing.T) {
	broken := errors.New("the source broke")
	for name, c := range map[string]struct {
		write func(*staging.SegmentWriter) error
		want  error
	}{
		"the callback":   {func(w *staging.SegmentWriter) error { w.WriteRaw([]byte("x")); return broken }, broken},
		"a line break":   {func(w *staging.SegmentWriter) error { return w.WriteRaw([]byte("a\nb")) }, staging.ErrLine},
		"a line too big": {func(w *staging.SegmentWriter) error { return w.WriteRaw(make([]byte, staging.MaxLine)) }, staging.ErrLine},
		"no JSON":        {func(w *staging.SegmentWriter) error { return w.Write(func() {}) }, nil},
	} {
		r, l := newRoom(t), labelled("m1/fails")
		_, err := staging.WriteSegment(t.Context(), r, r.ring, l, c.write)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if _, err := r.read(l); !errors.Is(err, staging.ErrNotFound) {
			t.Errorf("%s: read: %v, want ErrNotFound", name, err)
		}
	}
}

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

// cutStore is a store whose connection breaks in the middle of an object.
type cutStore struct {
	staging.Store
	after int64
	err   error
}

func (s cutStore) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := s.Store.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(r, s.after), failing{s.err}), r}, nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A broken connection wants a retry; calling it tampering would raise an alarm.
func TestABrokenConnectionIsNotTakenForTampering(t *testing.T) {
	r, l := newRoom(t), labelled("m1/one")
	r.write(t, l, noise(300<<10))
	for _, broken := range []error{errors.New("connection reset"), io.ErrUnexpectedEOF, context.DeadlineExceeded} {
		for _, after := range []int64{0, 3, 100, 400, 70 << 10, 250 << 10} {
			var got error
			for _, err := range staging.ReadSegment(t.Context(), cutStore{r, after, broken}, r.ring, l) {
				got = err
			}
			if !errors.Is(got, broken) || errors.Is(got, staging.ErrCorrupt) {
				t.Errorf("after %d bytes: %v, want %v", after, got, broken)
			}
		}
	}
}

func TestNothingInStagingIsReadable(t *testing.T) {
	r := newRoom(t)
	canary := "jane.canary@example.test"
	r.write(t, labelled("m1/one"), []byte(`{"email":"`+canary+`"}`))
	if _, err := staging.WriteBlob(t.Context(), r, r.ring, labelled("m1/blob"), strings.NewReader(canary)); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(canary)) || bytes.Contains(content, []byte("example")) {
			t.Errorf("%s is readable", path)
		}
		return err
	})
	if err != nil || n != 2 {
		t.Errorf("%d files, %v, want 2", n, err)
	}
}

func TestALoopThatEndsEarlyLetsGoOfTheSegment(t *testing.T) {
	r, l := newRoom(t), labelled("m1/one")
	r.write(t, l, noise(1<<20), noise(1<<20))
	for range 100 {
		for range staging.ReadSegment(t.Context(), r, r.ring, l) {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range staging.ReadSegment(ctx, r, r.ring, l) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled: %v", last)
	}
}

// The line is long, the segment much longer: what is allocated must not grow
// with it.
func TestMemoryDoesNotGrowWithTheSegment(t *testing.T) {
	r, l := newRoom(t), labelled("m1/big")
	line := noise(100 << 10)
	const n = 640 // 64 MB
	written := allocated(func() {
		_, err := staging.WriteSegment(t.Context(), r, r.ring, l, func(w *staging.SegmentWriter) error {
			for range n {
				if err := w.WriteRaw(line); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	read := allocated(func() {
		for _, err := range staging.ReadSegment(t.Context(), r, r.ring, l) {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	if const8MiB := uint64(8 << 20); written > const8MiB || read > const8MiB {
		t.Errorf("allocated %d KiB to write and %d KiB to read 64 MB, want less than 8 MiB", written>>10, read>>10)
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
