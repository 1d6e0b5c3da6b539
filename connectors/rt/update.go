package rt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Update sets fields of what stands there. RT refuses a change that was decided on
// what is not so any more: each record has a tag that every change makes another
// (RT::REST2, "Conflict Prevention").
func (t *target) Update(ctx context.Context, key string, e connectors.Edit) error {
	f, err := t.learn(ctx)
	if err != nil {
		return err
	}
	path, err := pathOf(e.Record.Kind, key)
	if err != nil {
		return err
	}
	tag, err := t.tagOf(ctx, e.Record.Kind, path)
	if err != nil {
		return err
	}
	is, err := t.Read(ctx, e.Record.Kind, key)
	if err != nil {
		return err
	}
	wanted := t.Render(e.Record)
	if e.Agree(is, wanted) {
		return nil
	}
	if !e.Agree(is, e.Was) {
		return fmt.Errorf("rt: update %s: %w", e.Record.Kind, connectors.ErrChanged)
	}
	var body map[string]any
	switch {
	case wanted.Group != nil:
		body, err = queueEdit(e, wanted.Group)
	case wanted.Person != nil:
		body, err = t.userEdit(f, e, wanted.Person)
		defer t.forget(key)
	case wanted.Ticket != nil:
		body, err = t.ticketEdit(ctx, f, e, wanted.Ticket)
	default:
		err = neverChanged(e.Record.Kind, e.Fields[0])
	}
	if err != nil {
		return err
	}
	r := rest.Request{Method: http.MethodPut, Path: api + path, JSON: body, Name: "rt: update " + string(e.Record.Kind), Header: http.Header{}}
	if tag != "" {
		r.Header.Set("If-Match", tag)
	}
	_, err = t.client.Do(ctx, r, nil)
	var status *rest.Status
	if errors.As(err, &status) && status.Code == http.StatusPreconditionFailed {
		return fmt.Errorf("rt: update %s: %w", e.Record.Kind, connectors.ErrChanged)
	}
	return refused(advise(err))
}

func neverChanged(k helpdesk.Kind, field string) error {
	return &connectors.Rejected{Reason: "never_changed", Field: string(k) + "." + field}
}

// pathOf is where the API has a record.
func pathOf(k helpdesk.Kind, key string) (string, error) {
	if k == helpdesk.KindPerson {
		name, err := escape(key)
		return "/user/" + name, err
	}
	if err := numeric("update "+string(k), key); err != nil {
		return "", err
	}
	switch k {
	case helpdesk.KindGroup:
		return "/queue/" + key, nil
	case helpdesk.KindTicket:
		return "/ticket/" + key, nil
	}
	return "", neverChanged(k, "title")
}

// tagOf is the tag of a record as it is now.
func (t *target) tagOf(ctx context.Context, k helpdesk.Kind, path string) (string, error) {
	answer, err := t.client.Do(ctx, rest.Request{Method: http.MethodGet, Path: api + path, Name: "rt: read " + string(k)}, nil)
	if err != nil {
		return "", advise(err)
	}
	return answer.Header.Get("ETag"), nil
}

func queueEdit(e connectors.Edit, g *helpdesk.Group) (map[string]any, error) {
	body := map[string]any{}
	for _, field := range e.Fields {
		switch field {
		case "name":
			body["Name"] = g.Name
		case "description":
			body["Description"] = g.Description
		default:
			return nil, neverChanged(helpdesk.KindGroup, field)
		}
	}
	return body, nil
}

// flag is a yes or no as RT takes it.
func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (t *target) userEdit(f *facts, e connectors.Edit, p *helpdesk.Person) (map[string]any, error) {
	body, custom := map[string]any{}, map[string]any{}
	for _, field := range e.Fields {
		switch {
		case field == "name":
			body["RealName"] = p.Name
		case field == "emails":
			body["EmailAddress"] = strings.Join(p.Emails, "")
		case field == "phones":
			for i, name := range phoneFields {
				if body[name] = ""; i < len(p.Phones) {
					body[name] = p.Phones[i]
				}
			}
		case field == "role":
			body["Privileged"] = flag(p.Role == helpdesk.RoleAgent)
		case field == "locale":
			body["Lang"] = p.Locale
		case field == "time_zone":
			body["Timezone"] = p.TimeZone
		case field == "notes":
			body["Comments"] = p.Notes
		case field == "suspended":
			body["Disabled"] = flag(p.Suspended)
		case strings.HasPrefix(field, "custom["):
			if err := t.customEdit(f, ofUsers, field, p.Custom, custom); err != nil {
				return nil, err
			}
		default:
			return nil, neverChanged(helpdesk.KindPerson, field)
		}
	}
	if len(custom) > 0 {
		body["CustomFields"] = custom
	}
	return body, nil
}

// customEdit puts the values that a custom field of the edit is to have into a body;
// none empties it.
func (t *target) customEdit(f *facts, of, field string, all []helpdesk.CustomValue, into map[string]any) error {
	name := strings.TrimSuffix(strings.TrimPrefix(field, "custom["), "]")
	if name == t.MarkerField || !slices.ContainsFunc(f.fields, func(c definition) bool { return c.Of == of && c.Name == name && c.takes() }) {
		return neverChanged(map[string]helpdesk.Kind{ofUsers: helpdesk.KindPerson, ofTickets: helpdesk.KindTicket}[of], field)
	}
	values := []string{}
	for _, v := range all {
		if v.Name == name {
			values = v.Values
		}
	}
	into[name] = values
	return nil
}

// ticketEdit is what the ticket would be created with, of the fields of the edit; those
// that are empty now are emptied.
func (t *target) ticketEdit(ctx context.Context, f *facts, e connectors.Edit, k *helpdesk.Ticket) (map[string]any, error) {
	if err := t.known(f, k); err != nil {
		return nil, err
	}
	whole := map[string]any{"Requestor": []string{}, "Cc": []string{}, "AdminCc": []string{}, "Owner": "Nobody"}
	if err := t.peopleBody(ctx, f, k, whole); err != nil {
		return nil, err
	}
	body, custom := map[string]any{}, map[string]any{}
	for _, field := range e.Fields {
		switch {
		case field == "subject":
			body["Subject"] = k.Subject
		case field == "status":
			body["Status"] = k.Status
		case field == "priority" && k.Priority != "":
			body["Priority"], _ = t.number(k.Priority) // known has seen that there is one
		case field == "due":
			body["Due"] = stampOf(k.Due)
		case field == "group" && k.Group != "":
			if _, err := t.readQueueOnce(ctx, k.Group); err != nil {
				return nil, rejected(err, "ticket.group")
			}
			body["Queue"] = k.Group
		case field == "requester":
			body["Requestor"] = whole["Requestor"]
		case field == "assignee":
			body["Owner"] = whole["Owner"]
		case field == "participants":
			body["Cc"], body["AdminCc"] = whole["Cc"], whole["AdminCc"]
		case field == "tags" && t.TagsField != "":
			custom[t.TagsField] = append([]string{}, k.Tags...)
		case strings.HasPrefix(field, "custom["):
			if err := t.customEdit(f, ofTickets, field, k.Custom, custom); err != nil {
				return nil, err
			}
		default:
			return nil, neverChanged(helpdesk.KindTicket, field)
		}
	}
	if len(custom) > 0 {
		body["CustomFields"] = custom
	}
	return body, nil
}
