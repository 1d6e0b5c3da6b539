package migration

import (
	"context"
	"errors"
	"maps"
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
	Desks    Targets
	Clean    keyring.Opener
	Index    keyring.Indexer
	Standing *Standing
}

// A VerifyInput asks for one segment, or for the census.
type VerifyInput struct {
	Run     Run            `json:"run"`
	Segment ledger.Segment `json:"segment,omitzero"`
	Through int            `json:"through,omitempty"` // records that an earlier invocation came through
	Census  bool           `json:"census,omitempty"`
	// Recheck asks for a Recheck instead, in a loop.
	Recheck   bool   `json:"recheck,omitempty"`
	Loops     int    `json:"loops,omitempty"`
	Execution string `json:"execution,omitempty"`
}

// A VerifyOutput says whether the segment is through.
type VerifyOutput struct {
	Segment     string `json:"segment"`
	Done        bool   `json:"done"`
	Wait        int    `json:"wait"`
	Through     int    `json:"through"` // records that were compared so far
	Records     int    `json:"records"`
	Differences int    `json:"differences"`
}

// Do verifies one segment, or as much of it as time and the target's limits allow.
// It changes nothing in the target and may be called again at any time; what was
// compared before a pause is not read again.
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
	c := &check{run: in.Run, ledger: l, target: target, standing: s.Standing, verdict: Verdict{Segment: in.Segment.Name(), Kind: in.Segment.Kind,
		Outcomes: map[string]int{}, Reasons: map[string]int{}, Fields: map[string]map[string]int{}, Rules: map[string]int{}, Dangling: map[string]int{}}}
	if c.profile, err = target.Profile(ctx); err != nil {
		return VerifyOutput{}, ofTarget("profile", err)
	}
	if c.index, err = s.Index.Index(ctx, in.Run.Tenant, in.Run.Migration); err != nil {
		return VerifyOutput{}, ofStorage("open the index key", err)
	}
	lines, gone := apart(lines)
	out := VerifyOutput{Segment: in.Segment.Name(), Records: len(lines)}
	whole, err := c.goOn(ctx, in, lines)
	out.Through = c.through
	if wait, ok := pause(err); ok || err == nil && !whole {
		out.Wait = wait
		return out, ofStorage("store the usage", l.UsedSoFar(ctx, in.Run.ID, unique(), used(ctx, "verify", in.Segment, 0, 0)))
	}
	if err != nil {
		return out, err
	}
	if err := c.gone(ctx, gone); err != nil {
		return out, err
	}
	out.Done, out.Differences = true, len(c.verdict.Differences)+c.verdict.More
	if err := l.Verified(ctx, in.Run.ID, in.Segment.Name(), c.verdict, used(ctx, "verify", in.Segment, len(lines), in.Segment.Bytes)); err != nil {
		return out, ofStorage("store the verdict", err)
	}
	err = s.record(ctx, in.Run, "verify/"+in.Segment.Name(), audit.VerifySegment, in.Segment.Name(),
		map[string]int64{"records": int64(len(lines)), "differences": int64(out.Differences)})
	return out, err
}

// A check is the verification of one segment.
type check struct {
	run      Run
	ledger   *ledger.Ledger
	index    keyring.Index
	target   connectors.Target
	standing *Standing
	profile  connectors.TargetProfile
	verdict  Verdict
	through  int // lines of the segment
}

// A verifying is how far the verification of a segment came that was interrupted.
type verifying struct {
	Through int     `json:"through"` // lines
	Verdict Verdict `json:"verdict"`
}

// goOn verifies the lines of a segment from where an earlier invocation stopped,
// and reports whether it came to the end. Where it did not, the ledger holds how far
// it came; it is asked only by a flow that says there is something to find.
func (c *check) goOn(ctx context.Context, in VerifyInput, lines []cleanLine) (whole bool, err error) {
	name := "verifying#" + in.Segment.Name()
	at := verifying{Verdict: c.verdict}
	if in.Through > 0 {
		if err := c.ledger.Note(ctx, c.run.ID, name, &at); err != nil {
			return false, ofStorage("read the progress", err)
		}
		c.verdict = at.Verdict
	}
	n, err := c.segment(ctx, lines[at.Through:])
	at.Through += n
	if c.through = at.Through; at.Through == len(lines) || n == 0 {
		return at.Through == len(lines), err
	}
	at.Verdict = c.verdict
	if failed := c.ledger.PutNote(context.WithoutCancel(ctx), c.run.ID, name, at); failed != nil {
		return false, ofStorage("record the progress", failed)
	}
	return false, err
}

// segment verifies lines in their order until all are through, one can't be read
// or time runs short.
func (c *check) segment(ctx context.Context, lines []cleanLine) (through int, err error) {
	refs := make([]string, len(lines))
	records := make([]*helpdesk.Record, len(lines))
	for i := range lines {
		refs[i], records[i] = lines[i].Record.Key, &lines[i].Record
	}
	entries, err := c.ledger.Entries(ctx, c.verdict.Kind, refs...)
	if err != nil {
		return 0, ofStorage("read entries", err)
	}
	ids, err := c.standing.lookUp(ctx, c.ledger, c.withRequired(records))
	if err != nil {
		return 0, err
	}
	found := c.readAll(ctx, lines, entries)
	var seen []*ledger.Entry
	for ; through < len(lines); through++ {
		if found[through].left {
			break
		}
		if err = found[through].failed(); err != nil {
			break
		}
		changed, err := c.line(&lines[through], &entries[through], ids, found[through])
		if err != nil {
			return 0, err
		}
		if changed {
			seen = append(seen, &entries[through])
		}
	}
	for part := range slices.Chunk(once(seen), ledger.MaxChanges) {
		if err := c.ledger.PutEntries(ctx, part...); err != nil {
			return 0, ofStorage("store what was read back", err)
		}
	}
	return through, err
}

// once keeps one entry of each ref: a segment may hold a record twice.
func once(entries []*ledger.Entry) []*ledger.Entry {
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
func (c *check) line(line *cleanLine, e *ledger.Entry, ids lookup, found reading) (changed bool, err error) {
	for _, m := range line.Marks {
		c.verdict.Rules[m.Rule]++
	}
	outcome := c.outcome(e, line)
	c.merged(e, line)
	c.comments(e, line)
	if c.readable(e, line) {
		changed, err = c.readBack(line, e, ids, found)
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

// readable reports whether this run put the record into the target, so that it is
// read back.
func (c *check) readable(e *ledger.Entry, line *cleanLine) bool {
	switch outcome := c.outcome(e, line); outcome {
	case OutcomeLoaded, OutcomeUpdated:
		return e.State == ledger.StateLoaded
	case OutcomePending: // of a later version: the one that was loaded stands there
		return e.State == ledger.StateLoaded && e.Run == c.run.ID && (e.Source == line.Source || line.Again)
	}
	return false
}

// merged counts what a delta did to a record, once: a later version in the same
// reading counts for both.
func (c *check) merged(e *ledger.Entry, line *cleanLine) {
	if e.Updated != c.run.ID || c.superseded(e, line) {
		return
	}
	for _, f := range e.Wrote {
		c.verdict.count(&c.verdict.Wrote, string(e.Kind)+"."+f)
	}
	for _, f := range e.Kept {
		c.verdict.count(&c.verdict.Kept, string(e.Kind)+"."+f)
	}
	c.verdict.Added += max(0, len(e.Children)-e.Before)
}

// comments counts those that are not any more what was moved.
func (c *check) comments(e *ledger.Entry, line *cleanLine) {
	if c.run.Mode != ModeDelta || c.superseded(e, line) {
		return
	}
	now := map[string]string{}
	for _, s := range line.Said {
		x := parseSaying(s)
		now[x.id] = x.content
	}
	for _, s := range e.Said[:min(len(e.Said), len(e.Children))] {
		switch x := parseSaying(s); {
		case now[x.id] == "":
			c.verdict.Withdrawn++
		case now[x.id] != x.content:
			c.verdict.Edited++
		}
	}
}

// superseded reports whether another line of a delta's reading counts for the
// record: a later version, or the same once more.
func (c *check) superseded(e *ledger.Entry, line *cleanLine) bool {
	return c.run.Mode == ModeDelta && !e.Pending && e.Seen == c.run.ID && e.Line != line.at
}

// gone gives each record that the source has no more its outcome.
func (c *check) gone(ctx context.Context, lines []goneLine) error {
	for _, line := range lines {
		entries, err := c.ledger.Entries(ctx, c.verdict.Kind, line.Ref)
		if err != nil {
			return ofStorage("read entries", err)
		}
		switch e := entries[0]; {
		case e.State == ledger.StateRemoved, e.Placeholder && e.Run == c.run.ID:
			c.verdict.Outcomes[OutcomeErased]++
		case e.InTarget() && e.Updated == c.run.ID:
			c.verdict.Outcomes[OutcomeUpdated]++
		case e.InTarget() && len(Open(e)) > 0:
			c.verdict.Outcomes[OutcomePending]++
		default:
			c.verdict.Outcomes[OutcomeUnchanged]++
		}
	}
	return nil
}

// Open lists the fields of a record that somebody has to decide on.
func Open(e ledger.Entry) (fields []string) {
	for _, f := range slices.Sorted(maps.Keys(e.Review)) {
		if e.Review[f] == "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// outcome puts a record of the clean side into exactly one outcome.
func (c *check) outcome(e *ledger.Entry, line *cleanLine) string {
	switch e.State {
	case ledger.StateMatched:
		return OutcomeUnchanged
	case ledger.StateLoaded:
		switch {
		case e.Placeholder: // somebody stands in for the person, whom the target refused
			return OutcomeQuarantined
		case c.superseded(e, line):
			return OutcomeUnchanged
		case e.Source != line.Source && e.Run == c.run.ID && !e.Pending:
			return OutcomeQuarantined // the second of two records of one key
		case e.Pending, c.run.Mode == ModeDelta && len(Open(*e)) > 0:
			return OutcomePending
		case e.Run == c.run.ID:
			return OutcomeLoaded
		case e.Updated == c.run.ID && len(e.Wrote)+max(0, len(e.Children)-e.Before) > 0:
			return OutcomeUpdated
		}
		return OutcomeUnchanged
	case ledger.StateDropped, ledger.StateRemoved:
		return OutcomeUnchanged // as the agents of the target left it
	case ledger.StateExcluded:
		return OutcomeExcluded
	case ledger.StateWithheld:
		return OutcomeWithheld
	}
	return OutcomeQuarantined
}
