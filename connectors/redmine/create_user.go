package redmine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// createUser makes a user whom nobody mails and whose password nobody knows.
// People who are suspended are locked when all that they wrote is there: Redmine
// lets nobody write in the name of a locked user.
func (t *target) createUser(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	field, err := t.marks(f, "user")
	if err != nil {
		return "", err
	}
	p := d.Record.Person
	if p.Name == "" && len(p.Emails) == 0 && p.Login == "" {
		return "", &connectors.Rejected{Reason: "no_name", Field: "person.name"}
	}
	first, last := split(p.Name)
	if last == "" {
		last = cmp.Or(p.Login, p.Emails[0])
	}
	mail := noAddress + marked(d.Marker) + nowhere
	if len(p.Emails) > 0 {
		mail = p.Emails[0]
	}
	custom := append([]value{{field, d.Marker}}, t.values(f, "user", p.Custom)...)
	body := map[string]any{"login": login(p, d.Marker), "firstname": first, "lastname": last, "mail": mail, "password": password(),
		"must_change_passwd": false, "mail_notification": "none", "custom_fields": custom}
	key, err := t.newUser(ctx, body)
	if own := fallback(d.Marker); errors.Is(err, connectors.ErrRejected) && body["login"] != own { // somebody else's login
		body["login"] = own
		return t.newUser(ctx, body)
	}
	return key, err
}

// newUser sends no send_information: whatever its value, it mails the password.
func (t *target) newUser(ctx context.Context, body map[string]any) (string, error) {
	var answer struct {
		User user `json:"user"`
	}
	err := t.send(ctx, http.MethodPost, "create user", "/users.json", "", map[string]any{"user": body,
		"pref": map[string]any{"auto_watch_on": []string{""}, "hide_mail": "1"}}, &answer)
	return keyOf(answer.User.ID, err)
}

func marked(marker string) string { return strings.ToLower(marker[max(0, len(marker)-10):]) }

// login is the person's own, else the address, if Redmine takes it
// (User::LOGIN_LENGTH_LIMIT is 60; letters, digits and _-@.), else a new one.
func login(p *helpdesk.Person, marker string) string {
	for _, l := range append([]string{p.Login}, p.Emails...) {
		fits := l != "" && len(l) <= 60 && strings.Trim(strings.ToLower(l), "abcdefghijklmnopqrstuvwxyz0123456789_-@.") == ""
		if fits {
			return l
		}
	}
	return fallback(marker)
}

// fallback is a login that nobody else has.
func fallback(marker string) string { return "user-" + marked(marker) }

// password has every class of signs that Redmine can ask for.
func password() string { return rand.Text() + "aA1!" }
