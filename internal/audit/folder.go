package audit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"time"
)

// Folder keeps bundles as files, for the embedded runtime: the shard is the
// folder and the seq the name, so that "gunzip -c" shows an auditor what is in
// them. Files have mode 0400: nothing of ours writes them again.
type Folder struct {
	root *os.Root
	sync bool
}

var _ Store = (*Folder)(nil)

// A FolderOption changes how a Folder works.
type FolderOption func(*Folder)

// WithoutSync leaves writing to the operating system. Bundles can then be lost
// or cut when the machine stops: only for tests that do without the machine.
func WithoutSync() FolderOption { return func(f *Folder) { f.sync = false } }

const (
	half   = ".half" // where bundles lie while they are written
	suffix = ".jsonl.gz"
)

// NewFolder opens the log in dir, or makes it.
func NewFolder(dir string, opts ...FolderOption) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("audit: open folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("audit: open folder: %w", err)
	}
	f := &Folder{root: root, sync: true}
	for _, o := range opts {
		o(f)
	}
	if err := f.sweep(); err != nil {
		root.Close()
		return nil, fmt.Errorf("audit: open folder: %w", err)
	}
	return f, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// stale is the age at which a half-written bundle counts as left by a crash; a
// younger one may be another process's.
const stale = time.Hour

// sweep removes what crashes left. Their events are written again by a retry.
func (f *Folder) sweep() error {
	if err := f.root.MkdirAll(half, 0o700); err != nil {
		return err
	}
	entries, err := fs.ReadDir(f.root.FS(), half)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stale {
			f.root.Remove(path.Join(half, e.Name()))
		}
	}
	return nil
}

// Put writes beside, syncs, and links the file to its place, which fails if
// there is one: a file that O_EXCL made in its place could be half there after a
// crash, and would hold the place for ever.
func (f *Folder) Put(ctx context.Context, shard string, seq int, bundle []byte) error {
	if err := CheckPlace(shard, seq); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	tmp := path.Join(half, rand.Text())
	defer f.root.Remove(tmp)
	if err := f.write(tmp, bundle); err != nil {
		return err
	}
	if err := f.makeDirs(shard); err != nil {
		return err
	}
	err := f.root.Link(tmp, path.Join(shard, fileName(seq)))
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	return errors.Join(err, f.syncDir(shard))
}

// write makes a file that nobody has a name for yet.
func (f *Folder) write(name string, content []byte) error {
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil && f.sync {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// makeDirs makes the folder of a shard, each part durable in the one above.
func (f *Folder) makeDirs(dir string) error {
	if _, err := f.root.Lstat(dir); err == nil {
		return nil
	}
	if parent := path.Dir(dir); parent != "." {
		if err := f.makeDirs(parent); err != nil {
			return err
		}
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
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
