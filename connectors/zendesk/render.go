package zendesk

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Render is the record as Zendesk shows it: tags in small letters, whole seconds,
// texts as they come back.
func (t *target) Render(r helpdesk.Record) helpdesk.Record {
	switch {
	case r.Organization != nil:
		o := *r.Organization
		o.Tags, o.Custom = tags(o.Tags), t.shownCustom("organization", o.Custom)
		r.Organization = &o
	case r.Person != nil:
		p := *r.Person
		p.Tags, p.Custom = tags(p.Tags), t.shownCustom("person", p.Custom)
		p.Phones = p.Phones[:min(1, len(p.Phones))]
		r.Person = &p
	case r.Ticket != nil:
		k := *r.Ticket
		t.showTicket(&k)
		r.Ticket = &k
	case r.Article != nil:
		a := *r.Article
		t.showArticle(&a)
		r.Article = &a
	}
	return r
}

// tags are words as Zendesk keeps them.
func tags(all []string) []string {
	var clean []string
	for _, tag := range all {
		clean = append(clean, strings.Join(strings.Fields(strings.ToLower(tag)), "_"))
	}
	slices.Sort(clean)
	return slices.Compact(clean)
}

func seconds(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }

func (t *target) showTicket(k *helpdesk.Ticket) {
	if k.Status == helpdesk.StatusNew && k.Assignee != "" && t.Agents {
		k.Status = helpdesk.StatusOpen // what is in somebody's hands is not new
	}
	k.Due = seconds(k.Due)
	if k.Type != "task" {
		k.Due = time.Time{}
	}
	k.Created, k.Updated = seconds(k.Created), seconds(k.Updated)
	k.Custom = t.shownCustom("ticket", k.Custom)
	ofFields := t.tagsOf(k.Custom)
	k.Tags = slices.DeleteFunc(tags(k.Tags), func(tag string) bool { return slices.Contains(ofFields, tag) })
	k.Participants = participants(k.Participants)
	k.Comments = slices.Clone(k.Comments)
	for i := range k.Comments {
		showComment(&k.Comments[i])
	}
}

// participants are copied or follow; a bare address could only be copied as a new
// person whom nobody asked for.
func participants(all []helpdesk.Participant) (shown []helpdesk.Participant) {
	seen := map[string]bool{}
	for _, p := range all {
		role := map[string]string{"cc": "cc", "collaborator": "cc", "follower": "follower"}[p.Role]
		if key := role + p.Person; p.Person != "" && role != "" && !seen[key] {
			seen[key] = true
			shown = append(shown, helpdesk.Participant{Role: role, Person: p.Person})
		}
	}
	slices.SortStableFunc(shown, func(a, b helpdesk.Participant) int { return cmp.Compare(a.Role, b.Role) })
	return shown
}

func showComment(c *helpdesk.Comment) {
	c.Format, c.Body = markup.Canonical(c.Format, c.Body)
	if c.Visibility != helpdesk.VisibilityPublic && c.Visibility != "" {
		c.Visibility = helpdesk.VisibilityPrivate
	}
	c.Created = seconds(c.Created)
}

func (t *target) showArticle(a *helpdesk.Article) {
	a.Body = markup.Page(a.Body)
	a.Section = t.path(a.Section)
	a.Tags = slices.Sorted(slices.Values(a.Tags))
}

// path is where an article stands: in a category and a section at least.
func (t *target) path(section []string) []string {
	switch len(section) {
	case 0:
		return strings.Split(t.Section, "/")
	case 1:
		return []string{section[0], section[0]}
	}
	return section
}

// shownCustom is what fields make of values; those of fields that there are not are
// left alone, and lost.
func (t *target) shownCustom(scope string, all []helpdesk.CustomValue) []helpdesk.CustomValue {
	t.facts.mu.Lock()
	defer t.facts.mu.Unlock()
	all = slices.Clone(all)
	for i, v := range all {
		if c := t.facts.field(scope, v.Name); c != nil {
			all[i].Values = c.shown(v.Values)
		}
	}
	return all
}

// tagsOf are the tags that custom values put on a ticket.
func (t *target) tagsOf(all []helpdesk.CustomValue) (list []string) {
	t.facts.mu.Lock()
	defer t.facts.mu.Unlock()
	for _, v := range all {
		if c := t.facts.field("ticket", v.Name); c != nil {
			list = append(list, c.tags(v.Values)...)
		}
	}
	return list
}

// unknown refuses a reference to nothing.
func unknown(field string) error {
	return &connectors.Rejected{Reason: "unknown_reference", Field: field}
}
