package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Source is the desk as a source sees it.
func (d *Desk) Source() connectors.Source { return &source{account{d}} }

// source pages by the time of change. As on most platforms that time has whole
// seconds; what changed within one second is told apart by the number of the
// change, so that a record that changes while it is read comes again.
type source struct{ account }

// An account is how a client reaches the desk, from either side.
type account struct{ desk *Desk }

func (s *source) Profile(ctx context.Context) (p connectors.SourceProfile, err error) {
	err = s.desk.do(ctx, Operation{Name: OpProfile}, func() error {
		p = connectors.SourceProfile{Product: s.desk.options.Product, Kinds: slices.Clone(s.desk.options.Kinds),
			Notes: []string{"a desk in memory, for tests"}}
		if !s.desk.options.Forgetful {
			p.Since = slices.Clone(p.Kinds)
		}
		if s.desk.options.Tombs {
			p.Tombs = slices.Clone(p.Kinds)
		}
		return nil
	})
	return p, err
}

func (s *source) Count(ctx context.Context) (n map[helpdesk.Kind]int, err error) {
	err = s.desk.do(ctx, Operation{Name: OpCount}, func() error {
		s.desk.mu.Lock()
		defer s.desk.mu.Unlock()
		n = map[helpdesk.Kind]int{}
		for _, k := range s.desk.options.Kinds {
			n[k] = len(s.desk.list(k))
		}
		return nil
	})
	return n, err
}

func (s *source) Page(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (p connectors.Page, err error) {
	at, err := parsePosition(after)
	if err != nil {
		return p, err
	}
	if !slices.Contains(s.desk.options.Kinds, k) {
		return connectors.Page{Last: true}, nil
	}
	err = s.desk.do(ctx, Operation{Name: OpPage, Kind: k}, func() error {
		p = s.desk.page(k, at)
		return nil
	})
	if err != nil {
		return connectors.Page{}, err
	}
	s.desk.betweenPages(k, at.page+1)
	return p, nil
}

// Get reads one record as it is now.
func (s *source) Get(ctx context.Context, k helpdesk.Kind, key string) (r helpdesk.Record, err error) {
	err = s.desk.do(ctx, Operation{Name: OpGet, Kind: k, ID: key}, func() error {
		s.desk.mu.Lock()
		defer s.desk.mu.Unlock()
		if e := s.desk.find(k, key); e != nil {
			r = clone(e.record)
			return nil
		}
		if t, known := s.desk.tombOf(k, key); known && t.Into != "" {
			return &connectors.Merged{Into: t.Into}
		}
		return fmt.Errorf("memory: get %s: %w", k, connectors.ErrNotFound)
	})
	if err != nil {
		return helpdesk.Record{}, err
	}
	return r, nil
}

// Roll gives the keys in the order in which records came, ten times as many on a
// page as Page does.
func (s *source) Roll(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (roll connectors.Roll, err error) {
	at, err := parsePosition(after)
	if err != nil {
		return roll, err
	}
	err = s.desk.do(ctx, Operation{Name: OpRoll, Kind: k}, func() error {
		s.desk.mu.Lock()
		defer s.desk.mu.Unlock()
		roll.Last = true
		for _, e := range s.desk.list(k) {
			if e.arrival <= at.change {
				continue
			}
			if roll.Last = len(roll.Keys) < 10*s.desk.options.PageSize; !roll.Last {
				break
			}
			roll.Keys = append(roll.Keys, e.record.Key)
			roll.Next = position{change: e.arrival}.cursor()
		}
		return nil
	})
	return roll, err
}

func (d *Desk) page(k helpdesk.Kind, at position) connectors.Page {
	d.mu.Lock()
	defer d.mu.Unlock()
	rest := d.since(k, at)
	size := min(d.options.PageSize, len(rest))
	p := connectors.Page{Last: size == len(rest)}
	next := at
	for _, c := range rest[:size] {
		if c.entry != nil {
			p.Records = append(p.Records, clone(c.entry.record))
		} else {
			p.Gone = append(p.Gone, c.gone)
		}
		next = c.position
	}
	next.page = at.page + 1
	if p.Last && d.options.Forgetful {
		next = at
	} else if p.Last {
		// The last second is not over: whoever comes again reads all of it again.
		next = position{second: next.second}
	}
	p.Next = next.cursor()
	return p
}

// A change is a record that changed, or one that is gone.
type change struct {
	position
	entry *entry
	gone  connectors.Gone
}

// since lists what changed after a position, in the order of change.
func (d *Desk) since(k helpdesk.Kind, at position) (rest []change) {
	for _, e := range d.list(k) {
		rest = append(rest, change{position: e.position(), entry: e})
	}
	if d.options.Tombs {
		for _, t := range d.tombs[k] {
			rest = append(rest, change{position: t.position, gone: t.Gone})
		}
	}
	rest = slices.DeleteFunc(rest, func(c change) bool { return c.compare(at) <= 0 })
	slices.SortFunc(rest, func(a, b change) int { return a.compare(b.position) })
	return rest
}

func (d *Desk) betweenPages(k helpdesk.Kind, number int) {
	d.mu.Lock()
	h := d.hooks.OnPage
	d.mu.Unlock()
	if h != nil {
		h(k, number)
	}
}

// A position is where a source stands: behind the change of that number in that
// second, and after how many pages.
type position struct {
	second int64
	change int
	page   int
}

func (e *entry) position() position {
	return position{second: e.record.Changed.Unix(), change: e.change}
}

func (p position) compare(q position) int {
	return cmp.Or(cmp.Compare(p.second, q.second), cmp.Compare(p.change, q.change))
}

func (p position) cursor() connectors.Cursor {
	return connectors.Cursor(fmt.Sprintf("%d.%d.%d", p.second, p.change, p.page))
}

func parsePosition(c connectors.Cursor) (p position, err error) {
	if c == "" {
		return p, nil
	}
	if _, err = fmt.Sscanf(string(c), "%d.%d.%d", &p.second, &p.change, &p.page); err != nil {
		return p, fmt.Errorf("memory: that is no cursor of this desk")
	}
	return p, nil
}

// OpenAttachment opens the bytes of an attachment that a Page or Read returned.
func (a account) OpenAttachment(ctx context.Context, x helpdesk.Attachment) (r io.ReadCloser, err error) {
	err = a.desk.do(ctx, Operation{Name: OpOpen, ID: x.Key}, func() error {
		a.desk.mu.Lock()
		defer a.desk.mu.Unlock()
		content, ok := a.desk.files[x.Locator]
		if !ok {
			return fmt.Errorf("memory: open attachment: %w", connectors.ErrNotFound)
		}
		r = io.NopCloser(bytes.NewReader(content))
		return nil
	})
	return r, err
}
