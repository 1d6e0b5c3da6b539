package archive

import (
	"context"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A row is a draft on its way into the archive.
type row struct {
	draft   connectors.Draft
	record  helpdesk.Record // as it will be held
	blobs   []string        // digests of its files
	created connectors.Created
}

// takeFiles copies the draft's bytes into the folder. An attachment that a rule
// of the plan left behind keeps its row, with the name of the rule and no bytes.
func (r *row) takeFiles(ctx context.Context, c *copies) {
	for _, a := range r.ownAttachments() {
		if a.LeftOut != "" {
			a.Locator = ""
			continue
		}
		digest, size, err := c.take(ctx, *a, r.draft.Open)
		if err != nil {
			r.created.Err = err
			return
		}
		r.blobs = append(r.blobs, digest)
		a.Locator, a.SHA256, a.Size = digest, digest, size
	}
}

// ownAttachments copies the record as far down as its attachments, and lists
// those of the copy: the draft stays the caller's.
func (r *row) ownAttachments() []*helpdesk.Attachment {
	var all []*helpdesk.Attachment
	own := func(list *[]helpdesk.Attachment) {
		*list = slices.Clone(*list)
		for i := range *list {
			all = append(all, &(*list)[i])
		}
	}
	switch {
	case r.record.Ticket != nil:
		t := *r.record.Ticket
		t.Comments = slices.Clone(t.Comments)
		for i := range t.Comments {
			own(&t.Comments[i].Attachments)
		}
		r.record.Ticket = &t
	case r.record.Article != nil:
		a := *r.record.Article
		own(&a.Attachments)
		r.record.Article = &a
	}
	return all
}
