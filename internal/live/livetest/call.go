package livetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers"
)

// Call sends a request to the peer's own API, as an agent's program would, and
// decodes the answer.
func (d Desk) Call(t testing.TB, method, path string, body, into any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	q, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	if d.Name == peers.RT {
		q.SetBasicAuth(d.User, d.Password)
	} else {
		q.Header.Set("X-Redmine-API-Key", d.Key)
	}
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %s %s", method, path, r.Status, answer)
	}
	if into == nil || len(answer) == 0 {
		return
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s %s: %s", method, path, answer)
	}
}

// Customer makes a person whom the peer would mail, and gives the name by which
// OpenTicket knows them.
func (d Desk) Customer(t testing.TB) any {
	t.Helper()
	if d.Name == peers.RT {
		return "asks@peer.example.org" // RT makes people of addresses
	}
	var made struct{ User struct{ ID int } }
	d.Call(t, http.MethodPost, "/users.json", map[string]any{"user": map[string]any{"login": "watcher", "firstname": "Wanda",
		"lastname": "Watcher", "mail": "watcher@peer.example.org", "generate_password": true, "admin": true, "mail_notification": "all"}}, &made)
	return made.User.ID
}

// OpenTicket opens a ticket on which somebody asks or watches.
func (d Desk) OpenTicket(t testing.TB, subject string, customer any) (id string) {
	t.Helper()
	if d.Name == peers.RT {
		var made struct{ ID string }
		d.Call(t, http.MethodPost, "/REST/2.0/ticket", map[string]any{"Queue": "General", "Subject": subject,
			"Requestor": customer, "Priority": "Low", "Content": "text", "ContentType": "text/plain"}, &made)
		return made.ID
	}
	var made struct{ Issue struct{ ID int } }
	d.Call(t, http.MethodPost, "/issues.json", map[string]any{"issue": map[string]any{"project_id": "help-desk", "subject": subject,
		"description": "text", "watcher_user_ids": []any{customer}}}, &made)
	return fmt.Sprint(made.Issue.ID)
}
