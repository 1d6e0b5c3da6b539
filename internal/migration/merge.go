package migration

import (
	"maps"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// A merging decides what a delta writes of a record that stands in the target: a
// three-way merge for each field. The source changed a field if its digest is not
// that of the last time, whatever mapping and policy say now; the target changed it
// if it is not what verify read back. Only what the source changed is ever written.
type merging struct {
	index   keyring.Index
	profile connectors.TargetProfile
	rule    string // for what both changed: see plan.Delta
	entry   *ledger.Entry
	base    map[string]string // of the target
	parts   map[string]string // of the source, now

	fields []string // to be written
	agreed []string // changed by the source, and in the target already
	kept   []string // changed by both, and the target's stays
	review []string // of these, what somebody is to decide
}

// changeable reports whether a target can be told to change the field later on.
func (m *merging) changeable(k helpdesk.Kind, field string) bool {
	name := string(k) + "." + field
	for list, first := range map[string]string{listParticipants: "participant.role", "time_entries": "time_entry.seconds",
		"ratings": "rating.score", "attachments": "attachment.name"} {
		if field == list {
			name = first
		}
	}
	for _, list := range []string{"custom", "extra"} {
		if label, ok := strings.CutPrefix(field, list+"["); ok {
			name = string(k) + "." + list + "." + strings.TrimSuffix(label, "]")
		}
	}
	f := m.profile.Of(name)
	return f == connectors.Native || f == connectors.Second || f == connectors.Impersonate
}

// sourceChanged reports whether the source changed a field of the clean record. The
// mapping gives custom fields other names: one whose name the source does not have
// goes by all of them.
func (m *merging) sourceChanged(field string) bool {
	was, had := m.entry.Parts[field]
	is, has := m.parts[field]
	if had || has || !strings.HasPrefix(field, "custom[") {
		return was != is
	}
	custom := func(parts map[string]string) map[string]string {
		all := maps.Clone(parts)
		maps.DeleteFunc(all, func(f, _ string) bool { return f != "number" && !strings.HasPrefix(f, "custom[") })
		return all
	}
	return !maps.Equal(custom(m.entry.Parts), custom(m.parts))
}

// decide compares the record as it should be, want, with what the target holds, and
// puts into want what sets come to.
func (m *merging) decide(want, got *helpdesk.Record) {
	to, is := partsOf(m.index, want, false), partsOf(m.index, got, false)
	fields := map[string]bool{}
	for _, parts := range []map[string]string{to, is, m.parts, m.entry.Parts} {
		for f := range parts {
			fields[f] = f != listLinks && f != listComments
		}
	}
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		if fields[f] && m.changeable(want.Kind, f) && m.sourceChanged(f) {
			m.field(f, want, got, to, is)
		}
	}
}

func (m *merging) field(f string, want, got *helpdesk.Record, to, is map[string]string) {
	if m.set(f, want, got) {
		if partsOf(m.index, want, false)[f] == is[f] {
			m.agreed = append(m.agreed, f)
		} else {
			m.fields = append(m.fields, f)
		}
		return
	}
	switch {
	case to[f] == is[f]:
		m.agreed = append(m.agreed, f)
	case is[f] == m.base[f], f == "updated", m.ruled(f) == plan.ConflictSource:
		m.fields = append(m.fields, f)
	default:
		m.kept = append(m.kept, f)
		if m.ruled(f) == plan.ConflictReview {
			m.review = append(m.review, f)
		}
	}
}

// ruled is the plan's rule for a field, or what somebody decided.
func (m *merging) ruled(f string) string {
	if decided := m.entry.Review[f]; decided != "" {
		return decided
	}
	return m.rule
}

// set merges a set element by element: what the source added comes, what it
// removed goes, and what the target has besides stays.
func (m *merging) set(f string, want, got *helpdesk.Record) bool {
	was := m.entry.Sets[f]
	if f == listParticipants && want.Ticket != nil {
		want.Ticket.Participants = mergeSet(m.index, was, want.Ticket.Participants, got.Ticket.Participants, participant)
		return true
	}
	for w, g := range helpdesk.Pairs(want, got) {
		if w.Exists() && w.Field.Set && w.Path() == f {
			_ = w.Set(mergeSet(m.index, was, w.Strings(), g.Strings(), func(s string) string { return s })) // a set takes any words
			return true
		}
	}
	return false
}

func mergeSet[T any](index keyring.Index, was []string, want, got []T, text func(T) string) (merged []T) {
	digests := func(list []T) (all []string) {
		for _, x := range list {
			all = append(all, elementDigest(index, text(x)))
		}
		return all
	}
	wanted, there := digests(want), digests(got)
	for i, d := range there {
		if !slices.Contains(was, d) || slices.Contains(wanted, d) {
			merged = append(merged, got[i])
		}
	}
	for i, d := range wanted {
		if !slices.Contains(was, d) && !slices.Contains(there, d) {
			merged = append(merged, want[i])
		}
	}
	return merged
}

// A thread is a ticket's comments in the order of the target: those of ours that
// stand there, and behind them those that come.
type thread struct {
	comments []helpdesk.Comment
	said     []string
}

// threadOf puts the comments of a line behind those that are known to stand in the
// target. One that was under way when an earlier invocation died comes first.
func threadOf(index keyring.Index, e *ledger.Entry, said []string, comments, shown []helpdesk.Comment) (t thread) {
	at := map[string]int{}
	for i, s := range said {
		at[parseSaying(s).id] = i
	}
	for _, known := range e.Said[:min(len(e.Said), len(e.Children))] {
		x := parseSaying(known)
		i, there := at[x.id]
		if !there { // the source has it no more
			t.comments = append(t.comments, helpdesk.Comment{})
		} else {
			t.comments = append(t.comments, comments[i])
			delete(at, x.id)
		}
		t.said = append(t.said, known)
	}
	var late, first []int
	for i, s := range said {
		switch _, fresh := at[parseSaying(s).id]; {
		case !fresh:
		case e.Child != "" && first == nil && commentDigest(index, shown[i]) == e.Child:
			first = []int{i}
		default:
			late = append(late, i)
		}
	}
	for _, i := range append(first, late...) {
		t.comments = append(t.comments, comments[i])
		x := parseSaying(said[i])
		x.shown = commentDigest(index, shown[i])[:thumb]
		t.said = append(t.said, x.String())
	}
	return t
}
