package redmine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// upload sends files and gives what an issue or a note refers to them by. What is
// uploaded and never used Redmine deletes after a day.
func (t *target) upload(ctx context.Context, as string, files []helpdesk.Attachment, open connectors.OpenFunc) (uploads []map[string]string, err error) {
	for _, a := range files {
		if a.LeftOut != "" {
			continue
		}
		token, err := t.uploadOne(ctx, as, a, open)
		if err != nil {
			return nil, err
		}
		uploads = append(uploads, map[string]string{"token": token, "filename": a.Name, "content_type": a.ContentType})
	}
	return uploads, nil
}

func (t *target) uploadOne(ctx context.Context, as string, a helpdesk.Attachment, open connectors.OpenFunc) (string, error) {
	file, err := whole(ctx, a, open)
	if err != nil {
		return "", err
	}
	defer file.Close()
	r := rest.Request{Method: http.MethodPost, Path: "/uploads.json", Query: url.Values{"filename": {fileName(a.Name)}}, Name: "redmine: upload",
		ContentType: "application/octet-stream", Body: func() (io.ReadCloser, error) {
			_, err := file.Seek(0, io.SeekStart)
			return io.NopCloser(io.NewSectionReader(file, 0, a.Size)), err
		}}
	if as != "" {
		r.Header = http.Header{"X-Redmine-Switch-User": {as}}
	}
	var answer struct {
		Upload struct {
			Token string `json:"token"`
		} `json:"upload"`
	}
	if _, err := t.client.Do(ctx, r, &answer); err != nil {
		return "", refused(advise(err))
	}
	return answer.Upload.Token, nil
}

// whole copies the bytes to a file without a name and checks them: what is sent
// must be what was read, and sending starts only when all of it is there.
func whole(ctx context.Context, a helpdesk.Attachment, open connectors.OpenFunc) (*os.File, error) {
	content, err := open(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("redmine: open attachment: %w", err)
	}
	defer content.Close()
	file, err := os.CreateTemp("", "")
	if err != nil {
		return nil, fmt.Errorf("redmine: attachment: %w", connectors.ErrUnavailable)
	}
	_ = os.Remove(file.Name()) // the bytes go with the last descriptor
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), content)
	switch {
	case err != nil:
		err = fmt.Errorf("redmine: read attachment: %w", connectors.ErrUnavailable)
	case n != a.Size || a.SHA256 != "" && a.SHA256 != hex.EncodeToString(sum.Sum(nil)):
		err = &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
