package memory_test

import (
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// modes are the ways that a desk can have; each is a platform of its own to the
// suite.
var modes = map[string]memory.Options{
	"whole":       {},
	"threaded":    {Threaded: true},
	"reopening":   {Reopening: true, Batch: 1},
	"one by one":  {Batch: 1, PageSize: 1},
	"big batches": {Batch: 100, PageSize: 3},
	"strict": {Requires: []string{"ticket.requester", "comment.author"}, UniqueEmails: true,
		Vocabulary: map[string][]string{"ticket.status": {"open", "closed"}, "comment.visibility": {"public"}}},
	"normalising": {Normalise: true, Threaded: true},
	"lossy":       {Lossy: []string{"ticket.custom", "comment.created", "attachment.name", "person.notes"}},
	"disabling":   {Removal: "disabled"},
	"keeping":     {Removal: "kept"},
	"small":       {Kinds: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket}, PageSize: 2},
	"busy":        {Tick: time.Millisecond, PageSize: 2}, // everything within a second
	"fixed":       {Fixed: true},
	"telling":     {Tombs: true, PageSize: 3},
	"forgetful":   {Forgetful: true, PageSize: 3},
	"slow":        {Tick: time.Minute, PageSize: 2},
}

func TestConformanceAsTarget(t *testing.T) {
	for name, o := range modes {
		t.Run(name, func(t *testing.T) {
			conformance.Target(t, func(testing.TB) conformance.TargetUnderTest {
				desk := memory.New(o)
				return conformance.TargetUnderTest{Target: desk.Target(),
					Reopen:   func(testing.TB) connectors.Target { return desk.Target() },
					Existing: func(_ testing.TB, r helpdesk.Record) string { return desk.Add(r)[0] }}
			})
		})
	}
}

func TestConformanceAsSource(t *testing.T) {
	for name, o := range modes {
		t.Run(name, func(t *testing.T) {
			conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest { return source(t, o) })
		})
	}
}

func source(t testing.TB, o memory.Options) conformance.SourceUnderTest {
	desk := memory.New(o)
	kinds := map[helpdesk.Kind]bool{}
	for _, k := range o.Kinds {
		kinds[k] = true
	}
	for _, r := range conformance.Records(7) {
		if len(kinds) == 0 || kinds[r.Kind] {
			if _, err := desk.AddWithFiles(conformance.OpenFile, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	var want []helpdesk.Record
	for _, k := range helpdesk.Kinds() {
		want = append(want, desk.Records(k)...)
	}
	return conformance.SourceUnderTest{Source: desk.Source(), Want: want, Edit: edit(desk),
		Create: func(_ testing.TB, k helpdesk.Kind) helpdesk.Record {
			r, _ := desk.Get(k, desk.Add(helpdesk.New(k, ""))[0])
			return r
		},
		Delete: func(_ testing.TB, k helpdesk.Kind, key string) { desk.Delete(k, key) },
		Reopen: func(testing.TB) connectors.Source { return desk.Source() }}
}

func edit(desk *memory.Desk) func(testing.TB, helpdesk.Kind, string) helpdesk.Record {
	return func(_ testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
		desk.Edit(k, key, func(r *helpdesk.Record) {
			for v := range r.Values() {
				if v.Field.Class == helpdesk.ClassText && !v.Empty() {
					v.Set([]string{v.Strings()[0] + ", edited"})
				}
			}
		})
		r, _ := desk.Get(k, key)
		return r
	}
}
