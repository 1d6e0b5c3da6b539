package zendesk_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// TestEveryBehaviourIsShown: what the list says the simulator does.
func TestEveryBehaviourIsShown(t *testing.T) {
	var listed []string
	for _, b := range zendesk.Behaviours() {
		listed = append(listed, b.ID)
		if b.Text == "" || b.Source == "" {
			t.Errorf("%s has no text or no source", b.ID)
		}
		show, ok := shows[b.ID]
		if !ok {
			t.Errorf("no test shows %s", b.ID)
			continue
		}
		t.Run(b.ID, func(t *testing.T) { show(account(t, options[b.ID])) })
	}
	for _, id := range slices.Sorted(maps.Keys(shows)) {
		if !slices.Contains(listed, id) {
			t.Errorf("%s is shown and not listed", id)
		}
	}
}

// options are those of accounts that differ.
var options = map[string]zendesk.Options{
	"limit-account": {PerMinute: 3}, "limit-export": {Incremental: 2}, "limit-endpoint": {PerMinute: 700}, "limit-update": {PerMinute: 700},
	"limit-jobs": {Queue: time.Hour}, "import-job": {Queue: 10 * time.Second, Work: time.Second}, "feed-cursor": {Page: 2}, "feed-end": {Page: 2},
	"feed-seconds": {Page: 2}, "feed-repeats": {Page: 2, Repeats: true}, "list-cursor": {Page: 2}, "search-lag": {SearchLag: time.Minute},
	"note-author": {StrictNotes: true}, "upload-hour": {TokenLives: time.Hour}, "file-brand": {Brand: "https://brand.example.test"},
}

var shows = map[string]func(*client){
	"auth-token": func(c *client) {
		r, _ := http.NewRequest("GET", "http://127.0.0.1/api/v2/users/me.json", nil)
		status, answer := c.send(r)
		want(c, "status", status, 200)
		want(c, "id", in(answer, "user", "id"), nil)
		r, _ = http.NewRequest("GET", "http://127.0.0.1/api/v2/tickets.json", nil)
		status, _ = c.send(r)
		want(c, "status", status, 401)
	},
	"limit-account": func(c *client) {
		for range 3 {
			c.get("/groups")
		}
		want(c, "remaining", c.header.Get("X-Rate-Limit-Remaining"), "0")
		c.status(429, "GET", "/groups", nil)
		want(c, "retry after", c.header.Get("Retry-After"), "60")
		c.Advance(time.Minute)
		c.get("/groups")
	},
	"limit-export": func(c *client) {
		c.get("/incremental/tickets/cursor?start_time=0")
		c.get("/incremental/users/cursor?start_time=0")
		c.status(429, "GET", "/incremental/organizations?start_time=0", nil)
		c.get("/users")
	},
	"limit-endpoint": func(c *client) {
		for range 100 {
			c.get("/tickets")
		}
		c.status(429, "GET", "/tickets", nil)
		want(c, "room of the account", c.header.Get("X-Rate-Limit-Remaining"), "599")
		want(c, "of the endpoint", strings.HasPrefix(c.header.Get("zendesk-ratelimit-tickets-index"), "total=100; remaining=0"), true)
	},
	"limit-update": func(c *client) {
		path := "/tickets/" + text(c.ticket(c.person("a@example.test", "end-user")))
		for range 30 {
			c.status(200, "PUT", path, object{"ticket": object{"priority": "high"}})
		}
		c.status(429, "PUT", path, object{"ticket": object{"priority": "low"}})
	},
	"limit-jobs": func(c *client) {
		for range 30 {
			c.status(200, "POST", "/organizations/create_many", object{"organizations": []object{{"name": "x"}}})
		}
		c.status(429, "POST", "/organizations/create_many", object{"organizations": []object{{"name": "x"}}})
	},
	"list-offset": func(c *client) { c.status(400, "GET", "/users?page=101&per_page=100", nil) },
	"list-cursor": func(c *client) {
		for _, name := range []string{"a", "b", "c"} {
			c.person(name+"@example.test", "end-user")
		}
		first := c.get("/users?page[size]=2")
		c.Delete("users", id(list(first, "users")[1]["id"]))
		rest := list(c.get("/users?page[size]=2&page[after]="+in(first, "meta", "after_cursor").(string)), "users")
		want(c, "the rest", len(rest), 2)
		want(c, "its last", rest[1]["email"], any("c@example.test"))
	},
	"list-archive": archives,
	"list-external": func(c *client) {
		c.imports(object{"subject": "x", "external_id": "m1"}, object{"subject": "x", "external_id": "m2"})
		want(c, "found", len(list(c.get("/tickets?external_id=m2"), "tickets")), 1)
		c.status(200, "POST", "/users/create_many", object{"users": []object{{"name": "x", "external_id": "m1"}}})
		c.status(200, "POST", "/organizations/create_many", object{"organizations": []object{{"name": "x", "external_id": "m1"}}})
		want(c, "people", len(list(c.get("/users?external_id=m1"), "users")), 1)
		want(c, "organizations", len(list(c.get("/organizations/search?external_id=m1"), "organizations")), 1)
	},

	"feed-cursor": func(c *client) {
		who := c.person("a@example.test", "end-user")
		var all []int64
		for range 5 {
			all = append(all, c.ticket(who))
		}
		c.Advance(2 * time.Minute)
		c.Reply(all[0], who, "Hello?", true)
		c.Advance(2 * time.Minute)
		want(c, "in the order of changes", slices.Equal(c.feed("/incremental/tickets/cursor?start_time=0", "tickets"), append(all[1:], all[0])), true)
	},
	"feed-minute": func(c *client) {
		c.ticket(c.person("a@example.test", "end-user"))
		c.Advance(59 * time.Second)
		want(c, "before a minute", len(list(c.get("/incremental/tickets/cursor?start_time=0"), "tickets")), 0)
		c.Advance(2 * time.Second)
		want(c, "after it", len(list(c.get("/incremental/tickets/cursor?start_time=0"), "tickets")), 1)
	},
	"feed-cut": func(c *client) {
		who := c.person("a@example.test", "end-user")
		c.Advance(time.Second - time.Duration(c.Now().Nanosecond())) // a second begins
		low, high := c.ticket(who), c.ticket(who)
		c.Change("tickets", high, object{"priority": "high"})
		c.Advance(500 * time.Millisecond)
		c.Change("tickets", low, object{"priority": "high"})
		c.Advance(time.Minute - 200*time.Millisecond)
		first := c.get("/incremental/tickets/cursor?start_time=0")
		want(c, "before the cut", len(list(first, "tickets")), 1)
		c.Advance(time.Minute)
		rest := c.get("/incremental/tickets/cursor?cursor=" + first["after_cursor"].(string))
		want(c, "behind it", len(list(rest, "tickets")), 0)
	},
	"feed-recent": func(c *client) {
		c.status(422, "GET", "/incremental/tickets/cursor?start_time="+text(c.Now().Unix()-30), nil)
	},
	"feed-end": func(c *client) {
		who := c.person("a@example.test", "end-user")
		c.ticket(who)
		c.ticket(who)
		c.Advance(2 * time.Minute)
		full := c.get("/incremental/tickets/cursor?start_time=0&per_page=2")
		want(c, "end", full["end_of_stream"], any(true))
	},
	"feed-deleted": func(c *client) {
		c.Delete("tickets", c.ticket(c.person("a@example.test", "end-user")))
		c.Advance(2 * time.Minute)
		want(c, "status", list(c.get("/incremental/tickets/cursor?start_time=0"), "tickets")[0]["status"], any("deleted"))
	},
	"feed-clock": func(c *client) {
		c.imports(object{"subject": "x", "updated_at": longAgo})
		c.Advance(2 * time.Minute)
		row := list(c.get("/incremental/tickets/cursor?start_time="+text(c.Now().Add(-time.Hour).Unix())), "tickets")[0]
		want(c, "updated", row["updated_at"], any(longAgo))
		want(c, "generated now", id(row["generated_timestamp"]) > c.Now().Unix()-600, true)
	},
	"feed-seconds": func(c *client) {
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			c.Put("organizations", object{"name": name})
		}
		c.Advance(2 * time.Second)
		c.Put("organizations", object{"name": "f"})
		c.Advance(2 * time.Minute)
		first := c.get("/incremental/organizations?start_time=0&per_page=2")
		want(c, "a whole second", len(list(first, "organizations")) >= 5, true)
		again := c.get("/incremental/organizations?start_time=" + text(id(first["end_time"])))
		want(c, "the last second again", len(list(again, "organizations")) > 0, true)
	},
	"feed-repeats": func(c *client) {
		who := c.person("a@example.test", "end-user")
		for range 3 {
			c.ticket(who)
		}
		c.Advance(2 * time.Minute)
		want(c, "rows", len(c.feed("/incremental/tickets/cursor?start_time=0", "tickets")), 4)
	},
	"feed-inactive": func(c *client) {
		who := c.person("a@example.test", "end-user")
		c.Delete("users", who)
		c.Advance(2 * time.Minute)
		rows := list(c.get("/incremental/users/cursor?start_time=0"), "users")
		want(c, "active", rows[len(rows)-1]["active"], any(false))
	},
	"feed-events": func(c *client) {
		c.ticket(c.person("a@example.test", "end-user"))
		c.Advance(2 * time.Minute)
		with := list(c.get("/incremental/ticket_events?start_time=0&include=comment_events"), "ticket_events")
		without := list(c.get("/incremental/ticket_events?start_time=0"), "ticket_events")
		want(c, "text", list(with[0], "child_events")[0]["body"], any("It is on fire."))
		want(c, "without", len(list(without[0], "child_events")), 0)
	},
	"feed-metrics": func(c *client) {
		c.ticket(c.person("a@example.test", "end-user"))
		c.imports(object{"subject": "x", "status": "solved", "solved_at": longAgo})
		c.Advance(2 * time.Minute)
		want(c, "metric sets", len(list(c.get("/incremental/tickets/cursor?start_time=0&include=metric_sets"), "metric_sets")), 1)
	},
	"feed-empty": func(c *client) {
		want(c, "cursor", c.get("/incremental/tickets/cursor?start_time=0")["after_cursor"], nil)
	},

	"import-dates": func(c *client) {
		who := c.person("a@example.test", "end-user")
		made := c.imports(object{"subject": "x", "requester_id": who, "created_at": longAgo, "updated_at": longAgo,
			"comments": []object{{"body": "Hello", "author_id": who, "created_at": longAgo}}})
		ticket := id(made[0]["id"])
		shown, _ := c.Shown("tickets", ticket)
		want(c, "created", shown["created_at"], any(longAgo))
		want(c, "said", c.Comments(ticket)[0]["created_at"], any(longAgo))
		want(c, "author", id(list(c.get("/tickets/"+text(ticket)+"/comments"), "comments")[0]["author_id"]), who)
	},
	"import-future": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"body": "Hello", "created_at": "2400-01-01T00:00:00Z"}}})
		want(c, "success", made[0]["success"], any(false))
	},
	"import-silent": func(c *client) {
		who := c.person("a@example.test", "end-user")
		made := c.imports(object{"subject": "x", "requester_id": who, "comments": []object{{"body": "Hello"}}})
		want(c, "mails", len(c.Outbox.Mails()), 0)
		c.status(200, "PUT", "/tickets/"+text(id(made[0]["id"])), object{"ticket": object{"comment": object{"body": "And?"}}})
		want(c, "mails after an update", len(c.Outbox.Mails()), 1)
	},
	"import-archive": archives,
	"import-job": func(c *client) {
		begun := c.status(200, "POST", "/imports/tickets/create_many", object{"tickets": []object{{"subject": "a"}, {"subject": "b", "status": "lost"}, {"subject": "c"}}})
		want(c, "at first", in(begun, "job_status", "status"), any("queued"))
		path := "/job_statuses/" + in(begun, "job_status", "id").(string)
		c.Advance(11 * time.Second)
		half := c.get(path)
		want(c, "then", in(half, "job_status", "status"), any("working"))
		want(c, "progress", in(half, "job_status", "progress"), any(1.0))
		want(c, "results", in(half, "job_status", "results"), nil)
		c.Advance(10 * time.Second)
		results := list(c.get(path)["job_status"].(object), "results")
		want(c, "results", len(results), 3)
		want(c, "the second", results[1]["success"], any(false))
		want(c, "tickets", len(c.IDs("tickets")), 2)
		c.status(400, "POST", "/imports/tickets/create_many", object{"tickets": slices.Repeat([]object{{"subject": "a"}}, 101)})
	},
	"create-now": func(c *client) {
		who := c.person("a@example.test", "end-user")
		made := c.status(201, "POST", "/tickets", object{"ticket": object{"subject": "x", "requester_id": who, "created_at": longAgo, "comment": object{"body": "Hello"}}})
		want(c, "long ago", in(made, "ticket", "created_at") == longAgo, false)
		want(c, "mails", len(c.Outbox.Mails()), 1)
	},
	"import-open": func(c *client) {
		made := c.imports(object{"subject": "x", "status": "new", "assignee_id": c.person("b@example.test", "agent")})
		shown, _ := c.Shown("tickets", id(made[0]["id"]))
		want(c, "status", shown["status"], any("open"))
	},
	"import-assignee": func(c *client) {
		group := c.Put("groups", object{"name": "Sales"})
		made := c.imports(object{"subject": "x", "assignee_id": c.person("a@example.test", "end-user")},
			object{"subject": "x", "group_id": group, "assignee_id": c.person("b@example.test", "agent")})
		want(c, "an end user", made[0]["success"], any(false))
		want(c, "no member", made[1]["success"], any(false))
	},
	"import-organization": func(c *client) {
		made := c.imports(object{"subject": "x", "requester_id": c.person("a@example.test", "end-user"), "organization_id": c.Put("organizations", object{"name": "Acme"})})
		shown, _ := c.Shown("tickets", id(made[0]["id"]))
		want(c, "organization", shown["organization_id"], nil)
	},
	"import-due": func(c *client) {
		made := c.imports(object{"subject": "x", "type": "question", "due_at": longAgo}, object{"subject": "x", "type": "task", "due_at": longAgo})
		for i, due := range []any{nil, longAgo} {
			shown, _ := c.Shown("tickets", id(made[i]["id"]))
			want(c, "due", shown["due_at"], due)
		}
	},
	"import-unknown": func(c *client) {
		made := c.imports(object{"subject": "x", "custom_fields": []object{{"id": 4242, "value": "x"}}})
		want(c, "success", made[0]["success"], any(true))
	},
	"field-tags": func(c *client) {
		field := c.Put("ticket_fields", object{"title": "Product", "type": "tagger", "removable": true})
		made := c.imports(object{"subject": "x", "custom_fields": []object{{"id": field, "value": "lx_5"}}})
		shown, _ := c.Shown("tickets", id(made[0]["id"]))
		want(c, "tags", strings.Join(shown["tags"].([]string), " "), "lx_5")
	},
	"tags-clean": func(c *client) {
		made := c.imports(object{"subject": "x", "tags": []string{"VIP", "a b", "vip"}})
		shown, _ := c.Shown("tickets", id(made[0]["id"]))
		want(c, "tags", strings.Join(shown["tags"].([]string), " "), "a_b vip")
	},
	"followers": func(c *client) {
		agent, other := c.person("a@example.test", "agent"), c.person("b@example.test", "end-user")
		made := c.imports(object{"subject": "x", "followers": []object{{"user_id": agent}, {"user_id": other}}, "email_ccs": []object{{"user_id": other}}})
		shown, _ := c.Shown("tickets", id(made[0]["id"]))
		want(c, "followers", slices.Equal(shown["follower_ids"].([]int64), []int64{agent}), true)
		want(c, "copied", slices.Equal(shown["email_cc_ids"].([]int64), []int64{other}), true)
	},
	"closed": func(c *client) {
		made := c.imports(object{"subject": "x", "status": "closed"})
		c.status(422, "PUT", "/tickets/"+text(id(made[0]["id"])), object{"ticket": object{"priority": "high"}})
	},
	"safe-update": func(c *client) {
		path := "/tickets/" + text(c.ticket(c.person("a@example.test", "end-user")))
		stamp := in(c.get(path), "ticket", "updated_at")
		c.status(200, "PUT", path, object{"ticket": object{"priority": "high", "safe_update": true, "updated_stamp": stamp}})
		c.Advance(time.Second)
		c.status(200, "PUT", path, object{"ticket": object{"priority": "low"}})
		c.status(409, "PUT", path, object{"ticket": object{"priority": "high", "safe_update": true, "updated_stamp": stamp}})
	},
	"reopen": func(c *client) {
		who := c.person("a@example.test", "end-user")
		ticket := c.ticket(who)
		c.Change("tickets", ticket, object{"status": "solved"})
		c.Reply(ticket, who, "It is not.", true)
		shown, _ := c.Shown("tickets", ticket)
		want(c, "status", shown["status"], any("open"))
	},
	"comment-count": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": slices.Repeat([]object{{"body": "."}}, 5001)})
		want(c, "success", made[0]["success"], any(false))
	},
	"comment-html": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"html_body": "<b>Hello</b>"}}})
		want(c, "text", c.Comments(id(made[0]["id"]))[0]["html_body"], any(`<div class="zd-comment" dir="auto"><b>Hello</b></div>`))
	},
	"comment-clean": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"html_body": `<b onclick="x()">Hello</b><script>x()</script>`}}})
		want(c, "text", c.Comments(id(made[0]["id"]))[0]["html_body"], any(`<div class="zd-comment" dir="auto"><b>Hello</b></div>`))
	},
	"comment-long": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"body": strings.Repeat("x", 70_000)}}})
		want(c, "success", made[0]["success"], any(false))
	},
	"note-author": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"body": "x", "public": false, "author_id": c.person("a@example.test", "end-user")}}})
		want(c, "success", made[0]["success"], any(false))
	},
	"inline-images": func(c *client) {
		ticket := c.ticket(c.person("a@example.test", "end-user"))
		c.Say(ticket, object{"body": "see"}, zendesk.File{Name: "a.png", Inline: true})
		path := "/tickets/" + text(ticket) + "/comments"
		want(c, "without", len(list(list(c.get(path), "comments")[1], "attachments")), 0)
		want(c, "with", len(list(list(c.get(path+"?include_inline_images=true"), "comments")[1], "attachments")), 1)
	},

	"upload-token": func(c *client) {
		old, fresh := c.upload("a.txt", "Hello"), ""
		c.Advance(71 * time.Hour)
		fresh = c.upload("b.txt", "Hello")
		made := c.imports(object{"subject": "x", "comments": []object{{"body": "x", "uploads": []string{old}}}})
		want(c, "after 71 hours", made[0]["success"], any(true))
		made = c.imports(object{"subject": "x", "comments": []object{{"body": "x", "uploads": []string{old}}}})
		want(c, "a second time", made[0]["success"], any(false))
		c.Advance(73 * time.Hour)
		made = c.imports(object{"subject": "x", "comments": []object{{"body": "x", "uploads": []string{fresh}}}})
		want(c, "after 73 hours", made[0]["success"], any(false))
	},
	"upload-hour": func(c *client) {
		token := c.upload("a.txt", "Hello")
		c.Advance(2 * time.Hour)
		made := c.imports(object{"subject": "x", "comments": []object{{"body": "x", "uploads": []string{token}}}})
		want(c, "after two hours", made[0]["success"], any(false))
	},
	"file-redirect": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"body": "x", "uploads": []string{c.upload("a.txt", "Hello")}}}})
		file := list(list(c.get("/tickets/"+text(id(made[0]["id"]))+"/comments"), "comments")[0], "attachments")[0]
		r, _ := http.NewRequest("GET", file["content_url"].(string), nil)
		status, _ := c.send(r)
		want(c, "status", status, 302)
		r, _ = http.NewRequest("GET", c.header.Get("Location"), nil)
		want(c, "another host", r.URL.Hostname(), "localhost")
		status, _ = c.send(r)
		want(c, "there", status, 200)
		r.SetBasicAuth(zendesk.Account+"/token", zendesk.Token)
		status, _ = c.send(r)
		want(c, "with credentials", status, 400)
	},
	"file-brand": func(c *client) {
		made := c.imports(object{"subject": "x", "comments": []object{{"body": "x", "uploads": []string{c.upload("a.txt", "Hello")}}}})
		file := list(list(c.get("/tickets/"+text(id(made[0]["id"]))+"/comments"), "comments")[0], "attachments")[0]
		want(c, "address", strings.HasPrefix(file["content_url"].(string), "https://brand.example.test/attachments/token/"), true)
	},
	"file-size": func(c *client) { want(c, "token", c.upload("a.iso", strings.Repeat("x", 50<<20+1)), "") },

	"rules-count": func(c *client) {
		c.SetRules("triggers/active", 12)
		want(c, "triggers", c.get("/triggers/active")["count"], any(12.0))
		c.SetRules("slas/policies", -1)
		c.status(404, "GET", "/slas/policies", nil)
	},
	"people-unique": func(c *client) {
		c.person("a@example.test", "end-user")
		c.status(422, "POST", "/users", object{"user": object{"name": "x", "email": "A@example.test"}})
	},
	"people-upsert": func(c *client) {
		agent := c.person("a@example.test", "agent")
		c.status(200, "POST", "/users/create_or_update_many", object{"users": []object{{"name": "Other", "email": "a@example.test", "external_id": "m1"}}})
		c.get("/users/me")
		shown, _ := c.Shown("users", agent)
		want(c, "name", shown["name"], any("Other"))
	},
	"people-mail": func(c *client) {
		c.status(201, "POST", "/users", object{"user": object{"name": "x", "email": "a@example.test", "skip_verify_email": true}})
		want(c, "mails", len(c.Outbox.Mails()), 0)
		c.status(201, "POST", "/users", object{"user": object{"name": "x", "email": "b@example.test"}})
		want(c, "mails", len(c.Outbox.Mails()), 1)
	},
	"people-order": func(c *client) {
		begun := c.status(200, "POST", "/users/create_many", object{"users": []object{{"name": "x", "external_id": "1"}, {"name": ""}, {"name": "x", "external_id": "3"}}})
		results := list(c.get("/job_statuses/" + in(begun, "job_status", "id").(string))["job_status"].(object), "results")
		want(c, "the third", results[2]["external_id"], any("3"))
		want(c, "the second", results[1]["status"], any("Failed"))
	},
	"groups-deleted": func(c *client) {
		c.Delete("groups", c.Put("groups", object{"name": "Sales"}))
		groups := list(c.get("/groups"), "groups")
		want(c, "deleted", groups[len(groups)-1]["deleted"], any(true))
	},
	"organization-unique": func(c *client) {
		c.Put("organizations", object{"name": "Acme"})
		begun := c.status(200, "POST", "/organizations/create_many", object{"organizations": []object{{"name": "acme"}}})
		results := list(c.get("/job_statuses/" + in(begun, "job_status", "id").(string))["job_status"].(object), "results")
		want(c, "success", results[0]["success"], any(false))
	},
	"search-lag": func(c *client) {
		c.person("a@example.test", "end-user")
		want(c, "at once", len(list(c.get("/users/search?query=email:a@example.test"), "users")), 0)
		c.Advance(2 * time.Minute)
		want(c, "later", len(list(c.get("/users/search?query=email:a@example.test"), "users")), 1)
	},

	"merge": func(c *client) {
		who := c.person("a@example.test", "end-user")
		into, from := c.ticket(who), c.ticket(who)
		c.status(200, "POST", "/tickets/"+text(into)+"/merge", object{"ids": []int64{from}})
		c.get("/groups")
		shown, _ := c.Shown("tickets", from)
		want(c, "status", shown["status"], any("closed"))
		last := c.Comments(from)[1]
		want(c, "public", last["public"], any(false))
		want(c, "names the other", strings.Contains(last["body"].(string), "#"+text(into)), true)
	},
	"merge-tag": func(c *client) {
		who := c.person("a@example.test", "end-user")
		into, from := c.ticket(who), c.ticket(who)
		c.Merge(into, from)
		shown, _ := c.Shown("tickets", from)
		want(c, "tags", strings.Join(shown["tags"].([]string), " "), "closed_by_merge")
	},
	"delete-ticket": func(c *client) {
		path := "/tickets/" + text(c.ticket(c.person("a@example.test", "end-user")))
		c.status(204, "DELETE", path, nil)
		c.status(404, "GET", path, nil)
		want(c, "deleted", len(list(c.get("/deleted_tickets"), "deleted_tickets")), 1)
		c.status(200, "PUT", "/deleted"+strings.Replace(path, "/", "_", 1)+"/restore", nil)
		c.status(200, "GET", path, nil)
	},
	"delete-ticket-for-good": func(c *client) {
		ticket := text(c.ticket(c.person("a@example.test", "end-user")))
		c.status(404, "DELETE", "/deleted_tickets/"+ticket, nil)
		c.status(204, "DELETE", "/tickets/"+ticket, nil)
		c.status(200, "DELETE", "/deleted_tickets/"+ticket, nil)
		c.Advance(2 * time.Minute)
		row := list(c.get("/incremental/tickets/cursor?start_time=0"), "tickets")[0]
		want(c, "subject", row["subject"], any("SCRUBBED"))
		want(c, "deleted", len(list(c.get("/deleted_tickets"), "deleted_tickets")), 0)
	},
	"delete-person": func(c *client) {
		who := c.person("a@example.test", "end-user")
		ticket := c.ticket(who)
		c.status(422, "DELETE", "/users/"+text(who), nil)
		c.Change("tickets", ticket, object{"status": "closed"})
		c.status(200, "DELETE", "/users/"+text(who), nil)
	},
	"delete-person-for-good": func(c *client) {
		who := text(c.person("a@example.test", "end-user"))
		c.status(200, "DELETE", "/users/"+who, nil)
		c.status(200, "DELETE", "/deleted_users/"+who, nil)
		c.status(404, "GET", "/users/"+who, nil)
		statuses := list(c.get("/users/"+who+"/compliance_deletion_statuses"), "compliance_deletion_statuses")
		want(c, "last", statuses[len(statuses)-1]["action"], any("complete"))
		c.Advance(2 * time.Minute)
		rows := list(c.get("/incremental/users/cursor?start_time=0"), "users")
		want(c, "address", rows[len(rows)-1]["email"], nil)
	},
	"redact": func(c *client) {
		ticket := c.ticket(c.person("a@example.test", "end-user"))
		comment := c.Say(ticket, object{"body": "My card is 4242."}, zendesk.File{Name: "card.png", Content: []byte("4242")})
		path := "/tickets/" + text(ticket) + "/comments/" + text(comment)
		c.status(200, "PUT", path+"/redact", object{"text": "4242"})
		want(c, "text", c.Comments(ticket)[1]["body"], any("My card is ▇▇▇▇."))
		file := id(list(list(c.get("/tickets/"+text(ticket)+"/comments"), "comments")[1], "attachments")[0]["id"])
		c.status(200, "PUT", path+"/attachments/"+text(file)+"/redact", nil)
		want(c, "name", in(c.get("/attachments/"+text(file)), "attachment", "file_name"), any("redacted.txt"))
	},

	"guide-path": func(c *client) {
		category := in(c.status(201, "POST", "/help_center/categories", object{"category": object{"name": "Birds"}}), "category", "id")
		section := c.status(201, "POST", "/help_center/categories/"+text(id(category))+"/sections", object{"section": object{"name": "Canaries"}})
		below := c.status(201, "POST", "/help_center/categories/"+text(id(category))+"/sections",
			object{"section": object{"name": "Song", "parent_section_id": in(section, "section", "id")}})
		want(c, "parent", in(below, "section", "parent_section_id"), in(section, "section", "id"))
	},
	"guide-labels": func(c *client) {
		c.article(object{"label_names": []string{"m1"}})
		want(c, "found", len(list(c.get("/help_center/articles?label_names=m1"), "articles")), 1)
		want(c, "others", len(list(c.get("/help_center/articles?label_names=m2"), "articles")), 0)
		poor := account(c.T, zendesk.Options{NoLabels: true})
		poor.status(403, "GET", "/help_center/articles/labels", nil)
	},
	"guide-author": func(c *client) {
		status, _ := c.article(object{"author_id": c.person("a@example.test", "end-user")})
		want(c, "status", status, 422)
	},
	"guide-feed": func(c *client) {
		_, made := c.article(nil)
		c.article(nil)
		c.status(204, "DELETE", "/help_center/articles/"+text(id(in(made, "article", "id"))), nil)
		feed := c.get("/help_center/incremental/articles?start_time=0")
		want(c, "articles", len(list(feed, "articles")), 1)
		want(c, "next page", feed["next_page"], nil)
	},
	"guide-files": func(c *client) {
		_, made := c.article(nil)
		article := "/help_center/articles/" + text(id(in(made, "article", "id")))
		c.status(400, "POST", article+"/bulk_attachments", object{"attachment_ids": slices.Repeat([]int{1}, 21)})
		c.Enclose(id(in(made, "article", "id")), zendesk.File{Name: "a.png"})
		want(c, "files", len(list(c.get(article+"/attachments"), "article_attachments")), 1)
	},
	"guide-translations": func(c *client) {
		_, made := c.article(nil)
		path := "/help_center/articles/" + text(id(in(made, "article", "id"))) + "/translations"
		c.status(201, "POST", path, object{"translation": object{"locale": "de", "title": "Singen", "body": "…"}})
		want(c, "translations", len(list(c.get(path), "translations")), 2)
	},
	"guide-edit": func(c *client) {
		_, made := c.article(nil)
		path := "/help_center/articles/" + text(id(in(made, "article", "id")))
		c.status(404, "PUT", path+"/translations/de", object{"translation": object{"title": "Lied"}})
		c.status(200, "PUT", path+"/translations/en-us", object{"translation": object{"title": "Songs"}})
		c.status(200, "PUT", path, object{"article": object{"label_names": []string{"song"}, "title": "not here"}})
		shown := c.get(path)
		want(c, "title", in(shown, "article", "title"), any("Songs"))
		want(c, "labels", len(in(shown, "article", "label_names").([]any)), 1)
	},
	"guide-archive": func(c *client) {
		_, made := c.article(nil)
		path := "/help_center/articles/" + text(id(in(made, "article", "id")))
		c.status(204, "DELETE", path, nil)
		c.status(404, "GET", path, nil)
	},
}

func archives(c *client) {
	c.status(201, "POST", "/imports/tickets?archive_immediately=true", object{"ticket": object{"subject": "x", "status": "closed"}})
	want(c, "list", len(list(c.get("/tickets"), "tickets")), 0)
	c.Advance(2 * time.Minute)
	want(c, "export", len(list(c.get("/incremental/tickets/cursor?start_time=0"), "tickets")), 1)
}

// article creates an article with more fields.
func (c *client) article(more object) (int, object) {
	section := c.Put("sections", object{"name": "Canaries", "category_id": c.Put("categories", object{"name": "Birds"})})
	article := object{"title": "Song", "body": "<p>…</p>", "locale": "en-us",
		"permission_group_id": list(c.get("/guide/permission_groups"), "permission_groups")[0]["id"]}
	maps.Copy(article, more)
	return c.ask("POST", "/help_center/sections/"+text(section)+"/articles", object{"article": article})
}

// feed reads an export to its end and lists the ids.
func (c *client) feed(path, name string) (ids []int64) {
	c.Helper()
	for range 100 {
		page := c.get(path)
		for _, r := range list(page, name) {
			ids = append(ids, id(r["id"]))
		}
		if page["end_of_stream"] == true {
			return ids
		}
		path = strings.Split(path, "?")[0] + "?cursor=" + page["after_cursor"].(string)
	}
	c.Fatal("the export does not end")
	return nil
}

func TestWhatAgentsDoIsSeenAndHeard(t *testing.T) {
	c := account(t, zendesk.Options{})
	who := c.person("a@example.test", "end-user")
	ticket := c.ticket(who)
	c.Reply(ticket, id(in(c.get("/users/me"), "user", "id")), "On its way.", true)
	if mails := c.Outbox.Mails(); len(mails) != 1 || mails[0].To != who || mails[0].Ticket != ticket {
		t.Errorf("mails = %+v, want one to the requester", mails)
	}
}
