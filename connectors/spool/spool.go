// Package spool holds a file until all of it is there: what is sent to a help desk
// must be what was read from the other, and sending starts only then.
package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Check copies the bytes of an attachment to a file without a name and compares them
// with what is known of them. The caller closes the file, and with it the bytes are
// gone. Errors begin with the name of the connector; bytes that are others are
// Rejected.
func Check(ctx context.Context, connector string, a helpdesk.Attachment, open connectors.OpenFunc) (*os.File, error) {
	content, err := open(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("%s: open attachment: %w", connector, err)
	}
	defer content.Close()
	file, err := os.CreateTemp("", "")
	if err != nil {
		return nil, fmt.Errorf("%s: attachment: %w", connector, connectors.ErrUnavailable)
	}
	_ = os.Remove(file.Name()) // the bytes go with the last descriptor
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), content)
	switch {
	case err != nil:
		err = fmt.Errorf("%s: read attachment: %w", connector, connectors.ErrUnavailable)
	case n != a.Size || a.SHA256 != "" && a.SHA256 != hex.EncodeToString(sum.Sum(nil)):
		err = &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// Reader reads the file from its beginning, for each attempt to send it.
func Reader(file *os.File, size int64) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(file, 0, size)), nil }
}
