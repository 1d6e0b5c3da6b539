package rt

import (
	"context"
	"errors"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// phoneFields are where RT keeps telephones, in the order of a person's.
var phoneFields = []string{"WorkPhone", "MobilePhone", "HomePhone"}

// createUser makes a user without a password, who can't log in with one.
func (t *target) createUser(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	p := d.Record.Person
	custom, err := t.customBody(f, ofUsers, d.Marker, valuesOf(p.Custom))
	if err != nil {
		return "", err
	}
	body := map[string]any{"Name": login(p, d.Marker), "RealName": p.Name, "Lang": p.Locale, "Timezone": p.TimeZone, "Comments": p.Notes,
		"Privileged": 0, "CustomFields": custom, "Address1": strings.ReplaceAll(p.Address, "\n", ", ")}
	if p.Role == helpdesk.RoleAgent {
		body["Privileged"] = 1
	}
	if len(p.Emails) > 0 {
		body["EmailAddress"] = p.Emails[0]
	}
	for i, field := range phoneFields {
		if i < len(p.Phones) {
			body[field] = p.Phones[i]
		}
	}
	for field, value := range body { // an empty value is no value, but for RT it is one
		if value == "" {
			delete(body, field)
		}
	}
	key, err := t.createOrRevive(ctx, helpdesk.KindPerson, "/user", d.Marker, body)
	if own := fallback(d.Marker); errors.Is(err, connectors.ErrRejected) && body["Name"] != own { // somebody else's name
		body["Name"] = own
		return t.createOrRevive(ctx, helpdesk.KindPerson, "/user", d.Marker, body)
	}
	return key, err
}

// login is the person's own, else the address, else a new one. RT's API can't be
// asked for a user with a slash in the name, and takes a number for another's.
func login(p *helpdesk.Person, marker string) string {
	for _, l := range append([]string{p.Login}, p.Emails...) {
		if _, err := escape(l); err == nil && strings.Trim(l, "0123456789") != "" && strings.TrimSpace(l) == l && len(l) <= 200 {
			return l
		}
	}
	return fallback(marker)
}

// fallback is a name that nobody else has.
func fallback(marker string) string {
	return "user-" + strings.ToLower(marker[max(0, len(marker)-10):])
}
