package csv

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// store copies the attachments of a unit into its folder, and waits until they
// are on the disk.
func (w *writer) store(ctx context.Context, u *unit) error {
	folder := ""
	for _, r := range u.rows {
		name := r.roles[roleFile]
		if name == "" {
			continue
		}
		if folder == "" {
			folder = path.Dir(name)
			if err := w.folder.root.MkdirAll(folder, 0o700); err != nil {
				return unavailable("making a folder for attachments", err)
			}
		}
		if err := w.storeFile(ctx, name, *r.body.(*helpdesk.Attachment), u.open); err != nil {
			return err
		}
	}
	if folder == "" {
		return nil
	}
	err := errors.Join(syncFolder(w.folder.root, folder), syncFolder(w.folder.root, filesFolder), syncFolder(w.folder.root, "."))
	return unavailable("writing attachments", err)
}

func (w *writer) storeFile(ctx context.Context, name string, a helpdesk.Attachment, open connectors.OpenFunc) error {
	if open == nil {
		return &connectors.Rejected{Reason: "no_bytes", Field: "attachment.name"}
	}
	from, err := open(ctx, a)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := w.folder.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unavailable("writing an attachment", err)
	}
	digest := sha256.New()
	_, err = io.Copy(io.MultiWriter(to, digest), &interruptible{ctx, from})
	if err == nil {
		err = to.Sync()
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return unavailable("copying an attachment", err)
	}
	if a.SHA256 != "" && hex.EncodeToString(digest.Sum(nil)) != a.SHA256 {
		return &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	}
	return nil
}

// interruptible ends a copy with the context.
type interruptible struct {
	ctx  context.Context
	from io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
