package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A File is what an attachment of [Records] stands for.
type File struct {
	Name    string
	Type    string
	Content []byte
}

// Files are the files of the samples: a text, every byte there is, and nothing.
var Files = []File{
	{"canary song.txt", "text/plain", []byte(strings.Repeat("The canary sings.\r\n", 500))},
	{"canary.bin", "application/octet-stream", everyByte()},
	{"empty canary.log", "text/plain", nil},
}

func everyByte() []byte {
	var all []byte
	for i := range 70_000 {
		all = append(all, byte(i), byte(i>>8))
	}
	return all
}

// attachment describes the file as a source does that has read it.
func (f File) attachment(key string) helpdesk.Attachment {
	return helpdesk.Attachment{Key: key, Name: f.Name, ContentType: f.Type, Size: int64(len(f.Content)),
		SHA256: digest(f.Content), Inline: true, ContentID: "canary@example.test"}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// OpenFile opens the bytes of an attachment of [Records], for fixtures that load
// them into a help desk. It is the Open of the suite's own drafts too.
func OpenFile(_ context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	for _, f := range Files {
		if digest(f.Content) == a.SHA256 {
			return io.NopCloser(bytes.NewReader(f.Content)), nil
		}
	}
	return nil, fmt.Errorf("conformance: %w", connectors.ErrNotFound)
}

// wantBytes opens the attachment and compares its bytes with what was expected.
func wantBytes(t testing.TB, from connectors.AttachmentOpener, a helpdesk.Attachment, size int64, sha256 string) {
	t.Helper()
	content, err := ask(t, "open attachment", func(ctx context.Context) ([]byte, error) {
		r, err := from.OpenAttachment(ctx, a)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	})
	if err != nil {
		t.Errorf("open attachment: %v", err)
		return
	}
	if int64(len(content)) != size || digest(content) != sha256 {
		t.Errorf("an attachment of %d bytes (SHA-256 %.8s) opens as %d bytes (%.8s)",
			size, sha256, len(content), digest(content))
	}
}

// attachments lists the attachments of a record in their order.
func attachments(r helpdesk.Record) []helpdesk.Attachment {
	switch {
	case r.Article != nil:
		return r.Article.Attachments
	case r.Ticket != nil:
		var all []helpdesk.Attachment
		for _, c := range r.Ticket.Comments {
			all = append(all, c.Attachments...)
		}
		return all
	}
	return nil
}
