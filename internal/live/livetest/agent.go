package livetest

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/safeconduct/safeconduct/internal/peers"
	"github.com/safeconduct/safeconduct/internal/peers/recount"
)

// These are what an agent does, by the peer's own API.

func (d Desk) path(ticket int64) string {
	if d.Name == peers.RT {
		return fmt.Sprintf("/REST/2.0/ticket/%d", ticket)
	}
	return fmt.Sprintf("/issues/%d.json", ticket)
}

func (d Desk) change(t testing.TB, ticket int64, rt, redmine map[string]any) {
	t.Helper()
	if d.Name == peers.RT {
		d.Call(t, http.MethodPut, d.path(ticket), rt, nil)
	} else {
		d.Call(t, http.MethodPut, d.path(ticket), map[string]any{"issue": redmine}, nil)
	}
}

// Rename gives a ticket another subject.
func (d Desk) Rename(t testing.TB, ticket int64, subject string) {
	t.Helper()
	d.change(t, ticket, map[string]any{"Subject": subject}, map[string]any{"subject": subject})
}

// Reply answers on a ticket.
func (d Desk) Reply(t testing.TB, ticket int64, text string) {
	t.Helper()
	if d.Name == peers.RT {
		d.Call(t, http.MethodPost, d.path(ticket)+"/correspond", map[string]any{"Content": text, "ContentType": "text/plain"}, nil)
		return
	}
	d.change(t, ticket, nil, map[string]any{"notes": text})
}

// SetStatus gives a ticket a status of the peer's.
func (d Desk) SetStatus(t testing.TB, ticket int64, status string) {
	t.Helper()
	id := 0
	if d.Name == peers.Redmine {
		var words struct {
			Statuses []struct {
				ID   int    `json:"id"`
				Name string `json:"name"`
			} `json:"issue_statuses"`
		}
		d.Call(t, http.MethodGet, "/issue_statuses.json", nil, &words)
		for _, w := range words.Statuses {
			if w.Name == status {
				id = w.ID
			}
		}
	}
	d.change(t, ticket, map[string]any{"Status": status}, map[string]any{"status_id": id})
}

// person is the person with an address: where the API has them, and what they are called.
func (d Desk) person(t testing.TB, address string) (path, name string) {
	t.Helper()
	if d.Name == peers.RT {
		var found struct {
			Items []struct{ ID, RealName string }
		}
		d.Call(t, http.MethodPost, "/REST/2.0/users?fields=RealName", []map[string]any{{"field": "EmailAddress", "value": address}}, &found)
		if len(found.Items) != 1 {
			t.Fatalf("%d people have the address %s", len(found.Items), address)
		}
		return "/REST/2.0/user/" + found.Items[0].ID, found.Items[0].RealName
	}
	var found struct {
		Users []struct {
			ID                  int
			Firstname, Lastname string
		}
	}
	d.Call(t, http.MethodGet, "/users.json?status=&name="+url.QueryEscape(address), nil, &found)
	if len(found.Users) != 1 {
		t.Fatalf("%d people have the address %s", len(found.Users), address)
	}
	u := found.Users[0]
	return fmt.Sprintf("/users/%d.json", u.ID), u.Firstname + " " + u.Lastname
}

// NameOf is what the person with an address is called.
func (d Desk) NameOf(t testing.TB, address string) string {
	t.Helper()
	_, name := d.person(t, address)
	return name
}

// RenamePerson gives the person with an address another name.
func (d Desk) RenamePerson(t testing.TB, address, first, last string) {
	t.Helper()
	path, _ := d.person(t, address)
	if d.Name == peers.RT {
		d.Call(t, http.MethodPut, path, map[string]any{"RealName": first + " " + last}, nil)
		return
	}
	d.Call(t, http.MethodPut, path, map[string]any{"user": map[string]any{"firstname": first, "lastname": last}}, nil)
}

// Open opens a ticket that the recount knows by its number.
func (d Desk) Open(t testing.TB, number, subject string) {
	t.Helper()
	if d.Name == peers.RT {
		d.Call(t, http.MethodPost, "/REST/2.0/ticket", map[string]any{"Queue": "General", "Subject": subject, "Requestor": "asks@peer.example.org",
			"Content": "text", "ContentType": "text/plain", "CustomFields": map[string]any{recount.NumberField: number}}, nil)
		return
	}
	var fields struct {
		Fields []struct {
			ID   int    `json:"id"`
			Name string `json:"name"`
		} `json:"custom_fields"`
	}
	d.Call(t, http.MethodGet, "/custom_fields.json", nil, &fields)
	var custom []map[string]any
	for _, f := range fields.Fields {
		if f.Name == recount.NumberField {
			custom = append(custom, map[string]any{"id": f.ID, "value": number})
		}
	}
	d.Call(t, http.MethodPost, "/issues.json", map[string]any{"issue": map[string]any{"project_id": "help-desk", "subject": subject,
		"description": "text", "custom_fields": custom}}, nil)
}

// Delete deletes a ticket, as far as the peer does that.
func (d Desk) Delete(t testing.TB, ticket int64) {
	t.Helper()
	if d.Name == peers.RT {
		d.Call(t, http.MethodPut, d.path(ticket), map[string]any{"Status": "deleted"}, nil)
		return
	}
	d.Call(t, http.MethodDelete, d.path(ticket), nil, nil)
}
