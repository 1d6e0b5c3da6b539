package redmine

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Update sets fields of what stands there. Redmine can't tell whether somebody was
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
		return fmt.Errorf("redmine: update %s: %w", e.Record.Kind, connectors.ErrChanged)
	}
	switch {
	case wanted.Group != nil:
		return t.updateProject(ctx, key, e, wanted.Group)
	case wanted.Person != nil:
		return t.updateUser(ctx, f, key, e, wanted.Person)
	case wanted.Ticket != nil:
		return t.updateIssue(ctx, f, key, e, is.Ticket, wanted.Ticket)
	}
	return neverChanged(e.Record.Kind, e.Fields[0])
}

func neverChanged(k helpdesk.Kind, field string) error {
	return &connectors.Rejected{Reason: "never_changed", Field: string(k) + "." + field}
}

func (t *target) updateProject(ctx context.Context, key string, e connectors.Edit, g *helpdesk.Group) error {
	body := map[string]any{}
	for _, field := range e.Fields {
		switch field {
		case "name":
			body["name"] = g.Name
		case "description":
			body["description"] = g.Description
		default:
			return neverChanged(helpdesk.KindGroup, field)
		}
	}
	return refused(t.send(ctx, http.MethodPut, "update project", "/projects/"+key+".json", "", map[string]any{"project": body}, nil))
}

func (t *target) updateUser(ctx context.Context, f *facts, key string, e connectors.Edit, p *helpdesk.Person) error {
	body := map[string]any{}
	var custom []value
	for _, field := range e.Fields {
		switch {
		case field == "name":
			body["firstname"], body["lastname"] = split(p.Name)
		case field == "emails" && len(p.Emails) > 0:
			body["mail"] = p.Emails[0]
		case field == "suspended" && p.Suspended:
			body["status"] = locked
		case field == "suspended":
			body["status"] = active
		case strings.HasPrefix(field, "custom["):
			v, err := t.changed(f, "user", field, p.Custom)
			if err != nil {
				return err
			}
			custom = append(custom, v)
		default:
			return neverChanged(helpdesk.KindPerson, field)
		}
	}
	if len(custom) > 0 {
		body["custom_fields"] = custom
	}
	defer t.forget(key)
	return refused(t.send(ctx, http.MethodPut, "update user", "/users/"+key+".json", "", map[string]any{"user": body}, nil))
}

// changed is the value that a custom field of the edit is to have, or none.
func (t *target) changed(f *facts, of, field string, all []helpdesk.CustomValue) (value, error) {
	name := strings.TrimSuffix(strings.TrimPrefix(field, "custom["), "]")
	c := f.field(of, name)
	if c == nil || c.Name == t.MarkerField || !c.takes() {
		return value{}, neverChanged(map[string]helpdesk.Kind{"user": helpdesk.KindPerson, "issue": helpdesk.KindTicket}[of], field)
	}
	for _, v := range t.values(f, of, all) {
		if v.ID == c.ID {
			return v, nil
		}
	}
	if c.Multiple {
		return value{c.ID, []string{""}}, nil
	}
	return value{c.ID, ""}, nil
}

func (t *target) updateIssue(ctx context.Context, f *facts, key string, e connectors.Edit, is, wanted *helpdesk.Ticket) error {
	body, err := t.issueEdit(ctx, f, e, wanted)
	if err != nil {
		return err
	}
	if len(body) > 0 {
		if err := refused(t.send(ctx, http.MethodPut, "update issue", "/issues/"+key+".json", "", map[string]any{"issue": body}, nil)); err != nil {
			return err
		}
	}
	if project, moved := body["project_id"].(string); moved {
		t.remembers(key, project)
	}
	if !e.Has("participants") {
		return nil
	}
	return t.watch(ctx, key, watchers(is), watchers(wanted))
}

// issueEdit is what the issue would be created with, of the fields of the edit; those
// that are empty now are emptied.
func (t *target) issueEdit(ctx context.Context, f *facts, e connectors.Edit, k *helpdesk.Ticket) (body map[string]any, err error) {
	body = map[string]any{}
	var custom []value
	for _, field := range e.Fields {
		switch {
		case field == "subject":
			body["subject"] = k.Subject
			if k.Subject == "" {
				body["subject"] = noSubject
			}
		case field == "status":
			body["status_id"], err = statusID(f, k.Status)
		case field == "priority" && k.Priority != "":
			var priorities []named
			for _, p := range f.priorities {
				priorities = append(priorities, p.named)
			}
			body["priority_id"], err = wordID(k.Priority, priorities, "ticket.priority")
		case field == "type" && k.Type != "":
			body["tracker_id"], err = wordID(k.Type, f.trackers, "ticket.type")
		case field == "group":
			body["project_id"], err = t.projectOf(ctx, f, k)
		case field == "due":
			body["due_date"], body["start_date"] = dayOf(k.Due), started(k)
		case field == "assignee":
			body["assigned_to_id"], err = t.assigned(ctx, f, k)
		case field == "tags" && t.TagsField != "":
			var v value
			v, err = t.changed(f, "issue", "custom["+t.TagsField+"]", []helpdesk.CustomValue{{Name: t.TagsField, Values: k.Tags}})
			custom = append(custom, v)
		case strings.HasPrefix(field, "custom["):
			var v value
			v, err = t.changed(f, "issue", field, k.Custom)
			custom = append(custom, v)
		case field != "participants":
			err = neverChanged(helpdesk.KindTicket, field)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(custom) > 0 {
		body["custom_fields"] = custom
	}
	return body, nil
}

func dayOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

// assigned is whom the issue goes to, or nobody: somebody who can't have it is refused
// as when it is created.
func (t *target) assigned(ctx context.Context, f *facts, k *helpdesk.Ticket) (any, error) {
	if k.Assignee == "" {
		return "", nil
	}
	project, err := t.projectOf(ctx, f, k)
	if err != nil {
		return nil, err
	}
	n, err := t.assignee(ctx, f, project, k.Assignee)
	if err == nil && n == 0 {
		return "", nil
	}
	return n, rejected(err, "ticket.assignee")
}

func watchers(k *helpdesk.Ticket) (all []string) {
	for _, p := range k.Participants {
		if p.Person != "" && !slices.Contains(all, p.Person) {
			all = append(all, p.Person)
		}
	}
	return all
}

// watch adds watchers and takes others off. Each can be asked for twice.
func (t *target) watch(ctx context.Context, key string, is, wanted []string) error {
	fresh := slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return slices.Contains(is, w) })
	for _, w := range fresh {
		if _, err := t.person(ctx, w); err != nil { // Redmine would say nothing
			return rejected(err, "participant.person")
		}
	}
	if len(fresh) > 0 {
		body := map[string]any{"watcher": map[string]any{"user_ids": fresh}}
		if err := refused(t.send(ctx, http.MethodPost, "add watchers", "/issues/"+key+"/watchers.json", "", body, nil)); err != nil {
			return err
		}
	}
	for _, w := range is {
		if slices.Contains(wanted, w) {
			continue
		}
		if err := refused(t.send(ctx, http.MethodDelete, "remove watcher", "/issues/"+key+"/watchers/"+w+".json", "", nil, nil)); err != nil {
			return err
		}
	}
	return nil
}
