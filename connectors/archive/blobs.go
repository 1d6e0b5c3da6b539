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
	"runtime"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Bytes of attachments lie in blobs/ab/<sha256>, each content once. A file is
// there, whole and durable, before the row that names it:
//
//  1. The bytes are copied to a file in blobs/incoming and synced.
//  2. Their digests are committed to unsettled_blobs: of these files nobody knows
//     whether a row names them.
//  3. In one transaction the rows are written, the files get their names, and the
//     digests are struck off.
//
// So whatever a crash leaves behind, [archive.sweep] knows it without a walk
// over all files.
const incomingName = "incoming"

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
func (a *archive) stage(ctx context.Context, x helpdesk.Attachment, open connectors.OpenFunc) (staged, error) {
	if open == nil {
		return staged{}, errors.New("archive: open attachment: the draft has no way to open it")
	}
	from, err := open(ctx, x)
	if err != nil {
		return staged{}, fmt.Errorf("archive: open attachment: %w", err)
	}
	defer from.Close()
	sum := sha256.New()
	s := staged{path: filepath.Join(a.dir, blobsName, incomingName, rand.Text())}
	s.size, err = writeFile(s.path, io.TeeReader(from, sum))
	s.digest = hex.EncodeToString(sum.Sum(nil))
	if err == nil {
		err = s.check(x)
	}
	if err != nil {
		return staged{}, errors.Join(fmt.Errorf("archive: copy attachment: %w", err), remove(s.path))
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

// writeFile writes a new file, for its owner's eyes only, and syncs it.
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

// strikeOff says that these digests are named by rows now, or by no file.
func (a *archive) strikeOff(files []staged) error {
	for _, f := range files {
		if err := a.exec("DELETE FROM unsettled_blobs WHERE blob = ?", f.digest); err != nil {
			return err
		}
	}
	return nil
}

// place gives staged files their names, durably. Where one of the name is there
// already it has the same content.
func (a *archive) place(files []staged) error {
	folders := map[string]bool{}
	for _, f := range files {
		path := a.blobPath(f.digest)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return unavailable("place attachment", err)
		}
		if err := os.Rename(f.path, path); err != nil {
			return unavailable("place attachment", err)
		}
		folders[filepath.Dir(path)] = true
		folders[filepath.Join(a.dir, blobsName)] = true
	}
	for f := range folders {
		if err := syncFolder(f); err != nil {
			return unavailable("place attachment", err)
		}
	}
	return nil
}

// syncFolder makes the names in a folder durable. Windows does not sync folders.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
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
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("archive: open attachment: %w", connectors.ErrNotFound)
	case err != nil:
		return nil, unavailable("open attachment", err)
	}
	return f, nil
}

// isDigest keeps a locator from being a path to something else.
func isDigest(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size
}
