package migration

import (
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// render is the record as the target gives it back, where it keeps texts in a
// form of its own.
func render(t connectors.Target, r helpdesk.Record) helpdesk.Record {
	if renderer, ok := t.(connectors.Renderer); ok {
		return renderer.Render(r)
	}
	return r
}

// reshapes gives each field that the target's form changes its class: Emulated
// where all of it is said in another way, LostField where some is left out.
func reshapes(r, shown *helpdesk.Record) map[string]string {
	changed := map[string]string{}
	for was, is := range helpdesk.Pairs(r, shown) {
		before, after := was.Strings(), is.Strings()
		switch {
		case slices.Equal(before, after):
		case len(after) < len(before), cut(before, after):
			changed[was.Path()] = LostField
		default:
			changed[pathOf(was, is)] = Emulated
		}
	}
	return changed
}

// cut reports whether a text was made shorter, as connectors mark it.
func cut(before, after []string) bool {
	if len(before) != 1 || len(after) != 1 {
		return false
	}
	head, ok := strings.CutSuffix(after[0], "…")
	return ok && strings.HasPrefix(before[0], head) && len(head) < len(before[0])
}
