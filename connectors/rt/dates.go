package rt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// FixDates writes SQL for RT's schema (etc/schema.*: Tickets, Transactions and
// Attachments), in words that SQLite, MySQL and PostgreSQL share.
func (t *target) FixDates(ctx context.Context, tickets iter.Seq2[string, error], w io.Writer) (fixed connectors.FixedDates, err error) {
	s := script{w: bufio.NewWriter(w)}
	s.line("-- Dates of tickets and messages, as their first lines tell. Stop Request Tracker and copy its database before you run this.")
	s.line("BEGIN;")
	for key, err := range tickets {
		if err != nil {
			return s.fixed, err
		}
		x, err := t.whole(ctx, key)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // shredded since
		}
		if err != nil {
			return s.fixed, err
		}
		s.ticket(x)
	}
	s.line("COMMIT;")
	s.line("-- How many tickets and messages have the dates that were set; there should be %d and %d.", s.fixed.Tickets, s.fixed.Comments)
	s.check("Tickets", s.tickets)
	s.check("Transactions", s.messages)
	return s.fixed, s.w.Flush()
}

// A script is SQL on its way to a reader, and what is needed to check it.
type script struct {
	w                 *bufio.Writer
	fixed             connectors.FixedDates
	tickets, messages []string // conditions that hold once it was run
}

func (s *script) line(format string, args ...any) { fmt.Fprintf(s.w, format+"\n", args...) }

func (s *script) ticket(x *ticket) {
	for _, h := range x.history {
		l, ok := x.lineOf(h)
		if !ok {
			continue
		}
		if !l.Written.IsZero() {
			set := "Created = " + quoted(l.Written)
			s.line("UPDATE Transactions SET %s WHERE id = %d;", set, h.ID.int())
			s.line("UPDATE Attachments SET %s WHERE TransactionId = %d;", set, h.ID.int())
			s.messages = append(s.messages, fmt.Sprintf("(id = %d AND %s)", h.ID.int(), set))
			s.fixed.Comments++
		}
		if !l.Changed.IsZero() {
			set := "LastUpdated = " + quoted(l.Changed)
			s.line("UPDATE Tickets SET %s WHERE id = %d;", set, x.ID.int())
			s.tickets = append(s.tickets, fmt.Sprintf("(id = %d AND %s)", x.ID.int(), set))
			s.fixed.Tickets++
		}
	}
}

// lineOf is the line of origin of a message.
func (x *ticket) lineOf(h transaction) (origin.Line, bool) {
	if said[h.Type] == "" {
		return origin.Line{}, false
	}
	c := helpdesk.Comment{Format: helpdesk.FormatText}
	fill(&c, slices.DeleteFunc(slices.Clone(x.parts), func(p part) bool { return p.Transaction != h.ID }))
	l, _, ok := origin.Cut(c.Format, c.Body)
	return l, ok
}

// quoted is a time as all three databases take it; RT keeps UTC.
func quoted(at time.Time) string { return "'" + at.UTC().Format(time.DateTime) + "'" }

// checked is how many conditions a query holds: parsers have their limits.
const checked = 200

func (s *script) check(table string, conditions []string) {
	for part := range slices.Chunk(conditions, checked) {
		s.line("SELECT '%s', %d AS expected, COUNT(*) AS found FROM %s WHERE %s;", table, len(part), table, strings.Join(part, " OR "))
	}
}
