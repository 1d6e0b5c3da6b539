package redmine

import (
	"context"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

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
