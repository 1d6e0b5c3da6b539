package rt

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"

	htmltomarkdown "github.com/JohannesKaufmann/html-to-markdown/v2"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

type article struct {
	ID       loose         `json:"id"`
	Name     string        `json:"Name"`
	Class    ref           `json:"Class"`
	Creator  ref           `json:"Creator"`
	Disabled loose         `json:"Disabled"`
	Created  stamp         `json:"Created"`
	Updated  stamp         `json:"LastUpdated"`
	Custom   []customField `json:"CustomFields"`
}

// articles are few, and read in one page.
func (s *source) articles(ctx context.Context) (connectors.Page, error) {
	page := connectors.Page{Last: true}
	err := each(ctx, s.desk, list{name: "list articles", path: "/articles", where: []condition{{"id", ">", 0}},
		query: url.Values{"fields": {"Name,Class,Creator,Created,LastUpdated,Disabled,CustomFields"}, "orderby": {"id"}}}, func(a article) bool {
		if a.Disabled != "1" {
			page.Records = append(page.Records, s.articleOf(a, false))
		}
		return true
	})
	return page, err
}

// articleOf is an article as a record. A target gives its text as it stands there.
func (d *desk) articleOf(a article, asKept bool) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindArticle, string(a.ID))
	*r.Article = helpdesk.Article{Title: a.Name, Body: valueOf(a.Custom, d.ArticleField), State: "published"}
	if !asKept {
		r.Changed = a.Updated.Time
		r.Article.Body = toHTML(r.Article.Body)
		r.Article.Author, r.Article.Created, r.Article.Updated = a.Creator.somebody(), a.Created.Time, a.Updated.Time
	}
	return r
}

func (d *desk) readArticle(ctx context.Context, key string) (a article, err error) {
	if err := numeric("read article", key); err != nil {
		return a, err
	}
	return a, d.get(ctx, "read article", "/article/"+key, nil, &a)
}

// createArticle makes an article under its title, or, where there is one of that
// title, under one of its own: RT takes a name once.
func (t *target) createArticle(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	a := d.Record.Article
	if a.State != "" && a.State != "published" {
		return "", &connectors.Rejected{Reason: "unknown_word", Field: "article.state"}
	}
	custom, err := t.customBody(f, ofArticles, d.Marker, map[string][]string{t.ArticleField: {a.Body}})
	if err != nil {
		return "", err
	}
	body := map[string]any{"Name": a.Title, "Class": t.Class, "CustomFields": custom}
	key, err := t.createOrRevive(ctx, helpdesk.KindArticle, "/article", d.Marker, body)
	if errors.Is(err, connectors.ErrRejected) {
		body["Name"] = shorten(a.Title, maxSubject-20) + " (" + strings.TrimPrefix(fallback(d.Marker), "user-") + ")"
		return t.createOrRevive(ctx, helpdesk.KindArticle, "/article", d.Marker, body)
	}
	return key, err
}

// toHTML shows a text as it stands. A field of RT's that holds HTML gives HTML.
func toHTML(text string) string {
	if strings.HasPrefix(http.DetectContentType([]byte(text)), "text/html") {
		return text
	}
	return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n")
}

func fromHTML(body string) string {
	text, err := htmltomarkdown.ConvertString(body)
	if err != nil {
		return body
	}
	return text
}

// blank are files that RT has no place for.
func blank(files []helpdesk.Attachment) []helpdesk.Attachment {
	return make([]helpdesk.Attachment, len(files))
}
