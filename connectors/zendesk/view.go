package zendesk

import (
	"cmp"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors/markup"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A view is who looks at a record: a source gives all of it, a target what was
// written, in the form that Render gives too.
type view struct {
	f      *facts
	target bool
}

func (v view) organization(o *organization) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindOrganization, rest.ID(o.ID))
	r.Changed = o.Updated
	*r.Organization = helpdesk.Organization{Name: o.Name, Domains: o.Domains, Tags: o.Tags, Notes: o.Notes,
		Custom: v.f.custom("organization", o.Fields)}
	if !v.target { // there the dates are those of the migration
		r.Organization.Created, r.Organization.Updated = o.Created, o.Updated
		r.Organization.Extra = sorted(map[string]string{"details": o.Details, "external_id": o.External})
	}
	return r
}

// person is a user with the addresses among the identities that are theirs.
func (v view) person(u *user, identities []identity) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindPerson, rest.ID(u.ID))
	r.Changed = u.Updated
	*r.Person = helpdesk.Person{Name: u.Name, Role: helpdesk.RoleContact, Locale: u.Locale, TimeZone: u.TimeZone, Notes: u.Notes, Tags: u.Tags,
		Suspended: u.Suspended, Custom: v.f.custom("person", u.Fields),
		Organizations: unique([]string{rest.ID(u.Organization)})}
	if u.Role != "end-user" {
		r.Person.Role = helpdesk.RoleAgent
	}
	emails, phones := []string{u.Email}, []string{u.Phone}
	for _, i := range identities {
		switch {
		case i.User != u.ID:
		case i.Type == "email":
			emails = append(emails, i.Value)
		case i.Type == "phone_number":
			phones = append(phones, i.Value)
		}
	}
	r.Person.Emails, r.Person.Phones = unique(emails), unique(phones)
	if !v.target {
		r.Person.Created, r.Person.Updated = u.Created, u.Updated
		r.Person.Extra = sorted(map[string]string{"details": u.Details, "external_id": u.External, "alias": u.Alias, "signature": u.Signature,
			"role": administrator(u.Role)})
	}
	return r
}

// administrator is a role that the model has no word for.
func administrator(role string) string {
	if role == "end-user" || role == "agent" {
		return ""
	}
	return role
}

func (v view) ticket(t *ticket, comments []comment) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, rest.ID(t.ID))
	r.Changed = t.Updated
	k := r.Ticket
	*k = helpdesk.Ticket{Subject: t.Subject, Status: v.f.status(t), Priority: t.Priority, Type: t.Type,
		Requester: rest.ID(t.Requester), Submitter: rest.ID(t.Submitter), Assignee: rest.ID(t.Assignee), Group: rest.ID(t.Group), Organization: rest.ID(t.Organization),
		Created: t.Created, Updated: t.Updated}
	if t.Due != nil {
		k.Due = t.Due.UTC()
	}
	var ofFields []string
	k.Custom, ofFields = v.f.customOfTicket(t.Fields)
	k.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(tag string) bool { return slices.Contains(ofFields, tag) })
	for role, people := range map[string][]int64{"cc": t.Copied, "follower": t.Followers} {
		for _, p := range people {
			k.Participants = append(k.Participants, helpdesk.Participant{Role: role, Person: rest.ID(p)})
		}
	}
	slices.SortStableFunc(k.Participants, func(a, b helpdesk.Participant) int { return cmp.Compare(a.Role, b.Role) })
	for i := range comments {
		k.Comments = append(k.Comments, v.comment(&comments[i]))
	}
	if !v.target {
		v.history(k, t, comments)
	}
	return r
}

// history is what a source tells of a ticket besides.
func (v view) history(k *helpdesk.Ticket, t *ticket, comments []comment) {
	k.Number, k.Category, k.Channel = rest.ID(t.ID), t.Status, t.Via.Channel
	for _, b := range v.f.brands {
		if b.ID == t.Brand {
			k.Brand = b.Name
		}
	}
	k.Links = links(t, comments)
	for _, c := range k.Comments {
		if c.MessageID != "" {
			k.MessageIDs = append(k.MessageIDs, c.MessageID)
		}
	}
	if r := t.Rating; r != nil && (r.Score == "good" || r.Score == "bad") {
		k.Ratings = []helpdesk.Rating{{Score: r.Score, Comment: r.Comment}}
	}
	k.Extra = sorted(map[string]string{"external_id": t.External, "recipient": t.Recipient, "ticket_form": rest.ID(t.Form)})
}

// mergedTag is on tickets that were merged into another.
const mergedTag = "closed_by_merge"

func links(t *ticket, comments []comment) (all []helpdesk.Link) {
	if t.Problem != 0 {
		all = append(all, helpdesk.Link{Type: "problem_of", Ticket: rest.ID(t.Problem)})
	}
	if from := t.Via.Source; from.Rel == "follow_up" && from.From.Ticket != 0 {
		all = append(all, helpdesk.Link{Type: "follow_up_of", Ticket: rest.ID(from.From.Ticket)})
	}
	for _, c := range slices.Backward(comments) { // the last says into what
		if from := c.Via.Source; slices.Contains(t.Tags, mergedTag) && from.Rel == "merge" && from.From.Ticket != 0 {
			return append(all, helpdesk.Link{Type: "merged_into", Ticket: rest.ID(from.From.Ticket)})
		}
	}
	return all
}

func (v view) comment(c *comment) helpdesk.Comment {
	r := helpdesk.Comment{Key: rest.ID(c.ID), Author: rest.ID(c.Author), Visibility: helpdesk.VisibilityPrivate, Created: c.Created}
	if c.Public {
		r.Visibility = helpdesk.VisibilityPublic
	}
	r.Format, r.Body = helpdesk.FormatHTML, c.HTML
	if c.HTML == "" {
		r.Format, r.Body = helpdesk.FormatText, c.Plain
	}
	r.Body = unboxed(r.Body)
	r.Attachments, r.Body = files(c.Attachments, "", r.Body)
	if !v.target {
		r.Channel, r.MessageID = c.Via.Channel, c.Metadata.System.MessageID
		return r
	}
	r.Format, r.Body = markup.Canonical(r.Format, r.Body)
	if l, rest, ok := origin.Cut(r.Format, r.Body); ok {
		r.Body = rest
		if !l.Written.IsZero() {
			r.Created = l.Written
		}
	}
	return r
}

// box is what Zendesk puts around a comment.
var box = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)^\s*<div class="zd-comment[^"]*"[^>]*>(.*)</div>\s*$`)
})

func unboxed(body string) string {
	if m := box().FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return body
}

// files are attachments, and the text that shows some of them, by Content-IDs of
// ours: the addresses of pictures die with the account.
func files(all []attachment, prefix, body string) (list []helpdesk.Attachment, shown string) {
	for _, a := range all {
		f := helpdesk.Attachment{Key: rest.ID(a.ID), Name: a.Name, ContentType: a.ContentType, Size: a.Size, Locator: prefix + rest.ID(a.ID)}
		cid := fmt.Sprintf("attachment-%d@zendesk", a.ID)
		before := body
		for _, address := range []string{a.URL, html.EscapeString(a.URL)} {
			if address != "" {
				body = strings.ReplaceAll(body, address, "cid:"+cid)
			}
		}
		if body != before {
			f.Inline, f.ContentID = true, cid
		}
		f.Inline = f.Inline || a.Inline
		list = append(list, f)
	}
	return list, body
}
