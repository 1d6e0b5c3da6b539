package migration

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// relate makes the links of tickets, all of which stand in the target by now.
func (w *worker) relate(ctx context.Context, lines []cleanLine) error {
	linker, ok := w.target.(connectors.Linker)
	if !ok {
		return nil
	}
	entries, err := w.entries(ctx, helpdesk.KindTicket, lines)
	if err != nil {
		return err
	}
	for i := range lines {
		e := entries[lines[i].Record.Key]
		if len(lines[i].Record.Ticket.Links) == 0 || e.State != ledger.StateLoaded || e.Pending {
			continue
		}
		if short(ctx) {
			return &laterError{}
		}
		if err := w.link(ctx, linker, e, lines[i].Record); err != nil {
			return err
		}
	}
	return nil
}

func (w *worker) link(ctx context.Context, linker connectors.Linker, e *ledger.Entry, r helpdesk.Record) error {
	it := &item{entry: e, record: copyOf(r), line: nil}
	ids, err := w.lookUp(ctx, []*item{it})
	if err != nil {
		return err
	}
	if _, err := ids.apply(&it.record); err != nil {
		return err
	}
	text, _ := json.Marshal(it.record.Ticket.Links)
	digest := w.index.Digest(text)
	if digest == e.Links {
		return nil
	}
	for _, l := range it.record.Ticket.Links {
		if err := linker.Link(ctx, e.Target, l); err != nil && !errors.Is(err, connectors.ErrRejected) {
			return ofTarget("link", err)
		}
	}
	e.Links = digest
	return w.put(ctx, e)
}
