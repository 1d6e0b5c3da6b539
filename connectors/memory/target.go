package memory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Target is the desk as a target sees it: an Appender and Updater unless
// Options.Fixed, a Finisher and Renderer too if Options.Reopening.
func (d *Desk) Target() connectors.Target {
	t := &target{account{d}}
	switch {
	case d.options.Reopening:
		return &reopening{&threaded{t}}
	case d.options.Fixed:
		return t
	}
	return &threaded{t}
}

type target struct{ account }

func (t *target) Profile(ctx context.Context) (p connectors.TargetProfile, err error) {
	err = t.desk.do(ctx, Operation{Name: OpProfile}, func() error {
		o := t.desk.options
		p = connectors.TargetProfile{Product: o.Product, Kinds: slices.Clone(o.Kinds), Fidelity: o.fidelity(),
			Vocabulary: maps.Clone(o.Vocabulary), Requires: slices.Clone(o.Requires), Batch: o.Batch, Hold: o.Hold, Opening: o.Reopening, Whole: !o.Threaded, Unprepared: o.Unprepared,
			Notes: []string{"a desk in memory, for tests: it is gone when the process ends"}}
		return nil
	})
	return p, err
}

// fidelity says what the desk keeps: all but the lossy fields, and but the keys
// of parts, since it gives its own.
func (o Options) fidelity() map[string]connectors.Fidelity {
	f := map[string]connectors.Fidelity{}
	for _, k := range o.Kinds {
		for _, x := range helpdesk.Fields(k) {
			f[x.Name] = connectors.Native
			if x.Class == helpdesk.ClassKey || slices.Contains(o.Lossy, x.Name) {
				f[x.Name] = connectors.Lost
			}
			if o.Reopening && x.Name == "ticket.status" {
				f[x.Name] = connectors.Second
			}
		}
	}
	return f
}

// Create takes the drafts one after another; each is an [OpDraft] of its own.
func (t *target) Create(ctx context.Context, drafts []connectors.Draft) ([]connectors.Created, error) {
	if len(drafts) > t.desk.options.Batch {
		return nil, fmt.Errorf("memory: create takes %d drafts at most, not %d", t.desk.options.Batch, len(drafts))
	}
	if len(drafts) == 0 {
		return nil, nil
	}
	created := make([]connectors.Created, len(drafts))
	sent := make([]upload, len(drafts)) // a request that lands late has been sent whole
	for i, draft := range drafts {
		sent[i] = send(ctx, draft)
	}
	op := Operation{Name: OpCreate, Kind: drafts[0].Record.Kind}
	err := t.desk.do(ctx, op, func() error {
		for i := range sent {
			created[i] = t.createOne(context.WithoutCancel(ctx), sent[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

func (t *target) createOne(ctx context.Context, u upload) (c connectors.Created) {
	op := Operation{Name: OpDraft, Kind: u.record.Kind, Marker: u.marker}
	c.Err = t.desk.do(ctx, op, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		if u.err != nil {
			return u.err
		}
		if err := t.desk.accept(u.record); err != nil {
			return err
		}
		c.ID = t.desk.store(u)
		return nil
	})
	if c.Err != nil {
		c.ID = ""
	}
	return c
}

// An upload is a draft as it goes over the wire: with its files.
type upload struct {
	record helpdesk.Record
	marker string
	files  [][]byte // of the attachments whose bytes came along, in their order
	err    error
}

func send(ctx context.Context, d connectors.Draft) upload {
	u := upload{record: clone(d.Record), marker: d.Marker}
	u.record.Key = ""
	for _, a := range attachments(&u.record) {
		if a.LeftOut != "" {
			continue
		}
		content, err := read(ctx, d.Open, *a)
		if err != nil {
			u.err = err
			return u
		}
		u.files = append(u.files, content)
	}
	return u
}

// read reads and checks the bytes of one attachment.
func read(ctx context.Context, open connectors.OpenFunc, a helpdesk.Attachment) ([]byte, error) {
	if open == nil {
		return nil, fmt.Errorf("memory: read attachment: nothing to open it with")
	}
	r, err := open(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("memory: read attachment: %w", err)
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("memory: read attachment: %w", err)
	}
	sum := sha256.Sum256(content)
	if a.SHA256 != "" && a.SHA256 != hex.EncodeToString(sum[:]) {
		return nil, &connectors.Rejected{Reason: "other_bytes", Field: "attachment.sha256"}
	}
	return content, nil
}

// attachments lists the attachments of a record.
func attachments(r *helpdesk.Record) []*helpdesk.Attachment {
	var all []*helpdesk.Attachment
	switch {
	case r.Ticket != nil:
		for i := range r.Ticket.Comments {
			for j := range r.Ticket.Comments[i].Attachments {
				all = append(all, &r.Ticket.Comments[i].Attachments[j])
			}
		}
	case r.Article != nil:
		for i := range r.Article.Attachments {
			all = append(all, &r.Article.Attachments[i])
		}
	}
	return all
}

func (t *target) Find(ctx context.Context, k helpdesk.Kind, marker string) (ids []string, err error) {
	err = t.desk.do(ctx, Operation{Name: OpFind, Kind: k, Marker: marker}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		for _, e := range t.desk.list(k) {
			if e.marker == marker && marker != "" {
				ids = append(ids, e.record.Key)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func (t *target) Read(ctx context.Context, k helpdesk.Kind, id string) (r helpdesk.Record, err error) {
	err = t.desk.do(ctx, Operation{Name: OpRead, Kind: k, ID: id}, func() error {
		t.desk.mu.Lock()
		defer t.desk.mu.Unlock()
		e := t.desk.find(k, id)
		if e == nil {
			return fmt.Errorf("memory: read %s: %w", k, connectors.ErrNotFound)
		}
		r = clone(e.record)
		return nil
	})
	if err != nil {
		return helpdesk.Record{}, err
	}
	return r, nil
}
