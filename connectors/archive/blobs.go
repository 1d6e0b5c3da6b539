package archive

import (
	"context"
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

// incomingName is the folder, in that of the blobs, of what is being copied.
const incomingName = "incoming"

func (a *archive) blobPath(blob string) string {
	return filepath.Join(a.dir, blobsName, blob[:2], blob)
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
