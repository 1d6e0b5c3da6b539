package zendesk

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Roll lists the keys of a kind, from the lists, which tell of everything that is
// there. That of tickets leaves out the archive: their keys come from the export,
// and those that it leaves out as too recent from the list.
func (s *source) Roll(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (connectors.Roll, error) {
	switch k {
	case helpdesk.KindTicket:
		return s.rollTickets(ctx, after)
	case helpdesk.KindPerson, helpdesk.KindOrganization:
		return s.rollList(ctx, map[helpdesk.Kind]string{helpdesk.KindPerson: "users", helpdesk.KindOrganization: "organizations"}[k], after)
	}
	roll := connectors.Roll{Last: true} // few, or known with their records only
	for cursor := connectors.Cursor(""); ; {
		page, err := s.Page(ctx, k, cursor)
		if err != nil {
			return connectors.Roll{}, err
		}
		for _, r := range page.Records {
			roll.Keys = append(roll.Keys, r.Key)
		}
		if cursor = page.Next; page.Last {
			return roll, nil
		}
	}
}

// rollPages is how many pages of a list make one of a roll.
const rollPages = 10

func (s *source) rollList(ctx context.Context, list string, after connectors.Cursor) (connectors.Roll, error) {
	q := url.Values{"page[size]": {strconv.Itoa(perPage)}}
	roll := connectors.Roll{Next: after}
	for range rollPages {
		if roll.Next != "" {
			q.Set("page[after]", string(roll.Next))
		}
		some, next, err := listPage[struct {
			ID int64 `json:"id"`
		}](ctx, s.desk, "list "+list, "/"+list+".json", list, q)
		if err != nil {
			return connectors.Roll{}, err
		}
		for _, x := range some {
			roll.Keys = append(roll.Keys, rest.ID(x.ID))
		}
		if roll.Next = connectors.Cursor(next); next == "" {
			roll.Last = true
			break
		}
	}
	return roll, nil
}

// most is the size of a page of an export of which nothing but ids is wanted.
const most = "1000"

func (s *source) rollTickets(ctx context.Context, after connectors.Cursor) (connectors.Roll, error) {
	e, err := exported[ticket](ctx, s.desk, "tickets", after, url.Values{"per_page": {most}}, (*ticket).changed)
	if err != nil {
		return connectors.Roll{}, err
	}
	roll := connectors.Roll{Next: e.next, Last: e.last}
	add := func(t ticket) {
		if t.Status != deleted {
			roll.Keys = append(roll.Keys, rest.ID(t.ID))
		}
	}
	for _, t := range e.rows {
		add(t)
	}
	if e.last {
		now := s.client.ServerTime()
		err = s.recent(ctx, func(t ticket) bool { return now.Sub(t.Created) > unsettled }, add)
	}
	return roll, err
}

// unsettled is how long ago a change may be that the exports leave out, and a
// little more.
const unsettled = 90 * time.Second

// recent goes over the tickets that came or changed within the time that the
// exports leave out: those that came last, until one is known or old, and those
// that changed last.
func (d *desk) recent(ctx context.Context, known func(ticket) bool, visit func(ticket)) error {
	now := d.client.ServerTime()
	err := each(ctx, d, "list tickets", "/tickets.json", "tickets", url.Values{"sort": {"-id"}}, func(t ticket) bool {
		visit(t)
		return !known(t)
	})
	if err != nil {
		return err
	}
	return each(ctx, d, "list tickets", "/tickets.json", "tickets", url.Values{"sort": {"-updated_at"}}, func(t ticket) bool {
		visit(t)
		return now.Sub(t.Updated) < unsettled
	})
}
