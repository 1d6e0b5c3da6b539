package conformance

import (
	"slices"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// sameValue reports whether two values say the same; sets have no order.
func sameValue(a, b helpdesk.Value) bool {
	if a.Empty() || b.Empty() {
		return a.Empty() && b.Empty()
	}
	x, y := a.Strings(), b.Strings()
	if a.Field.Set {
		x, y = slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y))
	}
	return slices.Equal(x, y)
}

// wantSame compares a record that a source gave with what its author expects.
// A digest is not expected of a source that has not read the bytes.
func wantSame(t testing.TB, want, got helpdesk.Record) {
	t.Helper()
	if !want.Changed.IsZero() && !got.Changed.Equal(want.Changed) {
		t.Errorf("%s changed at %s, want %s", want.Kind, got.Changed, want.Changed)
	}
	for a, b := range helpdesk.Pairs(&want, &got) {
		unread := a.Field.Class == helpdesk.ClassDigest && b.Empty()
		if !unread && !sameValue(a, b) {
			t.Errorf("%s %s: %s", want.Kind, a.Path(), difference(a, b))
		}
	}
}

// difference says how values differ, and not what they are: a fixture may be a
// live account.
func difference(want, got helpdesk.Value) string {
	switch {
	case !want.Exists():
		return "its part is not expected"
	case !got.Exists():
		return "its part is missing"
	case want.Empty():
		return "a value is there, none is expected"
	case got.Empty():
		return "the value is missing"
	case want.Field.Class == helpdesk.ClassReference:
		return "refers to another record"
	}
	return "the value is another"
}

// same reports whether two records hold the same fields; b may be of a source that
// has not read the bytes of its files.
func same(a, b helpdesk.Record) bool {
	for x, y := range helpdesk.Pairs(&a, &b) {
		unread := x.Field.Class == helpdesk.ClassDigest && y.Empty()
		if !unread && !sameValue(x, y) {
			return false
		}
	}
	return true
}

// wantKept compares a record that a target holds with what was created, by what
// the target declares of each field. What the draft had no value for is the
// target's to default.
func wantKept(t testing.TB, p connectors.TargetProfile, want, got helpdesk.Record) {
	t.Helper()
	leaveOutSystem(&want, &got)
	for a, b := range helpdesk.Pairs(&want, &got) {
		f := p.Of(a.Name())
		switch {
		case a.Exists() && a.Empty():
		case a.Field.Class == helpdesk.ClassDigest && b.Exists() && b.Empty(): // known once the bytes are read
		case f.Keeps() && !sameValue(a, b):
			t.Errorf("%s %s is declared %s, and %s when read back", want.Kind, a.Path(), f, difference(a, b))
		case (f == connectors.Lost || f == "") && !a.Empty() && sameValue(a, b):
			t.Errorf("%s %s is declared lost, and yet it can be read back: the declaration is wrong", want.Kind, a.Path())
		}
	}
}

// leaveOutSystem leaves out the comments that a target writes of itself, such as
// "ticket created", unless the draft had some.
func leaveOutSystem(want, got *helpdesk.Record) {
	system := func(c helpdesk.Comment) bool { return c.Visibility == helpdesk.VisibilitySystem }
	if want.Ticket == nil || got.Ticket == nil || slices.ContainsFunc(want.Ticket.Comments, system) {
		return
	}
	t := *got.Ticket
	t.Comments = slices.DeleteFunc(slices.Clone(t.Comments), system)
	got.Ticket = &t
}
