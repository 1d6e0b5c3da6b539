package csv_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestConformanceAsTarget(t *testing.T) {
	t.Parallel()
	conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
		dir := filepath.Join(t.TempDir(), "desk")
		return conformance.TargetUnderTest{
			Target: target(t, dir),
			Reopen: func(t testing.TB) connectors.Target { return target(t, dir) },
		}
	})
}

func TestConformanceAsSource(t *testing.T) {
	t.Parallel()
	conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
		dir := t.TempDir()
		records := conformance.Records(120) // two pages
		export(t, dir, records)
		for _, f := range conformance.Files {
			put(t, dir, filepath.Join("files", f.Name), string(f.Content))
		}
		return conformance.SourceUnderTest{
			Want:   slices.Clone(records),
			Source: source(t, dir),
			Reopen: func(t testing.TB) connectors.Source { return source(t, dir) },
			Edit: func(t testing.TB, k helpdesk.Kind, key string) helpdesk.Record {
				r := edit(records, k, key)
				export(t, dir, slices.DeleteFunc(slices.Clone(records), func(r helpdesk.Record) bool { return r.Kind != k }))
				return r
			},
		}
	})
}

// edit changes a record as an agent would, to something of the same length.
func edit(records []helpdesk.Record, k helpdesk.Kind, key string) helpdesk.Record {
	i := slices.IndexFunc(records, func(r helpdesk.Record) bool { return r.Kind == k && r.Key == key })
	r := &records[i]
	r.Changed = time.Date(2026, 1, 6, 12, 0, 0, 0, time.UTC)
	for v := range r.Values() {
		if v.Field.Class == helpdesk.ClassTitle || v.Field.Name == "ticket.subject" || v.Field.Name == "person.name" {
			v.Set([]string{"Canary " + time.Now().Format("05.000000000")})
			return *r
		}
	}
	return *r
}
