package zendesk

import (
	"context"
	"iter"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A marked is an object that may carry a marker.
type marked struct {
	ID          int64    `json:"id"`
	External    string   `json:"external_id"`
	Description string   `json:"description"`
	Labels      []string `json:"label_names"`
	Status      string   `json:"status"`
	Active      *bool    `json:"active"`
	Deleted     bool     `json:"deleted"`
}

// marker is the marker that the object carries.
func (m *marked) marker() string {
	if i := strings.LastIndex(m.Description, markerLine); i >= 0 && m.External == "" {
		return strings.TrimSpace(m.Description[i+len(markerLine):])
	}
	for _, l := range m.Labels {
		if marker, ok := strings.CutPrefix(l, labelMark); ok {
			return marker
		}
	}
	return m.External
}

func (m *marked) gone() bool {
	return m.Deleted || m.Status == deleted || m.Active != nil && !*m.Active
}

// unmarked is the description of a group without a marker, ours or that of a
// migration which once ended here.
func unmarked(description string) string {
	if i := strings.LastIndex(description, markerLine); i >= 0 {
		return description[:i]
	}
	return description
}

// unlabelled are the labels of an article but those that are markers.
func unlabelled(labels []string) (all []string) {
	for _, l := range labels {
		if !strings.HasPrefix(l, labelMark) {
			all = append(all, l)
		}
	}
	return all
}

// finds are where one marker is looked for: lists that are filtered at once, not
// the search, whose index is behind. Groups are few and gone through.
var finds = map[helpdesk.Kind]struct{ path, list, filter, mark string }{
	helpdesk.KindGroup:        {"/groups.json", "groups", "", ""},
	helpdesk.KindOrganization: {"/organizations/search.json", "organizations", "external_id", ""},
	helpdesk.KindPerson:       {"/users.json", "users", "external_id", ""},
	helpdesk.KindTicket:       {"/tickets.json", "tickets", "external_id", ""},
	helpdesk.KindArticle:      {"/help_center/articles.json", "articles", "label_names", labelMark},
}

// Find looks for the marker.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	f, ok := finds[k]
	if !ok {
		return nil, ctx.Err()
	}
	query := url.Values{}
	if f.filter != "" {
		query.Set(f.filter, f.mark+marker)
	}
	err = each(ctx, t.desk, "find "+string(k), f.path, f.list, query, func(m marked) bool {
		if m.marker() == marker && !m.gone() {
			ids = append(ids, rest.ID(m.ID))
		}
		return true
	})
	return ids, err
}

// Census goes through everything of a kind, the archive of tickets too.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		seen := map[int64]bool{}
		offer := func(m marked) bool {
			if seen[m.ID] || m.gone() || m.marker() == "" || !strings.HasPrefix(m.marker(), prefix) {
				return true
			}
			seen[m.ID] = true
			return yield(connectors.Marked{ID: rest.ID(m.ID), Marker: m.marker()}, nil)
		}
		var err error
		if k == helpdesk.KindTicket {
			err = t.markedTickets(ctx, offer)
		} else if f, ok := finds[k]; ok {
			path := strings.Replace(f.path, "/search", "", 1)
			err = each(ctx, t.desk, "list "+f.list, path, f.list, nil, offer)
		}
		if err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

// markedTickets goes over the export, which has the archive, and then over what the
// export leaves out because it came or changed within the last minute. Tickets that
// came later have greater ids than all that the export knows.
func (t *target) markedTickets(ctx context.Context, offer func(marked) bool) error {
	greatest, stopped := int64(0), false
	for after := connectors.Cursor(""); ; {
		e, err := exported[marked](ctx, t.desk, "tickets", after, url.Values{"per_page": {most}}, func(*marked) int64 { return 0 })
		if err != nil {
			return err
		}
		for _, m := range e.rows {
			if greatest = max(greatest, m.ID); !offer(m) {
				return nil
			}
		}
		if after = e.next; e.last {
			break
		}
	}
	return t.recent(ctx, func(k ticket) bool { return stopped || k.ID <= greatest }, func(k ticket) {
		stopped = stopped || !offer(marked{ID: k.ID, External: k.External, Status: k.Status})
	})
}
