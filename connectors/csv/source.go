package csv

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A source reads a folder.
type source struct {
	mu     sync.Mutex
	folder *folder
	pages  map[string]*reader // by sheet, where the last page ended
}

func openSource(s *sourceSettings) (*source, error) {
	o, err := s.options()
	if err != nil {
		return nil, err
	}
	f, err := openFolder(s.Path, o)
	if err != nil {
		return nil, err
	}
	src := &source{folder: f, pages: map[string]*reader{}}
	if err := src.refresh(); err != nil {
		f.close()
		return nil, err
	}
	return src, nil
}

func (s *source) refresh() error {
	if err := s.folder.refresh(); err != nil {
		return err
	}
	if len(s.folder.tables) > 0 {
		return nil
	}
	var names []string
	for _, sh := range sheets {
		names = append(names, sh.file())
	}
	return settingsError("the folder has none of the files %s; rename yours, and map their columns under columns in the plan",
		strings.Join(names, ", "))
}

// ready locks the source and looks for files that changed.
func (s *source) ready(ctx context.Context) (unlock func(), err error) {
	s.mu.Lock()
	if err = ctx.Err(); err == nil {
		err = s.refresh()
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	return s.mu.Unlock, nil
}

func (s *source) Profile(ctx context.Context) (connectors.SourceProfile, error) {
	unlock, err := s.ready(ctx)
	if err != nil {
		return connectors.SourceProfile{}, err
	}
	defer unlock()
	return connectors.SourceProfile{Product: Connector.Title, Kinds: s.folder.kinds(), Notes: s.folder.notes()}, nil
}

// Count reads every row, as Page does, but for what is in it.
func (s *source) Count(ctx context.Context) (map[helpdesk.Kind]int, error) {
	unlock, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	counts := map[helpdesk.Kind]int{}
	for _, k := range s.folder.kinds() {
		if counts[k], err = s.folder.count(ctx, sheetOf(k)); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func (f *folder) count(ctx context.Context, s *sheet) (n int, err error) {
	t := f.tables[s.name]
	if t == nil {
		return 0, nil
	}
	for r := t.rows(position{}); ; {
		row, err := r.next()
		if err == io.EOF {
			return n, nil
		}
		if err == nil {
			err = stopped(ctx, row.at.line)
		}
		if err != nil {
			return n, err
		}
		if row.reason == "" {
			n++
		}
	}
}

func (s *source) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	return s.folder.open(ctx, a)
}

func (s *source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folder.close()
}

// A page ends at either: tickets with long threads would add up to gigabytes.
const (
	pageRecords = 100
	pageBytes   = 8 << 20
)

func (s *source) Page(ctx context.Context, k helpdesk.Kind, after connectors.Cursor) (connectors.Page, error) {
	unlock, err := s.ready(ctx)
	if err != nil {
		return connectors.Page{}, err
	}
	defer unlock()
	if !slices.Contains(s.folder.kinds(), k) {
		return connectors.Page{Last: true}, nil
	}
	c, err := resume(after, k, s.folder.state(k))
	if err != nil {
		return connectors.Page{}, err
	}
	p := &pager{source: s, kind: k, cursor: c}
	for p.pass < len(passes(k)) && !p.full() && err == nil {
		err = p.step(ctx)
	}
	if err != nil {
		return connectors.Page{}, err
	}
	p.page.Next = connectors.Cursor(p.cursor.String())
	p.page.Last = p.pass == len(passes(k))
	return p.page, nil
}

// A pager fills one page.
type pager struct {
	*source
	cursor
	kind  helpdesk.Kind
	page  connectors.Page
	bytes int
}

func (p *pager) full() bool {
	return len(p.page.Records) == pageRecords || len(p.page.Broken) == pageRecords || p.bytes >= pageBytes
}

// step goes on in one file until the page is full or the file ends.
func (p *pager) step(ctx context.Context) error {
	s := passes(p.kind)[p.pass]
	t := p.folder.tables[s.name]
	if t == nil {
		p.pass++
		return nil
	}
	r := p.reader(t)
	stray := strays{folder: p.folder, kinds: p.folder.kinds(), kind: p.kind}
	for !p.full() {
		row, err := r.next()
		if err == io.EOF {
			p.pass, p.at = p.pass+1, position{}
			return nil
		}
		if err == nil {
			err = stopped(ctx, row.at.line)
		}
		switch {
		case err != nil:
		case s.isPart():
			row, err = stray.judge(ctx, r, row)
		case row.reason == "":
			err = p.add(ctx, r)
		}
		if err != nil {
			return err
		}
		if row.reason != "" {
			p.page.Broken = append(p.page.Broken, connectors.Broken{Place: r.place(row), Reason: row.reason})
		}
		p.at = r.split.position()
	}
	return nil
}

// reader is where the last page ended, if this one begins there.
func (p *pager) reader(t *table) *reader {
	r := p.pages[t.name]
	if r == nil {
		r = &reader{}
		p.pages[t.name] = r
	}
	if r.of != t || p.at.offset == 0 || r.end != t.size || r.split.position() != p.at {
		r.open(t, p.at, t.size)
	}
	return r
}

func (p *pager) add(ctx context.Context, r *reader) error {
	p.bytes += len(r.split.row())
	rec := r.record()
	size, err := p.folder.join(ctx, &rec)
	p.bytes += size
	p.page.Records = append(p.page.Records, rec)
	return err
}

// strays tells which rows of parts belong to nothing. Neighbours that belong to
// the same are looked up once.
type strays struct {
	*folder
	kinds []helpdesk.Kind // that there are
	kind  helpdesk.Kind   // whose pages are read
	by    role
	owner string
	there bool
}

// judge returns the row as broken if no record has it, and with no reason if one
// has or if the pages of another kind tell of it.
func (s *strays) judge(ctx context.Context, r *reader, row stretch) (stretch, error) {
	by := roleNone
	if row.reason == "" {
		by = r.owner()
	}
	if s.teller(by) != s.kind {
		row.reason = ""
		return row, nil
	}
	if row.reason != "" {
		return row, nil
	}
	row.column = r.of.role[by]
	if s.by != by || !r.is(by, s.owner) {
		s.by, s.owner = by, r.value(by)
		var err error
		if s.there, err = s.has(ctx, by, s.owner); err != nil {
			return row, err
		}
	}
	if !s.there {
		row.reason = connectors.BrokenOrphan
	}
	return row, nil
}

// teller is the kind whose pages tell of a stray row, by the column that names
// its owner: the owner's kind, or the other if there is no file of that.
func (s *strays) teller(by role) helpdesk.Kind {
	first, second := helpdesk.KindTicket, helpdesk.KindArticle
	if by == roleArticle {
		first, second = second, first
	}
	if slices.Contains(s.kinds, first) {
		return first
	}
	return second
}
