package rt

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/origin"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// isText reports whether the part is a text of the message and no file.
func (p *part) isText() bool {
	return p.Name == "" && (p.ContentType == "text/plain" || p.ContentType == "text/html") && !strings.Contains(p.Headers, "Content-Disposition: attachment")
}

// fill puts the parts of a message where they belong. Of two ways to say the same
// (multipart/alternative) the HTML is taken; further texts are files.
func fill(c *helpdesk.Comment, parts []part) {
	body := -1
	for i := range parts {
		if parts[i].isText() && (body < 0 || parts[body].ContentType == "text/plain" && parts[i].ContentType == "text/html" && alternative(parts)) {
			body = i
		}
	}
	for i, p := range parts {
		switch {
		case i == body:
			c.Body = p.Content
			if p.ContentType == "text/html" {
				c.Format = helpdesk.FormatHTML
			}
		case strings.HasPrefix(p.ContentType, "multipart/"), p.isText() && (p.Length == "0" || alternative(parts)):
		default:
			c.Attachments = append(c.Attachments, p.record())
		}
		if c.MessageID == "" && p.MessageID != "" && !strings.HasPrefix(p.MessageID, "rt-") {
			c.MessageID = p.MessageID
		}
	}
}

func alternative(parts []part) bool {
	return slices.ContainsFunc(parts, func(p part) bool { return p.ContentType == "multipart/alternative" })
}

func (p part) record() helpdesk.Attachment {
	a := helpdesk.Attachment{Key: string(p.ID), Name: fileName(p.Name), ContentType: p.ContentType, Size: p.Length.int(), Locator: string(p.ID)}
	for line := range strings.Lines(p.Headers) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.EqualFold(name, "Content-ID") {
			a.ContentID, a.Inline = strings.Trim(strings.TrimSpace(value), "<>"), true
		}
	}
	if a.Name == "" {
		a.Name = "untitled"
	}
	return a
}

// fileName undoes RFC 2047: RT keeps names as they came.
func fileName(name string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		return plain
	}
	return name
}

// encodedName is a name as RT keeps it whole: one in UTF-8 comes back with broken
// bytes. RFC 2047 wants words of at most 75 signs.
func encodedName(name string) string { return mime.BEncoding.Encode("UTF-8", name) }

// readLine takes the line of origin off a message that a target reads back. It
// reports whether the line tells of the message, and not only of the ticket.
func (v view) readLine(c *helpdesk.Comment) (tells bool) {
	if !v.target {
		return false
	}
	l, rest, ok := origin.Cut(c.Format, c.Body)
	if !ok {
		return false
	}
	c.Body = rest
	return l.By != "" || !l.Written.IsZero()
}

// content reads the bytes of a part; RT gives them in base64.
func (d *desk) content(ctx context.Context, number string) ([]byte, error) {
	if err := numeric("read attachment", number); err != nil {
		return nil, err
	}
	if content, ok := d.recent.take(loose(number)); ok {
		return content, nil
	}
	var p struct {
		Content string `json:"Content"`
	}
	if err := d.get(ctx, "read attachment", "/attachment/"+number, nil, &p); err != nil {
		return nil, d.missing(ctx, number, err)
	}
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(p.Content, "\n", ""))
	if err != nil {
		return nil, fmt.Errorf("rt: read attachment: %w: no base64", connectors.ErrUnavailable)
	}
	return content, nil
}

// missing tells whether RT failed because there is no such part: it then answers
// 500, as for any failure.
func (d *desk) missing(ctx context.Context, number string, failure error) error {
	var s *rest.Status
	if !errors.As(failure, &s) || s.Code != http.StatusInternalServerError {
		return failure
	}
	there := false
	err := each(ctx, d, list{name: "find attachment", path: "/attachments", where: []condition{{"id", "=", number}}},
		func(part) bool { there = true; return false })
	if err == nil && !there {
		return notFound("read attachment")
	}
	return failure
}
