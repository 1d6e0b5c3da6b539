package archive

import (
	"context"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Remove deletes the records, their parts, and the bytes that nobody else
// refers to. The database overwrites what it deletes with zeros
// (secure_delete). References to the records stay as they are.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) ([]connectors.Removal, error) {
	of, err := tableOf(k)
	if err != nil {
		return nil, err
	}
	removals := make([]connectors.Removal, len(ids))
	err = t.transact(ctx, func() error {
		for i, id := range ids {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.removeOne(of, id); err != nil {
				return err
			}
			removals[i] = connectors.Removed
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return removals, t.sweep(ctx)
}

func (t *target) removeOne(of *table, text string) error {
	id, err := parseID(text)
	if err != nil {
		return nil // an id that was never given is gone already
	}
	for _, s := range deletions(of, "id = ?") {
		if err := t.exec(s, id); err != nil {
			return err
		}
	}
	return nil
}

// deletions lists the statements that delete rows of a table and of its parts,
// innermost first. Bytes that they named are unsettled from then on.
func deletions(t *table, where string) []string {
	var all []string
	for _, p := range t.parts {
		all = append(all, deletions(p.table, "parent IN (SELECT id FROM "+quote(t.name)+" WHERE "+where+")")...)
	}
	if t.hasBlobs() {
		all = append(all, "INSERT OR IGNORE INTO unsettled_blobs SELECT blob, 0 FROM "+quote(t.name)+
			" WHERE blob IS NOT NULL AND "+where)
	}
	return append(all, "DELETE FROM "+quote(t.name)+" WHERE "+where)
}
