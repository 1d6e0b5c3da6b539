package redmine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/connectors/window"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// source reads a Redmine.
type source struct{ *desk }

// Profile asks who the account is and what words Redmine has.
func (s *source) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	if _, err := s.learn(ctx); err != nil {
		return connectors.SourceProfile{}, err
	}
	return connectors.SourceProfile{Product: "Redmine",
		Kinds: []helpdesk.Kind{helpdesk.KindDefinition, helpdesk.KindGroup, helpdesk.KindPerson, helpdesk.KindTicket, helpdesk.KindArticle},
		Since: []helpdesk.Kind{helpdesk.KindTicket},
		Notes: []string{"Archived projects are not read: Redmine's API does not show them.",
			"Locked people are read as suspended. Groups of users, news, forums, documents and repositories are not read."}}, nil
}

// Page gives the records of a kind. Issues are read in the order of their ids, a
// hundred a page; everything else is few and comes in one page.
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
	case helpdesk.KindPerson:
		return s.persons(ctx, f, after)
	case helpdesk.KindTicket:
		return s.tickets(ctx, f, after)
	case helpdesk.KindArticle:
		return s.articles(ctx)
	}
	return connectors.Page{Last: true}, nil
}

// Count asks for totals only, and for the lists of wiki pages.
func (s *source) Count(ctx context.Context) (map[helpdesk.Kind]int, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return nil, err
	}
	count := map[helpdesk.Kind]int{helpdesk.KindDefinition: len(definitions(f, s.MarkerField))}
	for kind, path := range map[helpdesk.Kind]string{helpdesk.KindTicket: "/issues.json?status_id=*", helpdesk.KindPerson: "/users.json?status=",
		helpdesk.KindGroup: "/projects.json?"} {
		path, query, _ := strings.Cut(path, "?")
		q, _ := url.ParseQuery(query)
		q.Set("limit", "1")
		var page struct {
			Total int `json:"total_count"`
		}
		if err := s.get(ctx, "count "+string(kind), path, q, &page); err != nil {
			return nil, err
		}
		count[kind] = page.Total
	}
	all, err := s.wikis(ctx)
	for _, w := range all {
		count[helpdesk.KindArticle] += len(w.pages)
	}
	return count, err
}

// definitions are the custom fields of issues and people.
func definitions(f *facts, marker string) (all []helpdesk.Record) {
	for _, c := range f.fields {
		scope, ok := map[string]string{"issue": "ticket", "user": "person"}[c.Of]
		if !ok || c.Name == marker {
			continue
		}
		r := helpdesk.New(helpdesk.KindDefinition, id(c.ID))
		*r.Definition = helpdesk.Definition{Title: c.Name, Scope: scope, Type: c.Format, Required: c.Required}
		for _, v := range c.Values {
			r.Definition.Options = append(r.Definition.Options, v.Value)
		}
		all = append(all, r)
	}
	return all
}

func (s *source) groups(ctx context.Context) (connectors.Page, error) {
	page := connectors.Page{Last: true}
	err := each(ctx, s.desk, "list projects", "/projects.json", "projects", nil, func(p project) bool {
		page.Records = append(page.Records, groupOf(p))
		return true
	})
	return page, err
}

func groupOf(p project) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindGroup, id(p.ID))
	r.Changed = p.Updated
	*r.Group = helpdesk.Group{Name: p.Name, Description: p.Description}
	return r
}

// persons gives a hundred users in the order of their ids. The cursor is the last
// id: Redmine can't be asked for users behind one, so the list is gone through
// anew; that a user is deleted meanwhile moves nothing.
func (s *source) persons(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	last, err := position(after)
	if err != nil {
		return connectors.Page{}, err
	}
	var ids []int64
	err = s.users(ctx, nil, func(u user) bool {
		ids = append(ids, u.ID)
		return true
	})
	if err != nil {
		return connectors.Page{}, err
	}
	slices.Sort(ids)
	ids = slices.Compact(slices.DeleteFunc(ids, func(n int64) bool { return n <= last }))
	page := connectors.Page{Last: len(ids) <= perPage, Next: after}
	for _, n := range ids[:min(len(ids), perPage)] {
		u, err := s.readUser(ctx, id(n))
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return connectors.Page{}, err
		}
		if err == nil {
			page.Records = append(page.Records, s.personOf(f, u))
		}
		page.Next = connectors.Cursor(id(n))
	}
	return page, nil
}

// tickets reads in the order of numbers those that changed within the window. Redmine
// changes updated_on with every journal, file and field, and with a new note.
func (s *source) tickets(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	w, err := window.Parse(after)
	if err != nil {
		return connectors.Page{}, fmt.Errorf("redmine: %w", err)
	}
	if w.Begun.IsZero() {
		newest, err := s.newest(ctx)
		if err != nil {
			return connectors.Page{}, err
		}
		w.Begin(newest)
	}
	issues, end, err := s.issuesAfter(ctx, w.After, changedSince(w.Since))
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{Last: end}
	for i := range issues {
		key := id(issues[i].ID)
		whole, err := s.whole(ctx, key)
		switch {
		case errors.Is(err, connectors.ErrNotFound): // deleted since the list was made
		case errors.Is(err, connectors.ErrRejected):
			page.Broken = append(page.Broken, connectors.Broken{Place: "issues/" + key, Reason: connectors.BrokenValue})
		case err != nil:
			return connectors.Page{}, err
		default:
			page.Records = append(page.Records, view{s.desk, f.me.ID, false}.ticket(whole))
		}
		w.After = issues[i].ID
	}
	if page.Next = w.Cursor(); page.Last {
		page.Next = w.Next()
	}
	return page, nil
}

// newest is the time of the last change of an issue, by Redmine's clock; zero if there
// is none.
func (s *source) newest(ctx context.Context) (time.Time, error) {
	var page struct {
		Issues []issue `json:"issues"`
	}
	err := s.get(ctx, "newest issue", "/issues.json", url.Values{"status_id": {"*"}, "sort": {"updated_on:desc"}, "limit": {"1"}}, &page)
	if err != nil || len(page.Issues) == 0 {
		return time.Time{}, err
	}
	return page.Issues[0].Updated, nil
}

// changedSince asks for what changed in a second or later (Query, "date_past").
func changedSince(since time.Time) url.Values {
	if since.IsZero() {
		return nil
	}
	return url.Values{"f[]": {"updated_on"}, "op[updated_on]": {">="}, "v[updated_on][]": {since.UTC().Format(time.RFC3339)}}
}

// Get reads one record as it is now. Projects that are archived are not there.
func (s *source) Get(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindGroup:
		var answer struct {
			Project project `json:"project"`
		}
		if err := numeric("read project", key); err != nil {
			return helpdesk.Record{}, err
		}
		err := s.get(ctx, "read project", "/projects/"+key+".json", nil, &answer)
		return groupOf(answer.Project), err
	case helpdesk.KindPerson:
		u, err := s.readUser(ctx, key)
		return s.personOf(f, u), err
	case helpdesk.KindTicket:
		i, err := s.whole(ctx, key)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return view{s.desk, f.me.ID, false}.ticket(i), nil
	}
	page, err := s.Page(ctx, k, "") // few, and in one page
	for _, r := range page.Records {
		if r.Key == key {
			return r, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("redmine: read %s: %w", k, connectors.ErrNotFound)
	}
	return helpdesk.Record{}, err
}

// Roll lists keys: of issues and users from their lists, of what is few with its
// records.
func (s *source) Roll(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (roll connectors.Roll, err error) {
	switch k {
	case helpdesk.KindTicket:
		last, err := position(after)
		if err != nil {
			return roll, err
		}
		issues, end, err := s.issuesAfter(ctx, last, nil)
		for _, i := range issues {
			roll.Keys, last = append(roll.Keys, id(i.ID)), i.ID
		}
		roll.Next, roll.Last = connectors.Cursor(id(last)), end
		return roll, err
	case helpdesk.KindPerson:
		roll.Last = true
		err = s.users(ctx, nil, func(u user) bool { roll.Keys = append(roll.Keys, id(u.ID)); return true })
		return roll, err
	}
	page, err := s.Page(ctx, k, after)
	for _, r := range page.Records {
		roll.Keys = append(roll.Keys, r.Key)
	}
	roll.Next, roll.Last = page.Next, page.Last
	return roll, err
}

// position is the id that a cursor stands behind.
func position(c connectors.Cursor) (int64, error) {
	if c == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(c), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("redmine: a cursor of another source")
	}
	return n, nil
}

// OpenAttachment reads the bytes of a file.
func (d *desk) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	if err := numeric("read attachment", a.Locator); err != nil {
		return nil, err
	}
	body, err := d.client.Stream(ctx, rest.Request{Method: http.MethodGet, Path: "/attachments/download/" + a.Locator, Name: "redmine: read attachment"})
	return body, advise(err)
}

func sortExtra(all []helpdesk.ExtraValue) {
	slices.SortFunc(all, func(a, b helpdesk.ExtraValue) int { return cmp.Compare(a.Name, b.Name) })
}
