package rt

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Find looks for the marker in its custom field.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) ([]string, error) {
	return connectors.FindByCensus(ctx, t, k, marker)
}

// Census searches the custom field. What was deleted or taken back is not in it:
// see removeOne.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		err := t.marked(ctx, k, prefix, func(m marked) bool {
			return yield(connectors.Marked{ID: m.key(k), Marker: valueOf(m.Custom, t.MarkerField)}, nil)
		})
		if err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

// A marked object carries a marker.
type marked struct {
	ID     loose         `json:"id"`
	Name   string        `json:"Name"`
	Custom []customField `json:"CustomFields"`
}

func (m marked) key(k helpdesk.Kind) string {
	if k == helpdesk.KindPerson {
		return m.Name
	}
	return string(m.ID)
}

// marked goes over the objects whose marker starts with the prefix; people who are
// suspended, and so disabled, are among them.
func (t *target) marked(ctx context.Context, k helpdesk.Kind, prefix string, visit func(marked) bool) error {
	if strings.ContainsAny(prefix, `'"\{}%_`) || prefix == "" {
		return fmt.Errorf("rt: find by marker: no such marker")
	}
	l := list{name: "find by marker", where: []condition{{"CustomField.{" + t.MarkerField + "}", "LIKE", prefix}},
		query: url.Values{"orderby": {"id"}, "fields": {"Name,CustomFields"}, "find_disabled_rows": {"1"}}}
	switch k {
	case helpdesk.KindTicket:
		l.path, l.where = "/tickets", nil
		l.query = url.Values{"orderby": {"id"}, "fields": {"CustomFields"}, "query": {"CF.{" + t.MarkerField + "} LIKE '" + prefix + "'"}}
	case helpdesk.KindPerson:
		l.path = "/users"
	case helpdesk.KindGroup:
		l.path = "/queues"
	case helpdesk.KindArticle:
		l.path = "/articles"
	default:
		return nil
	}
	return each(ctx, t.desk, l, func(m marked) bool {
		return !strings.HasPrefix(valueOf(m.Custom, t.MarkerField), prefix) || visit(m)
	})
}
