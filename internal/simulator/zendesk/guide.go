package zendesk

import (
	"maps"
	"slices"
	"strings"
)

func (d *Desk) guideRoutes() map[string]func(*request) answer {
	return map[string]func(*request) answer{
		"GET /help_center/categories":                          func(q *request) answer { return d.page(q, "categories", d.list("categories"), same) },
		"POST /help_center/categories":                         func(q *request) answer { return d.createShelf(q, "category", "categories") },
		"DELETE /help_center/categories/{id}":                  func(q *request) answer { return d.softDelete(q, "categories") },
		"GET /help_center/sections":                            func(q *request) answer { return d.page(q, "sections", d.list("sections"), same) },
		"GET /help_center/sections/{id}/articles":              d.articlesOfSection,
		"POST /help_center/categories/{id}/sections":           d.createSection,
		"DELETE /help_center/sections/{id}":                    func(q *request) answer { return d.softDelete(q, "sections") },
		"GET /help_center/articles":                            d.listArticles,
		"GET /help_center/articles/labels":                     d.labels,
		"GET /help_center/incremental/articles":                d.exportArticles,
		"GET /help_center/articles/{id}":                       func(q *request) answer { return d.one(q, "article", "articles", showArticle) },
		"POST /help_center/sections/{id}/articles":             d.createArticle,
		"DELETE /help_center/articles/{id}":                    func(q *request) answer { return d.softDelete(q, "articles") },
		"PUT /help_center/articles/{id}":                       d.updateArticle,
		"PUT /help_center/articles/{id}/translations/{locale}": d.retranslate,
		"POST /help_center/articles/{id}/translations":         d.translate,
	}
}

// showArticle is an article in the language that it was written in.
func showArticle(r *row) object {
	o := maps.Clone(r.at)
	delete(o, "translations")
	return o
}

func (d *Desk) createShelf(q *request, name, table string) answer {
	body, _ := q.body[name].(map[string]any)
	if title, _ := body["name"].(string); title == "" {
		return invalid("name", "Name: cannot be blank")
	}
	r := d.add(table, object{"name": body["name"], "description": body["description"], "locale": body["locale"], "position": 0})
	return created(object{name: r.at})
}

func (d *Desk) createSection(q *request) answer {
	category := d.get("categories", number(q.PathValue("id")))
	if category == nil {
		return missing()
	}
	a := d.createShelf(q, "section", "sections")
	if a.status != 201 {
		return a
	}
	body, _ := q.body["section"].(map[string]any)
	o := a.body.(object)["section"].(object)
	o["category_id"], o["parent_section_id"] = category.id, body["parent_section_id"]
	return a
}

func (d *Desk) articlesOfSection(q *request) answer {
	section := number(q.PathValue("id"))
	return d.page(q, "articles", d.listIf("articles", func(r *row) bool { return r.number("section_id") == section }), showArticle)
}

func (d *Desk) listArticles(q *request) answer {
	labels := q.URL.Query().Get("label_names")
	return d.page(q, "articles", d.listIf("articles", func(r *row) bool {
		return labels == "" || slices.Contains(words(r.at["label_names"]), labels)
	}), showArticle)
}

func (d *Desk) labels(*request) answer {
	if d.o.NoLabels {
		return answer{status: 403, body: object{"error": "Forbidden"}}
	}
	return ok(object{"labels": []object{}})
}

// exportArticles lists articles that changed since a second, and ends without a
// next page.
func (d *Desk) exportArticles(q *request) answer {
	start := number(q.URL.Query().Get("start_time"))
	rows := slices.DeleteFunc(d.all("articles"), func(r *row) bool { return r.deleted })
	slices.SortStableFunc(rows, func(a, b *row) int { return int(a.generated.Unix() - b.generated.Unix()) })
	some, end, last := window(rows, func(r *row) int64 { return r.generated.Unix() }, start, d.size("", 1000))
	body := object{"articles": shown(some, showArticle), "count": len(some), "end_time": end, "next_page": nil}
	if !last {
		body["next_page"] = d.base + q.URL.Path + ".json?start_time=" + stampUnix(end)
	}
	return ok(body)
}

func (d *Desk) createArticle(q *request) answer {
	section := d.get("sections", number(q.PathValue("id")))
	if section == nil {
		return missing()
	}
	body, _ := q.body["article"].(map[string]any)
	author := d.get("users", number(body["author_id"]))
	locale, _ := body["locale"].(string)
	title, _ := body["title"].(string)
	switch {
	case title == "":
		return invalid("title", "Title: cannot be blank")
	case !slices.Contains([]string{"en-us", "en-gb", "de"}, strings.ToLower(locale)):
		return badRequest("Locale is not enabled")
	case d.get("permission_groups", number(body["permission_group_id"])) == nil:
		return invalid("permission_group_id", "Permission group: is unknown")
	case number(body["author_id"]) != 0 && (author == nil || author.text("role") == "end-user"):
		return invalid("author_id", "Author: must be an agent")
	}
	if d.o.NoLabels {
		delete(body, "label_names")
	}
	o := object{"author_id": d.me.id, "section_id": section.id, "locale": strings.ToLower(locale), "source_locale": strings.ToLower(locale), "title": title, "name": title,
		"body": body["body"], "draft": truth(body["draft"]), "label_names": words(body["label_names"]), "permission_group_id": body["permission_group_id"],
		"user_segment_id": body["user_segment_id"], "vote_sum": 0}
	if author != nil {
		o["author_id"] = author.id
	}
	r := d.add("articles", o)
	r.at["translations"] = []object{translation(d, r, o["locale"], title, body["body"], truth(body["draft"]))}
	return created(object{"article": showArticle(r)})
}

func translation(d *Desk, r *row, locale, title, body any, draft bool) object {
	return object{"id": d.eventID(), "source_id": r.id, "locale": locale, "title": title, "body": body, "draft": draft,
		"created_at": stamp(d.Now()), "updated_at": stamp(d.Now()), "outdated": false}
}

func (d *Desk) translations(q *request) answer {
	r := d.get("articles", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	var rows []*row
	for _, t := range r.at["translations"].([]object) {
		rows = append(rows, &row{id: number(t["id"]), at: t})
	}
	return d.page(q, "translations", rows, same)
}

func (d *Desk) translate(q *request) answer {
	r := d.get("articles", number(q.PathValue("id")))
	body, _ := q.body["translation"].(map[string]any)
	if r == nil {
		return missing()
	}
	for _, t := range r.at["translations"].([]object) {
		if t["locale"] == body["locale"] {
			return badRequest("there is a translation in this language")
		}
	}
	t := translation(d, r, body["locale"], body["title"], body["body"], truth(body["draft"]))
	r.at["translations"] = append(r.at["translations"].([]object), t)
	d.touch(r)
	return created(object{"translation": t})
}

// updateArticle changes what is the same in all languages.
func (d *Desk) updateArticle(q *request) answer {
	r := d.get("articles", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	body, _ := q.body["article"].(map[string]any)
	if body["label_names"] != nil && !d.o.NoLabels {
		r.at["label_names"] = words(body["label_names"])
	}
	d.touch(r)
	return ok(object{"article": showArticle(r)})
}

// retranslate changes title, text and draft in a language.
func (d *Desk) retranslate(q *request) answer {
	r := d.get("articles", number(q.PathValue("id")))
	body, _ := q.body["translation"].(map[string]any)
	if r == nil {
		return missing()
	}
	for _, t := range r.at["translations"].([]object) {
		if t["locale"] != q.PathValue("locale") {
			continue
		}
		for _, field := range []string{"title", "body", "draft"} {
			if v, given := body[field]; given {
				t[field] = v
				if t["locale"] == r.at["locale"] {
					r.at[field] = v
				}
			}
		}
		t["updated_at"] = stamp(d.Now())
		d.touch(r)
		return ok(object{"translation": t})
	}
	return missing()
}
