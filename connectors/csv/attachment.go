package csv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path/filepath"

	"github.com/gabriel-vasile/mimetype"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// attachments are those of a comment or article.
func (f *folder) attachments(ctx context.Context, by role, key string) (all []helpdesk.Attachment, err error) {
	err = f.lookup(ctx, attachments, by, key, func(r *reader) error {
		a := part[helpdesk.Attachment](r)
		a.Locator = r.value(roleFile)
		f.describe(&a, r.of.typed)
		all = append(all, a)
		return nil
	})
	return all, err
}

// open opens a file below the folder. Whatever lies outside, or is no file, is
// not there.
func (f *folder) open(ctx context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	name := filepath.FromSlash(a.Locator)
	info, err := f.root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err == nil {
		var file *os.File
		if file, err = f.root.Open(name); err == nil {
			return file, nil
		}
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		err = connectors.ErrDenied
	case errors.Is(err, fs.ErrNotExist) || !filepath.IsLocal(name):
		err = connectors.ErrNotFound
	default:
		err = fmt.Errorf("%w: %w", connectors.ErrDenied, systemError(err))
	}
	return nil, fmt.Errorf("csv: opening an attachment: %w", err)
}

// describe tells of an attachment what its file shows: how long it is, and what
// it is if the folder does not say.
func (f *folder) describe(a *helpdesk.Attachment, typed bool) {
	name := filepath.FromSlash(a.Locator)
	info, err := f.root.Stat(name)
	if name == "" || err != nil || !info.Mode().IsRegular() {
		return
	}
	a.Size = info.Size()
	if typed {
		return
	}
	file, err := f.root.Open(name)
	if err != nil {
		return
	}
	defer file.Close()
	if found, err := mimetype.DetectReader(file); err == nil {
		a.ContentType, _, _ = mime.ParseMediaType(found.String())
	}
}
