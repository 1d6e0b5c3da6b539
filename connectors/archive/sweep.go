package archive

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// abandoned is the age at which a file without a row has lost its writer. There
// is no telling a writer that died from one that waits for a slow source, but by
// the time since its last write.
const abandoned = time.Hour

// sweep removes files that no row names: of records that were removed, and of
// writers that died.
func (a *archive) sweep(ctx context.Context) error {
	if err := a.sweepIncoming(); err != nil {
		return unavailable("sweep", err)
	}
	var unsettled bool
	err := a.snapshot(ctx, func() error {
		return a.scan("SELECT EXISTS (SELECT 1 FROM unsettled_blobs)", nil, &unsettled)
	})
	if err != nil || !unsettled {
		return err
	}
	return a.transact(ctx, func() error { return a.sweepBlobs(time.Now().Add(-abandoned)) })
}

// sweepBlobs works under the right to write: no row can come to name a file
// while it is removed.
func (a *archive) sweepBlobs(before time.Time) error {
	for _, t := range blobTables() {
		err := a.exec("DELETE FROM unsettled_blobs AS u WHERE EXISTS (SELECT 1 FROM " + quote(t.name) + " WHERE blob = u.blob)")
		if err != nil {
			return err
		}
	}
	orphans, err := a.strings("SELECT blob FROM unsettled_blobs WHERE since < ?", before.Unix())
	if err != nil {
		return err
	}
	for _, blob := range orphans {
		if err := remove(a.blobPath(blob)); err != nil {
			return unavailable("sweep", err)
		}
	}
	return a.exec("DELETE FROM unsettled_blobs WHERE since < ?", before.Unix())
}

func (a *archive) sweepIncoming() error {
	folder := filepath.Join(a.dir, blobsName, incomingName)
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		info, gone := f.Info()
		if gone == nil && time.Since(info.ModTime()) > abandoned {
			err = errors.Join(err, remove(filepath.Join(folder, f.Name())))
		}
	}
	return err
}
