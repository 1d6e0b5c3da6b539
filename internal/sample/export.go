package sample

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Export returns the account as the files of a CSV export, by relative path.
func (a Account) Export() (map[string][]byte, error) {
	files := make(map[string][]byte, len(a.Files)+len(layouts()))
	for path, content := range a.Files {
		files[path] = content
	}
	e := exporter{files: files}
	for _, k := range helpdesk.Kinds() {
		e.records(a.Of(k), kindSheet(k))
	}
	tickets := a.Of(helpdesk.KindTicket)
	e.parts(tickets)
	e.attachments(tickets, a.Of(helpdesk.KindArticle))
	return files, e.err
}

// An exporter fills files sheet by sheet and keeps the first errors.
type exporter struct {
	files map[string][]byte
	err   error
}

// sheet writes one file: rows calls add for every row.
func (e *exporter) sheet(l layout, custom, extra []string, rows func(add adder)) {
	var b bytes.Buffer
	s, err := newSheet(&b, l, custom, extra)
	if err != nil {
		e.err = errors.Join(e.err, err)
		return
	}
	rows(func(lead []string, ptr any, custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue) {
		e.err = errors.Join(e.err, s.write(lead, ptr, custom, extra))
	})
	e.err = errors.Join(e.err, s.flush())
	e.files[l.file] = b.Bytes()
}

// An adder is sheet.write with its error kept.
type adder func(lead []string, ptr any, custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue)

func (e *exporter) records(records []helpdesk.Record, l layout) {
	var customs, extras []string
	for _, r := range records {
		_, custom, extra := contents(&r)
		customs = names(customs, custom)
		extras = names(extras, extra)
	}
	e.sheet(l, customs, extras, func(add adder) {
		for _, r := range records {
			ptr, custom, extra := contents(&r)
			add([]string{r.Key, stamp(r.Changed)}, ptr, custom, extra)
		}
	})
}

// contents is what a record's row is made of.
func contents(r *helpdesk.Record) (ptr any, custom []helpdesk.CustomValue, extra []helpdesk.ExtraValue) {
	switch r.Kind {
	case helpdesk.KindDefinition:
		return r.Definition, nil, nil
	case helpdesk.KindGroup:
		return r.Group, nil, nil
	case helpdesk.KindOrganization:
		return r.Organization, r.Organization.Custom, r.Organization.Extra
	case helpdesk.KindPerson:
		return r.Person, r.Person.Custom, r.Person.Extra
	case helpdesk.KindTicket:
		return r.Ticket, r.Ticket.Custom, r.Ticket.Extra
	default:
		return r.Article, nil, r.Article.Extra
	}
}

// names adds the names of values to those that are known, in order of sight.
func names[V helpdesk.CustomValue | helpdesk.ExtraValue](known []string, values []V) []string {
	for _, v := range values {
		if name := helpdesk.CustomValue(v).Name; !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	return known
}

// parts writes the files of what travels inside tickets.
func (e *exporter) parts(tickets []helpdesk.Record) {
	var extras []string
	for _, c := range all(tickets, func(t *helpdesk.Ticket) []helpdesk.Comment { return t.Comments }) {
		extras = names(extras, c.Extra)
	}
	e.sheet(commentSheet, nil, extras, func(add adder) {
		eachPart(tickets, func(t *helpdesk.Ticket) []helpdesk.Comment { return t.Comments },
			func(ticket string, c *helpdesk.Comment) { add([]string{ticket}, c, nil, c.Extra) })
	})
	simpleParts(e, participantSheet, tickets, func(t *helpdesk.Ticket) []helpdesk.Participant { return t.Participants })
	simpleParts(e, linkSheet, tickets, func(t *helpdesk.Ticket) []helpdesk.Link { return t.Links })
	simpleParts(e, timeEntrySheet, tickets, func(t *helpdesk.Ticket) []helpdesk.TimeEntry { return t.TimeEntries })
	simpleParts(e, ratingSheet, tickets, func(t *helpdesk.Ticket) []helpdesk.Rating { return t.Ratings })
}

func simpleParts[P any](e *exporter, l layout, tickets []helpdesk.Record, of func(*helpdesk.Ticket) []P) {
	e.sheet(l, nil, nil, func(add adder) {
		eachPart(tickets, of, func(ticket string, p *P) { add([]string{ticket}, p, nil, nil) })
	})
}

func eachPart[P any](tickets []helpdesk.Record, of func(*helpdesk.Ticket) []P, do func(ticket string, p *P)) {
	for _, r := range tickets {
		for i := range of(r.Ticket) {
			do(r.Key, &of(r.Ticket)[i])
		}
	}
}

func all[P any](tickets []helpdesk.Record, of func(*helpdesk.Ticket) []P) []P {
	var parts []P
	for _, r := range tickets {
		parts = append(parts, of(r.Ticket)...)
	}
	return parts
}

func (e *exporter) attachments(tickets, articles []helpdesk.Record) {
	e.sheet(attachmentSheet, nil, nil, func(add adder) {
		for _, c := range all(tickets, func(t *helpdesk.Ticket) []helpdesk.Comment { return t.Comments }) {
			for _, a := range c.Attachments {
				add([]string{c.Key, "", a.Locator}, &a, nil, nil)
			}
		}
		for _, r := range articles {
			for _, a := range r.Article.Attachments {
				add([]string{"", r.Key, a.Locator}, &a, nil, nil)
			}
		}
	})
}

// stamp spells a time as the export does.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
