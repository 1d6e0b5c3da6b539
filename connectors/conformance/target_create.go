package conformance

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ofAll is the field that a custom field's own name ("ticket.custom.Product")
// belongs to.
func ofAll(name string) string {
	if table, _, one := strings.Cut(name, ".custom."); one {
		return table + ".custom"
	}
	return name
}

func targetProfile(d *targetRun) {
	p := d.profile
	if p.Product == "" || p.Batch < 1 || p.Hold < 0 || len(p.Kinds) == 0 {
		d.Errorf("the profile has product %q, batch %d, hold %s and %d kinds", p.Product, p.Batch, p.Hold, len(p.Kinds))
	}
	for _, n := range p.Notes {
		discreet(d, "a note of the profile", n)
	}
	fields := map[string]helpdesk.Field{}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			fields[f.Name] = f
		}
	}
	for name, f := range p.Fidelity {
		if _, ok := fields[ofAll(name)]; !ok || !(f.Keeps() || f == connectors.Emulated || f == connectors.Lost) {
			d.Errorf("the profile declares %q to be %q: one of them does not exist", name, f)
		}
	}
	for name := range p.Vocabulary {
		if _, ok := fields[ofAll(name)]; !ok {
			d.Errorf("the profile has a vocabulary for %q, which is no field", name)
		}
	}
	for _, name := range p.Requires {
		if fields[name].Refers == "" {
			d.Errorf("the profile requires %q, which is no reference", name)
		}
	}
	if again := must(d, "profile", d.Target.Profile); !reflect.DeepEqual(again, p) {
		d.Errorf("asked twice, the profile says two things")
	}
}

func targetReadsBack(d *targetRun) {
	for _, k := range d.kinds() {
		d.define()
		draft := d.draft(k)
		id := d.create(draft)
		if got := d.find(k, draft.Marker); !slices.Equal(got, []string{id}) {
			d.Errorf("find %s by its marker = %q, want %q", k, got, id)
		}
		d.wantStored(draft, id)
	}
}

func targetMarks(d *targetRun) {
	for _, k := range d.kinds() {
		d.define()
		drafts := []connectors.Draft{d.draft(k), d.draft(k), d.draft(k)}
		for i, last := range "abc" { // a field that is too short for a marker cuts off the difference
			drafts[i].Marker = drafts[0].Marker[:len(drafts[0].Marker)-1] + string(last)
		}
		created := d.tryAll(drafts)
		for i, c := range created {
			if c.Err != nil {
				d.Fatalf("create %s: %v", k, c.Err)
			}
			if got := d.find(k, drafts[i].Marker); !slices.Equal(got, []string{c.ID}) {
				d.Errorf("find %s %d of 3 by its marker = %q, want %q", k, i+1, got, c.ID)
			}
		}
	}
}

// targetKeepsTwins: customers do write the same thing twice. People and groups
// are left out, whose names and addresses may be unique.
func targetKeepsTwins(d *targetRun) {
	for _, k := range []helpdesk.Kind{helpdesk.KindTicket, helpdesk.KindArticle} {
		if !d.has(k) {
			notClaimed(d, string(k))
			continue
		}
		d.define()
		one := d.draft(k)
		other := one
		other.Marker = d.marker()
		ids := []string{d.create(one), d.create(other)}
		if ids[0] == ids[1] {
			d.Errorf("two %ss of equal content became one", k)
		}
		for i, draft := range []connectors.Draft{one, other} {
			if got := d.find(k, draft.Marker); !slices.Equal(got, ids[i:i+1]) {
				d.Errorf("find %s by the marker of one of two equal ones = %q, want %q", k, got, ids[i])
			}
		}
	}
}

func targetLeavesDrafts(d *targetRun) {
	for _, k := range d.kinds() {
		d.define()
		draft := d.draft(k)
		before, _ := json.Marshal(draft.Record)
		d.create(draft)
		if after, _ := json.Marshal(draft.Record); string(after) != string(before) {
			d.Errorf("create changed the %s that it was given: to send it again would send another", k)
		}
	}
}

// mostDrafts keeps the test of a full batch short.
const mostDrafts = 200

func targetAnswersInOrder(d *targetRun) {
	for _, k := range d.kinds() {
		d.define()
		var drafts []connectors.Draft
		for range min(max(3, d.profile.Batch), mostDrafts) {
			drafts = append(drafts, d.draft(k))
		}
		for i, c := range d.tryAll(drafts) {
			if c.Err != nil {
				d.Fatalf("create %s: %v", k, c.Err)
			}
			if got := d.find(k, drafts[i].Marker); !slices.Equal(got, []string{c.ID}) {
				d.Fatalf("the answer to draft %d of %d names %q, and its marker is on %q", i+1, len(drafts), c.ID, got)
			}
		}
	}
	if d.profile.Batch == 1 {
		untested(d, "order within a batch: the target takes one draft at a time")
	}
}
