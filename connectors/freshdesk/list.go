package freshdesk

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// overlap is how far before the last change that it saw a reading begins that goes
// on from the end of another.
const overlap = 2 * time.Minute

// A position is where a reading of tickets goes on.
type position struct {
	since int64 // what was deleted before is known
	at    int64 // seconds; tickets that changed before are read
	page  int   // of that second, to be read downwards; 0: from there on
	// Where that second ends is searched for: behind page low, and not behind page
	// high; 0: nothing is known yet. Behind the wall no page is given.
	low, high, wall int
	// Behind the list of tickets comes that of deleted ones, and end is where the
	// next reading begins.
	gone int
	end  int64
}

func (p position) cursor() connectors.Cursor {
	return connectors.Cursor(fmt.Sprintf("%d.%d.%d.%d.%d.%d.%d.%d", p.since, p.at, p.page, p.low, p.high, p.wall, p.gone, p.end))
}

// numbers reads a cursor of numbers.
func numbers(c connectors.Cursor, count int) (n []int64, err error) {
	n = make([]int64, count)
	if c == "" {
		return n, nil
	}
	parts := strings.Split(string(c), ".")
	if len(parts) != count {
		return n, fmt.Errorf("freshdesk: a cursor of another source")
	}
	for i := range n {
		if n[i], err = strconv.ParseInt(parts[i], 10, 64); err != nil || n[i] < 0 {
			return n, fmt.Errorf("freshdesk: a cursor of another source")
		}
	}
	return n, nil
}

func positionOf(c connectors.Cursor) (position, error) {
	n, err := numbers(c, 8)
	return position{n[0], n[1], int(n[2]), int(n[3]), int(n[4]), int(n[5]), int(n[6]), n[7]}, err
}

// A stretch is what one step along the list of tickets gave.
type stretch struct {
	rows   []ticket
	next   position
	last   bool
	beyond bool // tickets of a second lie behind the wall
}

// step reads the list of tickets at a position. See the package comment.
func (d *desk) step(ctx context.Context, filter string, p position) (s stretch, err error) {
	switch {
	case p.page > 0:
		return d.downwards(ctx, filter, p)
	case p.low > 0:
		return d.measure(ctx, filter, p)
	}
	rows, more, err := d.tickets(ctx, filter, p.at, 1)
	if err != nil {
		return s, err
	}
	s = stretch{rows: rows, next: p, last: !more}
	for i := range rows {
		s.next.at = max(s.next.at, rows[i].Updated.Unix())
	}
	if !s.last && s.next.at == p.at {
		s.rows, s.next.low = nil, 1
		err = d.over(ctx, p.at)
	}
	return s, err
}

// over waits until a second is over: from then on tickets leave it and none comes.
func (d *desk) over(ctx context.Context, second int64) error {
	for d.client.ServerTime().Unix() <= second {
		if err := rest.Sleep(ctx, pause); err != nil {
			return err
		}
	}
	return nil
}

// measure looks at one page to find out where a second ends that fills the first: it
// doubles until it is behind the end, and then halves. One page a step, for the limit
// on lists is small, and what was found out must not be lost to it.
func (d *desk) measure(ctx context.Context, filter string, p position) (s stretch, err error) {
	s.next = p
	n := min(2*p.low, wall)
	if p.high > 0 {
		n = (p.low + p.high) / 2
	}
	rows, more, err := d.tickets(ctx, filter, p.at, n)
	switch {
	case isWall(err):
		s.next.high, s.next.wall = n, 1
	case err != nil:
		return s, err
	case more && len(rows) > 0 && rows[len(rows)-1].Updated.Unix() == p.at:
		s.next.low = n
	default:
		s.next.high, s.next.wall = n, 0
	}
	switch {
	case s.next.low == wall, s.next.high == s.next.low+1 && s.next.wall == 1:
		s.next.page, s.beyond = s.next.low, true
	case s.next.high == s.next.low+1:
		s.next.page = s.next.high
	}
	if s.next.page > 0 {
		s.next.low, s.next.high, s.next.wall = 0, 0, 0
	}
	return s, nil
}

func (d *desk) tickets(ctx context.Context, filter string, since int64, n int) ([]ticket, bool, error) {
	q := url.Values{"updated_since": {time.Unix(since, 0).UTC().Format(time.RFC3339)}, "order_by": {"updated_at"}, "order_type": {"asc"}}
	if filter != "" {
		q.Set("filter", filter)
	}
	return page[ticket](ctx, d, "list tickets", "/tickets", q, n)
}

// isWall reports whether a page lies behind those that are given.
func isWall(err error) bool { return err != nil && refused(err) != err }

func (d *desk) downwards(ctx context.Context, filter string, p position) (s stretch, err error) {
	rows, _, err := d.tickets(ctx, filter, p.at, p.page)
	if err != nil {
		return s, err
	}
	s.next = p
	for _, t := range rows {
		if t.Updated.Unix() == p.at {
			s.rows = append(s.rows, t)
		}
	}
	if s.next.page--; s.next.page == 0 {
		s.next.at++ // all of a second that is over is read
	}
	return s, nil
}

// walk goes over all tickets that changed since a second.
func (d *desk) walk(ctx context.Context, filter string, since int64, visit func(*ticket) (goOn bool)) error {
	for p := (position{at: since}); ; {
		s, err := d.step(ctx, filter, p)
		if err != nil {
			return err
		}
		for i := range s.rows {
			if !visit(&s.rows[i]) {
				return nil
			}
		}
		if p = s.next; s.last {
			return nil
		}
	}
}

// A place is where a reading of contacts goes on.
type place struct {
	since int64 // contacts that changed before are not asked for
	began int64 // when the reading did
	read  int64 // when it was last looked at what moved
	page  int   // that was read last
	steps int   // that were made: a place that was gone back to is another
}

func (p place) cursor() connectors.Cursor {
	return connectors.Cursor(fmt.Sprintf("%d.%d.%d.%d.%d", p.since, p.began, p.read, p.page, p.steps))
}

func placeOf(c connectors.Cursor) (place, error) {
	n, err := numbers(c, 5)
	return place{n[0], n[1], n[2], int(n[3]), int(n[4])}, err
}

func changedSince(second int64) url.Values {
	return url.Values{"_updated_since": {time.Unix(second, 0).UTC().Format(time.RFC3339)}}
}

// moved is how many pages to go back, and the contacts that changed since a second.
// Each of them, and each that was deleted, has moved others by one place, towards
// pages that were read. They are asked for by one request each: a list of pages would
// move as well.
func (d *desk) moved(ctx context.Context, since int64) (back int, changed []contact, err error) {
	count, latest := 0, int64(0)
	for _, state := range []string{"", "deleted"} {
		query := changedSince(since)
		query.Set("per_page", strconv.Itoa(perPage))
		if state != "" {
			query.Set("state", state)
		}
		rows, more, err := page[contact](ctx, d, "list contacts that changed", "/contacts", query, 1)
		if err != nil {
			return 0, nil, err
		}
		if count += len(rows); more {
			count += all
		}
		for _, c := range rows {
			latest = max(latest, c.Updated.Unix())
		}
		if state == "" {
			changed = rows
		}
	}
	return (count + d.Page - 1) / d.Page, changed, d.over(ctx, latest) // so that these count once
}

// all are more contacts than there are: so many moved that all are read again.
const all = 1 << 30

// pause is how long is waited at a time for a second to be over.
const pause = 200 * time.Millisecond

// steady goes over page n of a list whose order edits may change, and over the page
// before it once more: what moved there after that was read is seen now.
func steady[T any](ctx context.Context, d *desk, name, path string, n int, key func(T) int64) (rows []T, more bool, err error) {
	rows, more, err = page[T](ctx, d, name, path, nil, n)
	if err != nil || n == 1 {
		return rows, more, err
	}
	before, _, err := page[T](ctx, d, name, path, nil, n-1)
	seen := map[int64]bool{}
	var all []T
	for _, r := range append(before, rows...) {
		if !seen[key(r)] {
			seen[key(r)] = true
			all = append(all, r)
		}
	}
	return all, more, err
}
