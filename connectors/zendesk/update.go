package zendesk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Append adds a comment. It has the date of now: a line says when it was written.
func (t *target) Append(ctx context.Context, key string, c helpdesk.Comment, open connectors.OpenFunc) (string, error) {
	if _, err := rest.Number("zendesk: add comment", key); err != nil {
		return "", err
	}
	if _, err := t.learn(ctx); err != nil {
		return "", err
	}
	format, text := markup.Clean(c.Format, c.Body)
	showComment(&c)
	c.Format, c.Body = format, text
	if !c.Created.IsZero() {
		c.Body = origin.Put(origin.Line{Written: c.Created}, t.Language, c.Format, c.Body)
	}
	if err := checkComment(&c); err != nil {
		return "", err
	}
	body, err := t.commentBody(ctx, &c, open)
	if err != nil {
		return "", err
	}
	var answer struct {
		Audit struct {
			Events []struct {
				ID   int64  `json:"id"`
				Type string `json:"type"`
			} `json:"events"`
		} `json:"audit"`
	}
	err = t.send(ctx, http.MethodPut, "add comment", "/tickets/"+key+".json", nil, object{"ticket": object{"comment": body}}, &answer)
	if err != nil {
		return "", refused(err)
	}
	for _, e := range answer.Audit.Events {
		if e.Type == "Comment" {
			return rest.ID(e.ID), nil
		}
	}
	return "", nil
}

// attempts is how often an update is tried against a ticket that goes on changing.
const attempts = 4

// Update sets fields of what stands there. A ticket is updated only if nobody
// changed it since it was looked at; of others Zendesk can't tell.
func (t *target) Update(ctx context.Context, key string, e connectors.Edit) error {
	f, err := t.learn(ctx)
	if err != nil {
		return err
	}
	for range attempts {
		is, err := t.Read(ctx, e.Record.Kind, key)
		if err != nil {
			return err
		}
		wanted := t.Render(e.Record)
		if e.Agree(is, wanted) {
			return nil
		}
		if !e.Agree(is, e.Was) {
			return fmt.Errorf("zendesk: update %s: %w", e.Record.Kind, connectors.ErrChanged)
		}
		err = t.set(ctx, f, key, e, is, wanted)
		if !conflict(err) {
			return refused(err)
		}
	}
	return fmt.Errorf("zendesk: update %s: %w: it changes all the time", e.Record.Kind, connectors.ErrUnavailable)
}

// conflict reports whether Zendesk says that somebody was faster.
func conflict(err error) bool {
	var s *rest.Status
	return errors.As(err, &s) && s.Code == http.StatusConflict
}

// changed are the API's names of the fields that can be changed, by kind.
var changed = map[helpdesk.Kind]map[string][]string{
	helpdesk.KindOrganization: {"name": {"name"}, "domains": {"domain_names"}, "tags": {"tags"}, "notes": {"notes"}},
	helpdesk.KindPerson:       {"name": {"name"}, "emails": {}, "phones": {"phone"}, "notes": {"notes"}, "tags": {"tags"}, "role": {"role"}, "suspended": {"suspended"}},
	helpdesk.KindTicket: {"subject": {"subject"}, "status": {"status", "custom_status_id"}, "priority": {"priority"}, "type": {"type"},
		"assignee": {"assignee_id"}, "group": {"group_id"}, "tags": {"tags"}, "due": {"due_at"}, "participants": {"email_ccs", "followers"}},
}

// set sends the update of one record.
func (t *target) set(ctx context.Context, f *facts, key string, e connectors.Edit, is, wanted helpdesk.Record) error {
	if e.Record.Kind == helpdesk.KindArticle {
		return t.setArticle(ctx, key, e, wanted.Article)
	}
	whole, err := t.wholeBody(f, e, is, wanted)
	if err != nil {
		return err
	}
	body := object{}
	custom := map[string]any{}
	for _, field := range e.Fields {
		names, known := changed[e.Record.Kind][field]
		for _, n := range names {
			body[n] = whole[n]
		}
		if name, is := strings.CutPrefix(field, "custom["); is {
			known = true
			custom[strings.TrimSuffix(name, "]")] = nil // unless it has a value
		}
		if !known {
			return &connectors.Rejected{Reason: "never_changed", Field: string(e.Record.Kind) + "." + field}
		}
	}
	if whole["custom_status_id"] == nil {
		delete(body, "custom_status_id")
	}
	path, name := "/"+string(e.Record.Kind)+"s/", string(e.Record.Kind)
	switch e.Record.Kind {
	case helpdesk.KindPerson:
		path, name = "/users/", "user"
		if slices.Contains(e.Fields, "emails") {
			if err := t.readdress(ctx, path+key+"/identities", wanted.Person.Emails, false); err != nil {
				return err
			}
		}
	case helpdesk.KindTicket:
		body["safe_update"], body["updated_stamp"] = true, is.Ticket.Updated.UTC().Format(time.RFC3339)
	}
	if err := t.putCustom(f, body, custom, wanted); err != nil || len(body) == 0 {
		return err
	}
	return t.send(ctx, http.MethodPut, "update "+string(e.Record.Kind), path+key+".json", nil, object{name: body}, nil)
}

// setArticle changes the text in the language that the article was written in, and
// its labels, of which the marker stays.
func (t *target) setArticle(ctx context.Context, key string, e connectors.Edit, wanted *helpdesk.Article) error {
	is, err := t.readArticle(ctx, key)
	if err != nil {
		return err
	}
	text := object{}
	for _, field := range e.Fields {
		switch field {
		case "title":
			text["title"] = wanted.Title
		case "body":
			if text["body"], err = t.pictured(ctx, key, e.Record.Article); err != nil {
				return err
			}
		case "state":
			text["draft"] = wanted.State == "draft"
		case "tags":
		default:
			return &connectors.Rejected{Reason: "never_changed", Field: "article." + field}
		}
	}
	path := "/help_center/articles/" + key
	if len(text) > 0 {
		if err := t.send(ctx, http.MethodPut, "update translation", path+"/translations/"+is.Source+".json", nil, object{"translation": text}, nil); err != nil {
			return err
		}
	}
	if !e.Has("tags") {
		return nil
	}
	labels := slices.DeleteFunc(slices.Clone(is.Labels), func(l string) bool { return !strings.HasPrefix(l, labelMark) })
	return t.send(ctx, http.MethodPut, "update labels", path+".json", nil, object{"article": object{"label_names": append(labels, wanted.Tags...)}}, nil)
}

// pictured is the text of an article with the addresses of the pictures that it has.
func (t *target) pictured(ctx context.Context, key string, a *helpdesk.Article) (string, error) {
	text := markup.CleanPage(a.Body)
	if !strings.Contains(text, "cid:") {
		return text, nil
	}
	had, err := t.filesOf(ctx, key)
	for _, f := range a.Attachments {
		for _, h := range had {
			if h.Name == f.Name && h.Size == f.Size {
				text = show(text, f, h.URL)
			}
		}
	}
	return text, err
}

// wholeBody is what the record would be created with.
func (t *target) wholeBody(f *facts, e connectors.Edit, is, wanted helpdesk.Record) (object, error) {
	switch e.Record.Kind {
	case helpdesk.KindOrganization:
		body, err := t.organizationBody(f, connectors.Draft{Record: wanted})
		if err == nil {
			body["tags"], body["domain_names"], body["notes"] = orNone(wanted.Organization.Tags), orNone(wanted.Organization.Domains), wanted.Organization.Notes
		}
		return body, err
	case helpdesk.KindPerson:
		body, err := t.personBody(f, connectors.Draft{Record: wanted})
		if err == nil {
			body["tags"], body["notes"], body["suspended"] = orNone(wanted.Person.Tags), wanted.Person.Notes, wanted.Person.Suspended
			body["phone"] = strings.Join(wanted.Person.Phones, "") // one or none
		}
		return body, err
	case helpdesk.KindTicket:
		return t.wholeTicket(f, e, is.Ticket, wanted.Ticket)
	}
	return nil, &connectors.Rejected{Reason: "never_changed"}
}

func orNone(words []string) []string { return append([]string{}, words...) }

func (t *target) wholeTicket(f *facts, e connectors.Edit, is, wanted *helpdesk.Ticket) (object, error) {
	k := *wanted
	if k.Requester == "" {
		k.Requester = is.Requester
	}
	body := object{"subject": k.Subject}
	putTime(body, "due_at", k.Due)
	if err := t.ticketWords(f, body, &k); err != nil {
		return nil, err
	}
	if err := t.ticketPeople(body, &k); err != nil {
		return nil, err
	}
	for _, p := range is.Participants { // who is not on it any more
		list := map[string]string{"cc": "email_ccs", "follower": "followers"}[p.Role]
		if !slices.ContainsFunc(k.Participants, func(w helpdesk.Participant) bool { return w.Role == p.Role && w.Person == p.Person }) {
			all, _ := body[list].([]object)
			body[list] = append(all, object{"user_id": p.Person, "action": "delete"})
		}
	}
	var held []helpdesk.CustomValue // after the edit: they have tags of their own
	for _, v := range is.Custom {
		if !e.Has("custom[" + v.Name + "]") {
			held = append(held, v)
		}
	}
	for _, v := range k.Custom {
		if e.Has("custom[" + v.Name + "]") {
			held = append(held, v)
		}
	}
	body["tags"] = append(orNone(k.Tags), t.tagsOf(held)...)
	return body, nil
}

// putCustom sets custom fields of the edit; those without a value are emptied.
func (t *target) putCustom(f *facts, body object, edited map[string]any, wanted helpdesk.Record) error {
	scope, held := "ticket", []helpdesk.CustomValue(nil)
	switch {
	case wanted.Ticket != nil:
		held = wanted.Ticket.Custom
	case wanted.Person != nil:
		scope, held = "person", wanted.Person.Custom
	case wanted.Organization != nil:
		scope, held = "organization", wanted.Organization.Custom
	}
	for _, v := range held {
		if _, is := edited[v.Name]; !is {
			continue
		}
		c := f.field(scope, v.Name)
		if c == nil {
			return &connectors.Rejected{Reason: "unknown_field", Field: scope + ".custom." + v.Name}
		}
		value, ok := c.given(v.Values)
		if !ok {
			return &connectors.Rejected{Reason: "unknown_word", Field: scope + ".custom." + v.Name}
		}
		edited[v.Name] = value
	}
	list, keyed := []object{}, object{}
	for name, value := range edited {
		if c := f.field(scope, name); c != nil {
			list, keyed[c.Key] = append(list, object{"id": c.ID, "value": value}), value
		}
	}
	switch {
	case len(edited) == 0:
	case scope == "ticket":
		body["custom_fields"] = list
	case scope == "person":
		body["user_fields"] = keyed
	default:
		body["organization_fields"] = keyed
	}
	return nil
}
