package archive

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Copies are the bytes of attachments on their way from staging to
// blobs/ab/<sha256>. A file is there, whole and durable, before a row names it:
//
//  1. The bytes are copied to a file in blobs/incoming and synced. Those that the
//     archive has already are only read, and compared.
//  2. Their digests are committed to unsettled_blobs: of these files nobody knows
//     whether a row names them.
//  3. In one transaction the rows are written, the files get their names, and the
//     digests are struck off.
//
// So whatever a crash leaves behind, [archive.sweep] knows it without a walk
// over all files.
type copies struct {
	*archive
	paths map[string]string // of files in blobs/incoming, by digest
}

// take reads the bytes of an attachment, checks them against what the record
// says of them, and returns their digest and size.
func (c *copies) take(ctx context.Context, x helpdesk.Attachment, open connectors.OpenFunc) (digest string, size int64, err error) {
	if open == nil {
		return "", 0, errors.New("archive: open attachment: the draft has no way to open it")
	}
	from, err := open(ctx, x)
	if err != nil {
		return "", 0, fmt.Errorf("archive: open attachment: %w", err)
	}
	defer from.Close()
	sum := sha256.New()
	path := ""
	if c.holds(x.SHA256) {
		size, err = io.Copy(sum, from)
	} else {
		path = filepath.Join(c.dir, blobsName, incomingName, rand.Text())
		size, err = writeFile(path, io.TeeReader(from, sum))
	}
	digest = hex.EncodeToString(sum.Sum(nil))
	if err == nil {
		err = verify(x, digest, size)
	}
	if err != nil {
		return "", 0, errors.Join(fmt.Errorf("archive: copy attachment: %w", err), c.drop(path))
	}
	return digest, size, c.add(digest, path)
}

// holds reports whether bytes need no copy.
func (c *copies) holds(digest string) bool {
	if !isDigest(digest) {
		return false
	}
	if _, copied := c.paths[digest]; copied {
		return true
	}
	_, err := os.Stat(c.blobPath(digest))
	return err == nil
}

// verify compares the bytes that came with what the record says of them.
func verify(x helpdesk.Attachment, digest string, size int64) error {
	switch {
	case x.SHA256 != "" && x.SHA256 != digest:
		return &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	case x.Size != 0 && x.Size != size:
		return &connectors.Rejected{Reason: "other_bytes", Field: "attachment.size"}
	}
	return nil
}

// add keeps the first copy of some content.
func (c *copies) add(digest, path string) error {
	if _, copied := c.paths[digest]; copied || path == "" {
		return c.drop(path)
	}
	c.paths[digest] = path
	return nil
}

func (c *copies) drop(path string) error {
	if path == "" {
		return nil
	}
	return remove(path)
}

// announce commits the digests before their files get names.
func (c *copies) announce(ctx context.Context) error {
	if len(c.paths) == 0 {
		return nil
	}
	return c.transact(ctx, func() error {
		for digest := range c.paths {
			if err := c.exec("INSERT OR IGNORE INTO unsettled_blobs VALUES (?, unixepoch())", digest); err != nil {
				return err
			}
		}
		return nil
	})
}

// place gives the files that rows name by now their names, durably.
func (c *copies) place(blobs map[string]bool) error {
	folders := map[string]bool{}
	for blob := range blobs {
		path := c.blobPath(blob)
		if err := c.placeOne(blob, path); err != nil {
			return unavailable("place attachment", err)
		}
		folders[filepath.Dir(path)] = true
		folders[filepath.Join(c.dir, blobsName)] = true
	}
	for f := range folders {
		if err := syncFolder(f); err != nil {
			return unavailable("place attachment", err)
		}
	}
	return nil
}

// placeOne fails where a file that was there at first has gone with the last
// record that named it: the caller tries again, and copies it then.
func (c *copies) placeOne(blob, path string) error {
	from, copied := c.paths[blob]
	if !copied {
		_, err := os.Stat(path)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.Rename(from, path)
}

// settle strikes off what rows name by now, and what this call will not name.
func (c *copies) settle(blobs map[string]bool) error {
	for _, digests := range []iter.Seq[string]{maps.Keys(blobs), maps.Keys(c.paths)} {
		for d := range digests {
			if err := c.exec("DELETE FROM unsettled_blobs WHERE blob = ?", d); err != nil {
				return err
			}
		}
	}
	return nil
}

// discard removes the copies that got no name. One that can't be removed now is
// removed by a later sweep.
func (c *copies) discard() {
	for _, path := range c.paths {
		_ = remove(path)
	}
}
