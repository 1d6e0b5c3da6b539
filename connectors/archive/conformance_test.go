package archive_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/archive"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestConformanceAsTarget(t *testing.T) {
	conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
		path := filepath.Join(t.TempDir(), "archive")
		return conformance.TargetUnderTest{
			Target: openTarget(t, path),
			Reopen: func(t testing.TB) connectors.Target { return openTarget(t, path) },
		}
	})
}

func TestConformanceAsSource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive")
	want := fill(t, path, conformance.Records(240)) // three pages
	conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
		return conformance.SourceUnderTest{
			Want:   want,
			Source: openSource(t, path),
			Reopen: func(t testing.TB) connectors.Source { return openSource(t, path) },
		}
	})
}

// fill loads records into a new archive, whose references become the archive's
// ids, removes one that others refer to, and returns all as the archive holds
// them.
func fill(t testing.TB, path string, records []helpdesk.Record) []helpdesk.Record {
	t.Helper()
	target := openTarget(t, path)
	defer connectors.Close(target)
	ids, links := map[helpdesk.Kind]map[string]string{}, map[string][]helpdesk.Link{}
	for _, k := range helpdesk.Kinds() {
		ids[k] = map[string]string{}
		var drafts []connectors.Draft
		for _, r := range records {
			if r.Kind == k {
				if k == helpdesk.KindTicket {
					links[r.Key], r.Ticket.Links = r.Ticket.Links, nil
				}
				translate(&r, ids)
				drafts = append(drafts, connectors.Draft{Marker: "sctest" + r.Key, Record: r, Open: conformance.OpenFile})
			}
		}
		for some := range slices.Chunk(drafts, 100) {
			for i, id := range create(t, target, some) {
				ids[k][some[i].Record.Key] = id
			}
		}
	}
	link(t, target, ids[helpdesk.KindTicket], links)
	if _, err := target.(connectors.Remover).Remove(t.Context(), helpdesk.KindPerson, []string{ids["person"]["p3"]}); err != nil {
		t.Fatal(err)
	}
	return held(t, target)
}

// link links the tickets, as a second pass, where both are there.
func link(t testing.TB, target connectors.Target, ids map[string]string, links map[string][]helpdesk.Link) {
	t.Helper()
	for key, all := range links {
		for _, l := range all {
			if l.Ticket = ids[l.Ticket]; l.Ticket == "" {
				continue
			}
			if err := target.(connectors.Linker).Link(t.Context(), ids[key], l); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// held reads back all that a target holds of the test.
func held(t testing.TB, target connectors.Target) []helpdesk.Record {
	t.Helper()
	var all []helpdesk.Record
	for _, k := range helpdesk.Kinds() {
		for m, err := range target.(connectors.Censor).Census(t.Context(), k, "sctest") {
			if err != nil {
				t.Fatal(err)
			}
			r, err := target.Read(t.Context(), k, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r)
		}
	}
	return all
}

// translate turns a record's references into ids; those to nothing are emptied.
func translate(r *helpdesk.Record, ids map[helpdesk.Kind]map[string]string) {
	for v := range r.Values() {
		if v.Field.Class != helpdesk.ClassReference {
			continue
		}
		var to []string
		for _, key := range v.Strings() {
			if id := ids[v.Field.Refers][key]; id != "" {
				to = append(to, id)
			}
		}
		v.Set(to)
	}
}

func openSource(t testing.TB, path string) connectors.Source {
	t.Helper()
	source, err := archive.Connector.Source(context.Background(), settings(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connectors.Close(source) })
	return source
}
