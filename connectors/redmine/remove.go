package redmine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Remove deletes issues and users. A project goes only if nothing is left in it:
// with it Redmine deletes all its issues, whoever wrote them.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) (done []connectors.Removal, err error) {
	for _, key := range ids {
		removal, err := t.removeOne(ctx, k, key)
		if errors.Is(err, connectors.ErrNotFound) {
			removal, err = connectors.Removed, nil
		}
		if err != nil {
			return nil, err
		}
		t.forget(key)
		done = append(done, removal)
	}
	return done, nil
}

func (t *target) removeOne(ctx context.Context, k helpdesk.Kind, key string) (connectors.Removal, error) {
	if k == helpdesk.KindArticle {
		return connectors.Removed, t.removeArticle(ctx, key)
	}
	path, ok := map[helpdesk.Kind]string{helpdesk.KindTicket: "/issues/", helpdesk.KindPerson: "/users/", helpdesk.KindGroup: "/projects/"}[k]
	if !ok {
		return "", fmt.Errorf("redmine: remove %s: %w", k, connectors.ErrDenied)
	}
	if err := numeric("remove", key); err != nil {
		return "", err
	}
	if k == helpdesk.KindGroup {
		if used, err := t.used(ctx, key); used || err != nil {
			return connectors.Kept, err
		}
	}
	return connectors.Removed, t.send(ctx, http.MethodDelete, "remove "+string(k), path+key+".json", "", nil, nil)
}

// used reports whether a project holds issues or wiki pages.
func (t *target) used(ctx context.Context, project string) (bool, error) {
	var issues struct {
		Total int `json:"total_count"`
	}
	query := url.Values{"project_id": {project}, "status_id": {"*"}, "limit": {"1"}}
	if err := t.get(ctx, "list issues", "/issues.json", query, &issues); err != nil || issues.Total > 0 {
		return err == nil, err
	}
	var index struct {
		Pages []wikiPage `json:"wiki_pages"`
	}
	err := t.get(ctx, "list wiki pages", "/projects/"+project+"/wiki/index.json", nil, &index)
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) { // there is no wiki
		err = nil
	}
	return len(index.Pages) > 0, err
}
