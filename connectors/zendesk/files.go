package zendesk

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/connectors/spool"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// mostBytes is how large a file may be.
const mostBytes = 50 << 20

// upload sends a file and gives the token that a comment takes it by, and its
// address. What is not taken Zendesk deletes by itself.
func (t *target) upload(ctx context.Context, a helpdesk.Attachment, open connectors.OpenFunc) (token, address string, err error) {
	file, err := spool.Check(ctx, "zendesk", a, open)
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	var answer struct {
		Upload struct {
			Token      string     `json:"token"`
			Attachment attachment `json:"attachment"`
		} `json:"upload"`
	}
	r := rest.Request{Method: http.MethodPost, Path: root + "/uploads.json", Query: url.Values{"filename": {a.Name}}, Name: "zendesk: upload",
		ContentType: contentType(a), Size: a.Size, Body: spool.Reader(file, a.Size)}
	if _, err := t.client.Do(ctx, r, &answer); err != nil {
		return "", "", refused(advise(err))
	}
	if answer.Upload.Token == "" {
		return "", "", unlike("upload")
	}
	return answer.Upload.Token, answer.Upload.Attachment.URL, nil
}

func contentType(a helpdesk.Attachment) string {
	if a.ContentType == "" {
		return "application/octet-stream"
	}
	return a.ContentType
}

// show has a text show a picture by its new address.
func show(text string, a helpdesk.Attachment, address string) string {
	if a.ContentID == "" || address == "" {
		return text
	}
	return strings.ReplaceAll(text, "cid:"+strings.Trim(a.ContentID, "<>"), address)
}

// uploadForArticle sends a file that an article will claim.
func (t *target) uploadForArticle(ctx context.Context, a helpdesk.Attachment, open connectors.OpenFunc) (*attachment, error) {
	file, err := spool.Check(ctx, "zendesk", a, open)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if a.Inline {
		if err := form.WriteField("inline", "true"); err != nil {
			return nil, err
		}
	}
	part := textproto.MIMEHeader{"Content-Type": {contentType(a)},
		"Content-Disposition": {`form-data; name="file"; filename="` + quoted(a.Name) + `"`}}
	if _, err := form.CreatePart(part); err != nil {
		return nil, err
	}
	tail := "\r\n--" + form.Boundary() + "--\r\n"
	var answer struct {
		File *attachment `json:"article_attachment"`
	}
	r := rest.Request{Method: http.MethodPost, Path: root + "/help_center/articles/attachments.json", Name: "zendesk: upload for an article",
		ContentType: form.FormDataContentType(), Size: int64(head.Len()) + a.Size + int64(len(tail)),
		Body: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(head.Bytes()), io.NewSectionReader(file, 0, a.Size), strings.NewReader(tail))), nil
		}}
	if _, err := t.client.Do(ctx, r, &answer); err != nil {
		return nil, refused(advise(err))
	}
	if answer.File == nil || answer.File.ID == 0 {
		return nil, unlike("upload for an article")
	}
	return answer.File, nil
}

// quoted is a name as it may stand in a header of a form.
func quoted(name string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "_", "\n", "_").Replace(name)
}
