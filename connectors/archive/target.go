package archive

import (
	"context"
	"fmt"
	"iter"
	"os"
	"runtime"
	"strconv"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

const (
	product = "Portable archive"
	// batch drafts share a transaction, and so the time that a sync takes: at a
	// hundred it is no longer what a load waits for.
	batch = 100
)

type target struct{ *archive }

func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	if err := t.snapshot(ctx, t.check); err != nil {
		return connectors.TargetProfile{}, err
	}
	return profile(t.notes()), nil
}

func profile(notes []string) connectors.TargetProfile {
	fidelity := map[string]connectors.Fidelity{}
	for _, k := range helpdesk.Kinds() {
		for _, f := range helpdesk.Fields(k) {
			fidelity[f.Name] = connectors.Native
		}
	}
	return connectors.TargetProfile{Product: product, Version: strconv.Itoa(format), Kinds: helpdesk.Kinds(),
		Fidelity: fidelity, Batch: batch, Notes: notes}
}

const warning = "Plain text: this folder holds personal data that nothing but its file permissions protects."

// notes are for whoever reads from or writes to the archive.
func (a *archive) notes() []string {
	all := []string{warning}
	info, err := os.Stat(a.dir)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		all = append(all, "Other users of this machine may look into the folder: chmod 700 closes it.")
	}
	return all
}

// Find finds one at most: a marker is unique within its kind.
func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	of, err := tableOf(k)
	if err != nil {
		return nil, err
	}
	err = t.snapshot(ctx, func() error {
		ids, err = t.strings("SELECT id FROM "+quote(of.name)+" WHERE marker = ?", marker)
		return err
	})
	return ids, err
}

func (t *target) Read(ctx context.Context, k helpdesk.Kind, id string) (r helpdesk.Record, err error) {
	of, err := tableOf(k)
	if err != nil {
		return r, err
	}
	n, err := parseID(id)
	if err != nil {
		return r, notFound("read " + string(k))
	}
	err = t.snapshot(ctx, func() error {
		found, err := t.load(of, span{n, n})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return notFound("read " + string(k))
		}
		r = found[0]
		return nil
	})
	return r, err
}

func notFound(op string) error { return fmt.Errorf("archive: %s: %w", op, connectors.ErrNotFound) }

// Link adds the link behind those that the ticket has.
func (t *target) Link(ctx context.Context, ticket string, l helpdesk.Link) error {
	from, err := parseID(ticket)
	if err != nil {
		return notFound("link")
	}
	to, err := parseID(l.Ticket)
	if err != nil {
		return &connectors.Rejected{Reason: string(badReference), Field: "link.ticket"}
	}
	return t.transact(ctx, func() error {
		if found, err := t.has(reference{helpdesk.KindTicket, from}); err != nil {
			return err
		} else if !found {
			return notFound("link")
		}
		if found, err := t.has(reference{helpdesk.KindTicket, to}); err != nil {
			return err
		} else if !found {
			return &connectors.Rejected{Reason: string(badReference), Field: "link.ticket"}
		}
		return t.exec(`INSERT INTO links (parent, position, type, ticket)
			SELECT ?1, coalesce((SELECT max(position) + 1 FROM links WHERE parent = ?1), 0), ?2, ?3
			WHERE NOT EXISTS (SELECT 1 FROM links WHERE parent = ?1 AND type IS ?2 AND ticket = ?3)`,
			from, nullable(l.Type), to)
	})
}

// censusPage bounds what a census holds in memory. Between two pages the
// archive is free: a caller may read and remove while it counts.
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

// marked lists a page of the census in the order of markers, as their index has
// it: what starts with a prefix lies between it and it with the last character
// that there is.
func (t *target) marked(ctx context.Context, k helpdesk.Kind, prefix, after string) (all []connectors.Marked, err error) {
	of, err := tableOf(k)
	if err != nil {
		return nil, err
	}
	query := "SELECT id, marker FROM " + quote(of.name) +
		" WHERE marker >= ?1 AND marker < ?1 || char(0x10ffff) AND marker > ?2 ORDER BY marker LIMIT ?3"
	err = t.snapshot(ctx, func() error {
		return t.each(query, []any{prefix, after, censusPage}, func(scan func(...any) error) error {
			var m connectors.Marked
			err := scan(&m.ID, &m.Marker)
			all = append(all, m)
			return err
		})
	})
	return all, err
}
