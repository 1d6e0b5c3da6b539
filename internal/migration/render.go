package migration

import (
	"slices"

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
		case len(after) < len(before):
			changed[was.Path()] = LostField
		default:
			changed[pathOf(was, is)] = Emulated
		}
	}
	return changed
}
