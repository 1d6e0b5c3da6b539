package conformance

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
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

// Files are what a help desk has seen attached. Records have the first two.
var Files = []File{
	{"canary song.txt", "text/plain", []byte("The canary sings.\r\n\r\n")},
	{"canary.bin", "application/octet-stream", everyByte(1)},
	{"empty canary.log", "text/plain", nil},
	{"big canary.iso", "application/octet-stream", everyByte(5000)}, // 1.2 MiB: beyond a buffer
}

// everyByte has every byte n times.
func everyByte(n int) []byte {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	return bytes.Repeat(all, n)
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
// them into a help desk.
func OpenFile(_ context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	return openDigest(a.SHA256)
}

func openDigest(sha256 string) (io.ReadCloser, error) {
	for _, f := range Files {
		if digest(f.Content) == sha256 {
			return io.NopCloser(bytes.NewReader(f.Content)), nil
		}
	}
	return nil, fmt.Errorf("conformance: open: %w", connectors.ErrNotFound)
}

// stage puts the draft's bytes where a load has them: in staging, which opens
// them by the attachment's Blob and by nothing else.
func stage(d *connectors.Draft) {
	switch r := d.Record; {
	case r.Article != nil:
		stageAll(r.Article.Attachments)
	case r.Ticket != nil:
		for i := range r.Ticket.Comments {
			stageAll(r.Ticket.Comments[i].Attachments)
		}
	}
	d.Open = openStaged
}

func stageAll(all []helpdesk.Attachment) {
	for i := range all {
		all[i].Blob = &helpdesk.Blob{Object: all[i].SHA256, Key: []byte("of staging")}
	}
}

func openStaged(_ context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
	if a.Blob == nil {
		return nil, fmt.Errorf("conformance: a draft's Open was given an attachment without its Blob")
	}
	return openDigest(a.Blob.Object)
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
