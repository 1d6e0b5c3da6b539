package archive

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

const (
	product = "Portable archive"
	// batch drafts share one transaction, and so the time that a sync takes.
	batch = 100
)

type target struct{ *archive }

func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	if err := t.snapshot(ctx, t.check); err != nil {
		return connectors.TargetProfile{}, err
	}
	fidelity := map[string]connectors.Fidelity{}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			fidelity[f.Name] = connectors.Native
		}
	}
	return connectors.TargetProfile{Product: product, Version: strconv.Itoa(format), Kinds: helpdesk.Kinds(),
		Fidelity: fidelity, Batch: batch, Notes: []string{warning}}, nil
}

// Find finds at most one: a marker is unique within its kind.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	err = t.snapshot(ctx, func() error {
		ids, err = t.strings("SELECT id FROM "+quote(plurals[k])+" WHERE marker = ?", marker)
		return err
	})
	return ids, err
}

func (t *target) Read(ctx context.Context, k helpdesk.Kind, id string) (r helpdesk.Record, err error) {
	n, err := parseID(id)
	if err != nil {
		return r, fmt.Errorf("archive: read %s: %w", k, connectors.ErrNotFound)
	}
	err = t.snapshot(ctx, func() error {
		found, err := t.load(k, span{n, n})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("archive: read %s: %w", k, connectors.ErrNotFound)
		}
		r = found[0]
		return nil
	})
	return r, err
}

// Link adds the link behind those that the ticket has.
func (t *target) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	from, err := parseID(ticket)
	if err != nil {
		return fmt.Errorf("archive: link: %w", connectors.ErrNotFound)
	}
	to, err := parseID(l.Ticket)
	if err != nil {
		return &connectors.Rejected{Reason: string(badReference), Field: "link.ticket"}
	}
	return t.transact(ctx, func() error {
		if found, err := t.has(reference{helpdesk.KindTicket, from}); err != nil || !found {
			return notFound("link", err)
		}
		if found, err := t.has(reference{helpdesk.KindTicket, to}); err != nil || !found {
			return &connectors.Rejected{Reason: string(badReference), Field: "link.ticket"}
		}
		return t.exec(`INSERT INTO links (parent, position, type, ticket)
			SELECT ?1, coalesce((SELECT max(position) + 1 FROM links WHERE parent = ?1), 0), ?2, ?3
			WHERE NOT EXISTS (SELECT 1 FROM links WHERE parent = ?1 AND type IS ?2 AND ticket = ?3)`,
			from, nullable(l.Type), to)
	})
}

func notFound(op string, err error) error {
	if err == nil {
		err = connectors.ErrNotFound
	}
	return fmt.Errorf("archive: %s: %w", op, err)
}

// censusPage bounds what a census holds in memory. Between two pages the
// archive is free, so that a caller may read and remove while it counts.
const censusPage = 1000

func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		after := ""
		for {
			page, err := t.marked(ctx, k, prefix, after)
			if err != nil {
				yield(connectors.Marked{}, err)
				return
			}
			for _, m := range page {
				if !yield(m, nil) {
					return
				}
				after = m.Marker
			}
			if len(page) < censusPage {
				return
			}
		}
	}
}

func (t *target) marked(ctx context.Context, k helpdesk.Kind, prefix, after string) (all []connectors.Marked, err error) {
	query := "SELECT id, marker FROM " + quote(plurals[k]) +
		" WHERE marker > ? AND marker >= ? AND substr(marker, 1, length(?2)) = ?2 ORDER BY marker LIMIT ?"
	err = t.snapshot(ctx, func() error {
		return t.each(query, []any{after, prefix, censusPage}, func(scan func(...any) error) error {
			var m connectors.Marked
			err := scan(&m.ID, &m.Marker)
			all = append(all, m)
			return err
		})
	})
	return all, err
}
