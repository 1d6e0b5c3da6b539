package freshdesk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// source reads a Freshdesk.
type source struct{ *desk }

// Profile asks who the account is and what words Freshdesk has.
func (s *source) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	if _, err := s.learn(ctx); err != nil {
		return connectors.SourceProfile{}, err
	}
	return connectors.SourceProfile{Product: "Freshdesk", PerMinute: s.client.PerMinute(),
		Kinds: []helpdesk.Kind{helpdesk.KindDefinition, helpdesk.KindGroup, helpdesk.KindOrganization, helpdesk.KindPerson, helpdesk.KindTicket},
		Since: []helpdesk.Kind{helpdesk.KindPerson, helpdesk.KindTicket},
		Tombs: []helpdesk.Kind{helpdesk.KindTicket},
		Notes: []string{"Tickets called spam, solution articles, forums, time entries, ratings and automations are not read.",
			"If more than 30,000 tickets changed within one second, as by an automation, Freshdesk gives no more of that second: it is listed as broken."}}, nil
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
		return s.readTickets(ctx, f, after)
	}
	return connectors.Page{Last: true}, nil
}

// definitions asks anew: an administrator may have changed fields since.
func (s *source) definitions(ctx context.Context) (all []helpdesk.Record, err error) {
	var f facts
	if err := s.learnFields(ctx, &f); err != nil {
		return nil, err
	}
	for _, c := range f.fields {
		if c.Label == s.MarkerField {
			continue
		}
		r := helpdesk.New(helpdesk.KindDefinition, c.scope+"/"+rest.ID(c.ID))
		*r.Definition = helpdesk.Definition{Title: c.Label, Scope: c.scope, Type: strings.TrimPrefix(c.Type, "custom_"), Options: c.words(), Required: c.Required}
		all = append(all, r)
	}
	return all, nil
}

func (s *source) groups(ctx context.Context) (all []helpdesk.Record, err error) {
	err = each(ctx, s.desk, "list groups", "/groups", nil, func(g group) bool {
		all = append(all, groupOf(&g))
		return true
	})
	return all, err
}

// organizations gives a page of companies; the cursor is its number.
func (s *source) organizations(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	at, err := positionOf(after)
	if err != nil {
		return connectors.Page{}, err
	}
	n := at.page + 1
	rows, more, err := steady(ctx, s.desk, "list companies", "/companies", n, func(c company) int64 { return c.ID })
	if err != nil {
		return connectors.Page{}, err
	}
	p := connectors.Page{Last: !more, Next: position{page: n}.cursor()}
	for i := range rows {
		p.Records = append(p.Records, view{s.desk, f, false}.organization(&rows[i]))
	}
	if p.Last {
		p.Next = ""
	}
	return p, nil
}

// people gives agents first, who are few, and then contacts page by page. The last
// page is the end only if nothing has moved until it was read.
func (s *source) people(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	at, err := placeOf(after)
	if err != nil {
		return connectors.Page{}, err
	}
	var p connectors.Page
	if at.page == 0 && at.began == 0 {
		at.began = s.client.ServerTime().Unix()
		at.read = at.began
		if p.Records, err = s.agents(ctx); err != nil {
			return p, err
		}
	}
	rows, more, err := page[contact](ctx, s.desk, "list contacts", "/contacts", changedSince(at.since), at.page+1)
	if err != nil {
		return connectors.Page{}, err
	}
	now := s.client.ServerTime().Unix()
	back, changed, err := s.moved(ctx, at.read)
	if err != nil {
		return connectors.Page{}, err
	}
	for _, c := range append(rows, changed...) { // what changed was listed last
		p.Records = append(p.Records, view{s.desk, f, false}.person(&c))
	}
	next := at.page + 1
	if back > 0 { // what was on this page may be on one before it now
		next = max(0, at.page-back)
	}
	p.Last, p.Next = !more && back == 0, place{at.since, at.began, now, next, at.steps + 1}.cursor()
	if p.Last { // the next reading begins before this one did
		p.Next = place{since: max(0, at.began-int64(overlap/time.Second))}.cursor()
	}
	return p, nil
}

func (s *source) agents(ctx context.Context) (all []helpdesk.Record, err error) {
	err = each(ctx, s.desk, "list agents", "/agents", nil, func(a agent) bool {
		all = append(all, agentOf(&a))
		return true
	})
	return all, err
}

// readTickets gives a stretch of the list of tickets, and behind its end one of the
// list of those that were deleted.
func (s *source) readTickets(ctx context.Context, f *facts, after connectors.Cursor) (connectors.Page, error) {
	p, err := positionOf(after)
	if err != nil {
		return connectors.Page{}, err
	}
	filter := ""
	if p.gone == 1 {
		filter = "deleted"
	}
	step, err := s.step(ctx, filter, p)
	if err != nil {
		return connectors.Page{}, err
	}
	var out connectors.Page
	if step.beyond {
		out.Broken = []connectors.Broken{{Place: fmt.Sprintf("%s tickets changed at %s, behind the first %d", filter,
			time.Unix(p.at, 0).UTC().Format(time.RFC3339), step.next.page*s.desk.Page), Reason: connectors.BrokenTooLarge}}
	}
	if p.gone == 0 {
		out.Records, err = s.wholes(ctx, f, step.rows)
	}
	for _, t := range step.rows {
		if p.gone == 1 {
			out.Gone = append(out.Gone, connectors.Gone{Key: rest.ID(t.ID)})
		}
	}
	next := step.next
	switch from := max(0, step.next.at-int64(overlap/time.Second)); {
	case step.last && p.gone == 0:
		next = position{since: p.since, at: p.since, gone: 1, end: from}
	case step.last:
		next, out.Last = position{since: p.end, at: p.end}, true
	}
	out.Next = next.cursor()
	return out, err
}

// wholes reads what the list does not tell of tickets.
func (s *source) wholes(ctx context.Context, f *facts, rows []ticket) (all []helpdesk.Record, err error) {
	records := make([]*helpdesk.Record, len(rows))
	together, inside := errgroup.WithContext(ctx)
	together.SetLimit(s.Connections)
	for i := range rows {
		together.Go(func() error {
			var r *helpdesk.Record
			err := rest.Patiently(inside, func() (err error) {
				r, err = s.whole(inside, f, rows[i].ID, false)
				return err
			})
			if errors.Is(err, connectors.ErrNotFound) {
				return nil // deleted since: it is in the list of those, now or the next time
			}
			records[i] = r
			return err
		})
	}
	if err := together.Wait(); err != nil {
		return nil, err
	}
	for _, r := range records {
		if r != nil {
			all = append(all, *r)
		}
	}
	return all, nil
}

// whole reads a ticket and what was said on it.
func (d *desk) whole(ctx context.Context, f *facts, n int64, written bool) (*helpdesk.Record, error) {
	t, err := d.readTicket(ctx, n)
	if err != nil {
		return nil, err
	}
	var said []conversation
	err = each(ctx, d, "list conversations", "/tickets/"+rest.ID(n)+"/conversations", nil, func(c conversation) bool { said = append(said, c); return true })
	if err != nil {
		return nil, err
	}
	r := view{d, f, written}.ticket(t, said)
	return &r, nil
}

func (d *desk) readTicket(ctx context.Context, n int64) (*ticket, error) {
	var t ticket
	if err := d.get(ctx, "read ticket", "/tickets/"+rest.ID(n), url.Values{"include": {"stats"}}, &t); err != nil {
		return nil, err
	}
	switch {
	case t.ID != n:
		return nil, unlike("read ticket")
	case t.Deleted:
		return nil, fmt.Errorf("freshdesk: read ticket: %w", connectors.ErrNotFound)
	}
	return &t, nil
}

// Get reads one record as it is now.
func (s *source) Get(ctx context.Context, k helpdesk.Kind, key string) (helpdesk.Record, error) {
	f, err := s.learn(ctx)
	if err != nil {
		return helpdesk.Record{}, err
	}
	if k == helpdesk.KindDefinition {
		all, err := s.definitions(ctx)
		for _, r := range all {
			if r.Key == key {
				return r, nil
			}
		}
		if err == nil {
			err = fmt.Errorf("freshdesk: read definition: %w", connectors.ErrNotFound)
		}
		return helpdesk.Record{}, err
	}
	return s.read(ctx, f, k, key, false)
}

// read reads one record, as a source or as what was written there.
func (d *desk) read(ctx context.Context, f *facts, k helpdesk.Kind, key string, written bool) (helpdesk.Record, error) {
	n, err := rest.Number("freshdesk: read "+string(k), key)
	if err != nil {
		return helpdesk.Record{}, err
	}
	v := view{d, f, written}
	switch k {
	case helpdesk.KindGroup:
		var g group
		err := d.get(ctx, "read group", "/groups/"+key, nil, &g)
		return groupOf(&g), err
	case helpdesk.KindOrganization:
		var c company
		err := d.get(ctx, "read company", "/companies/"+key, nil, &c)
		return v.organization(&c), err
	case helpdesk.KindPerson:
		return d.readPerson(ctx, v, key)
	}
	r, err := d.whole(ctx, f, n, written)
	if err != nil {
		return helpdesk.Record{}, err
	}
	return *r, nil
}

func (d *desk) readPerson(ctx context.Context, v view, key string) (helpdesk.Record, error) {
	var c contact
	err := d.get(ctx, "read contact", "/contacts/"+key, nil, &c)
	if errors.Is(err, connectors.ErrNotFound) {
		var a agent
		if err := d.get(ctx, "read agent", "/agents/"+key, nil, &a); err != nil {
			return helpdesk.Record{}, err
		}
		return agentOf(&a), nil
	}
	if err == nil && c.Deleted {
		err = fmt.Errorf("freshdesk: read contact: %w", connectors.ErrNotFound)
	}
	return v.person(&c), err
}

// Roll lists the keys of a kind. The trash is no part of it.
func (s *source) Roll(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (connectors.Roll, error) {
	if k == helpdesk.KindTicket {
		p, err := positionOf(after)
		if err != nil {
			return connectors.Roll{}, err
		}
		step, err := s.step(ctx, "", p)
		roll := connectors.Roll{Next: step.next.cursor(), Last: step.last}
		for _, t := range step.rows {
			roll.Keys = append(roll.Keys, rest.ID(t.ID))
		}
		return roll, err
	}
	page, err := s.Page(ctx, k, after)
	roll := connectors.Roll{Next: page.Next, Last: page.Last}
	for _, r := range page.Records {
		roll.Keys = append(roll.Keys, r.Key)
	}
	return roll, err
}

// OpenAttachment reads the bytes of a file. Its address dies within minutes, so the
// message that has it is asked for a new one: a locator names ticket, conversation
// and file.
func (d *desk) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	at, err := numbers(connectors.Cursor(strings.ReplaceAll(a.Locator, "/", ".")), 3)
	if err != nil || a.Locator == "" {
		return nil, fmt.Errorf("freshdesk: read attachment: %w", connectors.ErrNotFound)
	}
	found := ""
	look := func(files []file) {
		for _, f := range files {
			if f.ID == at[2] {
				found = f.URL
			}
		}
	}
	if at[1] == 0 {
		t, err := d.readTicket(ctx, at[0])
		if err != nil {
			return nil, err
		}
		look(t.Attachments)
	} else {
		err := each(ctx, d, "list conversations", "/tickets/"+rest.ID(at[0])+"/conversations", nil, func(c conversation) bool {
			if c.ID == at[1] {
				look(c.Attachments)
			}
			return found == ""
		})
		if err != nil {
			return nil, err
		}
	}
	if found == "" {
		return nil, fmt.Errorf("freshdesk: read attachment: %w", connectors.ErrNotFound)
	}
	body, err := d.client.Stream(ctx, rest.Request{Method: http.MethodGet, Elsewhere: found, Name: "freshdesk: read attachment"})
	return body, advise(err)
}
