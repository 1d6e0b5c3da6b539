package freshdesk

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// changed are the API's names of the fields that can be changed, by kind.
var changed = map[helpdesk.Kind]map[string][]string{
	helpdesk.KindPerson: {"name": {"name"}, "emails": {"email", "other_emails"}, "phones": {"phone", "mobile"}, "address": {"address"}, "notes": {"description"}, "tags": {"tags"}},
	helpdesk.KindTicket: {"subject": {"subject"}, "status": {"status"}, "priority": {"priority"}, "type": {"type"}, "group": {"group_id"}, "tags": {"tags"}, "assignee": {"responder_id"}},
}

// Update sets fields of what stands there. Freshdesk can't tell whether somebody was
// faster: it is looked at right before, and what is another than it was is left.
func (t *target) Update(ctx context.Context, key string, e connectors.Edit) error {
	f, err := t.learn(ctx)
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
		return fmt.Errorf("freshdesk: update %s: %w", e.Record.Kind, connectors.ErrChanged)
	}
	body, err := t.editBody(f, e, wanted)
	if err != nil {
		return err
	}
	path := map[helpdesk.Kind]string{helpdesk.KindPerson: "/contacts/", helpdesk.KindTicket: "/tickets/"}[e.Record.Kind]
	return refused(t.send(ctx, http.MethodPut, "update "+string(e.Record.Kind), path+key, body, nil))
}

// editBody is what the record would be created with, of the fields of the edit; those
// that are empty now are emptied.
func (t *target) editBody(f *facts, e connectors.Edit, wanted helpdesk.Record) (object, error) {
	whole, custom, scope := object{}, []helpdesk.CustomValue(nil), ""
	switch {
	case wanted.Person != nil:
		p := wanted.Person
		scope, custom = "person", p.Custom
		whole = object{"name": p.Name, "address": p.Address, "description": p.Notes, "tags": append([]string{}, p.Tags...), "email": nil, "phone": nil, "mobile": nil}
		putAddresses(whole, p)
		whole["other_emails"] = append([]string{}, p.Emails[min(1, len(p.Emails)):]...)
	case wanted.Ticket != nil:
		var err error
		scope, custom = "ticket", wanted.Ticket.Custom
		if whole, err = t.ticketBody(f, wanted.Ticket); err != nil {
			return nil, err
		}
		whole["tags"] = append([]string{}, wanted.Ticket.Tags...)
	}
	body, held := object{}, object{}
	for _, field := range e.Fields {
		names, known := changed[e.Record.Kind][field]
		label, ofCustom := strings.CutPrefix(field, "custom[")
		switch c := f.field(scope, strings.TrimSuffix(label, "]")); {
		case known:
			for _, n := range names {
				body[n] = whole[n]
			}
		case ofCustom && c != nil && c.takes():
			value, err := customValue(scope, c, custom)
			if err != nil {
				return nil, err
			}
			held[c.Name] = value
		default:
			return nil, &connectors.Rejected{Reason: "never_changed", Field: string(e.Record.Kind) + "." + field}
		}
	}
	if len(held) > 0 {
		body["custom_fields"] = held
	}
	return body, nil
}

// customValue is what the API takes for the value of a field, nil to empty it.
func customValue(scope string, c *field, all []helpdesk.CustomValue) (any, error) {
	for _, v := range all {
		if v.Name != c.Label {
			continue
		}
		value, ok := c.given(v.Values)
		if !ok {
			return nil, &connectors.Rejected{Reason: "unknown_word", Field: scope + ".custom." + v.Name}
		}
		return value, nil
	}
	return nil, nil
}
