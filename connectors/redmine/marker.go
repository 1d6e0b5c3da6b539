package redmine

import (
	"context"
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

// Census lists issues by a filter; users, projects and wiki pages, which can't be
// filtered by a custom field, are gone through.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		var err error
		switch f, e := t.learn(ctx); {
		case e != nil:
			err = e
		case k == helpdesk.KindTicket:
			err = t.markedIssues(ctx, f, prefix, yield)
		case k == helpdesk.KindPerson:
			err = t.users(ctx, nil, func(u user) bool { return t.offer(u.Custom, id(u.ID), prefix, yield) })
		case k == helpdesk.KindGroup:
			err = each(ctx, t.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
				return t.offer(p.Custom, id(p.ID), prefix, yield)
			})
		case k == helpdesk.KindArticle && f.project != nil:
			err = t.markedArticles(ctx, f, prefix, yield)
		}
		if err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

func (t *target) offer(fields []field, key, prefix string, yield func(connectors.Marked, error) bool) bool {
	marker := valueOf(fields, t.MarkerField)
	return marker == "" || !strings.HasPrefix(marker, prefix) || yield(connectors.Marked{ID: key, Marker: marker}, nil)
}

func (t *target) markedIssues(ctx context.Context, f *facts, prefix string, yield func(connectors.Marked, error) bool) error {
	field, err := t.marks(f, "issue")
	if err != nil {
		return err
	}
	name := "cf_" + id(field)
	filter := url.Values{"f[]": {name}, "op[" + name + "]": {"~"}, "v[" + name + "][]": {prefix}}
	for last := int64(0); ; {
		issues, end, err := t.issuesAfter(ctx, last, filter)
		if err != nil {
			return err
		}
		for _, i := range issues {
			if !t.offer(i.Custom, id(i.ID), prefix, yield) {
				return nil
			}
			last = i.ID
		}
		if end {
			return nil
		}
	}
}
