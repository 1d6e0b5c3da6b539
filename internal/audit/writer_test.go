package audit_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/audit/audittest"
)

func events(from, to int) (out []audit.Event) {
	for n := from; n < to; n++ {
		out = append(out, audittest.Event(n))
	}
	return out
}

func appendAll(t testing.TB, s audit.Store, shard string, all []audit.Event) audit.Head {
	t.Helper()
	w := audit.NewWriter(s, shard)
	if err := w.Append(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	head, err := w.Flush(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func TestEventsAreBundledAndComeBackAsTheyWere(t *testing.T) {
	s := startFolder(t)()
	head := appendAll(t, s, "m1/a", events(0, 1000))
	if head.N != 1000 || head.Seq != 4 || head.Shard != "m1/a" {
		t.Errorf("head %+v, want 1000 events in 4 bundles", head)
	}
	n := 0
	for got, err := range audit.Events(t.Context(), s, "m1") {
		want := audittest.Event(n)
		want.V, want.Shard, want.ID = audit.Version, "m1/a", got.ID
		want.Categories, want.Regimes = []string{}, []string{}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("event %d: %+v, %v, want %+v", n, got, err, want)
		}
		n++
	}
}

func TestARetryAddsNothingASecondTime(t *testing.T) {
	s := startFolder(t)()
	first := appendAll(t, s, "m1/a", events(0, 300))
	if again := appendAll(t, s, "m1/a", events(0, 300)); again != first {
		t.Errorf("head after a retry %+v, want %+v", again, first)
	}
	more := appendAll(t, s, "m1/a", append(events(250, 310), events(300, 310)...))
	if more.N != 310 || more.Seq != first.Seq+1 {
		t.Errorf("head %+v, want 310 events", more)
	}
	if _, err := audit.Verify(t.Context(), s, "", more); err != nil {
		t.Error(err)
	}
}

// Two writers that both read the empty shard: the second finds its place taken.
func TestATwinGoesOnBehindTheOther(t *testing.T) {
	open := startFolder(t)
	one, two := audit.NewWriter(open(), "m1/a"), audit.NewWriter(open(), "m1/a")
	for _, w := range []*audit.Writer{one, two} {
		if err := w.Append(t.Context(), events(0, 10)...); err != nil {
			t.Fatal(err)
		}
	}
	two.Append(t.Context(), audittest.Event(99))
	if head, err := one.Flush(t.Context()); err != nil || head.N != 10 {
		t.Fatalf("%+v, %v", head, err)
	}
	head, err := two.Flush(t.Context())
	if err != nil || head.N != 11 || head.Seq != 2 {
		t.Errorf("head of the twin %+v, %v, want 11 events in 2 bundles", head, err)
	}
	if head, err = one.Flush(t.Context()); err != nil || head.Seq != 1 {
		t.Errorf("head of the first %+v, %v", head, err)
	}
}

// Shards may stand below a shard; their bundles are none of its business.
func TestAShardMayStandAboveOthers(t *testing.T) {
	s := startFolder(t)()
	appendAll(t, s, "m1/a/below", events(0, 5))
	first := appendAll(t, s, "m1/a", events(0, 5))
	if head := appendAll(t, s, "m1/a", events(3, 8)); head.N != 8 || head.Seq != first.Seq+1 {
		t.Errorf("head %+v, want 8 events", head)
	}
	if report, err := audit.Verify(t.Context(), s, "m1/a"); err != nil || report.Shards != 2 || report.Events != 13 {
		t.Errorf("%+v, %v, want 13 events in 2 shards", report, err)
	}
}

func TestManyMayUseOneWriter(t *testing.T) {
	s := startFolder(t)()
	w := audit.NewWriter(s, "m1/a")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 100 {
				if err := w.Append(t.Context(), audittest.Event(i*100+n)); err != nil {
					t.Errorf("append: %v", err)
				}
			}
		})
	}
	all.Wait()
	head, err := w.Flush(t.Context())
	if err != nil || head.N != 800 {
		t.Errorf("head %+v, %v, want 800 events", head, err)
	}
	if report, err := audit.Verify(t.Context(), s, "", head); err != nil || report.Events != 800 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestAShardWithoutEventsHasNoBundle(t *testing.T) {
	s := startFolder(t)()
	head := appendAll(t, s, "m1/a", nil)
	if head != (audit.Head{Shard: "m1/a"}) {
		t.Errorf("head %+v, want none", head)
	}
	if report, err := audit.Verify(t.Context(), s, "", head); err != nil || report.Shards != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestNobodyWritesBehindABrokenChain(t *testing.T) {
	l := write(t)
	l.replace("m1/b", 2, flip(l.bundle("m1/b", 2), 100))
	var fault *audit.Fault
	err := audit.NewWriter(l.store, "m1/b").Append(t.Context(), audittest.Event(99))
	if !errors.As(err, &fault) || fault.Seq != 2 {
		t.Errorf("append: %v, want the fault of bundle 2", err)
	}
}

// What people write looks like this; none of it may get into any field.
var values = []string{"Jane Doe", "jane@example.test", "+49 30 123456", "12 Main St", "Hello, my printer", "a\nb", "Müller", "<b>", `"`, "a,b", strings.Repeat("a", 300)}

func TestAnEventWithAValueIsRefusedAndNotQuoted(t *testing.T) {
	s := startFolder(t)()
	for field, set := range stringFields(t) {
		for _, value := range values {
			e := audittest.Event(1)
			set(&e, value)
			w := audit.NewWriter(s, "m1/a")
			err := w.Append(t.Context(), audittest.Event(2), e)
			if !errors.Is(err, audit.ErrEvent) || strings.Contains(err.Error(), value) {
				t.Errorf("%s = %q: %v, want ErrEvent without the value", field, value, err)
			}
			if head, err := w.Flush(t.Context()); err != nil || head.N > 0 {
				t.Errorf("%s = %q: %+v, %v, want nothing written", field, value, head, err)
			}
		}
	}
}

// stringFields gives, for every place of an event that can hold a string, how to
// set it and its name: a new field is tested too.
func stringFields(t *testing.T) map[string]func(*audit.Event, string) {
	set := map[string]func(*audit.Event, string){}
	var walk func(typ reflect.Type, name string, index []int)
	walk = func(typ reflect.Type, name string, index []int) {
		field := func(e *audit.Event) reflect.Value { return reflect.ValueOf(e).Elem().FieldByIndex(index) }
		switch {
		case name == ".Shard", typ == reflect.TypeFor[time.Time](), typ.Kind() == reflect.Int:
			// set by the writer, or no string
		case typ.Kind() == reflect.String:
			set[name] = func(e *audit.Event, s string) { field(e).SetString(s) }
		case typ == reflect.TypeFor[[]string]():
			set[name] = func(e *audit.Event, s string) { field(e).Set(reflect.ValueOf([]string{"ok", s})) }
		case typ == reflect.TypeFor[map[string]int64]():
			set[name] = func(e *audit.Event, s string) { field(e).Set(reflect.ValueOf(map[string]int64{s: 1})) }
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				walk(typ.Field(i).Type, name+"."+typ.Field(i).Name, append(slices.Clone(index), i))
			}
		default:
			t.Errorf("no test for %s of type %s", name, typ)
		}
	}
	walk(reflect.TypeFor[audit.Event](), "", nil)
	return set
}

func TestAnIncompleteEventIsRefused(t *testing.T) {
	for name, change := range map[string]func(*audit.Event){
		"op":        func(e *audit.Event) { e.Op = "" },
		"known op":  func(e *audit.Event) { e.Op = "load.everything" },
		"actor":     func(e *audit.Event) { e.Actor.ID = "" },
		"kind":      func(e *audit.Event) { e.Actor.Kind = "robot" },
		"outcome":   func(e *audit.Event) { e.Outcome = "" },
		"migration": func(e *audit.Event) { e.Migration = "" },
		"object":    func(e *audit.Event) { e.Object.Type = "" },
	} {
		e := audittest.Event(1)
		change(&e)
		if err := audit.NewWriter(startFolder(t)(), "m1/a").Append(t.Context(), e); !errors.Is(err, audit.ErrEvent) {
			t.Errorf("without %s: %v, want ErrEvent", name, err)
		}
	}
}

func TestIdsAreTheSameForTheSamePartsOnly(t *testing.T) {
	id, again := audit.ID("a", "bc"), audit.ID("a", "bc")
	if id != again || id == audit.ID("ab", "c") || id == audit.ID("a", "bc", "") {
		t.Error("ids mix up their parts")
	}
	s := startFolder(t)()
	at := audittest.Event(1)
	at.At = time.Now()
	changed := []audit.Event{audittest.Event(1), at}
	for _, change := range []func(*audit.Event){
		func(e *audit.Event) { e.Tenant = "t2" }, func(e *audit.Event) { e.Migration = "m2" },
		func(e *audit.Event) { e.Run = "r2" }, func(e *audit.Event) { e.Op = audit.VerifySegment },
		func(e *audit.Event) { e.Object.Ref = "other" }, func(e *audit.Event) { e.Object.Type = "other" },
	} {
		e := audittest.Event(1)
		change(&e)
		changed = append(changed, e)
	}
	if head := appendAll(t, s, "m1/a", changed); head.N != 7 {
		t.Errorf("%d events, want 7: a later report of the same is the same", head.N)
	}
}

func TestRequiredFieldsStandInEveryEvent(t *testing.T) {
	s := startFolder(t)()
	appendAll(t, s, "m1/a", events(0, 1))
	for e := range audit.Events(t.Context(), s, "") {
		b, _ := json.Marshal(e)
		var got map[string]any
		json.Unmarshal(b, &got)
		for _, key := range strings.Fields(`v id at tenant mig run shard actor op object counts categories purpose basis
			regime from to policyHash inputHash outputHash outcome`) {
			if v, ok := got[key]; !ok || v == nil {
				t.Errorf("%s is not in the event", key)
			}
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	s := openFolder(b, b.TempDir())
	w := audit.NewWriter(s, "m1/a")
	n := 0
	for b.Loop() {
		if err := w.Append(b.Context(), audittest.Event(n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if _, err := w.Flush(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
