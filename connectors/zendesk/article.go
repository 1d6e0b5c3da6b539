package zendesk

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

type article struct {
	ID      int64     `json:"id"`
	Section int64     `json:"section_id"`
	Author  int64     `json:"author_id"`
	Locale  string    `json:"locale"`
	Source  string    `json:"source_locale"`
	Title   string    `json:"title"`
	Body    string    `json:"body"`
	Draft   bool      `json:"draft"`
	Labels  []string  `json:"label_names"`
	Votes   int64     `json:"vote_sum"`
	Created time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
}

type translation struct {
	Locale  string    `json:"locale"`
	Title   string    `json:"title"`
	Body    string    `json:"body"`
	Draft   bool      `json:"draft"`
	Created time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
}

// A shelf is a category or a section of the help center.
type shelf struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Category int64  `json:"category_id"`
	Parent   int64  `json:"parent_section_id"`
}

// shelves are all categories and sections, by their ids, which are no one's twice.
type shelves map[int64]shelf

func (d *desk) shelves(ctx context.Context) (shelves, error) {
	all := shelves{}
	for _, list := range []string{"categories", "sections"} {
		err := each(ctx, d, "list "+list, "/help_center/"+list+".json", list, nil, func(s shelf) bool { all[s.ID] = s; return true })
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// path is the way to a section from the top.
func (all shelves) path(section int64) (names []string) {
	for range len(all) + 1 { // a circle of sections ends here
		s, ok := all[section]
		if !ok {
			break
		}
		names = append(names, s.Name)
		if section = s.Parent; section == 0 {
			section = s.Category
		}
	}
	slices.Reverse(names)
	return names
}

// articles reads the export of articles, by whole seconds, and the translations of
// each. The export has no last minute that it leaves out: a page ends the reading
// where its last second may not be over.
func (s *source) articles(ctx context.Context, after connectors.Cursor) (connectors.Page, error) {
	start, err := since(after)
	if err != nil {
		return connectors.Page{}, err
	}
	var answer struct {
		Rows []article `json:"articles"`
		End  *int64    `json:"end_time"`
		Next *string   `json:"next_page"`
	}
	if err := s.get(ctx, "export articles", "/help_center/incremental/articles.json", url.Values{"start_time": {strconv.FormatInt(start, 10)}}, &answer); err != nil {
		return connectors.Page{}, err
	}
	end := start
	if answer.End != nil {
		end = *answer.End
	}
	var page connectors.Page
	page.Next, page.Last = onward(start, end, answer.Next == nil, end < s.client.ServerTime().Unix()-1)
	all, err := s.shelves(ctx)
	for i := range answer.Rows {
		if err != nil {
			break
		}
		var records []helpdesk.Record
		records, err = s.translated(ctx, &answer.Rows[i], all)
		page.Records = append(page.Records, records...)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	return page, nil
}

// translated gives an article in each of its languages.
func (s *source) translated(ctx context.Context, a *article, all shelves) (records []helpdesk.Record, err error) {
	path := "/help_center/articles/" + rest.ID(a.ID)
	var attached []attachment
	err = absent(each(ctx, s.desk, "list attachments", path+"/attachments.json", "article_attachments", nil, func(x attachment) bool {
		attached = append(attached, x)
		return true
	}))
	if err != nil {
		return nil, err
	}
	err = absent(each(ctx, s.desk, "list translations", path+"/translations.json", "translations", nil, func(t translation) bool {
		records = append(records, articleOf(a, &t, attached, all.path(a.Section)))
		return true
	}))
	return records, err
}

// articleOf is an article in a language. Its files are those of the language that
// it was written in, and those that the text shows.
func articleOf(a *article, t *translation, attached []attachment, section []string) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindArticle, rest.ID(a.ID)+"/"+t.Locale)
	r.Changed = t.Updated
	state := "published"
	if t.Draft {
		state = "draft"
	}
	*r.Article = helpdesk.Article{Title: t.Title, Body: t.Body, Section: section, Locale: t.Locale, State: state, Author: rest.ID(a.Author),
		Tags: unlabelled(a.Labels), Created: t.Created, Updated: t.Updated}
	extra := map[string]string{}
	if a.Votes != 0 {
		extra["vote_sum"] = strconv.FormatInt(a.Votes, 10)
	}
	r.Article.Attachments, r.Article.Body = files(attached, guideFile, t.Body)
	if t.Locale != a.Source {
		extra["translation_of"] = rest.ID(a.ID) + "/" + a.Source
		r.Article.Attachments = slices.DeleteFunc(r.Article.Attachments, func(f helpdesk.Attachment) bool { return f.ContentID == "" })
	}
	r.Article.Extra = sorted(extra)
	return r
}

// article reads one article in one language.
func (s *source) article(ctx context.Context, key string) (helpdesk.Record, error) {
	number, locale, ok := strings.Cut(key, "/")
	a, err := s.readArticle(ctx, number)
	if err != nil || !ok {
		if err == nil {
			err = fmt.Errorf("zendesk: read article: %w", connectors.ErrNotFound)
		}
		return helpdesk.Record{}, err
	}
	all, err := s.shelves(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	records, err := s.translated(ctx, a, all)
	if err != nil {
		return helpdesk.Record{}, err
	}
	return pick(helpdesk.KindArticle, number+"/"+locale, records)
}

func (d *desk) readArticle(ctx context.Context, key string) (*article, error) {
	n, err := rest.Number("zendesk: read article", key)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Article *article `json:"article"`
	}
	if err := d.get(ctx, "read article", "/help_center/articles/"+rest.ID(n)+".json", nil, &answer); err != nil {
		return nil, err
	}
	if answer.Article == nil || answer.Article.ID != n {
		return nil, unlike("read article")
	}
	return answer.Article, nil
}
