package migration

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Classes of a field in the verification: each field that holds a value in the
// clean record or in the target gets exactly one.
const (
	Exact       = "EXACT"
	Normalised  = "NORMALISED"  // differs by spelling only: line ends, order of a set, fractions of a second
	Transformed = "TRANSFORMED" // by a rule of the mapping
	Masked      = "MASKED"      // by a rule of the policy
	Emulated    = "EMULATED"    // said in another way, as the target declares
	LostField   = "LOST"        // not kept, as the target declares
	Defaulted   = "DEFAULTED"   // the source had none, the target fills it in
	NotMapped   = "NOT_MAPPED"  // left out by a decision of the plan or because it leads nowhere
	Unexpected  = "UNEXPECTED"  // none of the above: look
)

// FieldClasses lists the classes in the order in which reports show them.
func FieldClasses() []string {
	return []string{Exact, Normalised, Transformed, Masked, Emulated, Defaulted, LostField, NotMapped, Unexpected}
}

// A comparison compares what should stand in the target with what does.
type comparison struct {
	profile  connectors.TargetProfile
	marks    map[string]mark
	reshaped map[string]string // path → class of what the target keeps in its own form
}

// fields calls report with the class of each field of the two records.
func (c comparison) fields(want, got *helpdesk.Record, report func(v helpdesk.Value, class string)) {
	for w, g := range helpdesk.Pairs(want, got) {
		if w.Field.Class == helpdesk.ClassKey || foreign(w, g) {
			continue
		}
		if class := c.class(w, g); class != "" {
			v := w
			if !v.Exists() {
				v = g
			}
			report(v, class)
		}
	}
}

// foreign reports whether a value stands in a part that only the target has: a
// comment that an agent wrote since. Doubled comments are found by doubles.
func foreign(w, g helpdesk.Value) bool {
	return !w.Exists() && g.Exists() && strings.Contains(g.Path(), "[") && !strings.Contains(g.Field.Name, ".custom") &&
		!strings.Contains(g.Field.Name, ".extra")
}

func (c comparison) class(w, g helpdesk.Value) string {
	ws, gs := w.Strings(), g.Strings()
	ruled, isRuled := c.marks[pathOf(w, g)]
	emulated := c.profile.Of(w.Name()) == connectors.Emulated
	switch {
	case isRuled && ruled.Class == NotMapped && (len(ws) == 0 || len(gs) == 0 || emulated || slices.Equal(ws, gs)):
		return NotMapped // also where the target has a value of its own
	case emulated && len(ws) > 0:
		return Emulated
	case len(ws) == 0 && len(gs) == 0:
		if isRuled {
			return ruled.Class
		}
		return c.reshaped[pathOf(w, g)]
	case slices.Equal(ws, gs):
		return same(cmp.Or(c.reshaped[pathOf(w, g)], Exact), ruled, isRuled)
	case slices.Equal(normal(w.Field, ws), normal(g.Field, gs)):
		return same(cmp.Or(c.reshaped[pathOf(w, g)], Normalised), ruled, isRuled)
	}
	return c.different(w, ws, gs, ruled, isRuled)
}

func pathOf(w, g helpdesk.Value) string {
	if w.Exists() {
		return w.Path()
	}
	return g.Path()
}

// same gives the class of a field that arrived: what a rule did to it, if any.
func same(class string, ruled mark, isRuled bool) string {
	if isRuled {
		return ruled.Class
	}
	return class
}

// different gives the class of a field that did not arrive as it was sent.
func (c comparison) different(w helpdesk.Value, ws, gs []string, ruled mark, isRuled bool) string {
	fidelity := c.profile.Of(w.Name())
	switch {
	case len(ws) == 0 && !isRuled:
		return Defaulted
	case fidelity == connectors.Lost:
		return LostField
	case fidelity == connectors.Emulated && isRuled:
		return ruled.Class // the target's own value stands where a rule left none
	case len(gs) == 0 && fidelity == connectors.Impersonate:
		return Emulated // the person may not write there: a line in the text says who did
	}
	return Unexpected
}

// normal spells a value as help desks spell it the same: Unicode NFC (UAX #15),
// line ends as \n, no white space at the ends, addresses in lower case, times in
// whole seconds, sets in order.
func normal(f helpdesk.Field, values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		v = norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")))
		switch f.Class {
		case helpdesk.ClassEmail:
			v = strings.ToLower(v)
		case helpdesk.ClassTime:
			if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
				v = t.UTC().Truncate(time.Second).Format(time.RFC3339)
			}
		}
		out = append(out, v)
	}
	if f.Set {
		slices.Sort(out)
		out = slices.Compact(out)
	}
	return out
}
