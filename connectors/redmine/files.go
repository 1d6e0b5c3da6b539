package redmine

import (
	"context"
	"net/http"
	"net/url"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/connectors/spool"
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
	file, err := spool.Check(ctx, "redmine", a, open)
	if err != nil {
		return "", err
	}
	defer file.Close()
	r := rest.Request{Method: http.MethodPost, Path: "/uploads.json", Query: url.Values{"filename": {fileName(a.Name)}}, Name: "redmine: upload",
		ContentType: "application/octet-stream", Body: spool.Reader(file, a.Size)}
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
