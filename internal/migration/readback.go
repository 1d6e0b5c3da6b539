package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
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
	if line.Again && e.Source != line.Source { // what was loaded is nowhere any more, to be compared with
		c.rebase(e, &got, partsOf(c.index, &got, true), nil)
		return true, nil
	}
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
	if c.run.Mode == ModeDelta {
		withoutEdited(&want, line, e)
	}
	shown := render(c.target, want)
	reshaped := reshapes(&want, &shown)
	c.threads(&shown, &got, e)
	is := partsOf(c.index, &got, true)
	own := c.own(e, line)
	odd := map[string]bool{}
	comparison{c.profile, marks, reshaped}.fields(&shown, &got, func(v helpdesk.Value, class string) {
		field := connectors.FieldOf(v.Path())
		if class == Unexpected && own(field, elementOf(v.Path())) {
			class = NotMapped // an agent's, who goes before us
		} else if class == Unexpected {
			odd[elementOf(v.Path())], odd[field] = true, true
		}
		c.count(v, class, e)
	})
	c.rebase(e, &shown, is, odd)
	return true, nil
}

// own tells which fields of the target are its agents': all that this run did not
// write, in a record that an earlier run created, and those that both sides had
// changed. Of comments, those that stood there before.
func (c *check) own(e *ledger.Entry, line *cleanLine) func(field, element string) bool {
	before := map[string]bool{}
	for i, s := range line.Said {
		id := parseSaying(s).id
		n := slices.IndexFunc(e.Said, func(s string) bool { return parseSaying(s).id == id })
		before[fmt.Sprintf("%s[%d]", listComments, i)] = n >= 0 && n < e.Before
	}
	return func(field, element string) bool {
		switch {
		case e.Run == c.run.ID && e.Updated != c.run.ID:
			return false
		case slices.Contains(e.Kept, field):
			return true
		case e.Run == c.run.ID:
			return false
		case field == listComments:
			return before[element]
		}
		set := slices.Contains([]string{"tags", "domains", listParticipants}, field) // holds the agents' besides ours
		return set || !slices.Contains(e.Wrote, field)
	}
}

// rebase notes what was read back as the base of the next delta. What is not as it
// was sent is not ours: it stays changed by the target, whoever did it and when.
func (c *check) rebase(e *ledger.Entry, want *helpdesk.Record, is map[string]string, odd map[string]bool) {
	base := map[string]string{}
	sent := partsOf(c.index, want, true)
	for f, d := range is {
		switch was, known := e.Base[f]; {
		case odd[f]:
			d = sent[f]
		case e.Run != c.run.ID && known && !slices.Contains(e.Wrote, f):
			d = was
		case e.Run != c.run.ID && e.Base != nil && !known && !slices.Contains(e.Wrote, f) && connectors.FieldOf(f) == f:
			continue // an agent gave it a value
		}
		if d != "" {
			base[f] = d
		}
	}
	for f, was := range e.Base {
		if _, there := is[f]; !there && e.Run != c.run.ID && !slices.Contains(e.Wrote, f) && connectors.FieldOf(f) == f {
			base[f] = was // an agent emptied it
		}
	}
	for f := range odd {
		if sent[f] != "" && base[f] == "" {
			base[f] = sent[f]
		}
	}
	e.Base, e.Verified = base, c.run.ID
}

// withoutEdited leaves out the comments that the source changed after they were
// moved: the target keeps what was said first.
func withoutEdited(want *helpdesk.Record, line *cleanLine, e *ledger.Entry) {
	if want.Ticket == nil {
		return
	}
	moved := map[string]string{}
	for _, s := range e.Said {
		x := parseSaying(s)
		moved[x.id] = x.content
	}
	for i, s := range line.Said {
		if x := parseSaying(s); moved[x.id] != x.content {
			want.Ticket.Comments[i] = helpdesk.Comment{}
		}
	}
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
