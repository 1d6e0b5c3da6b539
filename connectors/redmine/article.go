package redmine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Wiki pages have no custom fields. The marker of one is the comment on its first
// version, which stays whatever becomes of the page. We number that version 0,
// which Redmine does not: for a page that exists it is a conflict, so that no
// page of anybody is written over.
const firstVersion = "0"

// createArticle makes a wiki page of the project that the settings name.
func (t *target) createArticle(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	a := d.Record.Article
	if a.State != "" && a.State != "published" {
		return "", &connectors.Rejected{Reason: "unknown_word", Field: "article.state"}
	}
	uploads, err := t.upload(ctx, "", a.Attachments, d.Open)
	if err != nil {
		return "", err
	}
	w := wiki{project: *f.project}
	title := pageTitle(a.Title)
	if title == "" || strings.TrimSpace(a.Body) == "" {
		return "", &connectors.Rejected{Reason: "empty", Field: "article.body"}
	}
	for _, name := range []string{title, cutTitle(title) + "_(" + marked(d.Marker) + ")"} {
		err = t.get(ctx, "look for a wiki page", w.path(name), nil, nil)
		if err == nil {
			continue // there is one of that title
		}
		if !errors.Is(err, connectors.ErrNotFound) {
			return "", err
		}
		err = t.send(ctx, http.MethodPut, "create wiki page", w.path(name), "", map[string]any{"wiki_page": map[string]any{
			"text": a.Body, "comments": d.Marker, "version": firstVersion, "uploads": uploads}}, nil)
		return w.key(name), err
	}
	return "", &connectors.Rejected{Reason: "title_taken", Field: "article.title"}
}

// pageTitle is a title as Redmine makes it (Wiki.titleize).
func pageTitle(title string) string {
	title = strings.Join(strings.Fields(title), "_")
	title = strings.Map(func(r rune) rune {
		if strings.ContainsRune(",./?;|:", r) {
			return -1
		}
		return r
	}, title)
	if r := []rune(title); len(r) > 0 {
		title = strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return cutTitle(title)
}

// cutTitle leaves room for what tells titles apart: Redmine takes 255 characters.
func cutTitle(title string) string {
	if r := []rune(title); len(r) > 230 {
		return string(r[:230])
	}
	return title
}

func (w wiki) key(title string) string { return id(w.ID) + "/" + title }

// page finds a page by its key.
func (t *target) page(ctx context.Context, key string) (w wiki, title string, err error) {
	number, title, ok := strings.Cut(key, "/")
	if !ok || title == "" || strings.ContainsAny(title, "/?") || numeric("read wiki page", number) != nil {
		return w, "", fmt.Errorf("redmine: read wiki page: %w", connectors.ErrNotFound)
	}
	var n int64
	_, err = fmt.Sscan(number, &n)
	return wiki{project: project{ID: n}}, title, err
}

func (t *target) readArticle(ctx context.Context, key string) (helpdesk.Record, error) {
	w, title, err := t.page(ctx, key)
	if err != nil {
		return helpdesk.Record{}, err
	}
	var answer struct {
		Page wikiPage `json:"wiki_page"`
	}
	if err := t.get(ctx, "read wiki page", w.path(title), url.Values{"include": {"attachments"}}, &answer); err != nil {
		return helpdesk.Record{}, err
	}
	r := answer.Page.record(w.project, nil)
	r.Key = key
	r.Article.Body, r.Article.Section, r.Article.Author = answer.Page.Text, nil, ""
	return r, nil
}

// markedArticles goes over the pages of the project for articles.
func (t *target) markedArticles(ctx context.Context, f *facts, prefix string, yield func(connectors.Marked, error) bool) error {
	w := wiki{project: *f.project}
	var index struct {
		Pages []wikiPage `json:"wiki_pages"`
	}
	if err := t.get(ctx, "list wiki pages", w.path("index"), nil, &index); err != nil {
		return err
	}
	for _, p := range index.Pages {
		var answer struct {
			Page wikiPage `json:"wiki_page"`
		}
		path := strings.TrimSuffix(w.path(p.Title), ".json") + "/" + firstVersion + ".json"
		err := t.get(ctx, "read marker of a wiki page", path, nil, &answer)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // not ours
		}
		if err != nil {
			return err
		}
		if strings.HasPrefix(answer.Page.Comments, prefix) && !yield(connectors.Marked{ID: w.key(p.Title), Marker: answer.Page.Comments}, nil) {
			return nil
		}
	}
	return nil
}

func (t *target) removeArticle(ctx context.Context, key string) error {
	w, title, err := t.page(ctx, key)
	if err != nil {
		return err
	}
	return t.send(ctx, http.MethodDelete, "remove wiki page", w.path(title), "", nil, nil)
}

func (t *target) showArticle(a *helpdesk.Article) {
	a.Title = strings.ReplaceAll(pageTitle(a.Title), "_", " ")
	a.Body = fromHTML(a.Body)
	a.Attachments = showFiles(a.Attachments)
}
