package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// reopening is a target with the ways of Options.Reopening.
type reopening struct{ *threaded }

// firstStatus is what a ticket gets when it is created, and when somebody
// comments on it.
func (d *Desk) firstStatus() string {
	if words := d.options.Vocabulary["ticket.status"]; len(words) > 0 {
		return words[0]
	}
	return "new"
}

// Finish sets the status, unless an agent has set one meanwhile.
func (t *reopening) Finish(ctx context.Context, ticket string, d connectors.Draft) error {
	r := d.Record
	if r.Ticket == nil {
		return nil
	}
	return t.desk.do(ctx, Operation{Name: OpFinish, Kind: helpdesk.KindTicket, ID: ticket}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		e := t.desk.find(helpdesk.KindTicket, ticket)
		if e == nil {
			return fmt.Errorf("memory: finish: %w", connectors.ErrNotFound)
		}
		if status := r.Ticket.Status; e.record.Ticket.Status == t.desk.firstStatus() && status != "" && status != e.record.Ticket.Status {
			e.record.Ticket.Status = status
			t.desk.touch(e)
		}
		return nil
	})
}

// Mails counts what Options.Mails makes the desk send; it has never sent others.
func (t *reopening) Mails(context.Context, time.Time) (int, error) {
	t.desk.mu.Lock()
	defer t.desk.mu.Unlock()
	return t.desk.options.Mails * len(t.desk.marked(helpdesk.KindTicket, "")), nil
}

// Render writes HTML as the desk keeps it.
func (t *reopening) Render(r helpdesk.Record) helpdesk.Record { return inMarkup(r) }

// markup stands before what was HTML.
const markup = "{html}"

func inMarkup(r helpdesk.Record) helpdesk.Record {
	if r.Ticket == nil {
		return r
	}
	ticket := *r.Ticket
	ticket.Comments = slices.Clone(ticket.Comments)
	for i := range ticket.Comments {
		if c := &ticket.Comments[i]; c.Format == helpdesk.FormatHTML {
			c.Format, c.Body = helpdesk.FormatText, markup+c.Body
		}
	}
	r.Ticket = &ticket
	return r
}
