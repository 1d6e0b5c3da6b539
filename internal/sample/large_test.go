package sample

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestLargeIsDeterministicAndOfTheSizeItPromises(t *testing.T) {
	one, two, other := t.TempDir(), t.TempDir(), t.TempDir()
	for dir, seed := range map[string]uint64{one: 7, two: 7, other: 8} {
		if err := Large(dir, 500, seed); err != nil {
			t.Fatal(err)
		}
	}
	if readAll(t, one) != readAll(t, two) || readAll(t, one) == readAll(t, other) {
		t.Error("equal seeds must give equal files, other seeds others")
	}
	if n := len(readAll(t, one)) / 500; n < 4_000 || n > 6_000 {
		t.Errorf("a ticket has %d bytes, want about 5,000", n)
	}
	if n := strings.Count(readAll(t, one), "@example.org,public,"); n < 500 {
		t.Errorf("%d comments of contacts", n)
	}
}

func readAll(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	for _, name := range sheetNames() {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// A gauge notes how much is in use while the files are written.
type gauge struct {
	written, next int
	most          *uint64
}

func (g *gauge) Write(b []byte) (int, error) {
	if g.written += len(b); g.written > g.next {
		g.next += 4 << 20
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*g.most = max(*g.most, m.HeapAlloc)
	}
	return len(b), nil
}

func (g *gauge) Close() error { return nil }

func TestLargeNeedsTheSameMemoryForAnyNumber(t *testing.T) {
	most := func(tickets int) uint64 {
		var n uint64
		if err := large(func(string) (io.WriteCloser, error) { return &gauge{most: &n}, nil }, tickets, 1); err != nil {
			t.Fatal(err)
		}
		return n
	}
	few, many := most(1_000), most(20_000)
	if many > few+2<<20 {
		t.Errorf("1,000 tickets need %d KB, 20,000 need %d KB", few>>10, many>>10)
	}
}

// A hundred thousand tickets take some seconds: 500 MB.
func BenchmarkLarge(b *testing.B) {
	const tickets = 2_000
	for b.Loop() {
		if err := Large(b.TempDir(), tickets, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*tickets)/b.Elapsed().Seconds(), "tickets/s")
}
