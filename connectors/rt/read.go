package rt

import (
	"context"
	"fmt"
	"net/url"

	"github.com/safeconduct/safeconduct/connectors"
)

// whole reads a ticket with all its parts but the bytes of files.
func (d *desk) whole(ctx context.Context, key string) (*ticket, error) {
	t, err := d.head(ctx, key)
	if err != nil {
		return nil, err
	}
	return t, d.parts(ctx, t)
}

// parts reads what belongs to a ticket but the bytes of files.
func (d *desk) parts(ctx context.Context, t *ticket) error {
	key := string(t.ID)
	err := each(ctx, d, list{name: "read history", path: "/ticket/" + key + "/history",
		query: url.Values{"fields": {"Type,Creator,Created,TimeTaken"}}},
		func(x transaction) bool { t.history = append(t.history, x); return true })
	if err != nil {
		return err
	}
	err = each(ctx, d, list{name: "list parts", path: "/ticket/" + key + "/attachments",
		query: url.Values{"fields": {"Filename,ContentType,ContentLength,TransactionId,MessageId,Headers"}}},
		func(p part) bool { t.parts = append(t.parts, p); return true })
	if err != nil {
		return err
	}
	return d.texts(ctx, key, t)
}

// head reads a ticket without its history.
func (d *desk) head(ctx context.Context, key string) (*ticket, error) {
	if err := numeric("read ticket", key); err != nil {
		return nil, err
	}
	var t ticket
	if err := d.get(ctx, "read ticket", "/ticket/"+key, nil, &t); err != nil {
		return nil, err
	}
	if string(t.ID) != key {
		return nil, fmt.Errorf("rt: read ticket: %w: another object came back", connectors.ErrUnavailable)
	}
	return &t, nil
}

// inline is how much of files is read along, in bytes, to save a request for each
// text.
const inline = 1 << 20

// texts reads the texts of messages: all parts in one request if the files among
// them are small, else one by one.
func (d *desk) texts(ctx context.Context, key string, t *ticket) error {
	at, lengths := map[loose]*part{}, map[loose]loose{}
	total := int64(0)
	for i := range t.parts {
		p := &t.parts[i]
		total += p.Length.int()
		if p.isText() && p.Length.int() > 0 {
			at[p.ID] = p
		} else {
			lengths[p.ID] = p.Length
		}
	}
	switch {
	case len(at) == 0:
		return nil
	case total <= inline:
		return each(ctx, d, list{name: "read texts", path: "/ticket/" + key + "/attachments", query: url.Values{"fields": {"Content"}}},
			func(p part) bool {
				if into := at[p.ID]; into != nil {
					into.Content = p.Content
				} else if of := lengths[p.ID]; of != "" {
					p.Length = of
					d.recent.put(p)
				}
				return true
			})
	}
	for number, p := range at {
		content, err := d.content(ctx, string(number))
		if err != nil {
			return err
		}
		p.Content = string(content)
	}
	return nil
}
