package migration

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// SegmentRecords is how many records a segment holds at most: one unit of
// retry, small enough that a function finishes one in seconds and large enough
// that orchestration costs little (docs/decisions/0003-segments.md).
const SegmentRecords = 100

// Extract reads the source page by page and stages what it reads, sealed to raw.
// It holds no key that opens anything and makes no references.
type Extract struct {
	Base
	Desks Sources
	Keys  keyring.Sealer
	Demo  DemoLimits
}

// An ExtractInput asks for more of one kind, or for the manifest of all.
type ExtractInput struct {
	Run  Run           `json:"run"`
	Kind helpdesk.Kind `json:"kind,omitempty"`
	// Loops is how often the flow has asked for this kind: it hands a run on to
	// another execution before one has too many events.
	Loops int             `json:"loops,omitempty"`
	List  bool            `json:"list,omitempty"`
	Kinds []helpdesk.Kind `json:"kinds,omitempty"` // that the manifest is to hold
}

// An ExtractOutput says how far it came.
type ExtractOutput struct {
	Kind    helpdesk.Kind `json:"kind"`
	Done    bool          `json:"done"`
	Wait    int           `json:"wait"`    // seconds that the source asks to wait
	Records int           `json:"records"` // of this invocation
	Broken  int           `json:"broken"`
	Loops   int           `json:"loops"` // one more than came in
}

// Do reads pages of the kind until it ends, the source asks for a pause, or time
// runs short.
func (s Extract) Do(ctx context.Context, in ExtractInput) (ExtractOutput, error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return ExtractOutput{}, err
	}
	desk, err := s.Desks.Source(ctx, p)
	if err != nil {
		return ExtractOutput{}, ofSource("open", err)
	}
	out := ExtractOutput{Kind: in.Kind, Loops: in.Loops + 1}
	if in.Run.Mode == ModeDemo {
		if err := s.Demo.admitted(ctx, s.Base, l, in.Run); err != nil {
			return out, err
		}
		return s.demo(ctx, p, l, desk, in)
	}
	r := extraction{Extract: s, plan: p, ledger: l, desk: desk, run: in.Run}
	if err := r.begin(ctx, in.Kind); err != nil {
		return out, err
	}
	for !r.at.Done && !short(ctx) {
		n, m, err := r.next(ctx)
		if wait, ok := pause(err); ok {
			out.Wait = wait
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out.Records, out.Broken = out.Records+n, out.Broken+m
	}
	out.Done = r.at.Done
	return out, nil
}

// pause is how many seconds a rate-limited source asks to wait.
func pause(err error) (seconds int, ok bool) {
	var limited *connectors.RateLimited
	if !errors.As(err, &limited) {
		return 0, false
	}
	return max(1, int(math.Ceil(limited.After.Seconds()))), true
}

// An extraction is one kind that is read in one invocation.
type extraction struct {
	Extract
	plan    *plan.Plan
	ledger  *ledger.Ledger
	desk    connectors.Source
	run     Run
	at      ledger.Position
	version int64
	live    bool                        // cursors lead on
	rolls   bool                        // a roll follows the pages
	since   time.Time                   // of recent tickets, in an express run
	asks    connectors.Getter           // for people whom tickets name; nil if all are read
	named   map[string]*helpdesk.Record // of those asked for so far; nil if there is none
}

// begin finds where the reading stands. A delta starts where the last commit
// ended, if the source's cursors lead on.
func (r *extraction) begin(ctx context.Context, k helpdesk.Kind) (err error) {
	if r.at, r.version, err = r.ledger.Position(ctx, r.run.ID, k); err != nil {
		return ofStorage("read the position", err)
	}
	profile, err := r.desk.Profile(ctx)
	if err != nil {
		return ofSource("profile", err)
	}
	r.live = slices.Contains(profile.Since, k)
	if r.since, err = r.recent(ctx, r.plan, r.ledger, r.run); err != nil {
		return err
	}
	_, r.at.Gets = r.desk.(connectors.Getter)
	if r.run.Mode != ModeDelta {
		return nil
	}
	since := leadOn(profile, r.desk)
	if r.version == 0 {
		committed, err := r.ledger.Cursor(ctx, string(k))
		if err != nil {
			return ofStorage("read the cursor", err)
		}
		if slices.Contains(since, k) {
			r.at.Cursor = committed.Cursor
		}
		r.at.Whole = r.at.Cursor == ""
	}
	_, can := r.desk.(connectors.Roller)
	r.rolls = can && !r.run.Quick && !r.at.Whole && !slices.Contains(profile.Tombs, k) && listsGone(k, r.plan.Delta.WithDefaults())
	if slices.Contains(since, helpdesk.KindPerson) {
		r.asks, _ = r.desk.(connectors.Getter)
	}
	r.named = map[string]*helpdesk.Record{}
	return nil
}

// leadOn lists the kinds of which a delta reads only what changed. Without a
// Getter nobody can tell who the people are that a changed ticket names, so that
// all are read.
func leadOn(p connectors.SourceProfile, desk connectors.Source) []helpdesk.Kind {
	if _, ok := desk.(connectors.Getter); ok {
		return p.Since
	}
	return slices.DeleteFunc(slices.Clone(p.Since), func(k helpdesk.Kind) bool { return k == helpdesk.KindPerson || k == helpdesk.KindGroup })
}

// next reads and stages one page, of the records or of the roll.
func (r *extraction) next(ctx context.Context) (records, broken int, err error) {
	if r.at.Paged {
		return 0, 0, r.roll(ctx)
	}
	page, err := r.desk.Page(ctx, r.at.Kind, connectors.Cursor(r.at.Cursor))
	if _, ok := pause(err); ok || err != nil {
		return 0, 0, ofSource("page of "+string(r.at.Kind), err)
	}
	to := r.at
	to.Cursor, to.Paged = string(page.Next), page.Last
	to.Done = page.Last && !r.rolls
	return len(page.Records), len(page.Broken), r.stage(ctx, to, page)
}

// roll stages one page of the keys that there are.
func (r *extraction) roll(ctx context.Context) error {
	roll, err := r.desk.(connectors.Roller).Roll(ctx, r.at.Kind, connectors.Cursor(r.at.Roll))
	if err != nil {
		return ofSource("roll of "+string(r.at.Kind), err)
	}
	to := r.at
	to.Roll, to.Done = string(roll.Next), roll.Last
	var portions []portion
	for keys := range slices.Chunk(roll.Keys, rollKeys) {
		portions = append(portions, portion{keys: keys})
	}
	return r.enter(ctx, to, portions)
}

// rollKeys is how many keys of a roll a segment holds: some 100 KB.
const rollKeys = 10_000

// A portion is what goes into one segment.
type portion struct {
	records []helpdesk.Record
	broken  []connectors.Broken
	gone    []connectors.Gone
	keys    []string
}

// stage seals a page into segments, enters them and moves the position.
func (r *extraction) stage(ctx context.Context, to ledger.Position, page connectors.Page) error {
	var portions []portion
	records, broken, gone := page.Records, page.Broken, page.Gone
	for len(records)+len(broken)+len(gone) > 0 {
		n, m, g := min(len(records), SegmentRecords), min(len(broken), SegmentRecords), min(len(gone), SegmentRecords)
		portions = append(portions, portion{records: records[:n], broken: broken[:m], gone: gone[:g]})
		records, broken, gone = records[n:], broken[m:], gone[g:]
	}
	return r.enter(ctx, to, portions)
}

// enter writes segments and moves the position behind them. The objects come
// first: an object that no entry names is swept away at the end, an entry without
// its object would be a loss.
func (r *extraction) enter(ctx context.Context, to ledger.Position, portions []portion) error {
	var segments []ledger.Segment
	var taken []ledger.Usage
	for _, p := range portions {
		to.Seq++
		segment, err := r.segment(ctx, to.Seq, p)
		if err != nil {
			return err
		}
		segments = append(segments, segment)
		taken = append(taken, used(ctx, "extract", segment, len(p.records)+len(p.broken), segment.Bytes+bytesOf(p.records)))
	}
	if err := r.ledger.Extracted(ctx, r.run.ID, to, r.version, segments, taken); err != nil {
		return ofStorage("enter segments", err)
	}
	r.at, r.version = to, r.version+1
	for _, g := range segments {
		counts := map[string]int64{"records": int64(g.Records), "broken": int64(g.Broken), "blobs": int64(g.Blobs)}
		if err := r.record(ctx, r.run, "extract/"+g.Name(), audit.ExtractSegment, g.Name(), counts); err != nil {
			return err
		}
	}
	return nil
}

// segment stages the attachments of the records and then the records.
func (r *extraction) segment(ctx context.Context, seq int, p portion) (ledger.Segment, error) {
	g := ledger.Segment{Side: string(keyring.Raw), Kind: r.at.Kind, Seq: seq, Live: r.live}
	named, err := r.naming(ctx, p.records)
	if err != nil {
		return g, err
	}
	for i := range p.records {
		if t := p.records[i].Ticket; t != nil && !plan.Recent(t, r.since) {
			stayBehind(&p.records[i], plan.History)
			continue
		}
		if err := r.attachments(ctx, r.plan, r.desk, r.run, &p.records[i]); err != nil {
			return g, err
		}
	}
	return g, r.write(ctx, r.run, &g, p.lines(named))
}

// write seals lines to raw as the object of a segment, which it counts.
func (s Extract) write(ctx context.Context, r Run, g *ledger.Segment, lines []rawLine) error {
	g.Object = r.Prefix() + "raw/" + g.Name() + "-" + unique()
	for _, line := range lines {
		switch {
		case line.Record != nil:
			g.Records++
			for _, f := range attachmentsOf(line.Record) {
				if f.Blob != nil {
					g.Blobs++
				}
			}
		case line.Broken != nil:
			g.Broken++
		case line.Gone != nil, line.Erased != nil:
			g.Gone++
		case line.Key != "":
			g.Keys++
		}
	}
	written, err := staging.WriteSegment(ctx, s.Staging, s.Keys, r.label(keyring.Raw, g.Object), func(w *staging.SegmentWriter) error {
		for _, line := range lines {
			if err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	})
	g.Bytes, g.SHA256 = written.Bytes, written.SHA256
	return ofStorage("write segment "+g.Name(), err)
}

func (p portion) lines(named []*helpdesk.Record) (lines []rawLine) {
	for _, n := range named {
		lines = append(lines, rawLine{Named: n})
	}
	for i := range p.records {
		lines = append(lines, rawLine{Record: &p.records[i]})
	}
	for i := range p.broken {
		lines = append(lines, rawLine{Broken: &p.broken[i]})
	}
	for i := range p.gone {
		lines = append(lines, rawLine{Gone: &p.gone[i]})
	}
	for _, k := range p.keys {
		lines = append(lines, rawLine{Key: k})
	}
	return lines
}

// naming asks a source of which only changes are read who the people are that the records
// name, and what the groups and organizations: the policy looks for their names in texts.
func (r *extraction) naming(ctx context.Context, records []helpdesk.Record) (named []*helpdesk.Record, err error) {
	if r.asks == nil || r.at.Kind != helpdesk.KindTicket && r.at.Kind != helpdesk.KindArticle {
		return nil, nil
	}
	refs := referencesOf(pointers(records))
	ask := func(k helpdesk.Kind, keys []string) error {
		for _, key := range keys {
			if key == "" {
				continue
			}
			n, err := r.name(ctx, k, key)
			if err != nil {
				return err
			}
			if n == nil {
				continue
			}
			named = append(named, n)
			if n.Person != nil {
				refs[helpdesk.KindOrganization] = append(refs[helpdesk.KindOrganization], n.Person.Organizations...)
			}
		}
		return nil
	}
	for _, k := range spokenOf {
		slices.Sort(refs[k])
		if err := ask(k, slices.Compact(refs[k])); err != nil {
			return nil, err
		}
	}
	return named, nil
}

// name asks once for each in an invocation. Who is gone has no name to look for.
func (r *extraction) name(ctx context.Context, k helpdesk.Kind, key string) (*helpdesk.Record, error) {
	place := string(k) + "/" + key
	if known, asked := r.named[place]; asked {
		return known, nil
	}
	record, err := r.asks.Get(ctx, k, key)
	var merged *connectors.Merged
	switch {
	case errors.Is(err, connectors.ErrNotFound), errors.As(err, &merged):
		r.named[place] = nil
	case err != nil:
		return nil, ofSource("get a "+string(k), err)
	default:
		r.named[place] = &record
	}
	return r.named[place], nil
}

// unique makes the name of an object that a killed invocation may have begun
// different from that of the next.
func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
