package zendesk

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// What agents and administrators do in the browser. It takes effect at once, and
// no limit of the API counts it.

// An Object is one of the API's, for fixtures and recounts.
type Object = map[string]any

// A File is one that somebody attached.
type File struct {
	Name, Type string
	Content    []byte
	Inline     bool
}

// Put puts an object into a table ("users", "tickets", "ticket_fields", …) as it
// is, and returns its id. Tables that belong to it are filled as Zendesk would:
// the addresses of a person, the translations of an article.
func (d *Desk) Put(table string, o Object) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.add(table, o)
	switch table {
	case "users":
		r.setDefault("role", "end-user")
		if email := r.text("email"); email != "" {
			d.add("identities", object{"user_id": r.id, "type": "email", "value": email, "primary": true, "verified": true})
		}
		for _, more := range words(o["more_emails"]) {
			d.add("identities", object{"user_id": r.id, "type": "email", "value": more, "primary": false, "verified": true})
		}
		delete(r.at, "more_emails")
	case "tickets":
		r.setDefault("status", "new")
		r.setDefault("tags", []string{})
		r.at["custom_fields"] = d.customFields(o["custom_fields"], nil)
	case "articles":
		r.setDefault("source_locale", r.at["locale"])
		r.at["translations"] = []object{translation(d, r, r.at["locale"], r.at["title"], r.at["body"], truth(r.at["draft"]))}
	}
	return r.id
}

// Say adds a comment to a ticket as it is, with files, and returns its id. The
// text of a picture's file may stand for its address as "{name}".
func (d *Desk) Say(ticket int64, comment Object, files ...File) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.table("tickets").rows[ticket]
	c := d.comment(r, comment, true)
	c["attachments"] = d.putFiles("attachments", files)
	if len(r.comments) == 1 {
		r.at["description"] = c["plain_body"]
	}
	d.happened(ticket, number(c["author_id"]), c)
	r.generated = d.Now()
	return number(c["id"])
}

func (d *Desk) putFiles(table string, files []File) (ids []int64) {
	for _, f := range files {
		r := d.newFile(table, f.Name, f.Type, f.Content)
		r.at["inline"] = f.Inline
		ids = append(ids, r.id)
	}
	return ids
}

// Enclose attaches files to an article.
func (d *Desk) Enclose(article int64, files ...File) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range d.putFiles("article_attachments", files) {
		d.table("article_attachments").rows[id].at["article_id"] = article
	}
}

// Address is where the bytes of a file lie, as texts name it.
func (d *Desk) Address(file int64) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	url, _ := d.showFile(d.table("attachments").rows[file])["content_url"].(string)
	return url
}

// Reply says something on a ticket, publicly or not, and people hear of it.
func (d *Desk) Reply(ticket, by int64, text string, public bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.get("tickets", ticket)
	if r == nil || r.text("status") == "closed" {
		return
	}
	c := d.comment(r, object{"body": text, "author_id": by, "public": public}, false)
	if by == r.number("requester_id") && slices.Contains([]string{"solved", "pending"}, r.text("status")) {
		r.at["status"] = "open"
	}
	d.touch(r)
	d.happened(ticket, by, c)
	if public {
		d.tell(r, by)
	}
}

// Change gives fields of an object other values.
func (d *Desk) Change(table string, id int64, fields Object) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.get(table, id)
	if r == nil {
		return
	}
	r.at = maps.Clone(r.at)
	maps.Copy(r.at, fields)
	if table == "articles" {
		for _, t := range r.at["translations"].([]object) {
			if t["locale"] == r.at["locale"] {
				t["title"], t["body"], t["updated_at"] = r.at["title"], r.at["body"], stamp(d.Now())
			}
		}
	}
	d.touch(r)
	if table == "tickets" {
		d.happened(id, d.me.id, object{"id": d.eventID(), "type": "Change"})
	}
}

// Rewrite changes the text of a comment, as only a redaction can.
func (d *Desk) Rewrite(ticket, comment int64, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.get("tickets", ticket)
	if c := find(r, comment); c != nil {
		c["body"], c["plain_body"], c["html_body"] = text, text, `<div class="zd-comment" dir="auto">`+paragraphs(text)+`</div>`
	}
	d.touch(r)
}

// Delete deletes an object, a ticket or a person so that it can be restored.
func (d *Desk) Delete(table string, id int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.get(table, id); r != nil {
		r.deleted = true
		d.touch(r)
	}
}

// Merge merges tickets into another.
func (d *Desk) Merge(into int64, ids ...int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.get("tickets", into); r != nil {
		d.merge(r, ids, d.me.id)
	}
}

// Busy lets an agent do one thing, by chance, and says what.
func (d *Desk) Busy(chance *rand.Rand) string {
	tickets := d.IDs("tickets")
	if len(tickets) == 0 {
		return "nothing"
	}
	pick := func() int64 { return tickets[chance.IntN(len(tickets))] }
	people := d.IDs("users")
	who := people[chance.IntN(len(people))]
	switch n := chance.IntN(100); {
	case n < 40:
		d.Reply(pick(), who, fmt.Sprintf("An answer, number %d.", chance.IntN(1e6)), true)
		return "reply"
	case n < 55:
		d.Reply(pick(), d.me.id, fmt.Sprintf("A note, number %d.", chance.IntN(1e6)), false)
		return "note"
	case n < 75:
		d.Change("tickets", pick(), Object{"status": []string{"open", "pending", "hold", "solved"}[chance.IntN(4)]})
		return "status"
	case n < 85:
		id := d.Put("tickets", Object{"subject": fmt.Sprintf("New %d", chance.IntN(1e6)), "requester_id": who, "submitter_id": who})
		d.Say(id, Object{"body": "It came in while you were reading.", "author_id": who})
		return "new"
	case n < 92:
		d.Change("users", who, Object{"notes": fmt.Sprintf("Note %d", chance.IntN(1e6))})
		return "person"
	case n < 96:
		d.Delete("tickets", pick())
		return "delete"
	}
	d.Merge(pick(), pick())
	return "merge"
}

// IDs lists the ids of what a table shows, in their order.
func (d *Desk) IDs(table string) (ids []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.list(table) {
		ids = append(ids, r.id)
	}
	return ids
}

// Shown is an object as it is now, and whether there is one.
func (d *Desk) Shown(table string, id int64) (Object, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.get(table, id)
	if r == nil {
		return nil, false
	}
	return maps.Clone(r.at), true
}

// Comments are those of a ticket, in their order.
func (d *Desk) Comments(ticket int64) (all []Object) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.get("tickets", ticket); r != nil {
		for _, c := range r.comments {
			all = append(all, maps.Clone(c))
		}
	}
	return all
}
