package zendesk_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

type object = map[string]any

// A client asks an account as a program would.
type client struct {
	*testing.T
	*zendesk.Desk
	header http.Header // of the last answer
}

func account(t *testing.T, o zendesk.Options) *client {
	return &client{T: t, Desk: zendesk.New(o)}
}

// ask sends a request with the right credentials.
func (c *client) ask(method, path string, body any) (int, object) {
	c.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r, err := http.NewRequest(method, "http://127.0.0.1/api/v2"+path, bytes.NewReader(text))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(zendesk.Account+"/token", zendesk.Token)
	return c.send(r)
}

func (c *client) send(r *http.Request) (int, object) {
	c.Helper()
	res, err := simulator.Transport{Platform: c.Handler()}.RoundTrip(r)
	if err != nil {
		c.Fatal(err)
	}
	defer res.Body.Close()
	c.header = res.Header
	text, _ := io.ReadAll(res.Body)
	var answer object
	_ = json.Unmarshal(text, &answer)
	return res.StatusCode, answer
}

// get wants an answer of 200.
func (c *client) get(path string) object {
	c.Helper()
	status, answer := c.ask("GET", path, nil)
	if status != http.StatusOK {
		c.Fatalf("GET %s: %d", path, status)
	}
	return answer
}

// want compares.
func want[T comparable](c *client, what string, got, want T) {
	c.Helper()
	if got != want {
		c.Errorf("%s = %v, want %v", what, got, want)
	}
}

// status wants a request to be answered with a status.
func (c *client) status(want int, method, path string, body any) object {
	c.Helper()
	got, answer := c.ask(method, path, body)
	if got != want {
		c.Errorf("%s %s: %d, want %d", method, path, got, want)
	}
	return answer
}

func list(o object, name string) (all []object) {
	items, _ := o[name].([]any)
	for _, i := range items {
		all = append(all, i.(object))
	}
	return all
}

func in(o object, path ...string) any {
	var v any = o
	for _, p := range path {
		m, _ := v.(object)
		v = m[p]
	}
	return v
}

func id(v any) int64 {
	f, _ := v.(float64)
	return int64(f)
}

func text(n int64) string { return strconv.FormatInt(n, 10) }

// person, ticket are what most tests begin with.
func (c *client) person(email, role string) int64 {
	return c.Put("users", object{"name": "Jane", "email": email, "role": role})
}

func (c *client) ticket(requester int64) int64 {
	ticket := c.Put("tickets", object{"subject": "Printer", "status": "open", "requester_id": requester, "submitter_id": requester})
	c.Say(ticket, object{"body": "It is on fire.", "author_id": requester})
	return ticket
}

// imports imports tickets and waits for the job.
func (c *client) imports(tickets ...object) []object {
	c.Helper()
	_, answer := c.ask("POST", "/imports/tickets/create_many", object{"tickets": tickets})
	for range 1000 {
		status := c.get("/job_statuses/" + in(answer, "job_status", "id").(string))
		if in(status, "job_status", "status") == "completed" {
			return list(status["job_status"].(object), "results")
		}
		c.Advance(time.Second)
	}
	c.Fatal("the job does not end")
	return nil
}

func (c *client) upload(name, content string) string {
	c.Helper()
	r, _ := http.NewRequest("POST", "http://127.0.0.1/api/v2/uploads?filename="+name, strings.NewReader(content))
	r.Header.Set("Content-Type", "text/plain")
	r.SetBasicAuth(zendesk.Account+"/token", zendesk.Token)
	_, answer := c.send(r)
	token, _ := in(answer, "upload", "token").(string)
	return token
}

const longAgo = "2020-01-05T12:00:00Z"
