package rt

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// FixDates writes SQL for RT's schema (etc/schema.*: Tickets, Transactions and
// Attachments).
func (t *target) FixDates(ctx context.Context, tickets iter.Seq2[string, error], w io.Writer) (connectors.FixedDates, error) {
	s := origin.NewScript(w, "Dates of tickets and messages, as their first lines tell. Stop Request Tracker and copy its database before you run this.")
	for key, err := range tickets {
		if err != nil {
			return s.Fixed, err
		}
		x, err := t.whole(ctx, key)
		if errors.Is(err, connectors.ErrNotFound) {
			continue // shredded since
		}
		if err != nil {
			return s.Fixed, err
		}
		x.fix(s)
	}
	return s.Fixed, s.End()
}

func (x *ticket) fix(s *origin.Script) {
	for _, h := range x.history {
		l, ok := x.lineOf(h)
		if !ok {
			continue
		}
		written := origin.Date{Column: "Created", At: l.Written}
		if s.Set("Transactions", "id", h.ID.int(), written) {
			s.Set("Attachments", "TransactionId", h.ID.int(), written)
			s.Fixed.Comments++
		}
		if s.Set("Tickets", "id", x.ID.int(), origin.Date{Column: "LastUpdated", At: l.Changed}) {
			s.Fixed.Tickets++
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
