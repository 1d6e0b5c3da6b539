package staging

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
)

// List walks the folders in the order in which S3 lists: by the bytes of the
// whole name. So within a folder, "a" sorts as "a/" if it is a folder itself:
// behind "a-1" and before "a0".
func (f *Folder) List(ctx context.Context, prefix string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		dir, _ := path.Split(prefix)
		f.walk(ctx, strings.TrimSuffix(dir, "/"), prefix, yield)
	}
}

// walk yields the objects of one folder and says whether to go on.
func (f *Folder) walk(ctx context.Context, dir, prefix string, yield func(Object, error) bool) bool {
	entries, err := f.sorted(dir)
	if err != nil {
		yield(Object{}, wrapError("list", prefix, err))
		return false
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			yield(Object{}, wrapError("list", prefix, err))
			return false
		}
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir() && mayHold(name+"/", prefix):
			if !f.walk(ctx, name, prefix, yield) {
				return false
			}
		case !e.IsDir() && strings.HasPrefix(name, prefix):
			if !yieldFile(name, e, yield) {
				return false
			}
		}
	}
	return true
}

// mayHold reports whether a folder can hold names with the prefix.
func mayHold(folder, prefix string) bool {
	return strings.HasPrefix(folder, prefix) || strings.HasPrefix(prefix, folder)
}

func yieldFile(name string, e fs.DirEntry, yield func(Object, error) bool) bool {
	info, err := e.Info()
	switch {
	case errors.Is(err, fs.ErrNotExist): // deleted since
		return true
	case err != nil:
		yield(Object{}, wrapError("list", name, err))
		return false
	}
	return yield(Object{Name: name, Size: info.Size()}, nil)
}

// sorted reads a folder; one that is not there is empty.
func (f *Folder) sorted(dir string) ([]fs.DirEntry, error) {
	if dir == "" {
		dir = "."
	} else if CheckName(dir) != nil {
		return nil, nil // no object can have such a name
	}
	info, err := f.root.Stat(dir)
	if isAbsent(err) || err == nil && !info.IsDir() {
		return nil, nil
	}
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if isAbsent(err) { // deleted since
		return nil, nil
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name()[0] == '.' })
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	return entries, err
}

func sortName(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}
