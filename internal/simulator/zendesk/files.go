package zendesk

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// mostBytes is how large a file may be.
const mostBytes = 50 << 20

// An upload waits to be attached to a comment.
type upload struct {
	files   []int64
	expires time.Time
}

func (d *Desk) fileRoutes() map[string]func(*request) answer {
	return map[string]func(*request) answer{
		"POST /uploads":                                    d.uploadFile,
		"GET /attachments/{id}":                            d.showAttachment,
		"POST /help_center/articles/attachments":           func(q *request) answer { return d.articleFile(q, 0) },
		"POST /help_center/articles/{id}/attachments":      func(q *request) answer { return d.articleFile(q, number(q.PathValue("id"))) },
		"POST /help_center/articles/{id}/bulk_attachments": d.claimFiles,
		"GET /help_center/articles/{id}/{what}":            d.ofArticle,
	}
}

func (d *Desk) newFile(table, name, kind string, content []byte) *row {
	r := d.add(table, object{"file_name": name, "content_type": kind, "size": len(content), "inline": false})
	r.at["token"] = fmt.Sprintf("t%d", r.id)
	d.files[r.id] = content
	return r
}

// showFile tells of a file by an address that leads to another host.
func (d *Desk) showFile(r *row) object {
	o := maps.Clone(r.at)
	delete(o, "token")
	o["content_url"] = cmp.Or(d.o.Brand, d.base) + "/attachments/token/" + r.text("token") + "/?name=" + url.QueryEscape(r.text("file_name"))
	return o
}

func (d *Desk) uploadFile(q *request) answer {
	name := q.URL.Query().Get("filename")
	switch {
	case name == "":
		return badRequest("filename is missing")
	case len(q.raw) > mostBytes:
		return answer{status: http.StatusRequestEntityTooLarge, body: object{"error": "AttachmentTooLarge"}}
	}
	r := d.newFile("attachments", name, q.Header.Get("Content-Type"), q.raw)
	token := fmt.Sprintf("u%d", r.id)
	u := d.tokens[q.URL.Query().Get("token")]
	if u == nil {
		u = &upload{}
		d.tokens[token] = u
	} else {
		token = q.URL.Query().Get("token")
	}
	u.files, u.expires = append(u.files, r.id), d.Now().Add(d.o.TokenLives)
	return created(object{"upload": object{"token": token, "expires_at": stamp(u.expires), "attachment": d.showFile(r), "attachments": []object{d.showFile(r)}}})
}

func (d *Desk) showAttachment(q *request) answer {
	r := d.get("attachments", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	return ok(object{"attachment": d.showFile(r)})
}

// redirectToFile sends to where the files lie: another host, for a while.
func (d *Desk) redirectToFile(q *request) answer {
	for _, table := range []string{"attachments", "article_attachments"} {
		for _, r := range d.list(table) {
			if r.text("token") == q.PathValue("token") {
				elsewhere := strings.Replace(d.base, "127.0.0.1", "localhost", 1)
				return answer{status: http.StatusFound, location: fmt.Sprintf("%s/stored/%d", elsewhere, r.id)}
			}
		}
	}
	return missing()
}

// storedFile refuses a request that brings Zendesk's credentials along, as object
// stores do.
func (d *Desk) storedFile(q *request) answer {
	content, there := d.files[number(q.PathValue("id"))]
	switch {
	case q.Header.Get("Authorization") != "":
		return badRequest("Only one auth mechanism allowed")
	case !there:
		return missing()
	}
	return answer{status: http.StatusOK, raw: append([]byte{}, content...)}
}

// articleFile takes a file for an article, or for one that is still to come.
func (d *Desk) articleFile(q *request, article int64) answer {
	if article != 0 && d.get("articles", article) == nil {
		return missing()
	}
	_, params, err := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if err != nil {
		return badRequest("no form")
	}
	form := multipart.NewReader(bytes.NewReader(q.raw), params["boundary"])
	var r *row
	inline := false
	for {
		part, err := form.NextPart()
		if err != nil {
			break
		}
		content, _ := io.ReadAll(part)
		switch part.FormName() {
		case "file":
			r = d.newFile("article_attachments", part.FileName(), part.Header.Get("Content-Type"), content)
		case "inline":
			inline = string(content) == "true"
		}
	}
	if r == nil {
		return badRequest("no file")
	}
	r.at["inline"], r.at["article_id"] = inline, nil
	if article != 0 {
		r.at["article_id"] = article
	}
	return created(object{"article_attachment": d.showFile(r)})
}

func (d *Desk) articleFiles(q *request) answer {
	article := number(q.PathValue("id"))
	if d.get("articles", article) == nil {
		return missing()
	}
	return d.page(q, "article_attachments", d.listIf("article_attachments", func(r *row) bool { return r.number("article_id") == article }), d.showFile)
}

// mostClaimed is how many files an article takes at a time.
const mostClaimed = 20

func (d *Desk) claimFiles(q *request) answer {
	article, ids := d.get("articles", number(q.PathValue("id"))), numbers(q.body["attachment_ids"])
	if article == nil {
		return missing()
	}
	if len(ids) > mostClaimed {
		return badRequest("at most 20 attachments")
	}
	for _, id := range ids {
		if r := d.get("article_attachments", id); r == nil || r.number("article_id") != 0 && r.number("article_id") != article.id {
			return badRequest("Attachment is unknown or belongs to another article")
		}
	}
	for _, id := range ids {
		d.get("article_attachments", id).at["article_id"] = article.id
	}
	d.touch(article)
	return none()
}

// ofArticle shows what an article has, or, where its id would stand, a file.
func (d *Desk) ofArticle(q *request) answer {
	switch {
	case q.PathValue("id") == "attachments":
		return d.showArticleFile(q)
	case q.PathValue("what") == "attachments":
		return d.articleFiles(q)
	case q.PathValue("what") == "translations":
		return d.translations(q)
	}
	return missing()
}

func (d *Desk) showArticleFile(q *request) answer {
	r := d.get("article_attachments", number(q.PathValue("what")))
	if r == nil {
		return missing()
	}
	return ok(object{"article_attachment": d.showFile(r)})
}
