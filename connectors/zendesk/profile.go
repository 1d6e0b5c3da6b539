package zendesk

import (
	"context"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Profile says what this Zendesk keeps, and what has to be set up in it first.
func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return connectors.TargetProfile{}, err
	}
	p := connectors.TargetProfile{Product: "Zendesk", PerMinute: t.client.PerMinute(), Requests: requests(),
		Kinds:    []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket},
		Fidelity: t.fidelity(f), Vocabulary: t.vocabulary(f), Requires: []string{"ticket.requester"}, Batch: perPage, Hold: t.hold, Whole: true,
		Notes: []string{"The connector has met a simulator of Zendesk only, and never the real one: try a demo, and look at it, first.",
			"A ticket's organization is kept if its requester belongs to it, else Zendesk puts the requester's own.",
			"Zendesk measures nothing on imported tickets: times of first reply and resolution are missing from its reports.",
			"Message-IDs are not kept: a late reply to an old mail opens a new ticket."}}
	if !t.Silenced {
		p.Unprepared = append(p.Unprepared, "Imports send nothing, but triggers and automations run on what changes later. Add to those that mail customers "+
			"a condition that leaves out changes by the account in the plan, and tickets it imported; then write silenced: true into the plan.")
	}
	if t.Agents {
		p.Notes = append(p.Notes, "Agents who have no account yet are created as agents, and each takes a seat of the plan.")
	} else {
		p.Notes = append(p.Notes, "No ticket is assigned and nobody becomes an agent: that would take seats of the plan; write agents: true for it.")
	}
	switch {
	case len(f.locales) == 0:
		p.Notes = append(p.Notes, "There is no help center: articles can't be created.")
	case !f.labels || f.readers == 0:
		p.Notes = append(p.Notes, "Articles can't be created: without labels, which plans below Professional do not have, none could be found again.")
	default:
		p.Kinds = append(p.Kinds, helpdesk.KindArticle)
		p.Notes = append(p.Notes, "Each translation becomes an article of its own. Categories and sections are made where there are none, and stay after a rollback.")
	}
	return p, nil
}

// fidelity is what Zendesk is known or believed to keep. What is not named is lost.
func (t *target) fidelity(f *facts) map[string]connectors.Fidelity {
	kept := map[connectors.Fidelity][]string{
		connectors.Native: {"group.name", "group.description", "organization.name", "organization.domains", "organization.tags", "organization.notes",
			"person.name", "person.emails", "person.phones", "person.notes", "person.tags", "ticket.subject", "ticket.status", "ticket.priority", "ticket.type",
			"ticket.group", "ticket.tags", "ticket.due", "participant.role", "participant.person",
			"article.title", "article.body", "article.section", "article.state", "article.tags"},
		connectors.OnCreate: {"ticket.requester", "ticket.submitter", "ticket.created", "ticket.updated", "person.organizations",
			"comment.author", "comment.visibility", "comment.format", "comment.body", "comment.created",
			"attachment.name", "attachment.content_type", "attachment.size", "attachment.sha256"},
		connectors.Second:   {"person.suspended"},
		connectors.Emulated: {"ticket.organization", "ticket.solved", "ticket.brand", "person.locale", "article.locale", "attachment.inline", "attachment.content_id"},
	}
	if t.Agents {
		kept[connectors.Second] = append(kept[connectors.Second], "person.groups")
		kept[connectors.Native] = append(kept[connectors.Native], "ticket.assignee", "person.role")
		kept[connectors.OnCreate] = append(kept[connectors.OnCreate], "article.author")
	}
	all := map[string]connectors.Fidelity{}
	for fidelity, names := range kept {
		for _, n := range names {
			all[n] = fidelity
		}
	}
	for _, c := range f.fields {
		if c.takes() {
			all[c.scope+".custom."+c.Title] = connectors.Native
		}
	}
	return all
}

func (t *target) vocabulary(f *facts) map[string][]string {
	words := map[string][]string{"ticket.status": f.statusWords(), "ticket.priority": {"normal", "low", "high", "urgent"},
		"ticket.type": {"question", "incident", "problem", "task"}, "article.state": {"published", "draft"}}
	if t.Agents {
		words["person.role"] = []string{helpdesk.RoleAgent, helpdesk.RoleContact}
	}
	for _, c := range f.fields {
		if !c.closed() {
			continue
		}
		name := c.scope + ".custom." + c.Title
		for _, o := range c.Options {
			if !slices.Contains(words[name], o.Name) {
				words[name] = append(words[name], o.Name)
			}
		}
	}
	return words
}
