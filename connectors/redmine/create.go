package redmine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A value is what is written into a custom field.
type value struct {
	ID    int64 `json:"id"`
	Value any   `json:"value"`
}

// createProject makes a project that only its members see.
func (t *target) createProject(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	field, err := t.marks(f, "project")
	if err != nil {
		return "", err
	}
	trackers := []int64{}
	for _, k := range f.trackers {
		trackers = append(trackers, k.ID)
	}
	var answer struct {
		Project project `json:"project"`
	}
	err = t.send(ctx, http.MethodPost, "create project", "/projects.json", "", map[string]any{"project": map[string]any{
		"name": d.Record.Group.Name, "identifier": identifier(d.Record.Group.Name, d.Marker), "description": d.Record.Group.Description,
		"is_public": false, "tracker_ids": trackers, "enabled_module_names": []string{"issue_tracking", "time_tracking", "wiki"},
		"custom_fields": []value{{field, d.Marker}}}}, &answer)
	return keyOf(answer.Project.ID, err)
}

// keyOf is the id in an answer. An answer without one leaves open what happened.
func keyOf(n int64, err error) (string, error) {
	if err == nil && n == 0 {
		err = fmt.Errorf("redmine: create: %w: the answer has no id", connectors.ErrUnavailable)
	}
	if err != nil {
		return "", err
	}
	return id(n), nil
}

// identifier names a project in addresses: letters and digits of its name, and
// the end of the marker, which makes it the only one (Project::IDENTIFIER_MAX_LENGTH
// is 100).
func identifier(name, marker string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	word := strings.Trim(b.String()[:min(b.Len(), 40)], "-")
	if word == "" || word[0] < 'a' {
		word = "p-" + word
	}
	return strings.TrimRight(word, "-") + "-" + strings.ToLower(marker[max(0, len(marker)-8):])
}

// values are the custom values that this Redmine has a field for.
func (t *target) values(f *facts, of string, all []helpdesk.CustomValue) (out []value) {
	for _, v := range all {
		c := f.field(of, v.Name)
		switch {
		case c == nil || c.Name == t.MarkerField || len(v.Values) == 0:
		case c.Multiple:
			out = append(out, value{c.ID, v.Values})
		default:
			out = append(out, value{c.ID, strings.Join(v.Values, tagSeparator)})
		}
	}
	return out
}

// maxSubject is the longest subject, in characters (Issue, validates_length_of).
const maxSubject = 255

// noSubject stands where a ticket has none: Redmine insists on one.
const noSubject = "(no subject)"

// createIssue makes an issue that opens with the first comment.
func (t *target) createIssue(ctx context.Context, f *facts, d connectors.Draft) (string, error) {
	k := d.Record.Ticket
	body, project, err := t.issueBody(ctx, f, d)
	if err != nil {
		return "", err
	}
	opening := connectors.Opening(k)
	author, err := t.writer(ctx, f, project, k.Requester, false)
	if err != nil {
		return "", rejected(err, "ticket.requester")
	}
	line := origin.Line{Changed: k.Updated, Solved: k.Solved, Closed: k.Closed, Opened: k.Created}
	text := ""
	if opening != nil {
		text, line.Written = opening.Body, opening.Created
		if opening.Author != k.Requester || author == "" { // whose name the issue does not bear
			if line.By, err = t.name(ctx, opening.Author); err != nil {
				return "", rejected(err, "comment.author")
			}
		}
		if body["uploads"], err = t.upload(ctx, author, opening.Attachments, d.Open); err != nil {
			return "", err
		}
	} else if author == "" {
		if line.By, err = t.name(ctx, k.Requester); err != nil {
			return "", rejected(err, "ticket.requester")
		}
	}
	if line.Opened.Equal(line.Written) {
		line.Opened = time.Time{}
	}
	body["description"] = origin.Put(line, t.Language, helpdesk.FormatText, text)
	var answer struct {
		Issue issue `json:"issue"`
	}
	err = t.send(ctx, http.MethodPost, "create issue", "/issues.json", author, map[string]any{"issue": body}, &answer)
	key, err := keyOf(answer.Issue.ID, err)
	if err == nil {
		t.remembers(key, project)
	}
	return key, err
}

// issueBody is what an issue is created with, but for its text.
func (t *target) issueBody(ctx context.Context, f *facts, d connectors.Draft) (body map[string]any, project string, err error) {
	k := d.Record.Ticket
	field, err := t.marks(f, "issue")
	if err != nil {
		return nil, "", err
	}
	if project, err = t.projectOf(ctx, f, k); err != nil {
		return nil, "", err
	}
	body = map[string]any{"project_id": project, "subject": cmp.Or(strings.TrimSpace(k.Subject), noSubject), "start_date": started(k),
		"custom_fields": append(append([]value{{field, d.Marker}}, t.values(f, "issue", k.Custom)...), t.tagsValue(f, k.Tags)...)}
	if body["tracker_id"], err = wordID(cmp.Or(k.Type, t.Tracker), f.trackers, "ticket.type"); err != nil {
		return nil, "", err
	}
	var priorities []named
	for _, p := range f.priorities {
		priorities = append(priorities, p.named)
		if k.Priority == "" && p.Default {
			body["priority_id"] = p.ID
		}
	}
	if body["priority_id"] == nil {
		if body["priority_id"], err = wordID(k.Priority, priorities, "ticket.priority"); err != nil {
			return nil, "", err
		}
	}
	if k.Status != "" {
		if _, err := statusID(f, k.Status); err != nil {
			return nil, "", err
		}
	}
	if !k.Due.IsZero() {
		body["due_date"] = k.Due.UTC().Format(time.DateOnly)
	}
	if k.Assignee != "" && t.Role != "" {
		assignee, err := t.assignee(ctx, f, project, k.Assignee)
		if err != nil {
			return nil, "", rejected(err, "ticket.assignee")
		}
		if assignee != 0 {
			body["assigned_to_id"] = assignee
		}
	}
	return body, project, nil
}

// started is the day on which a ticket was opened, or is due, if that is earlier:
// Redmine wants them in this order.
func started(k *helpdesk.Ticket) any {
	switch {
	case k.Created.IsZero() && k.Due.IsZero():
		return nil
	case k.Created.IsZero(), !k.Due.IsZero() && k.Due.Before(k.Created):
		return k.Due.UTC().Format(time.DateOnly)
	}
	return k.Created.UTC().Format(time.DateOnly)
}

func (t *target) tagsValue(f *facts, tags []string) []value {
	if t.TagsField == "" || len(tags) == 0 {
		return nil
	}
	return t.values(f, "issue", []helpdesk.CustomValue{{Name: t.TagsField, Values: tags}})
}

// wordID is the id of a word of Redmine's; none is the first.
func wordID(word string, of []named, field string) (int64, error) {
	for _, n := range of {
		if word == "" || n.Name == word {
			return n.ID, nil
		}
	}
	return 0, &connectors.Rejected{Reason: "unknown_word", Field: field}
}

func statusID(f *facts, word string) (int64, error) {
	for _, s := range f.statuses {
		if s.Name == word {
			return s.ID, nil
		}
	}
	return 0, &connectors.Rejected{Reason: "unknown_word", Field: "ticket.status"}
}

// projectOf is the project that a ticket goes into.
func (t *target) projectOf(ctx context.Context, f *facts, k *helpdesk.Ticket) (string, error) {
	switch {
	case k.Group != "":
		return k.Group, rejected(t.place(ctx, k.Group), "ticket.group")
	case f.project != nil:
		return id(f.project.ID), nil
	}
	return "", &connectors.Rejected{Reason: "missing", Field: "ticket.group"}
}

// rejected takes a person or project that is not there for a fault of the record.
func rejected(err error, field string) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return unknown(field)
	}
	return err
}

// assignee is somebody whom the project's issues can be assigned to, or nobody:
// an issue that names another is refused whole.
func (t *target) assignee(ctx context.Context, f *facts, project, key string) (int64, error) {
	u, err := t.person(ctx, key)
	if err != nil || u.Status != active {
		return 0, err
	}
	if err := t.join(ctx, project, u, f.roles[t.Role]); err != nil {
		return 0, err
	}
	roles, err := t.rolesIn(ctx, f, project, u)
	if err != nil || !slices.ContainsFunc(roles, func(r role) bool { return r.Assignable }) {
		return 0, err
	}
	return u.ID, nil
}

// name is what a line calls a person.
func (t *target) name(ctx context.Context, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	u, err := t.person(ctx, key)
	return join(u.First, u.Last), err
}

// writer is the login to act as, or empty where a line has to name the author:
// the settings want it so, or Redmine would not let the person write this. It
// makes the person a member of the project if need be.
func (t *target) writer(ctx context.Context, f *facts, project, key string, private bool) (string, error) {
	if key == "" {
		return "", nil
	}
	u, err := t.person(ctx, key)
	if err != nil || !t.impersonates() || u.Status != active {
		return "", err
	}
	if u.Admin {
		return u.Login, nil
	}
	r, ok := t.roleOf(f, u)
	if !ok {
		return "", nil
	}
	if err := t.join(ctx, project, u, r); err != nil {
		return "", err
	}
	may, err := t.may(ctx, f, project, u, private)
	if err != nil || !may {
		return "", err
	}
	return u.Login, nil
}
