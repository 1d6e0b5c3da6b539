package archive

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Bytes of attachments lie in blobs/ab/<sha256>, each content once. A file is
// there, whole and durable, before the row that names it:
//
//  1. The bytes are copied to a file in blobs/incoming and synced.
//  2. Their digests are committed to unsettled_blobs: these may be without a row.
//  3. In one transaction the files get their names, the rows are written, and
//     what is named by a row is settled.
//
// So whatever a crash leaves, [archive.sweep] knows it without a walk over all
// files: it removes the unsettled ones that no row names.
const incomingName = "incoming"

// abandoned is the age at which an incoming file has lost its writer.
const abandoned = time.Hour

func (a *archive) blobPath(blob string) string {
	return filepath.Join(a.dir, blobsName, blob[:2], blob)
}

// A staged attachment waits in blobs/incoming for its row.
type staged struct {
	path   string
	digest string
	size   int64
}

// stage copies the bytes of an attachment into the folder and checks them.
func (a *archive) stage(ctx context.Context, x helpdesk.Attachment, open connectors.OpenFunc) (s staged, err error) {
	if open == nil {
		return s, fmt.Errorf("archive: open attachment: no way to open it was given")
	}
	from, err := open(ctx, x)
	if err != nil {
		return s, fmt.Errorf("archive: open attachment: %w", err)
	}
	defer from.Close()
	s.path = filepath.Join(a.dir, blobsName, incomingName, rand.Text())
	digest := sha256.New()
	if s.size, err = writeFile(s.path, io.TeeReader(from, digest)); err != nil {
		return staged{}, fmt.Errorf("archive: copy attachment: %w", errors.Join(err, remove(s.path)))
	}
	s.digest = hex.EncodeToString(digest.Sum(nil))
	if err := s.check(x); err != nil {
		return staged{}, errors.Join(err, remove(s.path))
	}
	return s, nil
}

// check compares what arrived with what the record says of it.
func (s staged) check(x helpdesk.Attachment) error {
	switch {
	case x.SHA256 != "" && x.SHA256 != s.digest:
		return &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	case x.Size != 0 && x.Size != s.size:
		return &connectors.Rejected{Reason: "other_bytes", Field: "attachment.size"}
	}
	return nil
}

// writeFile writes a new file for the owner's eyes and syncs it.
func writeFile(path string, from io.Reader) (int64, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(f, from)
	if err == nil {
		err = f.Sync()
	}
	return n, errors.Join(err, f.Close())
}

// remove removes a file that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// announce commits the digests before their files get names.
func (a *archive) announce(ctx context.Context, files []staged) error {
	if len(files) == 0 {
		return nil
	}
	return a.transact(ctx, func() error {
		for _, f := range files {
			if err := a.exec("INSERT OR IGNORE INTO unsettled_blobs VALUES (?, unixepoch())", f.digest); err != nil {
				return err
			}
		}
		return nil
	})
}

// place gives staged files their names; one that is there already is the same.
func (a *archive) place(files []staged) error {
	folders := map[string]bool{}
	for _, f := range files {
		path := a.blobPath(f.digest)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("archive: place attachment: %w", err)
		}
		if err := os.Rename(f.path, path); err != nil {
			return fmt.Errorf("archive: place attachment: %w", err)
		}
		folders[filepath.Dir(path)] = true
	}
	if len(folders) > 0 {
		folders[filepath.Join(a.dir, blobsName)] = true
	}
	for f := range folders {
		if err := syncFolder(f); err != nil {
			return fmt.Errorf("archive: place attachment: %w", err)
		}
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// blobTables lists the tables with a column blob.
func blobTables() []*table {
	var all []*table
	for _, t := range tables() {
		for _, c := range t.columns {
			if c.name == "blob" {
				all = append(all, t)
			}
		}
	}
	return all
}

// settle strikes off the digests that rows name by now.
func (a *archive) settle() error {
	for _, t := range blobTables() {
		err := a.exec("DELETE FROM unsettled_blobs AS u WHERE EXISTS (SELECT 1 FROM " + quote(t.name) + " WHERE blob = u.blob)")
		if err != nil {
			return err
		}
	}
	return nil
}

// give up says of digests that nobody is about to name them any more.
func (a *archive) giveUp(files []staged) error {
	for _, f := range files {
		if err := a.exec("UPDATE unsettled_blobs SET since = 0 WHERE blob = ?", f.digest); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes files that no row names: of drafts that were rejected, of
// records that were removed, of a process that died. Those that another process
// may be about to name it leaves to a later sweep.
func (a *archive) sweep(ctx context.Context) error {
	if err := a.sweepIncoming(); err != nil {
		return fmt.Errorf("archive: sweep: %w", err)
	}
	return a.transact(ctx, func() error {
		if err := a.settle(); err != nil {
			return err
		}
		before := time.Now().Add(-abandoned).Unix()
		orphans, err := a.strings("SELECT blob FROM unsettled_blobs WHERE since < ?", before)
		if err != nil {
			return err
		}
		for _, blob := range orphans {
			if err := remove(a.blobPath(blob)); err != nil {
				return fmt.Errorf("archive: sweep: %w", err)
			}
		}
		return a.exec("DELETE FROM unsettled_blobs WHERE since < ?", before)
	})
}

// sweepIncoming removes what a dead process was copying. There is no telling a
// dead one from one that waits, but for the time since its last write.
func (a *archive) sweepIncoming() error {
	files, err := os.ReadDir(filepath.Join(a.dir, blobsName, incomingName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		info, gone := f.Info()
		if gone == nil && time.Since(info.ModTime()) > abandoned {
			err = errors.Join(err, remove(filepath.Join(a.dir, blobsName, incomingName, f.Name())))
		}
	}
	return err
}

// OpenAttachment opens the bytes of an attachment that the archive returned.
func (a *archive) OpenAttachment(ctx context.Context, x helpdesk.Attachment) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !isDigest(x.Locator) {
		return nil, fmt.Errorf("archive: open attachment: %w", connectors.ErrNotFound)
	}
	f, err := os.Open(a.blobPath(x.Locator))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive: open attachment: %w", connectors.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("archive: open attachment: %w", err)
	}
	return f, nil
}

// isDigest keeps a locator from being any other path.
func isDigest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size
}
