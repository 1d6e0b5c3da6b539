package zendesk

import (
	"html"
	"slices"
	"strconv"
	"strings"
)

func (d *Desk) erasureRoutes() map[string]func(*request) answer {
	return map[string]func(*request) answer{
		"DELETE /tickets/{id}":                                           d.deleteTicket,
		"DELETE /tickets/destroy_many":                                   func(q *request) answer { return d.each(q, d.bin) },
		"GET /deleted_tickets":                                           d.deletedTickets,
		"PUT /deleted_tickets/{id}/restore":                              d.restoreTicket,
		"DELETE /deleted_tickets/{id}":                                   d.scrubTicket,
		"DELETE /deleted_tickets/destroy_many":                           func(q *request) answer { return d.each(q, d.scrub) },
		"DELETE /users/{id}":                                             d.deleteUser,
		"GET /deleted_users":                                             d.deletedUsers,
		"DELETE /deleted_users/{id}":                                     d.scrubUser,
		"GET /users/{id}/compliance_deletion_statuses":                   d.complianceStatuses,
		"PUT /tickets/{id}/comments/{comment}/redact":                    d.redact,
		"PUT /tickets/{id}/comments/{comment}/attachments/{file}/redact": d.redactFile,
	}
}

func stampUnix(n int64) string { return strconv.FormatInt(n, 10) }

// each queues a job over the ids of a request.
func (d *Desk) each(q *request, do func(id int64) object) answer {
	var steps []func() object
	for _, id := range strings.Split(q.URL.Query().Get("ids"), ",") {
		n := number(id)
		steps = append(steps, func() object { return do(n) })
	}
	if len(steps) > mostItems {
		return badRequest("at most 100 ids")
	}
	return d.begin(steps)
}

// bin puts a ticket where it can be taken out of again for a while.
func (d *Desk) bin(id int64) object {
	r := d.get("tickets", id)
	if r == nil {
		return object{"id": id, "error": "RecordNotFound", "status": "Failed", "success": false}
	}
	r.deleted = true
	d.touch(r)
	d.happened(id, d.me.id, object{"id": d.eventID(), "type": "Change", "status": "deleted"})
	return object{"id": id, "action": "delete", "status": "Deleted", "success": true}
}

// scrub empties a deleted ticket for good.
func (d *Desk) scrub(id int64) object {
	r := d.table("tickets").rows[id]
	if r == nil || !r.deleted || r.scrubbed {
		return object{"id": id, "error": "RecordNotFound", "status": "Failed", "success": false}
	}
	r.scrubbed = true
	for _, c := range r.comments {
		d.forget(numbers(c["attachments"]))
	}
	r.comments = nil
	d.touch(r)
	return object{"id": id, "action": "delete", "status": "Deleted", "success": true}
}

// forget destroys files.
func (d *Desk) forget(ids []int64) {
	for _, id := range ids {
		delete(d.files, id)
		d.table("attachments").rows[id].deleted = true
	}
}

func (d *Desk) deleteTicket(q *request) answer {
	if truth(d.bin(number(q.PathValue("id")))["success"]) {
		return none()
	}
	return missing()
}

func (d *Desk) deletedTickets(q *request) answer {
	rows := slices.DeleteFunc(d.all("tickets"), func(r *row) bool { return !r.deleted || r.scrubbed })
	return d.page(q, "deleted_tickets", rows, func(r *row) object {
		return object{"id": r.id, "subject": r.at["subject"], "previous_state": r.at["status"], "deleted_at": stamp(r.generated)}
	})
}

func (d *Desk) restoreTicket(q *request) answer {
	r := d.table("tickets").rows[number(q.PathValue("id"))]
	if r == nil || !r.deleted || r.scrubbed {
		return missing()
	}
	r.deleted = false
	d.touch(r)
	return ok(object{})
}

func (d *Desk) scrubTicket(q *request) answer {
	id := number(q.PathValue("id"))
	if r := d.table("tickets").rows[id]; r == nil || !r.deleted || r.scrubbed {
		return missing()
	}
	return d.begin([]func() object{func() object { return d.scrub(id) }})
}

// deleteUser makes somebody inactive, unless there is work left for him.
func (d *Desk) deleteUser(q *request) answer {
	r := d.get("users", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	for _, t := range d.list("tickets") {
		if t.number("requester_id") == r.id && t.text("status") != "closed" {
			return invalid("base", "User is the requester of tickets that are not closed")
		}
	}
	r.deleted = true
	for _, i := range d.list("identities") {
		if i.number("user_id") == r.id {
			i.deleted = true
		}
	}
	d.touch(r)
	return ok(object{"user": d.showUser(r)})
}

func (d *Desk) deletedUsers(q *request) answer {
	rows := slices.DeleteFunc(d.all("users"), func(r *row) bool { return !r.deleted || r.scrubbed })
	return d.page(q, "deleted_users", rows, d.showUser)
}

func (d *Desk) scrubUser(q *request) answer {
	r := d.table("users").rows[number(q.PathValue("id"))]
	if r == nil || !r.deleted || r.scrubbed {
		return missing()
	}
	r.scrubbed = true
	d.touch(r)
	return ok(object{"deleted_user": d.showUser(r)})
}

// complianceStatuses tells how far each of Zendesk's products has got.
func (d *Desk) complianceStatuses(q *request) answer {
	r := d.table("users").rows[number(q.PathValue("id"))]
	if r == nil || !r.scrubbed {
		return missing()
	}
	all := []object{}
	for _, action := range []string{"request_deletion", "started", "complete"} {
		all = append(all, object{"action": action, "application": "support", "user_id": r.id, "created_at": stamp(r.generated)})
	}
	return ok(object{"compliance_deletion_statuses": all})
}

// redact blots a text out of a comment, for good.
func (d *Desk) redact(q *request) answer {
	r := d.get("tickets", number(q.PathValue("id")))
	if r == nil || find(r, number(q.PathValue("comment"))) == nil {
		return missing()
	}
	c := find(r, number(q.PathValue("comment")))
	secret, _ := q.body["text"].(string)
	if secret == "" {
		return badRequest("text is missing")
	}
	for _, field := range []string{"body", "plain_body", "html_body"} {
		text, _ := c[field].(string)
		blot := strings.Repeat("▇", len([]rune(secret)))
		c[field] = strings.ReplaceAll(strings.ReplaceAll(text, secret, blot), html.EscapeString(secret), blot)
	}
	r.at["description"] = r.comments[0]["plain_body"]
	d.touch(r)
	d.happened(r.id, d.me.id, object{"id": d.eventID(), "type": "CommentRedactionEvent", "comment_id": c["id"]})
	return ok(object{"comment": c})
}

// redactFile puts an empty file in the place of an attachment.
func (d *Desk) redactFile(q *request) answer {
	r := d.get("tickets", number(q.PathValue("id")))
	if r == nil || find(r, number(q.PathValue("comment"))) == nil {
		return missing()
	}
	a := d.get("attachments", number(q.PathValue("file")))
	if a == nil {
		return missing()
	}
	a.at["file_name"], a.at["size"], a.at["content_type"] = "redacted.txt", 0, "text/plain"
	d.files[a.id] = []byte{}
	d.touch(r)
	return ok(object{"attachment": d.showFile(a)})
}
