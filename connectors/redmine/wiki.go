package redmine

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

type wikiPage struct {
	Title  string `json:"title"`
	Text   string `json:"text"`
	Parent *struct {
		Title string `json:"title"`
	} `json:"parent"`
	Author      *named       `json:"author"`
	Created     time.Time    `json:"created_on"`
	Updated     time.Time    `json:"updated_on"`
	Attachments []attachment `json:"attachments"`
}

// articles are the wiki pages of all projects.
func (s *source) articles(ctx context.Context) (connectors.Page, error) {
	page := connectors.Page{Last: true}
	var projects []project
	err := each(ctx, s.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
		projects = append(projects, p)
		return true
	})
	if err != nil {
		return page, err
	}
	for _, p := range projects {
		records, err := s.wiki(ctx, p)
		if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) {
			continue // the project has no wiki
		}
		if err != nil {
			return connectors.Page{}, err
		}
		page.Records = append(page.Records, records...)
	}
	return page, nil
}

func (s *source) wiki(ctx context.Context, p project) (all []helpdesk.Record, err error) {
	var index struct {
		Pages []wikiPage `json:"wiki_pages"`
	}
	base := "/projects/" + id(p.ID) + "/wiki/"
	if err := s.get(ctx, "list wiki pages", base+"index.json", nil, &index); err != nil {
		return nil, err
	}
	parents := map[string]string{}
	for _, w := range index.Pages {
		if w.Parent != nil {
			parents[w.Title] = w.Parent.Title
		}
	}
	for _, w := range index.Pages {
		var answer struct {
			Page wikiPage `json:"wiki_page"`
		}
		err := s.get(ctx, "read wiki page", base+url.PathEscape(w.Title)+".json", url.Values{"include": {"attachments"}}, &answer)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, answer.Page.record(p, parents))
	}
	return all, nil
}

// record is the page as an article, its section the project and the pages above
// it.
func (w wikiPage) record(p project, parents map[string]string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindArticle, id(p.ID)+"/"+w.Title)
	r.Changed = w.Updated
	section := []string{}
	for above, n := parents[w.Title], 0; above != "" && n < 20; above, n = parents[above], n+1 {
		section = append([]string{above}, section...)
	}
	*r.Article = helpdesk.Article{Title: w.Title, Body: w.Text, Section: append([]string{p.Name}, section...), State: "published",
		Author: w.Author.key(), Created: w.Created, Updated: w.Updated}
	for _, a := range w.Attachments {
		r.Article.Attachments = append(r.Article.Attachments, a.record())
	}
	return r
}
