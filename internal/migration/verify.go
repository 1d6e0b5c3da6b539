package migration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Verify reads the target back and compares every field of every record with
// what should stand there.
type Verify struct {
	Base
	Desks Targets
	Clean keyring.Opener
	Index keyring.Indexer
}

// A VerifyInput asks for one segment, or for the census.
type VerifyInput struct {
	Run     Run            `json:"run"`
	Segment ledger.Segment `json:"segment,omitzero"`
	Census  bool           `json:"census,omitempty"`
}

// A VerifyOutput says whether the segment is through.
type VerifyOutput struct {
	Segment     string `json:"segment"`
	Done        bool   `json:"done"`
	Wait        int    `json:"wait"`
	Records     int    `json:"records"`
	Differences int    `json:"differences"`
}

// Outcomes of a record.
const (
	OutcomeLoaded      = "loaded"
	OutcomeUpdated     = "updated"
	OutcomeUnchanged   = "unchanged"
	OutcomeWithheld    = "withheld"
	OutcomeExcluded    = "excluded"
	OutcomeQuarantined = "quarantined"
	OutcomePending     = "pending"
	OutcomeErased      = "erased"
)

// Outcomes lists the outcomes in the order in which reports show them.
func Outcomes() []string {
	return []string{OutcomeLoaded, OutcomeUpdated, OutcomeUnchanged, OutcomeWithheld, OutcomeExcluded,
		OutcomeQuarantined, OutcomePending, OutcomeErased}
}

// A Verdict is what verify found in one segment: names, counts and references.
type Verdict struct {
	Segment  string         `json:"segment"`
	Kind     helpdesk.Kind  `json:"kind"`
	Outcomes map[string]int `json:"outcomes"`
	// Reasons of the quarantined and excluded, by outcome and reason.
	Reasons     map[string]int            `json:"reasons,omitempty"`
	Fields      map[string]map[string]int `json:"fields"` // name → class → count
	Rules       map[string]int            `json:"rules,omitempty"`
	Files       int                       `json:"files"` // attachments whose SHA-256 was compared
	Dangling    map[string]int            `json:"dangling,omitempty"`
	Foreign     int                       `json:"foreign,omitempty"` // comments that others wrote in the target
	Differences []Difference              `json:"differences,omitempty"`
	More        int                       `json:"more,omitempty"` // differences beyond those listed
}

// A Difference is a field or record that is not as it should be. It holds no
// value; both sides are fetched when somebody looks.
type Difference struct {
	Kind  helpdesk.Kind `json:"kind"`
	Ref   string        `json:"ref"`
	ID    string        `json:"id,omitempty"` // in the target
	Path  string        `json:"path"`
	Class string        `json:"class"`
}

// listed is how many differences of a segment are listed one by one; a row of
// the ledger has its limits, and more than that is one cause, not many.
const listed = 500

// Do verifies one segment. It changes nothing in the target and may be called
// again at any time.
func (s Verify) Do(ctx context.Context, in VerifyInput) (VerifyOutput, error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return VerifyOutput{}, err
	}
	lines, err := readClean(ctx, s.Staging, s.Clean, in.Run, in.Segment)
	if err != nil {
		return VerifyOutput{}, err
	}
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return VerifyOutput{}, ofTarget("open", err)
	}
	c := &check{run: in.Run, ledger: l, target: target, verdict: Verdict{Segment: in.Segment.Name(), Kind: in.Segment.Kind,
		Outcomes: map[string]int{}, Reasons: map[string]int{}, Fields: map[string]map[string]int{}, Rules: map[string]int{}, Dangling: map[string]int{}}}
	if c.profile, err = target.Profile(ctx); err != nil {
		return VerifyOutput{}, ofTarget("profile", err)
	}
	if c.index, err = s.Index.Index(ctx, in.Run.Tenant, in.Run.Migration); err != nil {
		return VerifyOutput{}, ofStorage("open the index key", err)
	}
	out := VerifyOutput{Segment: in.Segment.Name(), Records: len(lines)}
	if err := c.segment(ctx, lines); err != nil {
		var limited *connectors.RateLimited
		if errors.As(err, &limited) {
			out.Wait, _ = pause(err)
			return out, nil
		}
		return out, err
	}
	out.Done, out.Differences = true, len(c.verdict.Differences)+c.verdict.More
	if err := l.PutNote(ctx, in.Run.ID, "verdict#"+in.Segment.Name(), c.verdict); err != nil {
		return out, ofStorage("store the verdict", err)
	}
	err = s.record(ctx, in.Run, "verify/"+in.Segment.Name(), audit.VerifySegment, in.Segment.Name(),
		map[string]int64{"records": int64(len(lines)), "differences": int64(out.Differences)})
	return out, err
}

// A check is the verification of one segment.
type check struct {
	run     Run
	ledger  *ledger.Ledger
	index   keyring.Index
	target  connectors.Target
	profile connectors.TargetProfile
	verdict Verdict
}

func (c *check) segment(ctx context.Context, lines []cleanLine) error {
	refs := make([]string, len(lines))
	records := make([]*helpdesk.Record, len(lines))
	for i := range lines {
		refs[i], records[i] = lines[i].Record.Key, &lines[i].Record
	}
	entries, err := c.ledger.Entries(ctx, c.verdict.Kind, refs...)
	if err != nil {
		return ofStorage("read entries", err)
	}
	ids, err := lookUp(ctx, c.ledger, c.withRequired(records))
	if err != nil {
		return err
	}
	var seen []*ledger.Entry
	for i := range lines {
		changed, err := c.line(ctx, &lines[i], &entries[i], ids)
		if err != nil {
			return err
		}
		if changed {
			seen = append(seen, &entries[i])
		}
	}
	for part := range slices.Chunk(unique1(seen), ledger.MaxChanges) {
		if err := c.ledger.PutEntries(ctx, part...); err != nil {
			return ofStorage("store what was read back", err)
		}
	}
	return nil
}

// unique1 keeps one entry of each ref: a segment may hold a record twice.
func unique1(entries []*ledger.Entry) []*ledger.Entry {
	seen := map[string]bool{}
	return slices.DeleteFunc(entries, func(e *ledger.Entry) bool {
		was := seen[e.Ref]
		seen[e.Ref] = true
		return was
	})
}

// withRequired fills in what load filled in for references that the target
// insists on.
func (c *check) withRequired(records []*helpdesk.Record) []*helpdesk.Record {
	w := worker{index: c.index, profile: c.profile}
	for _, r := range records {
		_ = w.require(r) // a reference takes any ref
	}
	return records
}

// line gives a record its outcome, and each field of a record that this run
// loaded its class.
func (c *check) line(ctx context.Context, line *cleanLine, e *ledger.Entry, ids lookup) (changed bool, err error) {
	for _, m := range line.Marks {
		c.verdict.Rules[m.Rule]++
	}
	outcome := c.outcome(e, line)
	if outcome == OutcomeLoaded && e.State == ledger.StateLoaded {
		changed, err = c.readBack(ctx, line, e, ids)
		if errors.Is(err, connectors.ErrNotFound) {
			c.differs(Difference{Kind: e.Kind, Ref: e.Ref, ID: e.Target, Path: "", Class: Unexpected})
			err = nil
		}
	}
	c.verdict.Outcomes[outcome]++
	if outcome == OutcomeQuarantined || outcome == OutcomeExcluded {
		c.verdict.Reasons[outcome+": "+e.Reason]++
	}
	return changed, err
}

// outcome puts a record of the clean side into exactly one outcome.
func (c *check) outcome(e *ledger.Entry, line *cleanLine) string {
	switch e.State {
	case ledger.StateMatched:
		return OutcomeUnchanged
	case ledger.StateLoaded:
		switch {
		case e.Source != line.Source && e.Run == c.run.ID && !e.Pending:
			return OutcomeQuarantined // the second of two records of one key
		case e.Pending:
			return OutcomePending
		case e.Run != c.run.ID:
			return OutcomeUnchanged
		}
		return OutcomeLoaded
	case ledger.StateExcluded:
		return OutcomeExcluded
	case ledger.StateWithheld:
		return OutcomeWithheld
	}
	return OutcomeQuarantined
}

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
	for i, a := range attachmentsOf(&want) {
		if a.LeftOut != "" {
			marks = leftOut(marks, &want, i, a.LeftOut)
		}
	}
	c.threads(&want, &got, e)
	comparison{c.profile.Fidelity, marks}.fields(&want, &got, func(v helpdesk.Value, class string) {
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

// leftOut marks what a file that stayed behind can't have.
func leftOut(marks map[string]mark, r *helpdesk.Record, nth int, reason string) map[string]mark {
	n := -1
	for v := range r.Values() {
		if v.Field.Name == "attachment.name" {
			n++
		}
		if n == nth && (v.Field.Name == "attachment.size" || v.Field.Name == "attachment.sha256") {
			marks = with(marks, v.Path(), mark{"left out: " + reason, NotMapped})
		}
	}
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

// threads aligns the comments of the two sides: those that an agent wrote in the
// target are set aside, and one of ours that stands there twice is a difference.
func (c *check) threads(want, got *helpdesk.Record, e *ledger.Entry) {
	if want.Ticket == nil || got.Ticket == nil {
		return
	}
	left := map[string]int{}
	for _, m := range want.Ticket.Comments {
		left[commentDigest(c.index, m)]++
	}
	ours := left
	total := map[string]int{}
	var aligned, extra []helpdesk.Comment
	for _, m := range got.Ticket.Comments {
		d := commentDigest(c.index, m)
		total[d]++
		if ours[d] > 0 {
			ours[d]--
			aligned = append(aligned, m)
			continue
		}
		extra = append(extra, m)
		if total[d] > 1 {
			c.differs(Difference{Kind: e.Kind, Ref: e.Ref, ID: e.Target, Path: "comments", Class: Unexpected})
		}
	}
	// Where a text did not come back as it was sent, position is all there is.
	if len(aligned) < len(want.Ticket.Comments) {
		aligned, extra = got.Ticket.Comments, nil
	}
	got.Ticket.Comments = aligned
	c.verdict.Foreign += len(extra)
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
