package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// readBack compares one record with what the target holds, and notes what was
// read as the base of later deltas.
func (c *check) readBack(ctx context.Context, line *cleanLine, e *ledger.Entry, ids lookup) (changed bool, err error) {
	got, err := c.target.Read(ctx, e.Kind, e.Target)
	if err != nil {
		return false, readError(err)
	}
	if err := c.hashFiles(ctx, &got); err != nil {
		return false, err
	}
	want := copyOf(line.Record)
	dangling, err := ids.apply(&want)
	if err != nil {
		return false, err
	}
	marks := line.Marks
	for _, path := range dangling {
		marks = with(marks, path, mark{"leads nowhere", NotMapped})
		c.verdict.Dangling[string(e.Kind)]++
	}
	for _, path := range leftOut(&want) {
		marks = with(marks, path, mark{"left out", NotMapped})
	}
	shown := render(c.target, want)
	reshaped := reshapes(&want, &shown)
	c.threads(&shown, &got, e)
	comparison{c.profile, marks, reshaped}.fields(&shown, &got, func(v helpdesk.Value, class string) {
		c.count(v, class, e)
	})
	e.Base, e.Verified = base(c.index, &got), c.run.ID
	return true, nil
}

func readError(err error) error {
	if errors.Is(err, connectors.ErrNotFound) {
		return err
	}
	return ofTarget("read back", err)
}

func with(marks map[string]mark, path string, m mark) map[string]mark {
	if marks == nil {
		marks = map[string]mark{}
	}
	marks[path] = m
	return marks
}

func (c *check) count(v helpdesk.Value, class string, e *ledger.Entry) {
	name := v.Name()
	if c.verdict.Fields[name] == nil {
		c.verdict.Fields[name] = map[string]int{}
	}
	c.verdict.Fields[name][class]++
	if class == Unexpected {
		c.differs(Difference{Kind: e.Kind, Ref: e.Ref, ID: e.Target, Path: v.Path(), Class: class})
	}
}

func (c *check) differs(d Difference) {
	if len(c.verdict.Differences) >= listed {
		c.verdict.More++
		return
	}
	c.verdict.Differences = append(c.verdict.Differences, d)
}

// threads aligns the parts of the two sides. Comments that an agent wrote in the
// target are set aside; one of ours that stands there twice is a difference.
func (c *check) threads(want, got *helpdesk.Record, e *ledger.Entry) {
	if want.Ticket == nil || got.Ticket == nil {
		return
	}
	besides := alignParts(c.index, want.Ticket, got.Ticket)
	ours := map[string]bool{}
	for _, m := range got.Ticket.Comments {
		ours[commentDigest(c.index, m)] = true
	}
	for _, m := range besides {
		if ours[commentDigest(c.index, m)] {
			c.differs(Difference{Kind: e.Kind, Ref: e.Ref, ID: e.Target, Path: "comments", Class: Unexpected})
		}
	}
	c.verdict.Foreign += len(besides)
}

// hashFiles reads the bytes of the target's attachments, where it gives them.
func (c *check) hashFiles(ctx context.Context, r *helpdesk.Record) error {
	opener, ok := c.target.(connectors.AttachmentOpener)
	if !ok {
		return nil
	}
	for _, a := range attachmentsOf(r) {
		sum, size, err := hashFile(ctx, opener, *a)
		switch {
		case errors.Is(err, connectors.ErrNotFound):
			a.SHA256, a.Size = "", 0
		case err != nil:
			return ofTarget("read an attachment", err)
		default:
			a.SHA256, a.Size = sum, size
			c.verdict.Files++
		}
	}
	return nil
}

func hashFile(ctx context.Context, opener connectors.AttachmentOpener, a helpdesk.Attachment) (sum string, size int64, err error) {
	content, err := opener.OpenAttachment(ctx, a)
	if err != nil {
		return "", 0, err
	}
	defer content.Close()
	h := sha256.New()
	size, err = io.Copy(h, content)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// base is a short digest of each field and of each part as the target gave it
// back.
func base(index keyring.Index, r *helpdesk.Record) map[string]string {
	fields := map[string]string{}
	parts := map[string][]byte{}
	for v := range r.Values() {
		if v.Empty() || v.Field.Class == helpdesk.ClassKey {
			continue
		}
		path := v.Path()
		part := partOf(path)
		for _, s := range v.Strings() {
			parts[part] = append(append(append(parts[part], path...), 0), s...)
		}
	}
	for part, text := range parts {
		fields[part] = index.Digest(text)[:baseDigits]
	}
	return fields
}

// baseDigits is how much of a digest is kept for telling two versions of a field
// apart: 11 characters of base64 are 66 bits.
const baseDigits = 11

// partOf is the outermost part of a path: comments[3].body belongs to
// comments[3], subject to itself.
func partOf(path string) string {
	for i := range len(path) {
		if path[i] == ']' {
			return path[:i+1]
		}
	}
	return path
}
