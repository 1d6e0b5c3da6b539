package rt

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A file is an attachment as RT takes it.
type file struct {
	Name    string `json:"FileName"`
	Type    string `json:"FileType"`
	Content string `json:"FileContent"`
}

// files reads the bytes of attachments.
func files(ctx context.Context, all []helpdesk.Attachment, open connectors.OpenFunc) (out []file, err error) {
	for _, a := range all {
		if a.LeftOut != "" {
			continue
		}
		content, err := read(ctx, a, open)
		if err != nil {
			return nil, err
		}
		text := base64.StdEncoding.EncodeToString(content)
		if text == "" {
			text = "\n" // an empty file: for RT an empty text is none
		}
		out = append(out, file{encodedName(a.Name), safeType(a.ContentType, content), text})
	}
	return out, nil
}

// safeType is a type under which RT keeps every byte. It turns texts into UTF-8
// (RT::I18N, SetMIMEEntityToEncoding), and takes a message apart.
func safeType(kind string, content []byte) string {
	plain, _, _ := strings.Cut(kind, ";")
	plain = strings.ToLower(strings.TrimSpace(plain))
	switch {
	case plain == "", strings.HasPrefix(plain, "multipart/"), strings.HasPrefix(plain, "message/"), !strings.Contains(plain, "/"):
	case (plain == "text/plain" || plain == "text/html") && (!utf8.Valid(content) || strings.Contains(string(content), "\x00")):
	default:
		return plain
	}
	return "application/octet-stream"
}

func read(ctx context.Context, a helpdesk.Attachment, open connectors.OpenFunc) ([]byte, error) {
	r, err := open(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("rt: open attachment: %w", err)
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, a.Size+1))
	if err != nil {
		return nil, fmt.Errorf("rt: read attachment: %w", connectors.ErrUnavailable)
	}
	sum := sha256.Sum256(content)
	if int64(len(content)) != a.Size || a.SHA256 != "" && a.SHA256 != hex.EncodeToString(sum[:]) {
		return nil, &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	}
	return content, nil
}
