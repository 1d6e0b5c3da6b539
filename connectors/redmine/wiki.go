package redmine

import (
	"context"
	"errors"
	"html"
	"net/url"
	"strings"
	"time"

	"github.com/yuin/goldmark"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

type wikiPage struct {
	Title    string `json:"title"`
	Text     string `json:"text"`
	Comments string `json:"comments"`
	Parent   *struct {
		Title string `json:"title"`
	} `json:"parent"`
	Author      *named       `json:"author"`
	Created     time.Time    `json:"created_on"`
	Updated     time.Time    `json:"updated_on"`
	Attachments []attachment `json:"attachments"`
}

// A wiki is the list of pages of a project.
type wiki struct {
	project
	pages []wikiPage // without their texts
}

// wikis lists the pages of all projects.
func (s *source) wikis(ctx context.Context) (all []wiki, err error) {
	err = each(ctx, s.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
		all = append(all, wiki{project: p})
		return true
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		var index struct {
			Pages []wikiPage `json:"wiki_pages"`
		}
		err := s.get(ctx, "list wiki pages", all[i].path("index"), nil, &index)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) && !errors.Is(err, connectors.ErrDenied) { // which means that there is no wiki
			return nil, err
		}
		all[i].pages = index.Pages
	}
	return all, nil
}

func (w wiki) path(title string) string {
	return "/projects/" + id(w.ID) + "/wiki/" + url.PathEscape(title) + ".json"
}

// articles are the wiki pages of all projects.
func (s *source) articles(ctx context.Context) (connectors.Page, error) {
	page := connectors.Page{Last: true}
	all, err := s.wikis(ctx)
	for _, w := range all {
		records, err := s.read(ctx, w)
		if err != nil {
			return connectors.Page{}, err
		}
		page.Records = append(page.Records, records...)
	}
	return page, err
}

func (s *source) read(ctx context.Context, w wiki) (all []helpdesk.Record, err error) {
	parents := map[string]string{}
	for _, p := range w.pages {
		if p.Parent != nil {
			parents[p.Title] = p.Parent.Title
		}
	}
	for _, p := range w.pages {
		var answer struct {
			Page wikiPage `json:"wiki_page"`
		}
		err := s.get(ctx, "read wiki page", w.path(p.Title), url.Values{"include": {"attachments"}}, &answer)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		all = append(all, answer.Page.record(w.project, parents))
	}
	return all, nil
}

// toHTML reads a page as Markdown, of which Textile differs in headings and lists.
func toHTML(text string) string {
	var b strings.Builder
	if goldmark.Convert([]byte(text), &b) != nil {
		return html.EscapeString(text)
	}
	return b.String()
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
	*r.Article = helpdesk.Article{Title: strings.ReplaceAll(w.Title, "_", " "), Body: toHTML(w.Text), Section: append([]string{p.Name}, section...), State: "published",
		Author: w.Author.key(), Created: w.Created, Updated: w.Updated}
	for _, a := range w.Attachments {
		r.Article.Attachments = append(r.Article.Attachments, a.record())
	}
	return r
}
