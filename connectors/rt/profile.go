package rt

import (
	"context"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Profile says what this RT keeps, and what has to be set up in it first.
func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	f, err := t.learn(ctx)
	if err != nil {
		return connectors.TargetProfile{}, err
	}
	p := connectors.TargetProfile{Product: "Request Tracker", Version: f.version,
		Kinds:    []helpdesk.Kind{helpdesk.KindGroup, helpdesk.KindPerson, helpdesk.KindTicket},
		Fidelity: t.fidelity(f), Vocabulary: t.vocabulary(f), Batch: 1, Hold: t.hold, Opening: true, Unprepared: t.unprepared(f),
		Notes: []string{"Who wrote a message and when stands in a line of its text: RT's API takes neither. safeconduct date-fixup writes SQL that sets the dates.",
			"RT deletes nothing: a rollback marks tickets deleted and disables users and queues; agents see them no more, and the data stays until rt-shredder runs."}}
	if t.Class != "" {
		p.Kinds = append(p.Kinds, helpdesk.KindArticle)
	}
	if t.AgentsGroup == "" {
		p.Notes = append(p.Notes, "No ticket gets an owner: without agents_group nobody has the right to own one.")
	}
	return p, nil
}

// fidelity was tried on RT 5.0.3. What is not named is lost.
func (t *target) fidelity(f *facts) map[string]connectors.Fidelity {
	kept := map[connectors.Fidelity][]string{
		connectors.Native: {"group.name", "group.description", "person.name", "person.emails", "person.phones", "person.role", "person.locale",
			"person.time_zone", "person.notes", "ticket.subject", "ticket.priority", "ticket.requester", "ticket.group", "ticket.due",
			"participant.role", "participant.person", "article.state", "comment.visibility", "comment.format", "comment.body",
			"attachment.name", "attachment.size", "attachment.sha256"},
		connectors.OnCreate: {"ticket.created", "ticket.solved", "ticket.pending_until"},
		connectors.Second:   {"ticket.status", "person.suspended", "link.type", "link.ticket"},
		connectors.Emulated: {"person.login", "person.address", "ticket.updated", "ticket.closed", "comment.created", "comment.author",
			"attachment.content_type", "time_entry.seconds", "article.title", "article.body"},
	}
	if t.AgentsGroup != "" {
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
		if scope := map[string]string{ofTickets: "ticket", ofUsers: "person"}[c.Of]; scope != "" && c.takes() && c.Name != t.MarkerField {
			all[scope+".custom."+c.Name] = connectors.Native
		}
	}
	return all
}

// takes reports whether the field keeps texts as they are given.
func (c *definition) takes() bool {
	return slices.Contains([]string{"Freeform", "Select", "Text", "Autocomplete", "Combobox"}, c.Type)
}

func (t *target) vocabulary(f *facts) map[string][]string {
	words := map[string][]string{"ticket.status": t.Statuses, "ticket.priority": t.words(), "article.state": {"published"}}
	for _, c := range f.fields {
		if c.Of == ofTickets && c.Type == "Select" {
			words["ticket.custom."+c.Name] = c.options
		}
	}
	return words
}
