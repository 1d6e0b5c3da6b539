package freshdesk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

type object = map[string]any

// A client asks an account as a program would.
type client struct {
	*testing.T
	*freshdesk.Desk
	header http.Header
}

func (c *client) send(r *http.Request) (int, []byte) {
	c.Helper()
	res, err := simulator.Transport{Platform: c.Handler()}.RoundTrip(r)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	c.header = res.Header
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, text
}

// ask sends a request with the right key and reads the answer.
func (c *client) ask(method, path string, body, into any) int {
	c.Helper()
	text, _ := json.Marshal(body)
	r, err := http.NewRequest(method, "http://127.0.0.1/api/v2"+path, bytes.NewReader(text))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(freshdesk.Key, "X")
	status, answer := c.send(r)
	if into != nil {
		_ = json.Unmarshal(answer, into)
	}
	return status
}

func (c *client) get(path string) (all []object) {
	c.Helper()
	c.want(200, "GET", path, nil, &all)
	return all
}

func (c *client) want(status int, method, path string, body, into any) {
	c.Helper()
	if got := c.ask(method, path, body, into); got != status {
		c.Errorf("%s %s: %d, want %d", method, path, got, status)
	}
}

func equal[T comparable](c *client, what string, got, want T) {
	c.Helper()
	if got != want {
		c.Errorf("%s = %v, want %v", what, got, want)
	}
}

func (c *client) jane(email string) int64 {
	return c.AddContact(freshdesk.Contact{Name: "Jane", Email: &email})
}

// form sends a file with a note.
func (c *client) form(path string, size int, into any) int {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("body", "see")
	part, _ := form.CreateFormFile("attachments[]", "a.txt")
	_, _ = part.Write(bytes.Repeat([]byte("x"), size))
	_ = form.Close()
	r, _ := http.NewRequest("POST", "http://127.0.0.1/api/v2"+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.SetBasicAuth(freshdesk.Key, "X")
	status, answer := c.send(r)
	_ = json.Unmarshal(answer, into)
	return status
}

const always = "updated_since=2000-01-01T00:00:00Z&order_by=updated_at&order_type=asc"

func ids(all []object) string {
	var list []string
	for _, o := range all {
		list = append(list, fmt.Sprint(o["id"]))
	}
	return strings.Join(list, " ")
}

// TestEveryBehaviourIsShown: what the list says the simulator does.
func TestEveryBehaviourIsShown(t *testing.T) {
	var listed []string
	for _, b := range freshdesk.Behaviours() {
		listed = append(listed, b.ID)
		show, ok := shows[b.ID]
		if !ok || b.Text == "" || b.Source == "" {
			t.Errorf("%s is shown: %t; its text is %q, its source %q", b.ID, ok, b.Text, b.Source)
			continue
		}
		t.Run(b.ID, func(t *testing.T) { show(&client{T: t, Desk: freshdesk.New(options[b.ID])}) })
	}
	for _, id := range slices.Sorted(maps.Keys(shows)) {
		if !slices.Contains(listed, id) {
			t.Errorf("%s is shown and not listed", id)
		}
	}
	var b strings.Builder
	if err := simulator.Print(&b, freshdesk.Behaviours()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s\n%s", simulator.Summary("Freshdesk", freshdesk.Behaviours()), b.String())
}

var options = map[string]freshdesk.Options{"limit-account": {PerMinute: 3}, "limit-include": {PerMinute: 5}, "limit-endpoint": {PerMinute: 100, List: 2},
	"list-wall": {Wall: 2}, "search-lag": {SearchLag: time.Minute}, "create-mail": {Notifies: true}}

var shows = map[string]func(*client){
	"auth-key": func(c *client) {
		r, _ := http.NewRequest("GET", "http://127.0.0.1/api/v2/tickets", nil)
		status, _ := c.send(r)
		equal(c, "status", status, 401)
	},
	"limit-account": func(c *client) {
		for range 3 {
			c.get("/groups")
		}
		equal(c, "remaining", c.header.Get("X-RateLimit-Remaining"), "0")
		c.want(429, "GET", "/groups", nil, nil)
		equal(c, "retry after", c.header.Get("Retry-After"), "60")
		c.Advance(time.Minute)
		c.get("/groups")
	},
	"limit-endpoint": func(c *client) {
		c.get("/tickets")
		c.get("/tickets")
		c.want(429, "GET", "/tickets", nil, nil)
		c.get("/groups")
	},
	"limit-include": func(c *client) {
		c.get("/tickets?include=stats,description")
		equal(c, "cost", c.header.Get("X-RateLimit-Used-CurrentRequest"), "3")
		equal(c, "remaining", c.header.Get("X-RateLimit-Remaining"), "2")
	},
	"list-month": func(c *client) {
		c.AddTicket(freshdesk.Ticket{Created: c.Now().Add(-31 * 24 * time.Hour)}, freshdesk.Stats{})
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		equal(c, "listed", len(c.get("/tickets")), 1)
		equal(c, "with updated_since", len(c.get("/tickets?"+always)), 2)
	},
	"list-wall": func(c *client) {
		var refusal struct {
			Errors []struct{ Field, Message string }
		}
		c.want(400, "GET", "/tickets?page=3", nil, &refusal)
		equal(c, "message", refusal.Errors[0].Message, "You cannot access tickets beyond the 2th page. Please provide a smaller page number.")
	},
	"list-size": func(c *client) {
		for range 31 {
			c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		}
		equal(c, "a page", len(c.get("/tickets")), 30)
		equal(c, "leads on", strings.Contains(c.header.Get("Link"), `rel="next"`), true)
		c.want(400, "GET", "/tickets?per_page=101", nil, nil)
	},
	"list-drift": func(c *client) {
		for range 4 {
			c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
			c.Advance(time.Second)
		}
		equal(c, "first page", ids(c.get("/tickets?"+always+"&per_page=2")), "1 2")
		c.Edit(1, func(t *freshdesk.Ticket) { t.Priority = 4 })
		equal(c, "second page", ids(c.get("/tickets?"+always+"&per_page=2&page=2")), "4 1") // nobody sees 3
	},
	"list-since": func(c *client) {
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		equal(c, "listed", len(c.get("/tickets?updated_since="+c.Now().Format(time.RFC3339))), 1)
	},
	"list-deleted": func(c *client) {
		c.AddTicket(freshdesk.Ticket{Deleted: true}, freshdesk.Stats{})
		c.AddTicket(freshdesk.Ticket{Spam: true}, freshdesk.Stats{})
		equal(c, "listed", ids(c.get("/tickets?"+always)), "")
		equal(c, "deleted", ids(c.get("/tickets?filter=deleted&"+always)), "1")
		equal(c, "spam", ids(c.get("/tickets?filter=spam&"+always)), "2")
	},
	"list-bare": func(c *client) {
		c.AddTicket(freshdesk.Ticket{Description: "<p>On fire.</p>"}, freshdesk.Stats{})
		equal(c, "description", c.get("/tickets")[0]["description"], nil)
		equal(c, "included", c.get("/tickets?include=description")[0]["description"], any("<p>On fire.</p>"))
	},
	"list-trash": func(c *client) {
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		c.want(204, "DELETE", "/tickets/1", nil, nil)
		var shown object
		c.want(200, "GET", "/tickets/1", nil, &shown)
		equal(c, "deleted", shown["deleted"], any(true))
		c.want(204, "PUT", "/tickets/1/restore", nil, nil)
	},
	"search": func(c *client) {
		c.AddTicket(freshdesk.Ticket{CustomFields: object{"cf_safeconduct": "m1"}}, freshdesk.Stats{})
		equal(c, "found", c.search("m1"), 1)
		equal(c, "others", c.search("m2"), 0)
	},
	"search-lag": func(c *client) {
		c.AddTicket(freshdesk.Ticket{CustomFields: object{"cf_safeconduct": "m1"}}, freshdesk.Stats{})
		equal(c, "at once", c.search("m1"), 0)
		c.Advance(2 * time.Minute)
		equal(c, "later", c.search("m1"), 1)
	},

	"create-now": func(c *client) {
		who := c.jane("a@example.test")
		c.want(400, "POST", "/tickets", object{"requester_id": who, "subject": "x", "description": "x", "status": 2, "priority": 1, "created_at": "2020-01-01T00:00:00Z"}, nil)
		var made freshdesk.Ticket
		c.want(201, "POST", "/tickets", object{"requester_id": who, "subject": "x", "description": "x", "status": 2, "priority": 1}, &made)
		equal(c, "of now", c.Now().Sub(made.Created) < time.Minute, true)
	},
	"create-needs": func(c *client) {
		who := c.jane("a@example.test")
		for _, o := range []object{{"requester_id": 4242, "subject": "x", "description": "x"}, {"requester_id": who, "description": "x"}, {"requester_id": who, "subject": "x"}} {
			c.want(400, "POST", "/tickets", o, nil)
		}
	},
	"create-mail": func(c *client) {
		c.want(201, "POST", "/tickets", object{"requester_id": c.jane("a@example.test"), "subject": "x", "description": "x", "status": 2, "priority": 1}, nil)
		equal(c, "mails", len(c.Outbox.Mails()), 1)
	},
	"words": func(c *client) {
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		c.want(200, "PUT", "/tickets/1", object{"status": 6, "priority": 4}, nil)
		c.want(400, "PUT", "/tickets/1", object{"status": 7}, nil)
		c.want(400, "PUT", "/tickets/1", object{"priority": 5}, nil)
	},
	"field-unknown": func(c *client) {
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		c.want(400, "PUT", "/tickets/1", object{"custom_fields": object{"cf_nothing": "x"}}, nil)
	},
	"note-silent": func(c *client) {
		c.AddTicket(freshdesk.Ticket{Requester: c.jane("a@example.test")}, freshdesk.Stats{})
		c.want(201, "POST", "/tickets/1/notes", object{"body": "x", "private": false}, nil)
		equal(c, "mails", len(c.Outbox.Mails()), 0)
		c.want(201, "POST", "/tickets/1/reply", object{"body": "x"}, nil)
		equal(c, "mails", len(c.Outbox.Mails()), 1)
	},
	"note-user": func(c *client) {
		who := c.jane("a@example.test")
		c.AddTicket(freshdesk.Ticket{Requester: who}, freshdesk.Stats{})
		var made freshdesk.Conversation
		c.want(201, "POST", "/tickets/1/notes", object{"body": "x", "user_id": who, "incoming": true}, &made)
		equal(c, "user", made.User, who)
		c.want(400, "POST", "/tickets/1/notes", object{"body": "x", "user_id": 4242}, nil)
	},
	"note-opens": func(c *client) {
		c.AddTicket(freshdesk.Ticket{Status: 5}, freshdesk.Stats{})
		c.want(201, "POST", "/tickets/1/notes", object{"body": "x", "incoming": true}, nil)
		all, _ := c.Tickets()
		equal(c, "status", all[0].Status, 2)
	},
	"file-size": func(c *client) {
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		equal(c, "status", c.form("/tickets/1/notes", 20<<20+1, nil), 400)
	},
	"file-address": func(c *client) {
		c.AddTicket(freshdesk.Ticket{}, freshdesk.Stats{})
		var made freshdesk.Conversation
		equal(c, "status", c.form("/tickets/1/notes", 5, &made), 201)
		r, _ := http.NewRequest("GET", made.Attachments[0].URL, nil)
		equal(c, "another host", r.URL.Hostname(), "localhost")
		status, content := c.send(r)
		equal(c, "status", status, 200)
		equal(c, "bytes", string(content), "xxxxx")
		c.Advance(10 * time.Minute)
		status, _ = c.send(r)
		equal(c, "later", status, 403)
		r.SetBasicAuth(freshdesk.Key, "X")
		status, _ = c.send(r)
		equal(c, "with a key", status, 400)
	},

	"people-external": func(c *client) {
		c.want(201, "POST", "/contacts", object{"name": "Jane", "unique_external_id": "m1"}, nil)
		c.want(409, "POST", "/contacts", object{"name": "John", "unique_external_id": "m1"}, nil)
		equal(c, "found", len(c.get("/contacts?unique_external_id=m1")), 1)
	},
	"people-unique": func(c *client) {
		c.jane("a@example.test")
		c.want(409, "POST", "/contacts", object{"name": "John", "email": "A@example.test"}, nil)
		c.want(409, "POST", "/contacts", object{"name": "John", "email": "migration@example.test"}, nil)
	},
	"people-order": func(c *client) {
		a, b := c.jane("a@example.test"), c.jane("b@example.test")
		c.EditContact(a, func(x *freshdesk.Contact) { x.Name = "Zoe" })
		equal(c, "order", c.get("/contacts")[0]["id"], any(float64(b)))
	},
	"people-deleted": func(c *client) {
		who := c.jane("a@example.test")
		c.want(204, "DELETE", fmt.Sprint("/contacts/", who), nil, nil)
		equal(c, "listed", len(c.get("/contacts")), 0)
		equal(c, "deleted", len(c.get("/contacts?state=deleted")), 1)
	},
	"people-destroyed": func(c *client) {
		who := c.jane("a@example.test")
		c.AddTicket(freshdesk.Ticket{Requester: who}, freshdesk.Stats{})
		c.want(204, "DELETE", fmt.Sprint("/contacts/", who, "/hard_delete?force=true"), nil, nil)
		c.want(404, "GET", "/tickets/1", nil, nil)
	},
	"rules-list": func(c *client) {
		c.SetRules("automations/1/rules", 2, 1)
		on := 0
		for _, r := range c.get("/automations/1/rules") {
			if r["active"] == true {
				on++
			}
		}
		if on != 2 {
			c.Errorf("%d rules are on, want 2", on)
		}
		c.SetRules("sla_policies", -1, 0)
		c.want(404, "GET", "/sla_policies", nil, nil)
	},
	"company-unique": func(c *client) {
		c.want(201, "POST", "/companies", object{"name": "Acme"}, nil)
		c.want(409, "POST", "/companies", object{"name": "acme"}, nil)
	},
}

func (c *client) search(marker string) int {
	var answer struct{ Total int }
	c.want(200, "GET", "/search/tickets?query="+url.QueryEscape(`"cf_safeconduct:'`+marker+`'"`), nil, &answer)
	return answer.Total
}
