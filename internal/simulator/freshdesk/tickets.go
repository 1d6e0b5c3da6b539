package freshdesk

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
)

// listTickets lists tickets, of the last 30 days unless updated_since says more, and
// not those in the trash or called spam, unless a filter asks for just them.
func (d *Desk) listTickets(q *request) answer {
	query := q.URL.Query()
	filter := query.Get("filter")
	since, bounded := d.Now().Add(-30*24*time.Hour), func(t *Ticket) time.Time { return t.Created }
	if text := query.Get("updated_since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return invalid("updated_since", "It should be in the 'combined date and time ISO8601' format", "invalid_date")
		}
		bounded = func(t *Ticket) time.Time { return t.Updated }
	}
	var all []*Ticket
	for _, t := range sorted(d.tickets) {
		if query.Has("requester_id") && t.Requester != number(query.Get("requester_id")) {
			continue
		}
		if t.Deleted == (filter == "deleted") && t.Spam == (filter == "spam") && !second(bounded(t)).Before(second(since)) {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(a, b *Ticket) int {
		n := a.Created.Compare(b.Created)
		if query.Get("order_by") == "updated_at" {
			n = second(a.Updated).Compare(second(b.Updated))
		}
		if query.Get("order_type") != "asc" {
			n = -n
		}
		return n
	})
	some, a, fine := page(d, q, all)
	if !fine {
		return a
	}
	shown := []Ticket{}
	for _, t := range some {
		shown = append(shown, d.show(t, query.Get("include"), false))
	}
	a.body = shown
	return a
}

// show is a ticket with what include asks for; a list has no descriptions unless
// they are asked for.
func (d *Desk) show(t *Ticket, include string, whole bool) Ticket {
	s := *t
	if !whole && !strings.Contains(include, "description") {
		s.Description, s.Text = "", ""
	}
	if strings.Contains(include, "stats") {
		stats := t.stats
		s.Stats = &stats
	}
	s.Attachments = d.addressed(t.Attachments)
	return s
}

// addressed gives files the addresses under which they lie for now.
func (d *Desk) addressed(all []File) []File {
	shown := []File{}
	for _, f := range all {
		f.URL = fmt.Sprintf("%s/stored/%d?X-Amz-Expires=300&at=%d", strings.Replace(d.base, "127.0.0.1", "localhost", 1), f.ID, d.Now().Unix())
		shown = append(shown, f)
	}
	return shown
}

// addressLives is how long the address of a file is good.
const addressLives = 5 * time.Minute

// stored is the store of files: it knows no credentials, and addresses die.
func (d *Desk) stored(q *request) answer {
	content, there := d.files[number(q.PathValue("id"))]
	at := time.Unix(number(q.URL.Query().Get("at")), 0)
	switch {
	case q.Header.Get("Authorization") != "":
		return answer{status: http.StatusBadRequest}
	case d.Now().Sub(at) > addressLives:
		return answer{status: http.StatusForbidden}
	case !there:
		return missing()
	}
	return answer{status: http.StatusOK, raw: append([]byte{}, content...)}
}

// find is a ticket that is there; those in the trash are shown too.
func (d *Desk) find(q *request) *Ticket { return d.tickets[number(q.PathValue("id"))] }

func (d *Desk) ticket(q *request) answer {
	t := d.find(q)
	if t == nil {
		return missing()
	}
	return ok(d.show(t, q.URL.Query().Get("include"), true))
}

func (d *Desk) conversations(q *request) answer {
	t := d.find(q)
	if t == nil {
		return missing()
	}
	some, a, fine := page(d, q, t.conversations)
	if !fine {
		return a
	}
	shown := []Conversation{}
	for _, c := range some {
		s := *c
		s.Attachments = d.addressed(c.Attachments)
		shown = append(shown, s)
	}
	a.body = shown
	return a
}

// whole reads a number of a request, which a form gives as text.
func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case string:
		n, err := strconv.ParseInt(v, 10, 64)
		return n, err == nil
	}
	return 0, false
}

func text(v any) string { s, _ := v.(string); return s }

func list(v any) (all []string) {
	items, _ := v.([]any)
	for _, i := range items {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

// createTicket creates a ticket of now: dates are no fields that it knows.
func (d *Desk) createTicket(q *request) answer {
	for _, never := range []string{"created_at", "updated_at", "import_id"} {
		if q.body[never] != nil {
			return invalid(never, "Unexpected/invalid field in request", "invalid_field")
		}
	}
	now := d.Now()
	t := &Ticket{Created: second(now), Updated: now, Tags: []string{}, Copied: []string{}, CustomFields: map[string]any{}, Due: second(now.Add(72 * time.Hour))}
	requester, _ := whole(q.body["requester_id"])
	switch {
	case d.contacts[requester] == nil && d.agents[requester] == nil || d.contacts[requester] != nil && d.contacts[requester].Deleted:
		return invalid("requester_id", "There is no contact matching the given requester_id", "invalid_value")
	case strings.TrimSpace(text(q.body["subject"])) == "":
		return invalid("subject", "It should not be blank", "invalid_value")
	case strings.TrimSpace(text(q.body["description"])) == "":
		return invalid("description", "It should not be blank", "invalid_value")
	}
	t.Requester, t.Subject = requester, text(q.body["subject"])
	t.Description = cleaned(text(q.body["description"]))
	t.Text, t.Source = stripped(t.Description), 2
	if a, fine := d.set(t, q.body); !fine {
		return a
	}
	files, a, fine := d.keep(q.files)
	if !fine {
		return a
	}
	t.Attachments = files
	t.ID = d.nextTicket()
	d.tickets[t.ID] = t
	d.notify(t.Requester, t.ID, "new ticket notification")
	return created(d.show(t, "", true))
}

// set sets fields of a ticket, or says which it will not.
func (d *Desk) set(t *Ticket, body map[string]any) (answer, bool) {
	for name, into := range map[string]*int{"status": &t.Status, "priority": &t.Priority, "source": &t.Source} {
		if body[name] == nil {
			continue
		}
		n, fine := whole(body[name])
		_, known := d.fields["ticket"][0].Choices.(map[string]any)[fmt.Sprint(n)]
		if !fine || name == "status" && !known || name == "priority" && (n < 1 || n > 4) {
			return invalid(name, "It should be one of these values", "invalid_value"), false
		}
		*into = int(n)
	}
	for name, into := range map[string]**int64{"responder_id": &t.Responder, "group_id": &t.Group, "company_id": &t.Company} {
		if body[name] == nil {
			continue
		}
		n, _ := whole(body[name])
		there := map[string]bool{"responder_id": d.agents[n] != nil, "group_id": d.groups[n] != nil, "company_id": d.companies[n] != nil}[name]
		if !there {
			return invalid(name, "There is none matching the given "+name, "invalid_value"), false
		}
		*into = &n
	}
	if kind := text(body["type"]); kind != "" {
		if !slices.Contains(d.fields["ticket"][1].Choices.([]any), any(kind)) {
			return invalid("type", "It should be one of these values", "invalid_value"), false
		}
		t.Type = &kind
	}
	if subject := text(body["subject"]); subject != "" {
		t.Subject = subject
	}
	if body["tags"] != nil {
		t.Tags = append([]string{}, list(body["tags"])...)
	}
	if body["cc_emails"] != nil {
		t.Copied = append([]string{}, list(body["cc_emails"])...)
	}
	custom, _ := body["custom_fields"].(map[string]any)
	for name, v := range custom {
		if !slices.ContainsFunc(d.fields["ticket"], func(f *Field) bool { return f.Name == name }) {
			return invalid(name, "Unexpected/invalid field in request", "invalid_field"), false
		}
		t.CustomFields[name] = v
	}
	now := second(d.Now())
	switch t.Status {
	case 4:
		t.stats.Resolved = &now
	case 5:
		t.stats.Closed = &now
	}
	return answer{}, true
}

func (d *Desk) keep(files []upload) (kept []File, a answer, fine bool) {
	total := 0
	for _, f := range files {
		total += len(f.content)
	}
	if total > mostBytes {
		return nil, invalid("attachments", "The total attachment size should not exceed 20MB", "invalid_size"), false
	}
	kept = []File{}
	for _, f := range files {
		file := File{ID: d.id(), Name: f.name, ContentType: f.kind, Size: int64(len(f.content)), Created: second(d.Now())}
		d.files[file.ID] = f.content
		kept = append(kept, file)
	}
	return kept, answer{}, true
}

func (d *Desk) notify(to, ticket int64, why string) {
	if d.o.Notifies {
		d.Outbox.Send(simulator.Mail{At: d.Now(), To: to, Ticket: ticket, Why: why})
	}
}

func (d *Desk) updateTicket(q *request) answer {
	t := d.find(q)
	if t == nil || t.Deleted {
		return missing()
	}
	next := *t
	next.CustomFields = map[string]any{}
	for k, v := range t.CustomFields {
		next.CustomFields[k] = v
	}
	if a, fine := d.set(&next, q.body); !fine {
		return a
	}
	*t = next
	t.Updated = d.Now()
	return ok(d.show(t, "", true))
}

func (d *Desk) deleteTicket(q *request) answer {
	t := d.find(q)
	if t == nil || t.Deleted {
		return missing()
	}
	t.Deleted, t.Updated = true, d.Now()
	return none()
}

func (d *Desk) restoreTicket(q *request) answer {
	t := d.find(q)
	if t == nil || !t.Deleted {
		return missing()
	}
	t.Deleted, t.Updated = false, d.Now()
	return none()
}

// say adds a note or a reply; a reply goes to the customer by mail. What comes in
// from a customer opens a ticket that was resolved or closed.
func (d *Desk) say(q *request, reply bool) answer {
	t := d.find(q)
	if t == nil || t.Deleted {
		return missing()
	}
	body := text(q.body["body"])
	if strings.TrimSpace(body) == "" {
		return invalid("body", "It should not be blank", "invalid_value")
	}
	user := d.me.ID
	if q.body["user_id"] != nil {
		user, _ = whole(q.body["user_id"])
		if d.agents[user] == nil && d.contacts[user] == nil {
			return invalid("user_id", "There is no agent matching the given user_id", "invalid_value")
		}
	}
	files, a, fine := d.keep(q.files)
	if !fine {
		return a
	}
	c := &Conversation{ID: d.id(), Ticket: t.ID, Body: cleaned(body), User: user, Private: !reply && truth(q.body["private"], true),
		Incoming: truth(q.body["incoming"], false), Source: map[bool]int{true: 0, false: 2}[reply], Attachments: files, Created: second(d.Now()), Updated: second(d.Now())}
	c.Text = stripped(c.Body)
	d.said(t, c)
	if reply {
		d.Outbox.Send(simulator.Mail{At: d.Now(), To: t.Requester, Ticket: t.ID, Why: "reply"})
	}
	shown := *c
	shown.Attachments = d.addressed(c.Attachments)
	return created(shown)
}

func (d *Desk) said(t *Ticket, c *Conversation) {
	t.conversations = append(t.conversations, c)
	if c.Incoming && t.Status >= 4 {
		t.Status = 2
	}
	t.Updated = d.Now()
}

func truth(v any, otherwise bool) bool {
	switch v := v.(type) {
	case bool:
		return v
	case string:
		return v == "true"
	}
	return otherwise
}

// search finds by a custom field what the index knows, 30 a page, ten pages.
func (d *Desk) search(q *request) answer {
	field, value, known := strings.Cut(strings.Trim(q.URL.Query().Get("query"), `"`), ":")
	if !known || n(q, "page") > 10 {
		return invalid("query", "Given query is invalid", "invalid_value")
	}
	found := []Ticket{}
	for _, t := range sorted(d.tickets) {
		if !t.Deleted && t.CustomFields[field] == strings.Trim(value, "'") && !t.Updated.After(d.Now().Add(-d.o.SearchLag)) {
			found = append(found, d.show(t, "", false))
		}
	}
	from := min(len(found), 30*(n(q, "page")-1))
	return ok(map[string]any{"total": len(found), "results": found[from:min(len(found), from+30)]})
}

func n(q *request, name string) int {
	v, err := strconv.Atoi(q.URL.Query().Get(name))
	if err != nil {
		return 1
	}
	return v
}

var (
	acting = regexp.MustCompile(`(?is)<(script|style|iframe)\b.*?(</(script|style|iframe)\s*>|$)|\son[a-z]+="[^"]*"`)
	marks  = regexp.MustCompile(`<[^>]*>`)
)

// cleaned is HTML without what could act.
func cleaned(body string) string { return acting.ReplaceAllString(body, "") }

func stripped(body string) string {
	return strings.TrimSpace(html.UnescapeString(marks.ReplaceAllString(body, " ")))
}
