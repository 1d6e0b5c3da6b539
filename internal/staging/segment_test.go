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
