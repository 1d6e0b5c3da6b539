package freshdesk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
	"github.com/safeconduct/safeconduct/connectors/spool"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// mostBytes is how much of files a message takes.
const mostBytes = 20 << 20

func isMissing(err error) bool { return errors.Is(err, connectors.ErrNotFound) }

// post creates something that may have files, and gives its id: as an object where
// there are none, as a form where there are.
func (t *target) post(ctx context.Context, name, path string, body object, files []helpdesk.Attachment, open connectors.OpenFunc) (string, error) {
	files = slices.DeleteFunc(slices.Clone(files), func(a helpdesk.Attachment) bool { return a.LeftOut != "" })
	if len(files) == 0 {
		return t.made(ctx, strings.TrimPrefix(name, "create "), path, body)
	}
	total := int64(0)
	for _, a := range files {
		total += a.Size
	}
	if total > mostBytes {
		return "", &connectors.Rejected{Reason: "too_large", Field: "attachment.size"}
	}
	f, err := newForm(ctx, body, files, open)
	defer f.close()
	if err != nil {
		return "", err
	}
	var answer struct {
		ID int64 `json:"id"`
	}
	r := rest.Request{Method: http.MethodPost, Path: root + path, Name: "freshdesk: " + name, ContentType: f.kind, Size: f.size, Body: f.reader}
	if _, err := t.client.Do(ctx, r, &answer); err != nil {
		return "", advise(err)
	}
	if answer.ID == 0 {
		return "", unlike(name)
	}
	return rest.ID(answer.ID), nil
}

// A form is a body of fields and files; a file is read from where it was spooled.
type form struct {
	kind  string
	size  int64
	parts []part
	files []*os.File
}

// A part is a piece of text, or a file.
type part struct {
	text []byte
	file *os.File
	size int64
}

func newForm(ctx context.Context, body object, files []helpdesk.Attachment, open connectors.OpenFunc) (*form, error) {
	f := &form{}
	var text bytes.Buffer
	w := multipart.NewWriter(&text)
	f.kind = w.FormDataContentType()
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if err := writeField(w, name, body[name]); err != nil {
			return f, err
		}
	}
	for _, a := range files {
		file, err := spool.Check(ctx, "freshdesk", a, open)
		if err != nil {
			return f, err
		}
		f.files = append(f.files, file)
		kind := a.ContentType
		if kind == "" {
			kind = "application/octet-stream"
		}
		head := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Disposition": {`form-data; name="attachments[]"; filename="` + quoted(a.Name) + `"`}}
		if _, err := w.CreatePart(head); err != nil {
			return f, err
		}
		f.add(part{text: bytes.Clone(text.Bytes())})
		f.add(part{file: file, size: a.Size})
		text.Reset()
	}
	err := w.Close()
	f.add(part{text: bytes.Clone(text.Bytes())})
	return f, err
}

func (f *form) add(p part) {
	if p.file == nil {
		p.size = int64(len(p.text))
	}
	f.size += p.size
	f.parts = append(f.parts, p)
}

func (f *form) reader() (io.ReadCloser, error) {
	var all []io.Reader
	for _, p := range f.parts {
		if p.file == nil {
			all = append(all, bytes.NewReader(p.text))
		} else {
			all = append(all, io.NewSectionReader(p.file, 0, p.size))
		}
	}
	return io.NopCloser(io.MultiReader(all...)), nil
}

func (f *form) close() {
	for _, file := range f.files {
		file.Close()
	}
}

// writeField writes a field: a list as many of one name, an object as one for each of
// its names.
func writeField(w *multipart.Writer, name string, value any) error {
	switch v := value.(type) {
	case []string:
		for _, s := range v {
			if err := w.WriteField(name+"[]", s); err != nil {
				return err
			}
		}
		return nil
	case object:
		for _, inner := range slices.Sorted(maps.Keys(v)) {
			if v[inner] == nil {
				continue
			}
			if err := w.WriteField(name+"["+inner+"]", fmt.Sprint(v[inner])); err != nil {
				return err
			}
		}
		return nil
	}
	return w.WriteField(name, fmt.Sprint(value))
}

// quoted is a name as it may stand in a header of a form.
func quoted(name string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "_", "\n", "_").Replace(name)
}
