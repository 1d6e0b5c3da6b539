package redmine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// target writes into a Redmine.
type target struct {
	*desk
	mu       sync.Mutex
	projects map[string]string // of tickets that were written to: ticket → project
}

// Profile says what this Redmine keeps, and what has to be set up in it first.
func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return connectors.TargetProfile{}, err
	}
	p := connectors.TargetProfile{Product: "Redmine", Kinds: []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindPerson, helpdesk.KindTicket, helpdesk.KindArticle},
		Fidelity: t.fidelity(f), Vocabulary: t.vocabulary(f), Batch: 1, Hold: t.hold, Opening: true, Unprepared: t.unprepared(f),
		Notes: []string{"Dates of issues and notes stand in a line of the text: Redmine's API takes none. safeconduct date-fixup writes SQL that sets them.",
			"Files that came with a private note are seen by everybody who sees the issue: Redmine hides the text of a note only.",
			"Set Administration, Settings, Issue tracking, Parent task attributes to Independent of subtasks: otherwise a parent shows what its subtasks have."}}
	if t.Role == "" {
		p.Notes = append(p.Notes, "No issue is assigned: without role nobody is a member of a project.")
	}
	if !t.impersonates() {
		p.Notes = append(p.Notes, "All issues and notes are written by the account of the API key, and a line names the author; with role and contact_role people are the authors themselves.")
	}
	return p, nil
}

// fidelity was tried on Redmine 5.0.4. What is not named is lost.
func (t *target) fidelity(f *facts) map[string]connectors.Fidelity {
	kept := map[connectors.Fidelity][]string{
		connectors.Native: {"group.name", "group.description", "person.name", "person.emails", "ticket.subject", "ticket.priority", "ticket.type",
			"ticket.group", "ticket.due", "article.state", "comment.visibility", "comment.format", "comment.body",
			"attachment.name", "attachment.content_type", "attachment.size", "attachment.sha256"},
		connectors.Second: {"ticket.status", "person.suspended", "participant.role", "participant.person", "link.type", "link.ticket", "time_entry.note"},
		connectors.Emulated: {"person.login", "person.groups", "ticket.created", "ticket.updated", "ticket.solved", "ticket.closed", "comment.created",
			"time_entry.person", "time_entry.seconds", "time_entry.spent", "article.title", "article.body"},
	}
	authors := connectors.Emulated
	if t.impersonates() {
		authors = connectors.Impersonate
	}
	kept[authors] = append(kept[authors], "ticket.requester", "comment.author")
	if t.Role != "" {
		kept[connectors.Second] = append(kept[connectors.Second], "person.role")
		kept[connectors.Native] = append(kept[connectors.Native], "ticket.assignee")
	}
	if t.TagsField != "" {
		kept[connectors.Native] = append(kept[connectors.Native], "ticket.tags")
	}
	all := map[string]connectors.Fidelity{}
	for fidelity, names := range kept {
		for _, n := range names {
			all[n] = fidelity
		}
	}
	for _, c := range f.fields {
		if scope := map[string]string{"issue": "ticket", "user": "person"}[c.Of]; scope != "" && c.takes() && c.Name != t.MarkerField {
			all[scope+".custom."+c.Name] = connectors.Native
		}
	}
	return all
}

// takes reports whether the field keeps texts as they are given.
func (c *customField) takes() bool {
	return slices.Contains([]string{"string", "text", "list", "link"}, c.Format)
}

func (t *target) vocabulary(f *facts) map[string][]string {
	words := map[string][]string{"article.state": {"published"}} // a wiki has no drafts
	for _, s := range f.statuses {
		words["ticket.status"] = append(words["ticket.status"], s.Name)
	}
	for _, p := range f.priorities {
		words["ticket.priority"] = append(words["ticket.priority"], p.Name)
	}
	for _, k := range f.trackers {
		words["ticket.type"] = append(words["ticket.type"], k.Name)
	}
	for _, c := range f.fields {
		if c.Of == "issue" && c.Format == "list" {
			for _, v := range c.Values {
				words["ticket.custom."+c.Name] = append(words["ticket.custom."+c.Name], v.Value)
			}
		}
	}
	return words
}

// Create creates one record: Redmine has no batches.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return nil, err
	}
	created := make([]connectors.Created, len(drafts))
	for i, d := range drafts {
		var key string
		d.Record = t.Render(d.Record)
		switch d.Record.Kind {
		case helpdesk.KindGroup:
			key, err = t.createProject(ctx, f, d)
		case helpdesk.KindPerson:
			key, err = t.createUser(ctx, f, d)
		case helpdesk.KindTicket:
			key, err = t.createIssue(ctx, f, d)
		case helpdesk.KindArticle:
			key, err = t.createArticle(ctx, f, d)
		default:
			err = &connectors.Rejected{Reason: "unknown_kind"}
		}
		created[i] = connectors.Created{ID: key, Err: refused(err)}
	}
	return created, nil
}

// refused makes an answer of 422 a reason of ours: its texts hold content, in
// the language of the account.
func refused(err error) error {
	var known *connectors.Rejected
	if err == nil || errors.As(err, &known) || !errors.Is(err, connectors.ErrRejected) {
		return err
	}
	return &connectors.Rejected{Reason: "refused_by_redmine"}
}

// Find looks for the marker in its custom field.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	for m, err := range t.Census(ctx, k, marker) {
		if err != nil {
			return nil, err
		}
		if m.Marker == marker {
			ids = append(ids, m.ID)
		}
	}
	return ids, nil
}

// Census lists issues by a filter; users, projects and wiki pages, which can't be
// filtered by a custom field, are gone through.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		var err error
		switch f, e := t.learn(ctx); {
		case e != nil:
			err = e
		case k == helpdesk.KindTicket:
			err = t.markedIssues(ctx, f, prefix, yield)
		case k == helpdesk.KindPerson:
			err = t.users(ctx, nil, func(u user) bool { return t.offer(u.Custom, id(u.ID), prefix, yield) })
		case k == helpdesk.KindGroup:
			err = each(ctx, t.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
				return t.offer(p.Custom, id(p.ID), prefix, yield)
			})
		case k == helpdesk.KindArticle && f.project != nil:
			err = t.markedArticles(ctx, f, prefix, yield)
		}
		if err != nil {
			yield(connectors.Marked{}, err)
		}
	}
}

func (t *target) offer(fields []field, key, prefix string, yield func(connectors.Marked, error) bool) bool {
	marker := valueOf(fields, t.MarkerField)
	return marker == "" || !strings.HasPrefix(marker, prefix) || yield(connectors.Marked{ID: key, Marker: marker}, nil)
}

func (t *target) markedIssues(ctx context.Context, f *facts, prefix string, yield func(connectors.Marked, error) bool) error {
	field, err := t.marks(f, "issue")
	if err != nil {
		return err
	}
	name := "cf_" + id(field)
	filter := url.Values{"f[]": {name}, "op[" + name + "]": {"~"}, "v[" + name + "][]": {prefix}}
	for last := int64(0); ; {
		issues, end, err := t.issuesAfter(ctx, last, filter)
		if err != nil {
			return err
		}
		for _, i := range issues {
			if !t.offer(i.Custom, id(i.ID), prefix, yield) {
				return nil
			}
			last = i.ID
		}
		if end {
			return nil
		}
	}
}

// Read gives the record as it stands there, without the lines of origin.
func (t *target) Read(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindGroup:
		return t.readProject(ctx, key)
	case helpdesk.KindPerson:
		u, err := t.readUser(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		r := t.personOf(f, u)
		if t.Role == "" { // nobody is an agent by our doing
			r.Person.Role = ""
		}
		return r, nil
	case helpdesk.KindTicket:
		i, err := t.whole(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return view{t.desk, f.me.ID, true}.ticket(i), nil
	case helpdesk.KindArticle:
		return t.readArticle(ctx, key)
	}
	return helpdesk.Record{}, fmt.Errorf("redmine: read %s: %w", k, connectors.ErrNotFound)
}

func (t *target) readProject(ctx context.Context, key string) (helpdesk.Record, error) {
	if err := numeric("read project", key); err != nil {
		return helpdesk.Record{}, err
	}
	var answer struct {
		Project project `json:"project"`
	}
	err := t.get(ctx, "read project", "/projects/"+key+".json", nil, &answer)
	return groupOf(answer.Project), err
}

// Match knows people by their address and projects by their name.
func (t *target) Match(ctx context.Context, r helpdesk.Record) (key string, err error) {
	switch r = t.Render(r); {
	case r.Person != nil && len(r.Person.Emails) > 0:
		mail := r.Person.Emails[0]
		err = t.users(ctx, url.Values{"name": {mail}}, func(u user) bool {
			if strings.EqualFold(u.Mail, mail) {
				key = id(u.ID)
			}
			return key == ""
		})
	case r.Group != nil && r.Group.Name != "":
		err = each(ctx, t.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
			if strings.EqualFold(p.Name, r.Group.Name) {
				key = id(p.ID)
			}
			return key == ""
		})
	}
	if err == nil && key == "" {
		err = fmt.Errorf("redmine: match %s: %w", r.Kind, connectors.ErrNotFound)
	}
	return key, err
}

// Remove deletes issues and users. A project goes only if nothing is left in it:
// with it Redmine deletes all its issues, whoever wrote them.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) (done []connectors.Removal, err error) {
	for _, key := range ids {
		removal, err := t.removeOne(ctx, k, key)
		if errors.Is(err, connectors.ErrNotFound) {
			removal, err = connectors.Removed, nil
		}
		if err != nil {
			return nil, err
		}
		t.forget(key)
		done = append(done, removal)
	}
	return done, nil
}

func (t *target) removeOne(ctx context.Context, k helpdesk.Kind, key string) (connectors.Removal, error) {
	if k == helpdesk.KindArticle {
		return connectors.Removed, t.removeArticle(ctx, key)
	}
	path, ok := map[helpdesk.Kind]string{helpdesk.KindTicket: "/issues/", helpdesk.KindPerson: "/users/", helpdesk.KindGroup: "/projects/"}[k]
	if !ok {
		return "", fmt.Errorf("redmine: remove %s: %w", k, connectors.ErrDenied)
	}
	if err := numeric("remove", key); err != nil {
		return "", err
	}
	if k == helpdesk.KindGroup {
		if used, err := t.used(ctx, key); used || err != nil {
			return connectors.Kept, err
		}
	}
	return connectors.Removed, t.send(ctx, http.MethodDelete, "remove "+string(k), path+key+".json", "", nil, nil)
}

// used reports whether a project holds issues or wiki pages.
func (t *target) used(ctx context.Context, project string) (bool, error) {
	var issues struct {
		Total int `json:"total_count"`
	}
	query := url.Values{"project_id": {project}, "status_id": {"*"}, "limit": {"1"}}
	if err := t.get(ctx, "list issues", "/issues.json", query, &issues); err != nil || issues.Total > 0 {
		return err == nil, err
	}
	var index struct {
		Pages []wikiPage `json:"wiki_pages"`
	}
	err := t.get(ctx, "list wiki pages", "/projects/"+project+"/wiki/index.json", nil, &index)
	if errors.Is(err, connectors.ErrNotFound) || errors.Is(err, connectors.ErrDenied) { // there is no wiki
		err = nil
	}
	return len(index.Pages) > 0, err
}
