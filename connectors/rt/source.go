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
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/window"
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
		Since: []helpdesk.Kind{helpdesk.KindTicket},
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

// tickets reads, in the order of their numbers, the tickets that changed within the
// window, whatever agents change or create meanwhile.
func (s *source) tickets(ctx context.Context, after connectors.Cursor) (connectors.Page, error) {
	w, err := window.Parse(after)
	if err != nil {
		return connectors.Page{}, fmt.Errorf("rt: %w", err)
	}
	if w.Begun.IsZero() {
		newest, err := s.newest(ctx)
		if err != nil {
			return connectors.Page{}, err
		}
		w.Begin(newest)
	}
	numbers, last, err := s.numbers(ctx, w)
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{Last: last}
	for _, one := range numbers {
		r, err := s.present(ctx, string(one))
		_, merged := errors.AsType[*connectors.Merged](err)
		switch {
		case errors.Is(err, connectors.ErrNotFound), merged: // since the list was made
		case errors.Is(err, connectors.ErrRejected):
			page.Broken = append(page.Broken, connectors.Broken{Place: "ticket/" + string(one), Reason: connectors.BrokenValue})
		case err != nil:
			return connectors.Page{}, err
		default:
			page.Records = append(page.Records, r)
		}
		w.After = one.int()
	}
	if page.Next = w.Cursor(); page.Last {
		page.Next = w.Next()
	}
	return page, nil
}

// numbers are those of a page of tickets, and whether it is the last. RT leaves out
// tickets that are deleted or merged into others.
func (s *source) numbers(ctx context.Context, w window.Window) (numbers []loose, last bool, err error) {
	var found struct {
		Items []ref `json:"items"`
		Total loose `json:"total"`
	}
	q := "id > " + strconv.FormatInt(w.After, 10)
	if !w.Since.IsZero() {
		q += " AND LastUpdated >= '" + w.Since.UTC().Format(time.DateTime) + " UTC'" // else it is a time where the account is at home
	}
	query := url.Values{"query": {q}, "orderby": {"id"}, "order": {"ASC"}, "per_page": {strconv.Itoa(perPage)}}
	if err := s.get(ctx, "list tickets", "/tickets", query, &found); err != nil {
		return nil, false, err
	}
	if found.Total == "" {
		return nil, false, fmt.Errorf("rt: list tickets: %w: the answer is not a list", connectors.ErrUnavailable)
	}
	for _, one := range found.Items {
		if one.ID.int() <= w.After {
			return nil, false, fmt.Errorf("rt: list tickets: %w: a page came again, or out of order", connectors.ErrUnavailable)
		}
		w.After = one.ID.int()
		numbers = append(numbers, one.ID)
	}
	return numbers, int(found.Total.int()) <= len(found.Items), nil
}

// newest is the time of the last change of a ticket, by RT's clock; zero if there is
// none.
func (s *source) newest(ctx context.Context) (time.Time, error) {
	var found struct {
		Items []struct {
			Updated stamp `json:"LastUpdated"`
		} `json:"items"`
	}
	query := url.Values{"query": {"id > 0"}, "orderby": {"LastUpdated"}, "order": {"DESC"}, "per_page": {"1"}, "fields": {"LastUpdated"}}
	err := s.get(ctx, "newest ticket", "/tickets", query, &found)
	if err != nil || len(found.Items) == 0 {
		return time.Time{}, err
	}
	return found.Items[0].Updated.Time, nil
}

// Get reads one record as it is now.
func (s *source) Get(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	if _, err := s.learn(ctx); err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindGroup:
		q, err := s.readQueue(ctx, key)
		return groupOf(q), err
	case helpdesk.KindPerson:
		u, err := s.readUser(ctx, key)
		return s.personOf(u), err
	case helpdesk.KindTicket:
		return s.present(ctx, key)
	}
	page, err := s.Page(ctx, k, "") // few, and in one page
	for _, r := range page.Records {
		if r.Key == key {
			return r, nil
		}
	}
	if err == nil {
		err = notFound("read " + string(k))
	}
	return helpdesk.Record{}, err
}

// present reads a ticket that is neither deleted nor merged into another, which RT
// still gives by their numbers. Agents may do either while its parts are read, but
// those are read after its head: what is given was there when its head was.
func (s *source) present(ctx context.Context, key string) (helpdesk.Record, error) {
	t, err := s.head(ctx, key)
	switch {
	case err != nil:
		return helpdesk.Record{}, err
	case t.Status == deleted:
		return helpdesk.Record{}, notFound("read ticket")
	case t.Effective.ID != "" && t.Effective.ID != t.ID:
		return helpdesk.Record{}, &connectors.Merged{Into: string(t.Effective.ID)}
	}
	if err := s.parts(ctx, t); err != nil {
		return helpdesk.Record{}, err
	}
	return view{s.desk, false}.ticket(t), nil
}

// Roll lists keys: of tickets and users from their lists, of what is few with its
// records.
func (s *source) Roll(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (roll connectors.Roll, err error) {
	switch k {
	case helpdesk.KindTicket:
		last, err := position(after)
		if err != nil {
			return roll, err
		}
		numbers, end, err := s.numbers(ctx, window.Window{After: last})
		for _, one := range numbers {
			roll.Keys, last = append(roll.Keys, string(one)), one.int()
		}
		roll.Next, roll.Last = connectors.Cursor(strconv.FormatInt(last, 10)), end
		return roll, err
	case helpdesk.KindPerson:
		roll.Last = true
		err = s.everybody(ctx, "Name", func(u user) bool { roll.Keys = append(roll.Keys, u.Name); return true })
		return roll, err
	}
	page, err := s.Page(ctx, k, after)
	for _, r := range page.Records {
		roll.Keys = append(roll.Keys, r.Key)
	}
	roll.Next, roll.Last = page.Next, page.Last
	return roll, err
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
