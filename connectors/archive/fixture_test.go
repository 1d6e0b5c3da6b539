package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// ticketDraft is a ticket with one comment and files of these contents.
func ticketDraft(marker, body string, files ...string) connectors.Draft {
	r := helpdesk.New(helpdesk.KindTicket, "")
	c := helpdesk.Comment{Body: body, Created: noon}
	bytes := map[string]string{}
	for i, f := range files {
		name := fmt.Sprintf("%d.txt", i)
		c.Attachments = append(c.Attachments, helpdesk.Attachment{Name: name, Size: int64(len(f))})
		bytes[name] = f
	}
	r.Ticket.Subject, r.Ticket.Comments = body, []helpdesk.Comment{c}
	return connectors.Draft{Marker: marker, Record: r, Open: func(_ context.Context, a helpdesk.Attachment) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(bytes[a.Name])), nil
	}}
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

func createTicket(t testing.TB, target connectors.Target, marker, body string, files ...string) string {
	t.Helper()
	return create(t, target, []connectors.Draft{ticketDraft(marker, body, files...)})[0]
}

func content(t testing.TB, from any, a helpdesk.Attachment) string {
	t.Helper()
	r, err := from.(connectors.AttachmentOpener).OpenAttachment(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// search lists the files below a folder that hold the text.
func search(t testing.TB, path, text string) []string {
	t.Helper()
	var where []string
	for _, f := range listFiles(t, path) {
		b, err := os.ReadFile(filepath.Join(path, f))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			where = append(where, f)
		}
	}
	return where
}

func listFiles(t testing.TB, path string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(path, p)
			all = append(all, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// database opens the archive as anybody may: with SQL.
func database(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(path, "archive.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
