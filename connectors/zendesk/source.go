package zendesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// source reads a Zendesk.
type source struct{ *desk }

// Profile asks who the account is and what words Zendesk has.
func (s *source) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return connectors.SourceProfile{}, err
	}
	p := connectors.SourceProfile{Product: "Zendesk", PerMinute: s.client.PerMinute(),
		Kinds: []helpdesk.Kind{helpdesk.KindDefinition, helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket},
		Since: []helpdesk.Kind{helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket},
		Tombs: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket},
		Notes: []string{"What changed within the last minute is left to the next run: Zendesk's exports leave it out.",
			"Triggers, automations, macros, views, side conversations, recordings of calls and community posts are not read.",
			"That an agent joins or leaves a group is no change of the person to Zendesk: a delta learns of it with the person's next change."}}
	if s.Organizations == "default" {
		p.Notes = append(p.Notes, "Of people with several organizations the default one is read; organizations: all reads every one.")
	}
	if len(f.locales) > 0 {
		p.Kinds, p.Since = append(p.Kinds, helpdesk.KindArticle), append(p.Since, helpdesk.KindArticle)
	} else {
		p.Notes = append(p.Notes, "There is no help center: no articles are read.")
	}
	return p, nil
}

// Page gives the records of a kind. Definitions and groups are few and come in one
// page.
func (s *source) Page(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (connectors.Page, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return connectors.Page{}, err
	}
	switch k {
	case helpdesk.KindDefinition:
		records, err := s.definitions(ctx)
		return connectors.Page{Records: records, Last: true}, err
	case helpdesk.KindGroup:
		records, err := s.groups(ctx)
		return connectors.Page{Records: records, Last: true}, err
	case helpdesk.KindOrganization:
		return s.organizations(ctx, f, after)
	case helpdesk.KindPerson:
		return s.people(ctx, f, after)
	case helpdesk.KindTicket:
		return s.tickets(ctx, f, after)
	case helpdesk.KindArticle:
		return s.articles(ctx, after)
	}
	return connectors.Page{Last: true}, nil
}

// An export is a page of an export by cursor.
type export[T any] struct {
	rows []T
	sets []metricSet
	next connectors.Cursor
	last bool
}

// overlap is how far before the last change that it saw a reading begins that goes
// on from the end of another. Zendesk leaves the last minute out so that nothing
// comes late, and its cursors go by whole seconds: a change that comes late all the
// same, or within a second that was cut, is read now.
const overlap = 2 * time.Minute

// A position is where an export goes on: by Zendesk's own cursor within a reading,
// by the time of the last change that was seen from the end of one.
type position struct {
	seen  int64 // seconds
	token string
}

func (p position) cursor() connectors.Cursor {
	if p == (position{}) {
		return ""
	}
	return connectors.Cursor(strconv.FormatInt(p.seen, 10) + ":" + p.token)
}

func positionOf(c connectors.Cursor) (p position, err error) {
	if c == "" {
		return p, nil
	}
	seen, token, ok := strings.Cut(string(c), ":")
	p.token = token
	if p.seen, err = strconv.ParseInt(seen, 10, 64); err != nil || !ok || p.seen < 0 {
		return p, fmt.Errorf("zendesk: a cursor of another source")
	}
	return p, nil
}

// query asks for what comes at the position.
func (p position) query() url.Values {
	if p.token != "" {
		return url.Values{"cursor": {p.token}}
	}
	return url.Values{"start_time": {strconv.FormatInt(max(0, p.seen-int64(overlap/time.Second)), 10)}}
}

// exported reads a page of an export by cursor; changed is when a row changed, by
// the clock of the export. The end is told by Zendesk, never by the size of a page.
func exported[T any](ctx context.Context, d *desk, name string, after connectors.Cursor, query url.Values, changed func(*T) int64) (e export[T], err error) {
	at, err := positionOf(after)
	if err != nil {
		return e, err
	}
	q := at.query()
	for k, v := range query {
		q[k] = v
	}
	var page map[string]json.RawMessage
	if err := d.get(ctx, "export "+name, "/incremental/"+name+"/cursor.json", q, &page); err != nil {
		return e, ofCursor(err, after)
	}
	var token *string
	if json.Unmarshal(page[name], &e.rows) != nil || json.Unmarshal(page["end_of_stream"], &e.last) != nil ||
		json.Unmarshal(page["after_cursor"], &token) != nil || page["metric_sets"] != nil && json.Unmarshal(page["metric_sets"], &e.sets) != nil {
		return e, unlike("export " + name)
	}
	next := position{seen: at.seen}
	for i := range e.rows {
		next.seen = max(next.seen, changed(&e.rows[i]))
	}
	if !e.last {
		if token == nil || *token == "" || *token == at.token {
			return e, unlike("export " + name)
		}
		next.token = *token
	}
	e.next = next.cursor()
	return e, nil
}

// ofCursor is the error of an export that does not take its cursor.
func ofCursor(err error, after connectors.Cursor) error {
	if after != "" && errors.Is(err, connectors.ErrRejected) {
		return fmt.Errorf("zendesk: Zendesk does not take the cursor: %w", connectors.ErrUnavailable)
	}
	return err
}

func (s *source) people(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	e, err := exported[user](ctx, s.desk, "users", after, url.Values{"per_page": {strconv.Itoa(s.desk.Page)}},
		func(u *user) int64 { return u.Updated.Unix() })
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{Next: e.next, Last: e.last}
	e.rows = newest(e.rows, func(u user) int64 { return u.ID })
	for some := range slices.Chunk(e.rows, perPage) {
		records, err := s.persons(ctx, f, slices.DeleteFunc(slices.Clone(some), func(u user) bool { return u.gone() }))
		if err != nil {
			return connectors.Page{}, err
		}
		page.Records = append(page.Records, records...)
	}
	for _, u := range e.rows {
		if u.gone() {
			page.Gone = append(page.Gone, connectors.Gone{Key: rest.ID(u.ID)})
		}
	}
	return page, nil
}

// newest leaves of rows with the same id the last, in which the object is newest.
func newest[T any](rows []T, idOf func(T) int64) (kept []T) {
	last := map[int64]int{}
	for i, r := range rows {
		last[idOf(r)] = i
	}
	for i, r := range rows {
		if last[idOf(r)] == i {
			kept = append(kept, r)
		}
	}
	return kept
}

func (s *source) tickets(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	e, err := exported[ticket](ctx, s.desk, "tickets", after, url.Values{"per_page": {strconv.Itoa(s.desk.Page)}, "include": {"metric_sets"}},
		(*ticket).changed)
	if err != nil {
		return connectors.Page{}, err
	}
	page := connectors.Page{Next: e.next, Last: e.last}
	sets := map[int64]*metricSet{}
	for i := range e.sets {
		sets[e.sets[i].Ticket] = &e.sets[i]
	}
	e.rows = newest(e.rows, func(t ticket) int64 { return t.ID })
	records := make([]*helpdesk.Record, len(e.rows))
	together, inside := errgroup.WithContext(ctx)
	together.SetLimit(s.Connections)
	for i := range e.rows {
		t := &e.rows[i]
		if t.Status == deleted {
			page.Gone = append(page.Gone, connectors.Gone{Key: rest.ID(t.ID)})
			continue
		}
		together.Go(func() error {
			var r *helpdesk.Record
			err := rest.Patiently(inside, func() (err error) {
				r, err = s.whole(inside, f, t, sets[t.ID])
				return err
			})
			if errors.Is(err, connectors.ErrNotFound) {
				return nil // deleted since: its row comes at the end of the export
			}
			records[i] = r
			return err
		})
	}
	if err := together.Wait(); err != nil {
		return connectors.Page{}, err
	}
	for _, r := range records {
		if r != nil {
			page.Records = append(page.Records, *r)
		}
	}
	return page, nil
}

// deleted is the status of a ticket that was deleted, in exports only.
const deleted = "deleted"

// whole reads a ticket's comments to it.
func (s *source) whole(ctx context.Context, f *facts, t *ticket, m *metricSet) (*helpdesk.Record, error) {
	comments, err := s.comments(ctx, rest.ID(t.ID))
	if err != nil {
		return nil, err
	}
	r := view{f: f}.ticket(t, comments)
	if m != nil {
		if m.Solved != nil {
			r.Ticket.Solved = m.Solved.UTC()
		}
		if m.Reply.Calendar != nil {
			r.Ticket.FirstReply = t.Created.Add(minutes(*m.Reply.Calendar))
		}
	}
	return &r, nil
}

func (d *desk) comments(ctx context.Context, ticket string) (all []comment, err error) {
	err = each(ctx, d, "list comments", "/tickets/"+ticket+"/comments.json", "comments", url.Values{"include_inline_images": {"true"}},
		func(c comment) bool { all = append(all, c); return true })
	return all, err
}

// Get reads one record as it is now.
func (s *source) Get(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindDefinition:
		all, err := s.definitions(ctx)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return pick(k, key, all)
	case helpdesk.KindGroup:
		all, err := s.groups(ctx)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return pick(k, key, all)
	case helpdesk.KindArticle:
		return s.article(ctx, key)
	}
	n, err := rest.Number("zendesk: read "+string(k), key)
	if err != nil {
		return helpdesk.Record{}, err
	}
	switch k {
	case helpdesk.KindOrganization:
		o, err := s.readOrganization(ctx, n)
		if err != nil {
			return helpdesk.Record{}, err
		}
		return view{f: f}.organization(o), nil
	case helpdesk.KindPerson:
		u, err := s.readUser(ctx, n)
		if err != nil {
			return helpdesk.Record{}, err
		}
		all, err := s.persons(ctx, f, []user{*u})
		return only(k, all, err)
	}
	t, set, err := s.readTicket(ctx, n)
	if err != nil {
		return helpdesk.Record{}, err
	}
	r, err := s.whole(ctx, f, t, set)
	if err != nil {
		return helpdesk.Record{}, err
	}
	return *r, nil
}

func pick(k helpdesk.Kind, key string, from []helpdesk.Record) (helpdesk.Record, error) {
	for _, r := range from {
		if r.Key == key {
			return r, nil
		}
	}
	return helpdesk.Record{}, fmt.Errorf("zendesk: read %s: %w", k, connectors.ErrNotFound)
}

func only(k helpdesk.Kind, all []helpdesk.Record, err error) (helpdesk.Record, error) {
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("zendesk: read %s: %w", k, connectors.ErrNotFound)
	}
	if err != nil {
		return helpdesk.Record{}, err
	}
	return all[0], nil
}

// Count asks for totals. Zendesk's are of a while ago, and leave out the archive.
func (s *source) Count(ctx context.Context) (map[helpdesk.Kind]int, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return nil, err
	}
	count := map[helpdesk.Kind]int{helpdesk.KindDefinition: len(definitions(f))}
	for kind, path := range map[helpdesk.Kind]string{helpdesk.KindTicket: "tickets", helpdesk.KindPerson: "users",
		helpdesk.KindOrganization: "organizations", helpdesk.KindGroup: "groups"} {
		var answer struct {
			Count struct {
				Value int `json:"value"`
			} `json:"count"`
		}
		if err := s.get(ctx, "count "+path, "/"+path+"/count.json", nil, &answer); err != nil {
			return nil, err
		}
		count[kind] = answer.Count.Value
	}
	if len(f.locales) > 0 {
		var answer struct {
			Count int `json:"count"`
		}
		if err := s.get(ctx, "count articles", "/help_center/articles.json", url.Values{"per_page": {"1"}}, &answer); err != nil {
			return nil, err
		}
		count[helpdesk.KindArticle] = answer.Count
	}
	return count, nil
}

// definitions asks anew: an administrator may have changed fields since.
func (s *source) definitions(ctx context.Context) ([]helpdesk.Record, error) {
	var f facts
	if err := s.learnFields(ctx, &f); err != nil {
		return nil, err
	}
	return definitions(&f), nil
}

// definitions are the custom fields, by what they belong to.
func definitions(f *facts) (all []helpdesk.Record) {
	for i := range f.fields {
		c := &f.fields[i]
		r := helpdesk.New(helpdesk.KindDefinition, c.scope+"/"+rest.ID(c.ID))
		*r.Definition = helpdesk.Definition{Title: c.Title, Scope: c.scope, Type: c.Type, Required: c.Required}
		for _, o := range c.Options {
			r.Definition.Options = append(r.Definition.Options, o.Name)
		}
		all = append(all, r)
	}
	return all
}

func (s *source) groups(ctx context.Context) (all []helpdesk.Record, err error) {
	err = each(ctx, s.desk, "list groups", "/groups.json", "groups", nil, func(g group) bool {
		if !g.Deleted {
			all = append(all, groupOf(&g))
		}
		return true
	})
	return all, err
}

func groupOf(g *group) helpdesk.Record {
	r := helpdesk.New(helpdesk.KindGroup, rest.ID(g.ID))
	r.Changed = g.Updated
	*r.Group = helpdesk.Group{Name: g.Name, Description: unmarked(g.Description)}
	return r
}

// since reads the cursor of an export by time.
func since(after connectors.Cursor) (int64, error) {
	if after == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(after), 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("zendesk: a cursor of another source")
	}
	return n, nil
}

// onward is where the next page of an export by time begins: with the last second
// of this one, which may not be over. Only where that second alone fills a page
// does it begin behind it: pages never split a second, and it is long past.
func onward(start, end int64, last, settled bool) (next connectors.Cursor, ends bool) {
	if end > start || last || !settled {
		return connectors.Cursor(strconv.FormatInt(max(start, end), 10)), last || end <= start
	}
	return connectors.Cursor(strconv.FormatInt(start+1, 10)), false
}

func (s *source) organizations(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	start, err := since(after)
	if err != nil {
		return connectors.Page{}, err
	}
	var answer struct {
		Rows []organization `json:"organizations"`
		End  *int64         `json:"end_time"`
		Last *bool          `json:"end_of_stream"`
	}
	if err := s.get(ctx, "export organizations", "/incremental/organizations.json", url.Values{"start_time": {strconv.FormatInt(start, 10)}}, &answer); err != nil {
		return connectors.Page{}, err
	}
	if answer.Last == nil {
		return connectors.Page{}, unlike("export organizations")
	}
	end := start
	if answer.End != nil {
		end = *answer.End
	}
	var page connectors.Page
	page.Next, page.Last = onward(start, end, *answer.Last, true)
	for _, o := range newest(answer.Rows, func(o organization) int64 { return o.ID }) {
		if o.Deleted == nil {
			page.Records = append(page.Records, view{f: f}.organization(&o))
		}
	}
	return page, nil
}

// sorted puts extra values in the order of their names, and leaves out empty ones.
func sorted(values map[string]string) (all []helpdesk.ExtraValue) {
	for name, v := range values {
		if v != "" {
			all = append(all, helpdesk.ExtraValue{Name: name, Values: []string{v}})
		}
	}
	slices.SortFunc(all, func(a, b helpdesk.ExtraValue) int { return strings.Compare(a.Name, b.Name) })
	return all
}
