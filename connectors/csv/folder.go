package csv

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A folder is the reading side of source and target alike.
type folder struct {
	root    *os.Root
	options *options
	tables  map[string]*table // by the name of the sheet
	// grows says that files become longer only by rows that this package appended,
	// so that what is known of the rows above stays true.
	grows bool
}

// openFolder opens no file yet: see refresh.
func openFolder(path string, o *options) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, settingsError("the folder can't be opened: %w; check path in the plan", systemError(err))
	}
	return &folder{root: root, options: o, tables: map[string]*table{}}, nil
}

// systemError is what the system says without the path, which may be the name of
// somebody's attachment.
func systemError(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// refresh opens what is new and forgets what was replaced or is gone. What is
// not yet committed by a target that writes into the folder is not looked at.
func (f *folder) refresh() error {
	committed, err := readJournal(f.root)
	if err != nil {
		return err
	}
	for _, s := range sheets {
		if err := f.refreshSheet(s, committed); err != nil {
			return err
		}
	}
	for name := range f.options.columns {
		if f.tables[name] == nil {
			return settingsError("columns in the plan names %s.csv, and there is no such file in the folder", name)
		}
	}
	return nil
}

func (f *folder) refreshSheet(s *sheet, committed *journal) error {
	info, err := f.root.Stat(s.file())
	known := f.tables[s.name]
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.forget(s.name)
	case err != nil:
		return readError(s, err)
	case !info.Mode().IsRegular():
		return settingsError("%s is no file", s.file())
	case known != nil && f.isSame(known, info):
		known.info, known.size = info, committed.limit(s, info.Size())
		return nil
	}
	if err := f.forget(s.name); err != nil {
		return err
	}
	data, err := f.root.Open(s.file())
	if err != nil {
		return readError(s, err)
	}
	t, err := openTable(data, info, s, f.options)
	if err != nil {
		data.Close()
		return err
	}
	t.size = committed.limit(s, info.Size())
	f.tables[s.name] = t
	return nil
}

// isSame reports whether what is known of a table still holds.
func (f *folder) isSame(t *table, now fs.FileInfo) bool {
	if !os.SameFile(t.info, now) {
		return false
	}
	if f.grows { // or rows were removed, and what is known of them leads to blank lines
		return now.Size() >= t.info.Size()
	}
	return now.Size() == t.info.Size() && now.ModTime().Equal(t.info.ModTime())
}

func (f *folder) forget(name string) error {
	t := f.tables[name]
	delete(f.tables, name)
	if t == nil {
		return nil
	}
	return t.close()
}

func (f *folder) close() error {
	var all []error
	for name := range f.tables {
		all = append(all, f.forget(name))
	}
	return errors.Join(append(all, f.root.Close())...)
}

// kinds lists the kinds that there are files of. Parts without any file of
// tickets are read as tickets, so that they are reported and not passed over.
func (f *folder) kinds() []helpdesk.Kind {
	var all []helpdesk.Kind
	for _, k := range helpdesk.Kinds() {
		has := f.tables[sheetOf(k).name] != nil
		if k == helpdesk.KindTicket && !has {
			for _, s := range partsOf(k) {
				has = has || f.tables[s.name] != nil && (s.name != attachments || f.tables["articles"] == nil)
			}
		}
		if has {
			all = append(all, k)
		}
	}
	return all
}

// record reads the row that a reader stands at, without its parts.
func (r *reader) record() helpdesk.Record {
	rec := helpdesk.New(r.of.kind, r.value(roleKey))
	if rec.Kind == helpdesk.KindPerson {
		rec.Key = foldKey(rec.Key)
	}
	r.fill(body(&rec))
	if changed := r.value(roleChanged); changed != "" {
		rec.Changed = r.of.options.moment(changed)
	}
	return rec
}

// notes tell what was found and assumed.
func (f *folder) notes() []string {
	var all []string
	for _, s := range sheets {
		if t := f.tables[s.name]; t != nil {
			all = append(all, t.notes...)
		}
	}
	if n := f.unread(); n > 0 {
		var names []string
		for _, s := range sheets {
			names = append(names, s.file())
		}
		all = append(all, fmt.Sprintf("%d other CSV files in the folder are not read; the names that are: %s", n, strings.Join(names, ", ")))
	}
	return all
}

// unread counts the tables that nobody reads; their names may say whose they are.
func (f *folder) unread() int {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return 0
	}
	read := map[string]bool{}
	for t := range maps.Values(f.tables) {
		read[t.file()] = true
	}
	n := 0
	for _, e := range entries {
		if strings.EqualFold(filepath.Ext(e.Name()), ".csv") && !read[e.Name()] {
			n++
		}
	}
	return n
}
