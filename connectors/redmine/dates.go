package redmine

import (
	"context"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// FixDates writes SQL for Redmine's schema (db/migrate: issues, journals and
// attachments).
func (t *target) FixDates(ctx context.Context, tickets iter.Seq2[string, error], w io.Writer) (connectors.FixedDates, error) {
	s := origin.NewScript(w, "Dates of issues, notes and files, as their first lines tell. Stop Redmine and copy its database before you run this.")
	for ticket, err := range tickets {
		if err != nil {
			return s.Fixed, err
		}
		i, err := t.whole(ctx, ticket)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // deleted since
		}
		if err != nil {
			return s.Fixed, err
		}
		i.fix(s)
	}
	return s.Fixed, s.End()
}

func (i *issue) fix(s *origin.Script) {
	files, rest := i.filesByJournal()
	if l, ok := lineOf(i.Description); ok {
		created := l.Opened
		if created.IsZero() {
			created = l.Written
		}
		if s.Set("issues", "id", i.ID, origin.Date{Column: "created_on", At: created}, origin.Date{Column: "updated_on", At: l.Changed},
			origin.Date{Column: "closed_on", At: closing(l, i.Status.Closed)}) {
			s.Fixed.Tickets++
		}
		fixFiles(s, created, rest)
	}
	for n, j := range i.Journals {
		l, ok := lineOf(j.Notes)
		if !ok || !fixJournal(s, j, l.Written) {
			continue
		}
		if n > 0 && j.splitFrom(i.Journals[n-1]) {
			fixJournal(s, i.Journals[n-1], l.Written)
		}
		fixFiles(s, l.Written, files[j.ID])
		s.Fixed.Comments++
	}
}

func fixJournal(s *origin.Script, j journal, at time.Time) bool {
	return s.Set("journals", "id", j.ID, origin.Date{Column: "created_on", At: at})
}

func fixFiles(s *origin.Script, at time.Time, files []helpdesk.Attachment) {
	for _, f := range files {
		if n, err := strconv.ParseInt(f.Key, 10, 64); err == nil {
			s.Set("attachments", "id", n, origin.Date{Column: "created_on", At: at})
		}
	}
}

// closing is when a closed issue was closed.
func closing(l origin.Line, is bool) time.Time {
	switch {
	case !is:
		return time.Time{}
	case l.Closed.IsZero():
		return l.Solved
	}
	return l.Closed
}

func lineOf(text string) (origin.Line, bool) {
	l, _, ok := origin.Cut(helpdesk.FormatText, strings.ReplaceAll(text, "\r\n", "\n"))
	return l, ok
}
