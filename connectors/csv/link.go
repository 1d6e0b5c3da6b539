package csv

import (
	"context"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Link adds a row to links.csv, unless it is there.
func (t *target) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	return t.hold(ctx, func() error {
		if there, err := t.folder.has(ctx, roleTicket, ticket); err != nil {
			return err
		} else if !there {
			return connectors.ErrNotFound
		}
		if there, err := t.folder.has(ctx, roleTicket, l.Ticket); err != nil {
			return err
		} else if !there {
			return &connectors.Rejected{Reason: "unknown_reference", Field: "link.ticket"}
		}
		linked := false
		err := t.folder.lookup(ctx, "links", roleTicket, ticket, func(r *reader) error {
			linked = linked || part[helpdesk.Link](r) == l
			return nil
		})
		if err != nil || linked {
			return err
		}
		u := &unit{rows: []row{{sheet: sheetNamed("links"), body: &l, roles: [roles]string{roleTicket: ticket}}}}
		if err := (&writer{target: t, units: []*unit{u}}).write(ctx); err != nil {
			return err
		}
		return u.refused
	})
}
