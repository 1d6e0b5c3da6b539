package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/audit/audittest"
)

// A written log is three shards of four bundles of ten events in a folder.
type written struct {
	dir   string
	store *audit.Folder
	heads []audit.Head
	after map[string][]audit.Head // by shard: the head behind each bundle, from 0
}

func write(t testing.TB) *written {
	t.Helper()
	l := &written{dir: t.TempDir(), after: map[string][]audit.Head{}}
	l.store = openFolder(t, l.dir, audit.WithoutSync())
	for _, shard := range []string{"m1/a", "m1/b", "m1/c"} {
		w := audit.NewWriter(l.store, shard)
		head := audit.Head{Shard: shard}
		l.after[shard] = []audit.Head{head}
		for bundle := range 4 {
			for n := range 10 {
				if err := w.Append(t.Context(), audittest.Event(bundle*10+n)); err != nil {
					t.Fatal(err)
				}
			}
			var err error
			if head, err = w.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.after[shard] = append(l.after[shard], head)
		}
		l.heads = append(l.heads, head)
	}
	return l
}

func (l *written) path(shard string, seq int) string {
	return filepath.Join(l.dir, filepath.FromSlash(shard), fmt.Sprintf("%08d.jsonl.gz", seq))
}

func (l *written) bundle(shard string, seq int) []byte {
	b, err := os.ReadFile(l.path(shard, seq))
	if err != nil {
		panic(err)
	}
	return b
}

func (l *written) replace(shard string, seq int, bundle []byte) {
	os.Remove(l.path(shard, seq))
	if err := os.WriteFile(l.path(shard, seq), bundle, 0o400); err != nil {
		panic(err)
	}
}

func (l *written) remove(shard string, seqs ...int) {
	for _, seq := range seqs {
		os.Remove(l.path(shard, seq))
	}
}

func flip(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x04
	return b
}

func TestAnUntouchedLogIsInOrder(t *testing.T) {
	l := write(t)
	want := audit.Report{Shards: 3, Witnessed: 3, Bundles: 12, Events: 120, Heads: l.heads}
	for _, prefix := range []string{"", "m1"} {
		got, err := audit.Verify(t.Context(), l.store, prefix, l.heads...)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("verify %q: %+v, %v, want %+v", prefix, got, err, want)
		}
	}
	// heads of earlier flushes, and none, are in order as well
	got, err := audit.Verify(t.Context(), l.store, "", append(l.heads, l.after["m1/b"]...)...)
	if err != nil || got.Witnessed != 3 {
		t.Errorf("with earlier heads: %+v, %v", got, err)
	}
	got, err = audit.Verify(t.Context(), l.store, "m1/b")
	if err != nil || got.Events != 40 || got.Witnessed != 0 {
		t.Errorf("without heads: %+v, %v", got, err)
	}
}

// Every way to tamper is a row of its own: what was done to shard m1/b, and the
// bundle at which Verify says so. Where the chain itself shows it, it must do so
// without a head as well.
func TestATamperedLogIsFoundAndTheFirstFaultNamed(t *testing.T) {
	for name, c := range tampering {
		t.Run(name, func(t *testing.T) {
			l := write(t)
			c.tamper(l)
			faultAt(t, l, c.seq, l.heads)
			if !c.needsHead {
				faultAt(t, l, c.seq, nil)
			}
		})
	}
}

func faultAt(t *testing.T, l *written, seq int, heads []audit.Head) {
	t.Helper()
	_, err := audit.Verify(t.Context(), l.store, "", heads...)
	var fault *audit.Fault
	if !errors.As(err, &fault) || fault.Shard != "m1/b" || fault.Seq != seq {
		t.Errorf("verify with %d heads: %v, want bundle %d of m1/b", len(heads), err, seq)
	}
}

const b = "m1/b"

type tamper struct {
	tamper    func(l *written)
	seq       int
	needsHead bool
}

var tampering = map[string]tamper{
	"a bit in the first bundle":  {func(l *written) { l.replace(b, 1, flip(l.bundle(b, 1), 100)) }, 1, false},
	"a bit in the last bundle":   {func(l *written) { l.replace(b, 4, flip(l.bundle(b, 4), 100)) }, 4, false},
	"a bit of gzip's header":     {func(l *written) { l.replace(b, 2, flip(l.bundle(b, 2), 9)) }, 3, false},
	"a bit of the last's header": {func(l *written) { l.replace(b, 4, flip(l.bundle(b, 4), 9)) }, 4, true},
	"a bundle that is empty":     {func(l *written) { l.replace(b, 2, nil) }, 2, false},
	"a bundle that is cut":       {func(l *written) { l.replace(b, 2, l.bundle(b, 2)[:150]) }, 2, false},
	"something behind a bundle":  {func(l *written) { l.replace(b, 4, append(l.bundle(b, 4), 0)) }, 4, false},
	"gzip behind gzip":           {func(l *written) { l.replace(b, 4, append(l.bundle(b, 4), l.bundle(b, 3)...)) }, 4, false},

	"the first bundle removed":  {func(l *written) { l.remove(b, 1) }, 1, false},
	"a middle bundle removed":   {func(l *written) { l.remove(b, 3) }, 3, false},
	"the last bundle cut off":   {func(l *written) { l.remove(b, 4) }, 4, true},
	"the tail cut off":          {func(l *written) { l.remove(b, 2, 3, 4) }, 2, true},
	"the whole shard removed":   {func(l *written) { l.remove(b, 1, 2, 3, 4) }, 1, true},
	"two bundles swapped":       {func(l *written) { two := l.bundle(b, 2); l.replace(b, 2, l.bundle(b, 3)); l.replace(b, 3, two) }, 2, false},
	"a bundle twice":            {func(l *written) { l.replace(b, 3, l.bundle(b, 2)) }, 3, false},
	"a bundle of another shard": {func(l *written) { l.replace(b, 2, l.bundle("m1/a", 2)) }, 2, false},

	"a forged bundle put behind":   {func(l *written) { l.replace(b, 5, audit.Forge(l.heads[1], event(99))) }, 5, true},
	"a forged one in last's place": {func(l *written) { l.replace(b, 4, audit.Forge(l.after[b][3], event(99))) }, 4, true},
	"a forged one in the middle":   {func(l *written) { l.replace(b, 2, audit.Forge(l.after[b][1], event(99))) }, 3, false},
	"a forged tail": {func(l *written) {
		third := audit.Forge(l.after[b][2], event(93))
		l.replace(b, 3, third)
		l.replace(b, 4, audit.Forge(l.after[b][2].After(third, 1), event(94)))
	}, 4, true},
	"a forged one that counts wrong": {func(l *written) { l.replace(b, 4, audit.ForgeOther(l.after[b][3], b, 4, 2, event(99))) }, 4, false},
	"one that says another seq":      {func(l *written) { l.replace(b, 4, audit.ForgeOther(l.after[b][3], b, 5, 1, event(99))) }, 4, false},
	"one that says another shard":    {func(l *written) { l.replace(b, 4, audit.ForgeOther(l.after[b][3], "m1/a", 4, 1, event(99))) }, 4, false},

	"an event a second time":     {func(l *written) { l.replace(b, 4, audit.Forge(l.after[b][3], event(7))) }, 4, false},
	"an event twice in a bundle": {func(l *written) { l.replace(b, 4, audit.Forge(l.after[b][3], event(77), event(77))) }, 4, false},
	"an event of another shard": {func(l *written) {
		for e := range audit.Events(context.Background(), l.store, "m1/a") {
			l.replace(b, 4, audit.ForgeOther(l.after[b][3], b, 4, 1, e))
		}
	}, 4, false},
	"an event with a value": {func(l *written) { l.replace(b, 4, audit.Forge(l.after[b][3], withValue)) }, 4, false},
}

var event = audittest.Event

var withValue = func() audit.Event { e := event(77); e.Reason = "Jane Doe"; return e }()

func TestNoBitOfTheLogIsWithoutGuard(t *testing.T) {
	l := &written{dir: t.TempDir()}
	l.store = openFolder(t, l.dir, audit.WithoutSync())
	var head audit.Head
	for n := range 3 {
		head = appendAll(t, l.store, "m1/b", events(n, n+1))
	}
	for seq := 1; seq <= 3; seq++ {
		whole := l.bundle("m1/b", seq)
		for i := range whole {
			l.replace("m1/b", seq, flip(whole, i))
			_, err := audit.Verify(t.Context(), l.store, "", head)
			var fault *audit.Fault
			if !errors.As(err, &fault) || fault.Shard != "m1/b" || fault.Seq < seq || fault.Seq > seq+1 {
				t.Fatalf("byte %d of bundle %d: %v", i, seq, err)
			}
		}
		l.replace("m1/b", seq, whole)
	}
}

// Chains alone can't tell what was cut off or put behind: the heads are needed.
func TestWithoutItsHeadATailCanBeCutUnseen(t *testing.T) {
	l := write(t)
	l.remove("m1/b", 4)
	heads := slices.Delete(slices.Clone(l.heads), 1, 2)
	report, err := audit.Verify(t.Context(), l.store, "", heads...)
	if err != nil || report.Witnessed != 2 || report.Shards != 3 {
		t.Errorf("%+v, %v, want in order and one shard without a witness", report, err)
	}
}

func TestReadingEndsWhereAChainBreaks(t *testing.T) {
	l := write(t)
	l.replace("m1/b", 2, flip(l.bundle("m1/b", 2), 100))
	n := 0
	var last error
	for _, err := range audit.Events(t.Context(), l.store, "m1") {
		if last = err; err == nil {
			n++
		}
	}
	var fault *audit.Fault
	if !errors.As(last, &fault) || fault.Seq != 2 || n != 50 {
		t.Errorf("%d events, then %v, want 50 and bundle 2", n, last)
	}
}

func BenchmarkVerify(b *testing.B) {
	l := write(b)
	for b.Loop() {
		if _, err := audit.Verify(b.Context(), l.store, "", l.heads...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*120/b.Elapsed().Seconds(), "events/s")
}
