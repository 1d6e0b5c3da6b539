package sample

import (
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// articles writes the knowledge base.
func (d *desk) articles() []helpdesk.Record {
	var records []helpdesk.Record
	for n, part := range sections("text/articles.txt") {
		key, rest, _ := strings.Cut(part, "\n")
		head, body, _ := strings.Cut(rest, "\n---\n")
		s := &scenario{head: map[string]string{}}
		s.readHead(head)
		r := helpdesk.New(helpdesk.KindArticle, key)
		*r.Article = helpdesk.Article{
			Title: s.head["title"], Body: strings.TrimSpace(body), Section: strings.Split(s.head["section"], " > "),
			Locale: s.head["locale"], State: s.head["state"], Author: s.head["author"],
			Tags:    strings.Split(s.head["tags"], "; "),
			Created: begin.AddDate(0, n, 0).Add(9 * time.Hour), Updated: begin.AddDate(1, 2*n, 3).Add(15 * time.Hour),
		}
		d.illustrate(&r, s.head)
		r.Changed = r.Article.Updated
		records = append(records, r)
	}
	return records
}

// illustrate attaches an article's picture or sheet.
func (d *desk) illustrate(r *helpdesk.Record, head map[string]string) {
	a := helpdesk.Attachment{Key: r.Key + "-a1"}
	var content []byte
	switch {
	case head["picture"] != "":
		content = picture(newDice(r.Key), 64, 48)
		a.Name, a.ContentType, a.Inline, a.ContentID = head["picture"], "image/png", true, head["picture"]
		a.Locator = filesFolder + r.Key + "-1.png"
	case head["sheet"] != "":
		content = pdf([]string{"ACME", "", r.Article.Title, "", "________________________"})
		a.Name, a.ContentType = head["sheet"], "application/pdf"
		a.Locator = filesFolder + r.Key + "-1.pdf"
	default:
		return
	}
	a.Size = int64(len(content))
	d.files[a.Locator] = content
	r.Article.Attachments = []helpdesk.Attachment{a}
}
