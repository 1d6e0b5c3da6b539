package zendesk

import (
	"context"
	"net/http"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// labelMark is what the label begins with that is an article's marker.
const labelMark = "safeconduct-"

// createArticle makes an article in the section that its path names. Its files are
// sent first, because the text names their addresses, and claimed afterwards.
func (t *target) createArticle(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	d.Record = t.sent(d.Record)
	a := d.Record.Article
	if len(f.locales) == 0 || !f.labels {
		return "", &connectors.Rejected{Reason: "unknown_kind"}
	}
	if a.State != "" && a.State != "draft" && a.State != "published" {
		return "", &connectors.Rejected{Reason: "unknown_word", Field: "article.state"}
	}
	body := object{"title": a.Title, "locale": f.locale(a.Locale), "draft": a.State == "draft", "permission_group_id": f.readers,
		"user_segment_id": nil, "label_names": append([]string{labelMark + d.Marker}, a.Tags...)}
	if t.Agents {
		if err := refer(body, "author_id", "article.author", a.Author); err != nil {
			return "", err
		}
	}
	section, err := t.shelve(ctx, a.Section, f.locale(a.Locale))
	if err != nil {
		return "", err
	}
	text, ids, err := t.sendFiles(ctx, a.Attachments, a.Body, d.Open)
	if err != nil {
		return "", err
	}
	body["body"] = text
	var answer struct {
		Article *article `json:"article"`
	}
	err = t.send(ctx, http.MethodPost, "create article", "/help_center/sections/"+rest.ID(section)+"/articles.json", nil,
		object{"article": body, "notify_subscribers": false}, &answer)
	if err != nil {
		return "", err
	}
	if answer.Article == nil || answer.Article.ID == 0 {
		return "", unlike("create article")
	}
	key := rest.ID(answer.Article.ID)
	return key, t.claim(ctx, key, ids)
}

func (t *target) sendFiles(ctx context.Context, files []helpdesk.Attachment, text string, open connectors.OpenFunc) (string, []int64, error) {
	var ids []int64
	for _, a := range files {
		if a.LeftOut != "" {
			continue
		}
		sent, err := t.uploadForArticle(ctx, a, open)
		if err != nil {
			return "", nil, err
		}
		ids = append(ids, sent.ID)
		text = show(text, a, sent.URL)
	}
	return text, ids, nil
}

// mostClaimed is how many files an article takes at a time.
const mostClaimed = 20

func (t *target) claim(ctx context.Context, key string, ids []int64) error {
	for some := range slices.Chunk(ids, mostClaimed) {
		err := t.send(ctx, http.MethodPost, "claim files", "/help_center/articles/"+key+"/bulk_attachments.json", nil, object{"attachment_ids": some}, nil)
		if err != nil {
			return refused(err)
		}
	}
	return nil
}

// claimMissing gives an article the files of the draft that it does not have, told
// by name and size, and says how many.
func (t *target) claimMissing(ctx context.Context, key string, d connectors.Draft) (int, error) {
	if _, err := rest.Number("zendesk: read article", key); err != nil {
		return 0, err
	}
	had, err := t.filesOf(ctx, key)
	if err != nil {
		return 0, err
	}
	missing := slices.DeleteFunc(slices.Clone(d.Record.Article.Attachments), func(a helpdesk.Attachment) bool {
		i := slices.IndexFunc(had, func(h attachment) bool { return h.Name == a.Name && h.Size == a.Size })
		if i >= 0 {
			had = slices.Delete(had, i, i+1)
		}
		return i >= 0
	})
	_, ids, err := t.sendFiles(ctx, missing, "", d.Open)
	if err != nil {
		return 0, err
	}
	return len(ids), t.claim(ctx, key, ids)
}

func (d *desk) filesOf(ctx context.Context, key string) (all []attachment, err error) {
	err = each(ctx, d, "list attachments", "/help_center/articles/"+key+"/attachments.json", "article_attachments", nil, func(a attachment) bool {
		all = append(all, a)
		return true
	})
	return all, err
}

// shelve finds the section of a path, and makes what there is not.
func (t *target) shelve(ctx context.Context, path []string, locale string) (int64, error) {
	t.shelving.Lock()
	defer t.shelving.Unlock()
	all, err := t.shelves(ctx)
	if err != nil {
		return 0, err
	}
	var category, section int64
	for i, name := range path {
		found := int64(0)
		for _, s := range all {
			top := i == 0 && s.Category == 0
			below := i > 0 && s.Category == category && s.Parent == section
			if s.Name == name && (top || below) && (found == 0 || s.ID < found) {
				found = s.ID
			}
		}
		if found == 0 {
			if found, err = t.makeShelf(ctx, name, locale, category, section); err != nil {
				return 0, err
			}
		}
		if i == 0 {
			category = found
		} else {
			section = found
		}
	}
	return section, nil
}

// makeShelf makes a category, or a section in one or below another section.
func (t *target) makeShelf(ctx context.Context, name, locale string, category, section int64) (int64, error) {
	var answer struct {
		Category *shelf `json:"category"`
		Section  *shelf `json:"section"`
	}
	body := object{"name": name, "locale": locale}
	if category == 0 {
		err := t.send(ctx, http.MethodPost, "create category", "/help_center/categories.json", nil, object{"category": body}, &answer)
		if err == nil && answer.Category == nil {
			err = unlike("create category")
		}
		if err != nil {
			return 0, err
		}
		return answer.Category.ID, nil
	}
	if section != 0 {
		body["parent_section_id"] = section
	}
	err := t.send(ctx, http.MethodPost, "create section", "/help_center/categories/"+rest.ID(category)+"/sections.json", nil, object{"section": body}, &answer)
	if err == nil && answer.Section == nil {
		err = unlike("create section")
	}
	if err != nil {
		return 0, err
	}
	return answer.Section.ID, nil
}

// readBack reads an article as it was written: in its language, with its labels
// but that which is the marker.
func (t *target) readBack(ctx context.Context, key string) (helpdesk.Record, error) {
	a, err := t.readArticle(ctx, key)
	if err != nil {
		return helpdesk.Record{}, err
	}
	attached, err := t.filesOf(ctx, key)
	if err != nil {
		return helpdesk.Record{}, err
	}
	all, err := t.shelves(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	r := articleOf(a, &translation{Locale: a.Source, Title: a.Title, Body: a.Body, Draft: a.Draft},
		attached, all.path(a.Section))
	r.Key, r.Article.Extra = key, nil
	if !t.Agents {
		r.Article.Author = ""
	}
	t.showArticle(r.Article)
	return r, nil
}
