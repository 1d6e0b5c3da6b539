package migration

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// Attachments goes over every attachment of a record.
func attachmentsOf(r *helpdesk.Record) (all []*helpdesk.Attachment) {
	if r.Article != nil {
		for i := range r.Article.Attachments {
			all = append(all, &r.Article.Attachments[i])
		}
	}
	if r.Ticket != nil {
		for c := range r.Ticket.Comments {
			for i := range r.Ticket.Comments[c].Attachments {
				all = append(all, &r.Ticket.Comments[c].Attachments[i])
			}
		}
	}
	return all
}

// fileValues calls report with each value of each file.
func fileValues(r *helpdesk.Record, report func(f *helpdesk.Attachment, v helpdesk.Value)) {
	files, n, part := attachmentsOf(r), -1, ""
	for v := range r.Values() {
		if !strings.HasPrefix(v.Field.Name, "attachment.") {
			continue
		}
		path := v.Path()
		if at := path[:strings.LastIndexByte(path, '.')]; at != part {
			part, n = at, n+1
		}
		report(files[n], v)
	}
}

// leftOut lists the paths of what is known of files that stay behind.
func leftOut(r *helpdesk.Record) (paths []string) {
	fileValues(r, func(f *helpdesk.Attachment, v helpdesk.Value) {
		if f.LeftOut != "" && !v.Empty() {
			paths = append(paths, v.Path())
		}
	})
	return paths
}

// bytesOf is the size of the files of records that were staged.
func bytesOf(records []helpdesk.Record) (n int64) {
	for i := range records {
		for _, a := range attachmentsOf(&records[i]) {
			if a.Blob != nil {
				n += a.Size
			}
		}
	}
	return n
}

// GoneInSource is why a file is left out whose bytes the source has lost.
const GoneInSource = "gone_in_source"

// attachments stages the bytes of a record's attachments and says in each where
// they lie or why they stay behind.
func (s Extract) attachments(ctx context.Context, p *plan.Plan, desk connectors.Source, r Run, rec *helpdesk.Record) error {
	opener, opens := desk.(connectors.AttachmentOpener)
	if !opens {
		stayBehind(rec, GoneInSource)
		return nil
	}
	for _, a := range attachmentsOf(rec) {
		if err := s.attachment(ctx, p.Select.Attachments, opener, r, a); err != nil {
			return err
		}
	}
	return nil
}

// stayBehind says of all files of a record why they are not staged.
func stayBehind(r *helpdesk.Record, reason string) {
	for _, a := range attachmentsOf(r) {
		a.LeftOut = reason
	}
}

func (s Extract) attachment(ctx context.Context, filter plan.AttachmentFilter, opener connectors.AttachmentOpener,
	r Run, a *helpdesk.Attachment) error {
	most := s.Demo.file(r)
	if a.LeftOut = filter.Excludes(*a, a.ContentType); a.LeftOut == "" && most > 0 && a.Size > most {
		a.LeftOut = plan.FileTooLarge
	}
	if a.LeftOut != "" {
		return nil
	}
	content, err := opener.OpenAttachment(ctx, *a)
	if errors.Is(err, connectors.ErrNotFound) {
		a.LeftOut = GoneInSource
		return nil
	}
	if err != nil {
		return ofSource("open an attachment", err)
	}
	defer content.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ofSource("read an attachment", err)
	}
	if a.LeftOut = filter.Excludes(*a, mimetype.Detect(head[:n]).String()); a.LeftOut != "" {
		return nil
	}
	object := r.Prefix() + "blob/" + unique() + unique()
	whole := io.MultiReader(bytes.NewReader(head[:n]), content)
	if most > 0 {
		whole = &bounded{whole, most}
	}
	blob, err := staging.WriteBlob(ctx, s.Staging, s.Keys, r.label(keyring.Raw, object), whole)
	if errors.Is(err, errFileTooLarge) {
		a.LeftOut = plan.FileTooLarge
		return nil
	}
	if err != nil {
		return ofStorage("stage an attachment", err)
	}
	a.Blob, a.SHA256, a.Size = &blob.Blob, blob.SHA256, blob.Size
	return nil
}

// sniffed is how many bytes tell a file's type: mimetype looks at 3,072.
const sniffed = 3072
