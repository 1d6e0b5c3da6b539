package csv

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"strings"
	"sync"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A target writes a folder that is a valid source. It keeps nothing between two
// calls that the files do not say, so that any number of processes may take
// turns; what it knows of them, it brings up to date at each call.
type target struct {
	turn     chan struct{} // holds one: calls of this process wait here, not at the lock
	folder   *folder
	escape   bool
	blanked  map[string]bool // files that removed rows left blank lines in
	readable bool            // by others than its owner, when it was opened
	closing  sync.Once
	closed   error
}

func openTarget(ctx context.Context, s *targetSettings) (*target, error) {
	o, err := s.options()
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(s.Path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, settingsError("the folder can't be made: %w; check path in the plan", systemError(err))
	}
	f, err := openFolder(s.Path, o)
	if err != nil {
		return nil, err
	}
	f.grows = true
	t := &target{turn: make(chan struct{}, 1), folder: f, escape: s.EscapeFormulas, blanked: map[string]bool{}}
	if info, err := f.root.Stat("."); err == nil {
		t.readable = info.Mode().Perm()&0o077 != 0
	}
	if err := t.hold(ctx, func() error { return nil }); err != nil {
		f.close()
		return nil, err
	}
	return t, nil
}

// hold does something while no other call and no other process does anything to
// the folder, and after it has been put in order.
func (t *target) hold(ctx context.Context, do func() error) error {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	release, err := lockFolder(ctx, t.folder.root)
	if err != nil {
		return err
	}
	defer release()
	if err := recoverFolder(t.folder.root); err != nil {
		return err
	}
	if err := t.folder.refresh(); err != nil {
		return err
	}
	if err := t.checkOwn(); err != nil {
		return err
	}
	return do()
}

// checkOwn refuses folders that hold files of somebody else.
func (t *target) checkOwn() error {
	for _, s := range sheets {
		table := t.folder.tables[s.name]
		if table == nil {
			continue
		}
		for _, r := range s.keys {
			if i := table.role[r]; i < 0 || table.columns[i].role != r {
				return settingsError("%s is not by Safeconduct: it has no column %q; name an empty folder", s.file(), roleColumns[r])
			}
		}
		if table.escaped != t.escape {
			return settingsError("%s was begun with escape_formulas: %t; leave it so, or name an empty folder", s.file(), table.escaped)
		}
	}
	return nil
}

// batch is how many drafts are made durable together. The disk is asked for
// that some five times a batch, whatever is in it.
const batch = 100

func (t *target) Profile(ctx context.Context) (connectors.TargetProfile, error) {
	if err := ctx.Err(); err != nil {
		return connectors.TargetProfile{}, err
	}
	p := connectors.TargetProfile{Product: Connector.Title, Kinds: helpdesk.Kinds(), Batch: batch,
		Fidelity: map[string]connectors.Fidelity{}, Notes: t.notes()}
	for _, k := range p.Kinds {
		for _, f := range helpdesk.Fields(k) {
			p.Fidelity[f.Name] = connectors.Native
		}
	}
	return p, nil
}

func (t *target) notes() []string {
	notes := []string{
		"The files are plain text and are not encrypted: files of mode 0600 in folders of mode 0700. Whoever reads the folder reads everything.",
		"Text that is no UTF-8 is rejected. A custom or extra field without a value is not written.",
		"A removed record is gone from the files; what the disk keeps of deleted files is the disk's.",
	}
	if !t.escape {
		notes = append(notes, "Values are written as they are: opened in a spreadsheet, some that begin with = + - @ run as formulas. "+
			"Import the files as text there, or set escape_formulas.")
	}
	if t.readable {
		notes = append(notes, "The folder was there before, and other users of this computer may read it: chmod 700.")
	}
	return notes
}

func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	err = t.hold(ctx, func() error {
		return t.folder.lookup(ctx, sheetOf(k).name, roleMarker, marker, func(r *reader) error {
			ids = append(ids, r.value(roleKey))
			return nil
		})
	})
	return ids, err
}

func (t *target) Read(ctx context.Context, k helpdesk.Kind, id string) (rec helpdesk.Record, err error) {
	err = t.hold(ctx, func() error {
		err := t.folder.lookup(ctx, sheetOf(k).name, roleKey, id, func(r *reader) error {
			rec = r.record()
			return nil
		})
		if err == nil && rec.Key == "" {
			err = connectors.ErrNotFound
		}
		if err == nil {
			_, err = t.folder.join(ctx, &rec)
		}
		return err
	})
	return rec, err
}

func (t *target) OpenAttachment(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	return t.folder.open(ctx, a)
}

// Census goes over the file as it is when it begins, also while records are
// removed.
func (t *target) Census(ctx context.Context, k helpdesk.Kind, prefix string) iter.Seq2[connectors.Marked, error] {
	return func(yield func(connectors.Marked, error) bool) {
		table, err := t.snapshot(ctx, sheetOf(k))
		if err != nil {
			yield(connectors.Marked{}, err)
		}
		if table == nil {
			return
		}
		defer table.close()
		for r := table.rows(position{}); ; {
			row, err := r.next()
			if err == io.EOF {
				return
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(connectors.Marked{}, err)
				return
			}
			m := connectors.Marked{ID: r.value(roleKey), Marker: r.value(roleMarker)}
			if row.reason == "" && m.Marker != "" && strings.HasPrefix(m.Marker, prefix) && !yield(m, nil) {
				return
			}
		}
	}
}

// snapshot opens a table once more, to read it outside of the lock. It returns
// nil if there is no such file yet.
func (t *target) snapshot(ctx context.Context, s *sheet) (table *table, err error) {
	err = t.hold(ctx, func() error {
		if t.folder.tables[s.name] == nil {
			return nil
		}
		data, err := t.folder.root.Open(s.file())
		if err != nil {
			return unavailable("opening "+s.file(), err)
		}
		info, err := data.Stat()
		if err == nil {
			table, err = openTable(data, info, s, t.folder.options)
		}
		if err != nil {
			data.Close()
		}
		return err
	})
	return table, err
}

// Close takes the blank lines out of files that rows were removed from.
func (t *target) Close() error {
	t.closing.Do(func() {
		if len(t.blanked) > 0 {
			t.closed = t.hold(context.Background(), func() error { return t.compact(math.MaxInt64) })
		}
		t.turn <- struct{}{}
		defer func() { <-t.turn }()
		t.closed = errors.Join(t.closed, t.folder.close())
	})
	return t.closed
}
