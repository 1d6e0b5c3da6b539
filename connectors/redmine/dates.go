package redmine

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// FixDates writes SQL for Redmine's schema (db/schema.rb: issues and journals),
// in words that SQLite, MySQL and PostgreSQL share.
func (t *target) FixDates(ctx context.Context, tickets iter.Seq2[string, error], w io.Writer) (fixed connectors.FixedDates, err error) {
	s := script{w: bufio.NewWriter(w)}
	s.line("-- Dates of issues and notes, as their first lines tell. Stop Redmine and copy its database before you run this.")
	s.line("BEGIN;")
	for ticket, err := range tickets {
		if err != nil {
			return s.fixed, err
		}
		i, err := t.whole(ctx, ticket)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // deleted since
		}
		if err != nil {
			return s.fixed, err
		}
		s.issue(i)
	}
	s.line("COMMIT;")
	s.line("-- How many rows have the dates that were set; a private note with files is two.")
	s.check()
	return s.fixed, s.w.Flush()
}

// A script is SQL on its way to a reader, and what is needed to check it.
type script struct {
	w             *bufio.Writer
	fixed         connectors.FixedDates
	issues, notes []string // conditions that hold once it was run
}

func (s *script) line(format string, args ...any) { fmt.Fprintf(s.w, format+"\n", args...) }

func (s *script) issue(i *issue) {
	files, rest := i.filesByJournal()
	if l, _, ok := cut(i.Description); ok {
		created := l.Opened
		if created.IsZero() {
			created = l.Written
		}
		var set []string
		for _, c := range []struct {
			column string
			at     time.Time
		}{{"created_on", created}, {"updated_on", l.Changed}, {"closed_on", later(l.Closed, l.Solved, i.Status.Closed)}} {
			if !c.at.IsZero() {
				set = append(set, c.column+" = "+stamp(c.at))
			}
		}
		if len(set) > 0 {
			s.line("UPDATE issues SET %s WHERE id = %d;", strings.Join(set, ", "), i.ID)
			s.date(created, rest)
			s.issues = append(s.issues, fmt.Sprintf("(id = %d AND %s)", i.ID, strings.Join(set, " AND ")))
			s.fixed.Tickets++
		}
	}
	for n, j := range i.Journals {
		l, _, ok := cut(j.Notes)
		if !ok || l.Written.IsZero() {
			continue
		}
		ids := []int64{j.ID}
		if n > 0 && j.splitFrom(i.Journals[n-1]) {
			ids = append(ids, i.Journals[n-1].ID)
		}
		for _, id := range ids {
			s.line("UPDATE journals SET created_on = %s WHERE id = %d;", stamp(l.Written), id)
			s.notes = append(s.notes, fmt.Sprintf("(id = %d AND created_on = %s)", id, stamp(l.Written)))
		}
		s.date(l.Written, files[j.ID])
		s.fixed.Comments++
	}
}

// date sets when files came.
func (s *script) date(at time.Time, files []helpdesk.Attachment) {
	for _, f := range files {
		if !at.IsZero() {
			s.line("UPDATE attachments SET created_on = %s WHERE id = %s;", stamp(at), f.Key)
		}
	}
}

// later is when a closed issue was closed.
func later(closed, solved time.Time, is bool) time.Time {
	switch {
	case !is:
		return time.Time{}
	case closed.IsZero():
		return solved
	}
	return closed
}

func cut(text string) (origin.Line, string, bool) {
	return origin.Cut(helpdesk.FormatText, strings.ReplaceAll(text, "\r\n", "\n"))
}

// stamp is a time as all three databases take it; Redmine keeps UTC.
func stamp(at time.Time) string { return "'" + at.UTC().Format(time.DateTime) + "'" }

// checked is how many conditions a query holds: parsers have their limits.
const checked = 200

func (s *script) check() {
	for table, conditions := range map[string][]string{"issues": s.issues, "journals": s.notes} {
		for start := 0; start < len(conditions); start += checked {
			part := conditions[start:min(start+checked, len(conditions))]
			s.line("SELECT '%s', %d AS expected, COUNT(*) AS found FROM %s WHERE %s;", table, len(part), table, strings.Join(part, " OR "))
		}
	}
}
