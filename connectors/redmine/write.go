package redmine

import (
	"context"
	"net/http"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func (t *target) remembers(ticket, project string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.projects == nil {
		t.projects = map[string]string{}
	}
	t.projects[ticket] = project
}

// head reads an issue without its parts.
func (t *target) head(ctx context.Context, ticket string) (*issue, error) {
	if err := numeric("read issue", ticket); err != nil {
		return nil, err
	}
	var answer struct {
		Issue issue `json:"issue"`
	}
	if err := t.get(ctx, "read issue", "/issues/"+ticket+".json", nil, &answer); err != nil {
		return nil, err
	}
	t.remembers(ticket, answer.Issue.Project.key())
	return &answer.Issue, nil
}

// home is the project of an issue.
func (t *target) home(ctx context.Context, ticket string) (string, error) {
	t.mu.Lock()
	project, ok := t.projects[ticket]
	t.mu.Unlock()
	if ok {
		return project, nil
	}
	i, err := t.head(ctx, ticket)
	if err != nil {
		return "", err
	}
	return i.Project.key(), nil
}

// Append adds a note. Redmine does not say under which id.
func (t *target) Append(ctx context.Context, ticket string, c helpdesk.Comment, open connectors.OpenFunc) (string, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return "", err
	}
	project, err := t.home(ctx, ticket)
	if err != nil {
		return "", err
	}
	showComment(&c)
	private := c.Visibility != helpdesk.VisibilityPublic && c.Visibility != ""
	author, err := t.writer(ctx, f, project, c.Author, private)
	if err != nil {
		return "", rejected(err, "comment.author")
	}
	line := origin.Line{Written: c.Created}
	if author == "" {
		if line.By, err = t.name(ctx, c.Author); err != nil {
			return "", rejected(err, "comment.author")
		}
	}
	uploads, err := t.upload(ctx, author, c.Attachments, open)
	if err != nil {
		return "", err
	}
	note := map[string]any{"notes": orDot(origin.Put(line, t.Language, helpdesk.FormatText, c.Body)), "private_notes": private, "uploads": uploads}
	err = t.send(ctx, http.MethodPut, "add note", "/issues/"+ticket+".json", author, map[string]any{"issue": note}, nil)
	return "", refused(err)
}

// orDot keeps a note that says nothing from being none.
func orDot(text string) string {
	if text == "" {
		return "."
	}
	return text
}

// Finish sets the status, watchers and times of an issue, the memberships of an
// agent, and locks who is suspended.
func (t *target) Finish(ctx context.Context, key string, d connectors.Draft) error {
	f, err := t.learn(ctx)
	if err != nil {
		return err
	}
	switch r := d.Record; {
	case r.Person != nil:
		return t.finishUser(ctx, f, key, r.Person)
	case r.Ticket != nil:
		return t.finishIssue(ctx, f, key, r.Ticket)
	}
	return nil
}

func (t *target) finishUser(ctx context.Context, f *facts, key string, p *helpdesk.Person) error {
	if r, ok := f.roles[t.Role]; ok && p.Role == helpdesk.RoleAgent {
		projects := p.Groups
		if len(projects) == 0 && f.project != nil {
			projects = []string{id(f.project.ID)}
		}
		u, err := t.readUser(ctx, key)
		if err != nil {
			return err
		}
		for _, project := range projects {
			if err := t.join(ctx, project, u, r); err != nil {
				return err
			}
		}
		t.forget(key) // what is known of the user's memberships is old
	}
	if !p.Suspended {
		return nil
	}
	if err := numeric("lock user", key); err != nil {
		return err
	}
	t.forget(key)
	return t.send(ctx, http.MethodPut, "lock user", "/users/"+key+".json", "", map[string]any{"user": map[string]any{"status": locked}}, nil)
}

func (t *target) finishIssue(ctx context.Context, f *facts, key string, k *helpdesk.Ticket) error {
	if err := t.setStatus(ctx, f, key, k.Status); err != nil {
		return err
	}
	var watchers []string
	for _, p := range k.Participants {
		if p.Person == "" || slices.Contains(watchers, p.Person) {
			continue
		}
		if _, err := t.person(ctx, p.Person); err != nil { // Redmine would say nothing
			return rejected(err, "participant.person")
		}
		watchers = append(watchers, p.Person)
	}
	if len(watchers) > 0 {
		body := map[string]any{"watcher": map[string]any{"user_ids": watchers}}
		if err := t.send(ctx, http.MethodPost, "add watchers", "/issues/"+key+"/watchers.json", "", body, nil); err != nil {
			return refused(err)
		}
	}
	if len(k.TimeEntries) > 0 {
		return t.bookTime(ctx, f, key, k)
	}
	return nil
}

// setStatus gives a new issue its status. An issue that is not new any more was
// taken in hand by an agent.
func (t *target) setStatus(ctx context.Context, f *facts, key, word string) error {
	i, err := t.head(ctx, key)
	if err != nil || word == "" || i.Status.Name == word || i.Status.ID != f.statuses[0].ID {
		return err
	}
	n, err := statusID(f, word)
	if err != nil {
		return err
	}
	return t.send(ctx, http.MethodPut, "set status", "/issues/"+key+".json", "", map[string]any{"issue": map[string]any{"status_id": n}}, nil)
}

// Link relates two issues, or puts one below the other.
func (t *target) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	if err := numeric("link", l.Ticket); err != nil {
		return unknown("link.ticket")
	}
	i, err := t.whole(ctx, ticket)
	if err != nil {
		return err
	}
	for _, has := range (view{desk: t.desk, target: true}).linksBothWays(i) {
		if has.Ticket == l.Ticket && has.Type == linkType(l.Type) {
			return nil
		}
	}
	if l.Type == "parent" {
		err = t.send(ctx, http.MethodPut, "set parent", "/issues/"+ticket+".json", "", map[string]any{"issue": map[string]any{"parent_issue_id": l.Ticket}}, nil)
		return refused(err)
	}
	body := map[string]any{"relation": map[string]any{"issue_to_id": l.Ticket, "relation_type": relationType(l.Type)}}
	return refused(t.send(ctx, http.MethodPost, "link", "/issues/"+ticket+"/relations.json", "", body, nil))
}
