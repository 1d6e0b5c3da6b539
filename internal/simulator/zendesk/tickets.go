package zendesk

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

func (d *Desk) ticketRoutes() map[string]func(*request) answer {
	return map[string]func(*request) answer{
		"GET /tickets":                      d.listTickets,
		"GET /tickets/count":                func(*request) answer { return count(len(d.listIf("tickets", unarchived))) },
		"GET /tickets/show_many":            d.showTickets,
		"GET /tickets/{id}":                 d.ticket,
		"POST /tickets":                     d.createTicket,
		"PUT /tickets/{id}":                 d.updateTicket,
		"GET /tickets/{id}/comments":        d.comments,
		"POST /tickets/{id}/merge":          d.mergeTickets,
		"POST /imports/tickets":             d.importTicket,
		"POST /imports/tickets/create_many": d.importTickets,
	}
}

func unarchived(r *row) bool { return !r.flag("archived") }

// listTickets lists what is not in the archive; by external_id it finds at once.
func (d *Desk) listTickets(q *request) answer {
	external := q.URL.Query().Get("external_id")
	return d.page(q, "tickets", d.listIf("tickets", func(r *row) bool {
		return external == "" && unarchived(r) || external != "" && r.text("external_id") == external
	}), showTicket)
}

func (d *Desk) showTickets(q *request) answer {
	var found []*row
	for _, id := range strings.Split(q.URL.Query().Get("ids"), ",") {
		if r := d.get("tickets", number(id)); r != nil {
			found = append(found, r)
		}
	}
	return ok(object{"tickets": shown(found, showTicket), "count": len(found)})
}

func (d *Desk) ticket(q *request) answer {
	r := d.get("tickets", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	body := object{"ticket": showTicket(r)}
	d.sideloadTickets(q, body, []*row{r})
	return ok(body)
}

// showTicket is a ticket as the API tells of it. A deleted one is a row of the
// export with this status, one deleted for good has nothing left in it.
func showTicket(r *row) object {
	o := maps.Clone(r.at)
	delete(o, "archived")
	delete(o, "solved_at")
	o["generated_timestamp"] = r.generated.Unix()
	if r.deleted {
		o["status"] = "deleted"
	}
	if r.scrubbed {
		for field := range o {
			if !slices.Contains([]string{"id", "status", "created_at", "updated_at", "generated_timestamp"}, field) {
				o[field] = nil
			}
		}
		o["subject"], o["description"] = "SCRUBBED", "SCRUBBED"
	}
	return o
}

func (d *Desk) exportTickets(q *request, way func(*request, string, func(*row) object) answer) answer {
	var of []*row
	a := way(q, "tickets", func(r *row) object {
		of = append(of, r)
		return showTicket(r)
	})
	if body, fine := a.body.(object); fine {
		d.sideloadTickets(q, body, of)
	}
	return a
}

// sideloadTickets adds what include asks for.
func (d *Desk) sideloadTickets(q *request, body object, tickets []*row) {
	if strings.Contains(q.URL.Query().Get("include"), "metric_sets") {
		all := []object{}
		for _, r := range tickets {
			if m := metrics(r); m != nil && !r.scrubbed {
				all = append(all, m)
			}
		}
		body["metric_sets"] = all
	}
}

// metrics are measured from what happened here: an imported ticket has none.
func metrics(r *row) object {
	if r.flag("imported") {
		return nil
	}
	m := object{"ticket_id": r.id, "solved_at": r.at["solved_at"], "reply_time_in_minutes": object{"calendar": nil}}
	for i, c := range r.comments {
		if i > 0 && truth(c["public"]) && number(c["author_id"]) != r.number("requester_id") {
			minutes := int(parse(c["created_at"]).Sub(parse(r.at["created_at"])) / time.Minute)
			m["reply_time_in_minutes"] = object{"calendar": minutes}
			break
		}
	}
	return m
}

func (d *Desk) createTicket(q *request) answer {
	body, _ := q.body["ticket"].(map[string]any)
	r, a := d.newTicket(body, false, false)
	if r == nil {
		return a
	}
	d.tell(r, d.me.id)
	return created(object{"ticket": showTicket(r)})
}

func (d *Desk) importTicket(q *request) answer {
	body, _ := q.body["ticket"].(map[string]any)
	r, a := d.newTicket(body, true, q.URL.Query().Get("archive_immediately") == "true")
	if r == nil {
		return a
	}
	return created(object{"ticket": showTicket(r)})
}

func (d *Desk) importTickets(q *request) answer {
	archive := q.URL.Query().Get("archive_immediately") == "true"
	return d.many(q, "tickets", func(o object) (*row, answer) { return d.newTicket(o, true, archive) })
}

// ticketFields are what a ticket is created with, and what an update changes.
var ticketFields = []string{"subject", "status", "priority", "type", "requester_id", "submitter_id", "assignee_id", "group_id", "organization_id",
	"external_id", "due_at", "brand_id", "problem_id", "custom_status_id", "recipient", "ticket_form_id"}

// newTicket creates a ticket. Only an import takes dates and authors.
func (d *Desk) newTicket(body object, imported, archive bool) (*row, answer) {
	o := object{"status": "new", "via": object{"channel": "api", "source": object{}}, "imported": imported, "satisfaction_rating": nil}
	for _, f := range ticketFields {
		if body[f] != nil {
			o[f] = body[f]
		}
	}
	if o["requester_id"] == nil {
		o["requester_id"] = d.me.id
	}
	if o["submitter_id"] == nil {
		o["submitter_id"] = o["requester_id"]
	}
	if field, why := d.wrong(o); field != "" {
		return nil, invalid(field, why)
	}
	all := objects(body["comments"])
	if c, one := body["comment"].(map[string]any); one {
		all = append(all, c)
	}
	if len(all) > mostComments {
		return nil, invalid("comment", "Comment: too many")
	}
	for _, c := range all {
		if field, why := d.wrongComment(c, imported); field != "" {
			return nil, invalid(field, why)
		}
	}
	o["tags"] = tags(append(words(body["tags"]), d.tagsOf(body["custom_fields"])...))
	o["custom_fields"] = d.customFields(body["custom_fields"], nil)
	d.peopleOn(o, body)
	d.complete(o)
	if imported {
		for _, f := range []string{"created_at", "updated_at", "solved_at"} {
			if body[f] != nil {
				o[f] = body[f]
			}
		}
	}
	r := d.add("tickets", o)
	r.at["raw_subject"] = o["subject"]
	r.at["archived"] = archive && r.text("status") == "closed"
	for _, c := range all {
		d.comment(r, c, imported)
	}
	if len(r.comments) > 0 {
		r.at["description"] = r.comments[0]["plain_body"]
	}
	d.happened(r.id, d.me.id, append([]object{{"id": d.eventID(), "type": "Create", "status": r.at["status"]}}, commentEvents(r.comments)...)...)
	return r, answer{}
}

func (d *Desk) eventID() int64 {
	d.number++
	return farIDs + d.number
}

func commentEvents(comments []object) (all []object) {
	for _, c := range comments {
		all = append(all, c)
	}
	return all
}

// complete does what Zendesk does to a ticket of itself.
func (d *Desk) complete(o object) {
	if number(o["assignee_id"]) != 0 && o["status"] == "new" {
		o["status"] = "open"
	}
	if o["type"] != "task" {
		o["due_at"] = nil
	}
	requester, organization := number(o["requester_id"]), number(o["organization_id"])
	if organization == 0 || !d.in("organization_memberships", "organization_id", requester, organization) {
		o["organization_id"] = d.table("users").rows[requester].at["organization_id"]
	}
	if id := number(o["custom_status_id"]); id != 0 {
		if s := d.get("custom_statuses", id); s != nil {
			o["status"] = s.at["status_category"]
		}
	}
}

// wrong names the field of a ticket that Zendesk will not take, and why.
func (d *Desk) wrong(o object) (field, why string) {
	one := func(field string, from ...string) bool {
		text, given := o[field].(string)
		return !given || slices.Contains(from, text)
	}
	assignee := d.get("users", number(o["assignee_id"]))
	switch {
	case d.get("users", number(o["requester_id"])) == nil:
		return "requester", "Requester: is unknown"
	case d.get("users", number(o["submitter_id"])) == nil:
		return "submitter", "Submitter: is unknown"
	case !one("status", "new", "open", "pending", "hold", "solved", "closed"):
		return "status", "Status: is not valid"
	case !one("priority", "low", "normal", "high", "urgent"):
		return "priority", "Priority: is not valid"
	case !one("type", "problem", "incident", "question", "task"):
		return "type", "Type: is not valid"
	case number(o["group_id"]) != 0 && d.get("groups", number(o["group_id"])) == nil:
		return "group", "Group: is invalid"
	case number(o["assignee_id"]) != 0 && (assignee == nil || assignee.text("role") == "end-user"):
		return "assignee", "Assignee: is not an agent"
	case assignee != nil && number(o["group_id"]) != 0 && !d.in("group_memberships", "group_id", assignee.id, number(o["group_id"])):
		return "assignee", "Assignee: is not a member of the group"
	}
	return "", ""
}

// peopleOn sets who is copied, and who follows: only agents can.
func (d *Desk) peopleOn(o, body object) {
	copied, following := []int64{}, []int64{}
	for _, c := range objects(body["email_ccs"]) {
		if id := number(c["user_id"]); d.get("users", id) != nil && c["action"] != "delete" {
			copied = append(copied, id)
		}
	}
	for _, id := range numbers(body["collaborator_ids"]) {
		if d.get("users", id) != nil {
			copied = append(copied, id)
		}
	}
	for _, f := range objects(body["followers"]) {
		if u := d.get("users", number(f["user_id"])); u != nil && u.text("role") != "end-user" {
			following = append(following, u.id)
		}
	}
	o["email_cc_ids"], o["follower_ids"] = copied, following
	o["collaborator_ids"] = append(slices.Clone(copied), following...)
}

// customFields are the values of all fields there are; an id that the account
// does not know is left out without a word.
func (d *Desk) customFields(given any, had []object) []object {
	all := []object{}
	for _, f := range d.list("ticket_fields") {
		if truth(f.at["removable"]) {
			value := any(nil)
			for _, h := range had {
				if number(h["id"]) == f.id {
					value = h["value"]
				}
			}
			for _, g := range objects(given) {
				if number(g["id"]) == f.id {
					value = g["value"]
				}
			}
			all = append(all, object{"id": f.id, "value": value})
		}
	}
	return all
}

// tagsOf are the tags that the values of lists and boxes put on a ticket.
func (d *Desk) tagsOf(given any) (all []string) {
	for _, g := range objects(given) {
		f := d.get("ticket_fields", number(g["id"]))
		if f == nil {
			continue
		}
		switch f.text("type") {
		case "tagger":
			if text, isText := g["value"].(string); isText && text != "" {
				all = append(all, text)
			}
		case "multiselect":
			all = append(all, words(g["value"])...)
		case "checkbox":
			if tag := f.text("tag"); truth(g["value"]) && tag != "" {
				all = append(all, tag)
			}
		}
	}
	return all
}

// updateTicket changes a ticket and adds a comment. What is closed stays as it
// is, and who asks for a safe update is told if somebody was faster.
func (d *Desk) updateTicket(q *request) answer {
	r := d.get("tickets", number(q.PathValue("id")))
	if r == nil {
		return missing()
	}
	body, _ := q.body["ticket"].(map[string]any)
	switch {
	case r.text("status") == "closed":
		return invalid("status", "Status: closed prevents ticket update")
	case truth(body["safe_update"]) && parse(body["updated_stamp"]).Before(parse(r.at["updated_at"])):
		return answer{status: 409, body: object{"error": "UpdateConflict", "description": "Safe Update prevented"}}
	}
	o := maps.Clone(r.at)
	for _, f := range ticketFields {
		if v, given := body[f]; given {
			o[f] = v
		}
	}
	comment, commented := body["comment"].(map[string]any)
	if field, why := d.wrong(o); field != "" {
		return invalid(field, why)
	}
	if commented {
		if len(r.comments) >= mostComments {
			return invalid("comment", "Comment: too many")
		}
		if field, why := d.wrongComment(comment, false); field != "" {
			return invalid(field, why)
		}
	}
	had, _ := r.at["custom_fields"].([]object)
	switch {
	case body["tags"] != nil:
		o["tags"] = tags(words(body["tags"]))
	case body["custom_fields"] != nil: // tags of the old values go, those of the new come
		old := d.tagsOf(changedFields(had, objects(body["custom_fields"])))
		kept := slices.DeleteFunc(slices.Clone(words(o["tags"])), func(t string) bool { return slices.Contains(old, t) })
		o["tags"] = tags(append(kept, d.tagsOf(body["custom_fields"])...))
	}
	d.changePeople(o, body)
	o["custom_fields"] = d.customFields(body["custom_fields"], had)
	d.complete(o)
	r.at = o
	d.touch(r)
	events := []object{{"id": d.eventID(), "type": "Change", "field_name": "status", "value": r.at["status"]}}
	if commented {
		events = append(events, d.comment(r, comment, false))
	}
	d.happened(r.id, d.me.id, events...)
	if commented && truth(r.comments[len(r.comments)-1]["public"]) {
		d.tell(r, d.me.id)
	}
	return ok(object{"ticket": showTicket(r), "audit": object{"id": d.eventID(), "ticket_id": r.id, "events": events}})
}

// changedFields are the old values of the fields that a request names.
func changedFields(had, given []object) (old []object) {
	for _, h := range had {
		if slices.ContainsFunc(given, func(g object) bool { return number(g["id"]) == number(h["id"]) }) {
			old = append(old, h)
		}
	}
	return old
}

// changePeople copies people in and takes them out, one by one.
func (d *Desk) changePeople(o, body object) {
	for field, list := range map[string]string{"email_cc_ids": "email_ccs", "follower_ids": "followers"} {
		for _, x := range objects(body[list]) {
			who := number(x["user_id"])
			ids := slices.DeleteFunc(slices.Clone(numbers(o[field])), func(id int64) bool { return id == who })
			if x["action"] != "delete" {
				ids = append(ids, who)
			}
			o[field] = ids
		}
	}
}

// tell is the trigger that every account begins with: those on a ticket hear of
// a public comment of somebody else.
func (d *Desk) tell(r *row, by int64) {
	if d.o.Exempt && by == d.me.id {
		return
	}
	for _, to := range append([]int64{r.number("requester_id")}, r.numbers("email_cc_ids")...) {
		if to != by {
			d.Outbox.Send(simulator.Mail{At: d.Now(), To: to, Ticket: r.id, Why: "trigger: notify of a public comment"})
		}
	}
}

// mergeTickets closes tickets and says so in them, and in the one that goes on.
func (d *Desk) mergeTickets(q *request) answer {
	into := d.get("tickets", number(q.PathValue("id")))
	if into == nil {
		return missing()
	}
	ids := numbers(q.body["ids"])
	return d.begin([]func() object{func() object {
		d.merge(into, ids, d.me.id)
		return object{"id": into.id, "action": "update", "status": "Updated", "success": true}
	}})
}

func (d *Desk) merge(into *row, ids []int64, by int64) {
	for _, id := range ids {
		from := d.get("tickets", id)
		if from == nil || from.id == into.id || from.text("status") == "closed" {
			continue
		}
		via := func(ticket int64) object {
			return object{"channel": "system", "source": object{"rel": "merge", "from": object{"ticket_id": ticket}}}
		}
		number := strconv.FormatInt(into.id, 10)
		closing := d.comment(from, object{"body": "This request was closed and merged into request #" + number + ".", "public": false,
			"author_id": by, "via": via(into.id)}, false)
		from.at["status"] = "closed"
		from.at["tags"] = tags(append(words(from.at["tags"]), "closed_by_merge"))
		d.touch(from)
		d.happened(from.id, by, closing)
		told := d.comment(into, object{"body": "Request #" + strconv.FormatInt(from.id, 10) + " was closed and merged into this request.",
			"public": false, "author_id": by, "via": via(from.id)}, false)
		d.touch(into)
		d.happened(into.id, by, told)
	}
}
