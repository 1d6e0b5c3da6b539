package rt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// source reads a Request Tracker.
type source struct{ *desk }

// Profile logs in and asks what RT has.
func (s *source) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return connectors.SourceProfile{}, err
	}
	return connectors.SourceProfile{Product: "Request Tracker", Version: f.version,
		Kinds: []helpdesk.Kind{helpdesk.KindDefinition, helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket, helpdesk.KindArticle},
		Notes: []string{"Tickets that are deleted or merged into others are not read, nor are mails that RT recorded as sent.",
			"Of a message that is both text and HTML the HTML is read. Of articles the fields Name and " + s.ArticleField + " are read. Assets, reminders and approvals are not."}}, nil
}

// Page gives the records of a kind. Tickets are read in the order of their
// numbers, a hundred a page; the rest is few and comes in one page, but for people.
func (s *source) Page(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (connectors.Page, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return connectors.Page{}, err
	}
	switch k {
	case helpdesk.KindDefinition:
		return connectors.Page{Records: definitions(f, s.MarkerField), Last: true}, nil
	case helpdesk.KindGroup:
		return s.groups(ctx)
	case helpdesk.KindOrganization:
		return s.organizations(ctx)
	case helpdesk.KindPerson:
		return s.persons(ctx, after)
	case helpdesk.KindTicket:
		return s.tickets(ctx, after)
	case helpdesk.KindArticle:
		return s.articles(ctx)
	}
	return connectors.Page{Last: true}, nil
}

// Count asks for totals, and reads the lists that a Page gives whole.
func (s *source) Count(ctx context.Context) (map[helpdesk.Kind]int, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := s.groups(ctx)
	if err != nil {
		return nil, err
	}
	var tickets struct {
		Total loose `json:"total"`
	}
	if err := s.get(ctx, "count tickets", "/tickets", url.Values{"query": {"id > 0"}, "per_page": {"1"}}, &tickets); err != nil {
		return nil, err
	}
	people, companies := 0, map[string]bool{}
	err = s.everybody(ctx, "Name,Organization", func(u user) bool {
		people++
		companies[u.Organization] = true
		return true
	})
	delete(companies, "")
	if err != nil {
		return nil, err
	}
	articles, err := s.articles(ctx)
	return map[helpdesk.Kind]int{helpdesk.KindDefinition: len(definitions(f, s.MarkerField)), helpdesk.KindGroup: len(groups.Records),
		helpdesk.KindTicket: int(tickets.Total.int()), helpdesk.KindPerson: people, helpdesk.KindOrganization: len(companies),
		helpdesk.KindArticle: len(articles.Records)}, err
}

// definitions are the custom fields of tickets and users.
func definitions(f *facts, marker string) (all []helpdesk.Record) {
	for _, c := range f.fields {
		scope, ok := map[string]string{ofTickets: "ticket", ofUsers: "person"}[c.Of]
		if !ok || c.Name == marker {
			continue
		}
		r := helpdesk.New(helpdesk.KindDefinition, string(c.ID))
		*r.Definition = helpdesk.Definition{Title: c.Name, Scope: scope, Type: c.Type, Options: c.options}
		all = append(all, r)
	}
	return all
}

func (s *source) groups(ctx context.Context) (connectors.Page, error) {
	page := connectors.Page{Last: true}
	err := each(ctx, s.desk, list{name: "list queues", path: "/queues", query: url.Values{"fields": {"Name,Description,LastUpdated"}, "find_disabled_rows": {"1"}},
		where: []condition{{"id", ">", 0}}}, func(q queue) bool {
		if q.Name != "___Approvals" { // RT's own
			page.Records = append(page.Records, groupOf(q))
		}
		return true
	})
	return page, err
}

func groupOf(q queue) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindGroup, string(q.ID))
	r.Changed = q.Updated.Time
	*r.Group = helpdesk.Group{Name: q.Name, Description: q.Description}
	return r
}

// everybody goes over all users, the disabled too: RT deletes no row of a user, so
// that this list only grows at its end.
func (d *desk) everybody(ctx context.Context, fields string, visit func(user) bool) error {
	return each(ctx, d, list{name: "list users", path: "/users", query: url.Values{"fields": {fields}, "orderby": {"id"}, "find_disabled_rows": {"1"}},
		where: []condition{{"id", ">", 0}}}, func(u user) bool { return slices.Contains(builtIn, u.Name) || visit(u) })
}

// organizations are what users have in their field Organization.
func (s *source) organizations(ctx context.Context) (connectors.Page, error) {
	page := connectors.Page{Last: true}
	seen := map[string]bool{"": true}
	err := s.everybody(ctx, "Name,Organization", func(u user) bool {
		if !seen[u.Organization] {
			seen[u.Organization] = true
			r := helpdesk.New(helpdesk.KindOrganization, u.Organization)
			r.Organization.Name = u.Organization
			page.Records = append(page.Records, r)
		}
		return true
	})
	return page, err
}

// persons gives a hundred users in the order in which they came. The cursor is how
// many were given.
func (s *source) persons(ctx context.Context, after connectors.Cursor) (connectors.Page, error) {
	given, err := position(after)
	if err != nil {
		return connectors.Page{}, err
	}
	var names []string
	if err := s.everybody(ctx, "Name", func(u user) bool { names = append(names, u.Name); return true }); err != nil {
		return connectors.Page{}, err
	}
	names = names[min(int(given), len(names)):]
	page := connectors.Page{Last: len(names) <= perPage}
	for _, name := range names[:min(len(names), perPage)] {
		u, err := s.readUser(ctx, name)
		switch {
		case errors.Is(err, connectors.ErrNotFound):
			page.Broken = append(page.Broken, connectors.Broken{Place: fmt.Sprintf("user number %d of the list", given+1), Reason: connectors.BrokenNoKey})
		case err != nil:
			return connectors.Page{}, err
		default:
			page.Records = append(page.Records, s.personOf(u))
		}
		given++
	}
	page.Next = connectors.Cursor(strconv.FormatInt(given, 10))
	return page, nil
}

// tickets reads the tickets behind the last number, whatever agents change or
// create meanwhile.
func (s *source) tickets(ctx context.Context, after connectors.Cursor) (connectors.Page, error) {
	last, err := position(after)
	if err != nil {
		return connectors.Page{}, err
	}
	var found struct {
		Items []ref `json:"items"`
		Total loose `json:"total"`
	}
	query := url.Values{"query": {"id > " + strconv.FormatInt(last, 10)}, "orderby": {"id"}, "order": {"ASC"}, "per_page": {strconv.Itoa(perPage)}}
	if err := s.get(ctx, "list tickets", "/tickets", query, &found); err != nil {
		return connectors.Page{}, err
	}
	if found.Total == "" {
		return connectors.Page{}, fmt.Errorf("rt: list tickets: %w: the answer is not a list", connectors.ErrUnavailable)
	}
	page := connectors.Page{Last: int(found.Total.int()) <= len(found.Items), Next: after}
	for _, one := range found.Items {
		if one.ID.int() <= last {
			return connectors.Page{}, fmt.Errorf("rt: list tickets: %w: a page came again, or out of order", connectors.ErrUnavailable)
		}
		last = one.ID.int()
		t, err := s.whole(ctx, string(one.ID))
		switch {
		case errors.Is(err, connectors.ErrNotFound): // shredded since the list was made
		case errors.Is(err, connectors.ErrRejected):
			page.Broken = append(page.Broken, connectors.Broken{Place: "ticket/" + string(one.ID), Reason: connectors.BrokenValue})
		case err != nil:
			return connectors.Page{}, err
		default:
			page.Records = append(page.Records, view{s.desk, false}.ticket(t))
		}
		page.Next = connectors.Cursor(one.ID)
	}
	return page, nil
}

// position is the number that a cursor holds.
func position(c connectors.Cursor) (int64, error) {
	if c == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(c), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("rt: a cursor of another source")
	}
	return n, nil
}

// OpenAttachment reads the bytes of a file. RT gives them in one piece.
func (d *desk) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	content, err := d.content(ctx, a.Locator)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}
