package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// inFlight is how many records are read back at a time. Most of verify is waiting
// for answers; help desks bear three or four requests at once, and a connector
// that knows better lets fewer through.
const inFlight = 4

// A reading is what the target holds of one record.
type reading struct {
	record helpdesk.Record
	files  int
	err    error
	left   bool // nobody asked for it: another failed, or time ran short
}

// failed is why a record could not be read. One that is gone was.
func (r reading) failed() error {
	if errors.Is(r.err, connectors.ErrNotFound) {
		return nil
	}
	return r.err
}

// readAll reads what the run put into the target. After an error, or when time runs
// short, nothing more is asked for.
func (c *check) readAll(ctx context.Context, lines []cleanLine, entries []ledger.Entry) []reading {
	found := make([]reading, len(lines))
	turn := make(chan struct{}, inFlight)
	var failed atomic.Bool
	var all sync.WaitGroup
	for i := range lines {
		if !c.readable(&entries[i], &lines[i]) {
			continue
		}
		turn <- struct{}{}
		if found[i].left = failed.Load() || short(ctx); found[i].left {
			<-turn
			continue
		}
		all.Go(func() {
			defer func() { <-turn }()
			found[i] = read(ctx, c.target, entries[i].Kind, entries[i].Target)
			if found[i].failed() != nil {
				failed.Store(true)
			}
		})
	}
	all.Wait()
	return found
}

// read asks for one record and for the bytes of its files.
func read(ctx context.Context, target connectors.Target, k helpdesk.Kind, id string) (r reading) {
	if r.record, r.err = target.Read(ctx, k, id); r.err != nil {
		r.err = readError(r.err)
		return r
	}
	r.files, r.err = hashFiles(ctx, target, &r.record)
	return r
}

// readBack compares one record with what the target holds, and notes what was
// read as the base of later deltas.
func (c *check) readBack(line *cleanLine, e *ledger.Entry, ids lookup, found reading) (changed bool, err error) {
	if found.err != nil {
		return false, found.err
	}
	got := found.record
	c.verdict.Files += found.files
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
func hashFiles(ctx context.Context, target connectors.Target, r *helpdesk.Record) (files int, err error) {
	opener, ok := target.(connectors.AttachmentOpener)
	if !ok {
		return 0, nil
	}
	for _, a := range attachmentsOf(r) {
		sum, size, err := hashFile(ctx, opener, *a)
		switch {
		case errors.Is(err, connectors.ErrNotFound):
			a.SHA256, a.Size = "", 0
		case err != nil:
			return files, ofTarget("read an attachment", err)
		default:
			a.SHA256, a.Size = sum, size
			files++
		}
	}
	return files, nil
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
