package staging

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Folder keeps objects as files in a folder, for the embedded runtime. Files
// have mode 0600 and folders 0700; nothing leaves the folder, whatever an object
// is called (os.Root).
type Folder struct {
	root *os.Root
	sync bool
}

var _ Store = (*Folder)(nil)

// A FolderOption changes how a Folder works.
type FolderOption func(*Folder)

// WithoutSync leaves writing to the operating system. An object can then be lost
// or cut when the machine stops: only for tests that do without the machine.
func WithoutSync() FolderOption { return func(f *Folder) { f.sync = false } }

// half is where objects lie while they are written. No object can have this
// name.
const half = ".half"

// NewFolder opens the store in dir, or makes it.
func NewFolder(dir string, opts ...FolderOption) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("staging: open folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("staging: open folder: %w", err)
	}
	f := &Folder{root: root, sync: true}
	for _, o := range opts {
		o(f)
	}
	if err := f.sweep(); err != nil {
		root.Close()
		return nil, fmt.Errorf("staging: open folder: %w", err)
	}
	return f, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// stale is the age at which a half-written object counts as left by a crash: no
// step runs that long, and a younger one may be another process's.
const stale = 24 * time.Hour

// sweep removes what crashes left. It is ciphertext whose key went with the
// crash, so nothing but room on the disk depends on it.
func (f *Folder) sweep() error {
	if err := f.root.MkdirAll(half, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(f.root.FS(), half)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && time.Since(info.ModTime()) > stale {
			f.root.Remove(path.Join(half, e.Name()))
		}
	}
	return nil
}

// Put writes beside, syncs, and only then gives the file its name: by a hard
// link, which unlike a rename never replaces an object. Last it syncs the
// folders, so that the name is durable too.
func (f *Folder) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if _, err := f.root.Lstat(name); err == nil {
		return ErrExists // the link would fail as well, but after the work
	}
	tmp := path.Join(half, rand.Text())
	defer f.root.Remove(tmp)
	if err := f.fill(ctx, tmp, write); err != nil {
		return err
	}
	return f.publish(ctx, tmp, name)
}

// fill writes the file, and syncs it before it can have a name.
func (f *Folder) fill(ctx context.Context, tmp string, write func(io.Writer) error) error {
	file, err := f.root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := write(&whileWanted{ctx, file}); err != nil {
		file.Close()
		return err
	}
	if f.sync {
		if err := file.Sync(); err != nil {
			file.Close()
			return err
		}
	}
	return file.Close()
}

// publish gives the file its name.
func (f *Folder) publish(ctx context.Context, tmp, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := f.makeDirs(path.Dir(name)); err != nil {
		return err
	}
	err := f.root.Link(tmp, name)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	return f.syncDir(path.Dir(name))
}

// makeDirs makes the folders of a name, each durable in the one above.
func (f *Folder) makeDirs(dir string) error {
	if f.isDir(dir) {
		return nil
	}
	if err := f.makeDirs(path.Dir(dir)); err != nil {
		return err
	}
	if err := f.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.syncDir(path.Dir(dir))
}

// syncDir makes the names in a folder durable.
func (f *Folder) syncDir(dir string) error {
	if !f.sync || runtime.GOOS == "windows" { // folders can't be synced there
		return nil
	}
	d, err := f.root.Open(dir)
	if isAbsent(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens the file; it can be read on after a Delete.
func (f *Folder) Open(_ context.Context, name string) (io.ReadCloser, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if f.isDir(name) {
		return nil, ErrNotFound
	}
	file, err := f.root.Open(name)
	if isAbsent(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return file, nil
}

// isAbsent reports whether there is no such file; what is below a file is not
// there either.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// isDir reports whether the name is only part of the names of objects.
func (f *Folder) isDir(name string) bool {
	info, err := f.root.Stat(name)
	return err == nil && info.IsDir()
}

// Delete removes the files, then syncs each folder once. Empty folders stay:
// taking them away could not be told from taking away a file of that name.
func (f *Folder) Delete(ctx context.Context, names ...string) error {
	folders := map[string]bool{}
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := CheckName(name); err != nil {
			return err
		}
		if f.isDir(name) {
			continue
		}
		if err := f.root.Remove(name); err != nil && !isAbsent(err) {
			return err
		}
		folders[path.Dir(name)] = true
	}
	for dir := range folders {
		if err := f.syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// whileWanted writes until its context ends.
type whileWanted struct {
	ctx context.Context
	w   io.Writer
}

func (w *whileWanted) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// CheckName lets through what every store takes as a name: parts of letters,
// digits and ._-=, none hidden, 1,024 bytes in all (the limit of S3).
func CheckName(name string) error {
	ok := len(name) <= 1024
	for part := range strings.SplitSeq(name, "/") {
		ok = ok && part != "" && part[0] != '.' && len(part) <= 255 && !strings.ContainsFunc(part, notNamed)
	}
	if !ok {
		return fmt.Errorf("staging: %q is no name for an object", name)
	}
	return nil
}

func notNamed(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-=", r)
}
