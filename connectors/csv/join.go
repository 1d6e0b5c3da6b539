package csv

import (
	"cmp"
	"context"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// join adds to a record the parts that stand in other files, and returns how
// many bytes of them there are.
func (f *folder) join(ctx context.Context, rec *helpdesk.Record) (size int, err error) {
	switch rec.Kind {
	case helpdesk.KindTicket:
		return f.joinTicket(ctx, rec.Key, rec.Ticket)
	case helpdesk.KindArticle:
		rec.Article.Attachments, err = f.attachments(ctx, roleArticle, rec.Key)
	}
	return 0, err
}

func (f *folder) joinTicket(ctx context.Context, key string, t *helpdesk.Ticket) (size int, err error) {
	var anchors []string
	for _, join := range []struct {
		sheet string
		add   func(r *reader)
	}{
		{"comments", func(r *reader) {
			t.Comments = append(t.Comments, part[helpdesk.Comment](r))
			anchors = append(anchors, r.value(roleAnchor))
		}},
		{"participants", func(r *reader) { t.Participants = append(t.Participants, part[helpdesk.Participant](r)) }},
		{"links", func(r *reader) { t.Links = append(t.Links, part[helpdesk.Link](r)) }},
		{"time_entries", func(r *reader) { t.TimeEntries = append(t.TimeEntries, part[helpdesk.TimeEntry](r)) }},
		{"ratings", func(r *reader) { t.Ratings = append(t.Ratings, part[helpdesk.Rating](r)) }},
	} {
		err := f.lookup(ctx, join.sheet, roleTicket, key, func(r *reader) error {
			size += len(r.split.row())
			join.add(r)
			return nil
		})
		if err != nil {
			return size, err
		}
	}
	for i, anchor := range anchors {
		if t.Comments[i].Attachments, err = f.attachments(ctx, roleComment, anchor); err != nil {
			return size, err
		}
	}
	return size, nil
}

// part reads the row that a reader stands at.
func part[T any](r *reader) T {
	var t T
	r.fill(&t)
	return t
}

// keys are the columns by which a table is looked up here.
func (f *folder) keys(t *table) []role {
	return slices.DeleteFunc(slices.Clone(t.keys), func(r role) bool {
		return r == roleMarker && !f.grows || r == roleAnchor && f.tables[attachments] == nil
	})
}

// lookup calls each for every row of a sheet that has the text in the column
// with a role, in the order of the file.
func (f *folder) lookup(ctx context.Context, sheet string, by role, text string, each func(r *reader) error) error {
	t := f.tables[sheet]
	if t == nil || t.role[by] < 0 || text == "" {
		return nil
	}
	x, err := t.indexed(ctx, f.keys(t))
	if err != nil {
		return err
	}
	found, err := x.find(x.hash(by, []byte(text)))
	if err != nil {
		return err
	}
	for _, e := range found {
		if err := t.run(e, by, text, each); err != nil {
			return err
		}
	}
	return nil
}

// run reads the rows of an entry. A hash may belong to two texts.
func (t *table) run(e entry, by role, text string, each func(r *reader) error) error {
	r := cmp.Or(t.parts, &reader{})
	t.parts = nil // each may look up in this table, too
	defer func() { t.parts = r }()
	r.open(t, position{offset: e.offset, line: e.line}, e.offset+e.size)
	for {
		err := r.nextSound()
		if err == io.EOF {
			return nil
		}
		if err == nil && r.is(by, text) {
			err = each(r)
		}
		if err != nil {
			return err
		}
	}
}

// has reports whether a record or comment is there for parts to belong to: a
// comment is there if its ticket is.
func (f *folder) has(ctx context.Context, by role, key string) (bool, error) {
	found := false
	yes := func(*reader) error { found = true; return nil }
	var err error
	switch by {
	case roleTicket:
		err = f.lookup(ctx, "tickets", roleKey, key, yes)
	case roleArticle:
		err = f.lookup(ctx, "articles", roleKey, key, yes)
	case roleComment:
		err = f.lookup(ctx, "comments", roleAnchor, key, func(r *reader) error {
			there, err := f.has(ctx, roleTicket, r.value(roleTicket))
			found = found || there
			return err
		})
	}
	return found, err
}
