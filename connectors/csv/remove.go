package csv

import (
	"context"
	"errors"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// smallFile is written anew as soon as a row of it is removed. Of larger files
// removed rows become blank lines first, overwritten where they stand, and Close
// writes them anew: a rollback of 100,000 tickets in batches would write
// hundreds of gigabytes otherwise.
const smallFile = 1 << 20

// Remove overwrites the rows of the records and of their parts and deletes their
// attachments, all of the batch or nothing.
func (t *target) Remove(ctx context.Context, k helpdesk.Kind, ids []string) ([]connectors.Removal, error) {
	err := t.hold(ctx, func() error {
		j := &journal{}
		for _, id := range ids {
			if _, ok := idNumber(k, id); !ok {
				continue
			}
			if err := t.collect(ctx, j, k, id); err != nil {
				return err
			}
		}
		if len(j.Blanks) == 0 {
			return nil
		}
		if err := t.noteID(ctx, k); err != nil {
			return err
		}
		if err := j.begin(t.folder.root); err != nil {
			return err
		}
		if err := j.settle(t.folder.root); err != nil {
			return err
		}
		return t.tidy(j)
	})
	if err != nil {
		return nil, err
	}
	answers := make([]connectors.Removal, len(ids))
	for i := range answers {
		answers[i] = connectors.Removed
	}
	return answers, nil
}

// collect adds to a journal what there is of a record.
func (t *target) collect(ctx context.Context, j *journal, k helpdesk.Kind, id string) error {
	add := func(r *reader) error {
		j.blank(r.of.file(), r.split.at.offset, int64(len(r.split.row())))
		return nil
	}
	all := []error{t.folder.lookup(ctx, sheetOf(k).name, roleKey, id, func(r *reader) error {
		j.Folders = append(j.Folders, id)
		return add(r)
	})}
	if k == helpdesk.KindArticle {
		all = append(all, t.folder.lookup(ctx, attachments, roleArticle, id, add))
	}
	for _, s := range partsOf(k) {
		if s.name == attachments {
			continue
		}
		all = append(all, t.folder.lookup(ctx, s.name, roleTicket, id, func(r *reader) error {
			var err error
			if anchor := r.value(roleAnchor); anchor != "" {
				err = t.folder.lookup(ctx, attachments, roleComment, anchor, add)
			}
			return errors.Join(err, add(r))
		}))
	}
	return errors.Join(all...)
}

// tidy takes the blank lines out of small files, and remembers the others.
func (t *target) tidy(j *journal) error {
	for _, b := range j.Blanks {
		t.blanked[b.File] = true
	}
	return t.compact(smallFile)
}

// compact writes files anew that rows were removed from, up to a size.
func (t *target) compact(upTo int64) error {
	for _, s := range sheets {
		table := t.folder.tables[s.name]
		if table == nil || !t.blanked[s.file()] || table.size > upTo {
			continue
		}
		if err := t.folder.rewrite(s, table.titles); err != nil {
			return err
		}
		delete(t.blanked, s.file())
	}
	return nil
}
