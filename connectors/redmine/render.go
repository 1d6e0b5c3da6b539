package redmine

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	htmltomarkdown "github.com/JohannesKaufmann/html-to-markdown/v2"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func isRejected(err error) bool { return errors.Is(err, connectors.ErrRejected) }

// Render is the record as Redmine shows it: HTML as Markdown, one address, days
// without hours, file names without the signs that Redmine replaces.
func (t *target) Render(r helpdesk.Record) helpdesk.Record {
	switch {
	case r.Person != nil:
		p := *r.Person
		first, last := split(p.Name)
		if last != "" {
			p.Name = join(first, last)
		}
		p.Emails = taken(p.Emails)
		p.Custom = t.shownCustom("user", p.Custom)
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

// address is an address as Redmine takes it (EmailAddress::EMAIL_REGEXP).
var address = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^[!-?A-~]+@(?:[-a-z0-9]+\.)+(?:xn--[-a-z0-9]+|[a-z]{2,})$`)
})

// taken is the first of a person's addresses that Redmine takes.
func taken(addresses []string) []string {
	for _, a := range addresses {
		if address().MatchString(a) {
			return []string{a}
		}
	}
	return nil
}

func (t *target) showTicket(k *helpdesk.Ticket) {
	k.Subject = shorten(strings.TrimSpace(k.Subject), maxSubject)
	if !k.Due.IsZero() {
		k.Due = k.Due.UTC().Truncate(24 * time.Hour)
	}
	k.Custom = t.shownCustom("issue", k.Custom)
	k.Comments = slices.Clone(k.Comments)
	for i := range k.Comments {
		showComment(&k.Comments[i])
	}
	k.Links = slices.Clone(k.Links)
	for i := range k.Links {
		k.Links[i].Type = linkType(k.Links[i].Type)
	}
	seen := map[string]bool{"": true}
	k.Participants = slices.Clone(k.Participants)
	for i, p := range k.Participants {
		k.Participants[i] = helpdesk.Participant{}
		if !seen[p.Person] {
			k.Participants[i] = helpdesk.Participant{Person: p.Person, Role: "follower"}
			seen[p.Person] = true
		}
	}
	k.TimeEntries = slices.Clone(k.TimeEntries)
	for i := range k.TimeEntries {
		k.TimeEntries[i].Note = shorten(k.TimeEntries[i].Note, maxNote)
	}
}

// shownCustom joins the values of fields that take one.
func (t *target) shownCustom(of string, all []helpdesk.CustomValue) []helpdesk.CustomValue {
	all = slices.Clone(all)
	t.facts.mu.Lock()
	defer t.facts.mu.Unlock()
	for i, v := range all {
		if c := t.facts.field(of, v.Name); c != nil && !c.Multiple && len(v.Values) > 1 {
			all[i].Values = []string{strings.Join(v.Values, tagSeparator)}
		}
	}
	return all
}

func showComment(c *helpdesk.Comment) {
	if c.Format == helpdesk.FormatHTML {
		c.Body = markdown(c)
	}
	c.Format = helpdesk.FormatText
	if c.Visibility != helpdesk.VisibilityPublic && c.Visibility != "" {
		c.Visibility = helpdesk.VisibilityPrivate
	}
	c.Attachments = showFiles(c.Attachments)
}

func showFiles(all []helpdesk.Attachment) []helpdesk.Attachment {
	all = slices.Clone(all)
	for i := range all {
		all[i].Name = fileName(all[i].Name)
	}
	return all
}

// markdown is a body of HTML in the markup of Redmine 5. A picture that came with
// the mail is shown by the name of its file.
func markdown(c *helpdesk.Comment) string {
	body := c.Body
	for _, a := range c.Attachments {
		if a.ContentID != "" {
			body = strings.ReplaceAll(body, "cid:"+strings.Trim(a.ContentID, "<>"), strings.ReplaceAll(fileName(a.Name), " ", "%20"))
		}
	}
	return fromHTML(body)
}

func fromHTML(body string) string {
	text, err := htmltomarkdown.ConvertString(body)
	if err != nil {
		return body
	}
	return text
}

// forbidden are the signs that Redmine puts _ for in names of files
// (Attachment#sanitize_filename).
var forbidden = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[/?%*:|"'<>\n\r]+`) })

func fileName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return forbidden().ReplaceAllString(name, "_")
}

// linkType is what is left of a type of link: Redmine has some of its own.
func linkType(kind string) string {
	switch kind {
	case "parent", "duplicate", "blocks", "precedes", "copied_to":
		return kind
	}
	return "related"
}

func relationType(kind string) string {
	for theirs, ours := range linkTypes {
		if ours == linkType(kind) {
			return theirs
		}
	}
	return linkType(kind)
}

// linksBothWays are the links of an issue, and those of others to it that mean
// the same from both ends.
func (v view) linksBothWays(i *issue) []helpdesk.Link {
	all := links(i)
	for _, r := range i.Relations {
		if r.Type == "relates" && r.To == i.ID {
			all = append(all, helpdesk.Link{Type: "related", Ticket: id(r.From)})
		}
	}
	return all
}

func shorten(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}
