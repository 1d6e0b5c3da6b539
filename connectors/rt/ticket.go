package rt

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func notFound(name string) error { return fmt.Errorf("rt: %s: %w", name, connectors.ErrNotFound) }

// deleted is the status of a ticket that agents see no more.
const deleted = "deleted"

// A view is who looks at a ticket: a source gives all of it, a target what was
// written, with the lines of origin taken off.
type view struct {
	*desk
	target bool
}

// categories are those of RT's own lifecycle (etc/RT_Config.pm, %Lifecycles).
var categories = map[string]string{"new": helpdesk.StatusNew, "open": helpdesk.StatusOpen, "stalled": helpdesk.StatusPending,
	"resolved": helpdesk.StatusSolved, "rejected": helpdesk.StatusClosed}

// ticket is a ticket as a record.
func (v view) ticket(t *ticket) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, string(t.ID))
	r.Changed = t.Updated.Time
	k := r.Ticket
	*k = helpdesk.Ticket{Subject: t.Subject, Status: t.Status, Priority: v.word(t.Priority), Assignee: t.Owner.somebody(), Group: string(t.Queue.ID),
		Created: t.Created.Time, Updated: t.Updated.Time, Solved: t.Resolved.Time, Due: t.Due.Time, PendingUntil: t.Starts.Time,
		Custom: v.custom(t.Custom), Tags: v.tags(t.Custom)}
	for i, who := range t.Requestors {
		if i == 0 {
			k.Requester = who.somebody()
		} else {
			k.Participants = append(k.Participants, helpdesk.Participant{Role: "cc", Person: who.somebody()})
		}
	}
	for role, list := range map[string][]ref{"cc": t.Cc, "collaborator": t.AdminCc} {
		for _, who := range list {
			k.Participants = append(k.Participants, helpdesk.Participant{Role: role, Person: who.somebody()})
		}
	}
	sortParticipants(k.Participants)
	k.Comments = v.comments(t)
	k.Links = links(t)
	if !v.target {
		k.Number, k.Submitter, k.Category = string(t.ID), t.Creator.somebody(), categories[t.Status]
		if k.Requester == "" {
			k.Requester = k.Submitter
		}
		k.TimeEntries = timeEntries(t)
		if s := t.Started.Time; !s.IsZero() {
			k.Extra = append(k.Extra, helpdesk.ExtraValue{Name: "started", Values: []string{s.Format("2006-01-02T15:04:05Z")}})
		}
	}
	return r
}

func (v view) tags(fields []customField) []string {
	for _, c := range fields {
		if v.TagsField != "" && c.Name == v.TagsField {
			return c.Values
		}
	}
	return nil
}

// said are the transactions that are messages, and whether everybody may read
// them. The others are changes, and records of mails that RT sent.
var said = map[string]string{"Create": helpdesk.VisibilityPublic, "Correspond": helpdesk.VisibilityPublic, "Comment": helpdesk.VisibilityPrivate}

// comments are the messages, each with its text and files.
func (v view) comments(t *ticket) (all []helpdesk.Comment) {
	parts := map[loose][]part{}
	for _, p := range t.parts {
		parts[p.Transaction] = append(parts[p.Transaction], p)
	}
	for _, x := range t.history {
		visibility, ok := said[x.Type]
		if !ok || len(parts[x.ID]) == 0 {
			continue
		}
		c := helpdesk.Comment{Key: string(x.ID), Author: x.Creator.somebody(), Visibility: visibility, Format: helpdesk.FormatText, Created: x.Created.Time}
		if x.Type == "Create" {
			c.Key = connectors.OpeningKey
			if by := t.Creator.somebody(); v.target && by != "" {
				c.Author = by
			}
		}
		fill(&c, parts[x.ID])
		tells := v.readLine(&c)
		if c.Body != "" || len(c.Attachments) > 0 || tells || x.Type != "Create" {
			all = append(all, c)
		}
	}
	return all
}

// linkTypes are what RT calls the links of a ticket (RT::REST2, _hyperlinks).
var linkTypes = map[string]string{"refers-to": "related", "parent": "parent", "depends-on": "depends_on"}

// links are those that start at the ticket; the other ends have them too.
func links(t *ticket) (all []helpdesk.Link) {
	for _, l := range t.Hyperlinks {
		if kind, ok := linkTypes[l.Ref]; ok && l.Type == "ticket" {
			all = append(all, helpdesk.Link{Type: kind, Ticket: string(l.ID)})
		}
	}
	if t.Effective.ID != "" && t.Effective.ID != t.ID {
		all = append(all, helpdesk.Link{Type: "merged_into", Ticket: string(t.Effective.ID)})
	}
	return all
}

func timeEntries(t *ticket) (all []helpdesk.TimeEntry) {
	for _, x := range t.history {
		if minutes := x.TimeTaken.int(); minutes > 0 {
			all = append(all, helpdesk.TimeEntry{Key: string(x.ID), Person: x.Creator.somebody(), Seconds: minutes * 60, Spent: x.Created.Time})
		}
	}
	return all
}

func sortParticipants(all []helpdesk.Participant) {
	slices.SortFunc(all, func(a, b helpdesk.Participant) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Email, b.Email))
	})
}
