package zendesk

import (
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// comments lists what was said on a ticket, the oldest first. Pictures that the
// text shows are among the attachments only where that is asked for.
func (d *Desk) comments(q *request) answer {
	r := d.get("tickets", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	inline := q.URL.Query().Get("include_inline_images") == "true"
	var rows []*row
	for _, c := range r.comments {
		rows = append(rows, &row{id: number(c["id"]), at: c})
	}
	return d.page(q, "comments", rows, func(c *row) object {
		o := maps.Clone(c.at)
		o["attachments"] = d.attachments(numbers(o["attachments"]), inline)
		return o
	})
}

func (d *Desk) attachments(ids []int64, inline bool) []object {
	all := []object{}
	for _, id := range ids {
		if a := d.get("attachments", id); a != nil && (inline || !a.flag("inline")) {
			all = append(all, d.showFile(a))
		}
	}
	return all
}

// wrongComment names what Zendesk will not take of a comment, and why.
func (d *Desk) wrongComment(c object, imported bool) (field, why string) {
	author := d.get("users", number(c["author_id"]))
	public, said := c["public"].(bool)
	switch {
	case number(c["author_id"]) != 0 && author == nil:
		return "author", "Author: is unknown"
	case d.o.StrictNotes && author != nil && author.text("role") == "end-user" && said && !public:
		return "author", "Author: an end user can't write a private comment"
	case imported && parse(c["created_at"]).After(d.Now()):
		return "created_at", "Created at: is in the future"
	case len(text(c)) > mostText:
		return "comment", "Comment: is too long"
	}
	for _, token := range words(c["uploads"]) {
		if d.tokens[token] == nil || d.tokens[token].expires.Before(d.Now()) {
			return "uploads", "Upload token: is invalid or expired"
		}
	}
	return "", ""
}

// How long a comment may be, and how many a ticket takes.
const (
	mostText     = 64 << 10
	mostComments = 5000
)

func text(c object) string {
	for _, field := range []string{"html_body", "body", "value"} {
		if s, ok := c[field].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// comment adds a comment to a ticket.
func (d *Desk) comment(r *row, c object, imported bool) object {
	body := text(c)
	shown, _ := c["html_body"].(string)
	if shown == "" {
		shown = paragraphs(body)
	} else {
		body = stripped(shown)
	}
	public := true
	if p, given := c["public"].(bool); given {
		public = p
	}
	o := object{"id": d.eventID(), "type": "Comment", "author_id": d.me.id, "body": body, "plain_body": body,
		"html_body": `<div class="zd-comment" dir="auto">` + sanitised(shown) + `</div>`, "public": public, "audit_id": d.eventID(),
		"via": object{"channel": "api", "source": object{}}, "created_at": stamp(d.Now()), "metadata": object{"system": object{}, "custom": object{}}}
	if id := number(c["author_id"]); id != 0 {
		o["author_id"] = id
	}
	if c["via"] != nil {
		o["via"] = c["via"]
	}
	if c["metadata"] != nil {
		o["metadata"] = c["metadata"]
	}
	if imported && c["created_at"] != nil {
		o["created_at"] = c["created_at"]
	}
	o["attachments"] = d.attach(words(c["uploads"]), shown)
	r.comments = append(r.comments, o)
	return o
}

// attach makes attachments of what was uploaded. A token is used up by it.
func (d *Desk) attach(tokens []string, shown string) (ids []int64) {
	for _, t := range tokens {
		for _, id := range d.tokens[t].files {
			a := d.table("attachments").rows[id]
			a.at["inline"] = strings.Contains(shown, a.text("token"))
			ids = append(ids, id)
		}
		delete(d.tokens, t)
	}
	return ids
}

func paragraphs(body string) string {
	all := ""
	for _, p := range strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		all += "<p>" + strings.ReplaceAll(html.EscapeString(p), "\n", "<br>") + "</p>"
	}
	return all
}

var (
	scripts = regexp.MustCompile(`(?is)<(script|style|iframe)\b.*?(</(script|style|iframe)\s*>|$)`)
	handler = regexp.MustCompile(`(?i)\son[a-z]+="[^"]*"`)
	marks   = regexp.MustCompile(`<[^>]*>`)
)

// sanitised is HTML without what could act.
func sanitised(body string) string {
	return handler.ReplaceAllString(scripts.ReplaceAllString(body, ""), "")
}

func stripped(body string) string {
	return strings.TrimSpace(html.UnescapeString(marks.ReplaceAllString(scripts.ReplaceAllString(body, ""), " ")))
}

// find is a comment of a ticket, by its id.
func find(r *row, id int64) object {
	i := slices.IndexFunc(r.comments, func(c object) bool { return number(c["id"]) == id })
	if i < 0 {
		return nil
	}
	return r.comments[i]
}
