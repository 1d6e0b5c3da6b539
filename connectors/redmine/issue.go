package redmine

import (
	"math"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A view is who looks at an issue: a source gives all of it, a target what was
// written, with the lines of origin taken off.
type view struct {
	*desk
	me     int64 // the account of the API
	target bool
}

// ticket is an issue as a record.
func (v view) ticket(i *issue) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindTicket, id(i.ID))
	r.Changed = i.Updated
	t := r.Ticket
	*t = helpdesk.Ticket{Subject: i.Subject, Status: i.Status.Name, Requester: i.Author.key(), Assignee: i.Assigned.key(), Group: i.Project.key(),
		Created: i.Created, Updated: i.Updated, Closed: i.Closed, Due: day(i.Due), Custom: v.custom(i.Custom), Tags: v.tags(i.Custom)}
	if i.Priority != nil {
		t.Priority = i.Priority.Name
	}
	if i.Tracker != nil {
		t.Type = i.Tracker.Name
	}
	t.Comments = v.comments(i, t)
	t.Links = links(i)
	if v.target {
		t.Links = v.linksBothWays(i)
	}
	t.TimeEntries = timeEntries(i)
	for _, w := range i.Watchers {
		if !v.target || w.ID != v.me { // who comments is made a watcher
			t.Participants = append(t.Participants, helpdesk.Participant{Role: "follower", Person: w.key()})
		}
	}
	if !v.target {
		t.Number, t.Category = id(i.ID), helpdesk.StatusOpen
		if i.Status.Closed {
			t.Category = helpdesk.StatusClosed
		}
		t.Extra = i.extra()
	}
	return r
}

// extra is what the model has no field for.
func (i *issue) extra() (all []helpdesk.ExtraValue) {
	for name, value := range map[string]string{"category": nameOf(i.Category), "fixed_version": nameOf(i.Version), "done_ratio": ratio(i.Done.String())} {
		if value != "" {
			all = append(all, helpdesk.ExtraValue{Name: name, Values: []string{value}})
		}
	}
	if i.Private {
		all = append(all, helpdesk.ExtraValue{Name: "is_private", Values: []string{"true"}})
	}
	sortExtra(all)
	return all
}

func nameOf(n *named) string {
	if n == nil {
		return ""
	}
	return n.Name
}

func ratio(done string) string {
	if done == "0" {
		return ""
	}
	return done
}

// comments are the description and the notes, each with the files that came with
// it.
func (v view) comments(i *issue, t *helpdesk.Ticket) (all []helpdesk.Comment) {
	files, rest := i.filesByJournal()
	opening := helpdesk.Comment{Key: connectors.OpeningKey, Author: i.Author.key(), Visibility: helpdesk.VisibilityPublic,
		Format: helpdesk.FormatText, Body: i.Description, Created: i.Created, Attachments: rest}
	if opens := v.readLine(&opening); opening.Body != "" || len(rest) > 0 || opens {
		all = append(all, opening)
	}
	if v.target && len(all) > 0 && all[0].Author == "" {
		t.Requester = ""
	}
	for _, j := range i.Journals {
		if j.Notes == "" && len(files[j.ID]) == 0 {
			continue // a change of fields
		}
		c := helpdesk.Comment{Key: id(j.ID), Author: j.User.key(), Visibility: helpdesk.VisibilityPublic, Format: helpdesk.FormatText,
			Body: j.Notes, Created: j.Created, Attachments: files[j.ID]}
		if j.Private {
			c.Visibility = helpdesk.VisibilityPrivate
		}
		v.readLine(&c)
		all = append(all, c)
	}
	return all
}

// readLine takes the line of origin off a comment that a target reads back. It
// reports whether the line tells of the comment, and not only of the ticket.
func (v view) readLine(c *helpdesk.Comment) (tells bool) {
	if !v.target {
		return false
	}
	l, rest, ok := origin.Cut(helpdesk.FormatText, strings.ReplaceAll(c.Body, "\r\n", "\n"))
	if !ok {
		return false
	}
	c.Body = rest
	if l.By != "" {
		c.Author = "" // the account's, in the name of somebody
	}
	return l.By != "" || !l.Written.IsZero()
}

// filesByJournal tells the files that came with a note from those of the issue.
func (i *issue) filesByJournal() (with map[int64][]helpdesk.Attachment, rest []helpdesk.Attachment) {
	of := map[string]int64{}
	for n, j := range i.Journals {
		if n+1 < len(i.Journals) && i.Journals[n+1].splitFrom(j) {
			j.ID = i.Journals[n+1].ID
		}
		for _, d := range j.Details {
			if d.Property == "attachment" && d.Now != "" {
				of[d.Name] = j.ID
			}
		}
	}
	with = map[int64][]helpdesk.Attachment{}
	for _, a := range i.Attachments {
		f := a.record()
		if j := of[id(a.ID)]; j != 0 {
			with[j] = append(with[j], f)
		} else {
			rest = append(rest, f)
		}
	}
	return with, rest
}

// splitFrom reports whether a private note came with what the journal before it
// tells: Redmine makes two of one request, so that files are not private
// (Journal#split_private_notes).
func (j journal) splitFrom(before journal) bool {
	return j.Private && before.Notes == "" && before.User.key() == j.User.key() && before.Created.Equal(j.Created)
}

func (a attachment) record() helpdesk.Attachment {
	return helpdesk.Attachment{Key: id(a.ID), Name: a.Name, ContentType: a.ContentType, Size: a.Size, Locator: id(a.ID)}
}

// linkTypes are Redmine's relations (IssueRelation::TYPES) in our words; the
// reverse of each is the same relation seen from the other issue.
var linkTypes = map[string]string{"relates": "related", "duplicates": "duplicate"}

// links are the relations that start at the issue, and its parent.
func links(i *issue) (all []helpdesk.Link) {
	if i.Parent != nil {
		all = append(all, helpdesk.Link{Type: "parent", Ticket: i.Parent.key()})
	}
	for _, r := range i.Relations {
		kind, ok := linkTypes[r.Type]
		if !ok {
			kind = r.Type
		}
		if r.From == i.ID {
			all = append(all, helpdesk.Link{Type: kind, Ticket: id(r.To)})
		}
	}
	return all
}

func timeEntries(i *issue) (all []helpdesk.TimeEntry) {
	for _, e := range i.Entries {
		hours, _ := e.Hours.Float64()
		all = append(all, helpdesk.TimeEntry{Key: id(e.ID), Person: e.User.key(), Seconds: int64(math.Round(hours * 3600)),
			Note: e.Comments, Spent: day(e.Spent)})
	}
	return all
}

// hours is how Redmine keeps a time: in hundredths of an hour.
func hours(seconds int64) float64 { return math.Round(float64(seconds)/36) / 100 }

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (v view) tags(fields []field) []string {
	if v.TagsField == "" {
		return nil
	}
	var all []string
	for _, c := range fields {
		if c.Name == v.TagsField {
			for _, value := range c.values() {
				all = append(all, strings.Split(value, tagSeparator)...)
			}
		}
	}
	return all
}

const tagSeparator = ", "
