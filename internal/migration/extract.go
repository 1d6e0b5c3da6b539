package migration

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"math"

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
	position, version, err := l.Position(ctx, in.Run.ID, in.Kind)
	if err != nil {
		return out, ofStorage("read the position", err)
	}
	for !position.Done && !short(ctx) {
		page, err := desk.Page(ctx, in.Kind, connectors.Cursor(position.Cursor))
		if wait, ok := pause(err); ok {
			out.Wait = wait
			return out, nil
		}
		if err != nil {
			return out, ofSource("page of "+string(in.Kind), err)
		}
		if position, err = s.stage(ctx, p, l, desk, in.Run, position, version, page); err != nil {
			return out, err
		}
		version++
		out.Records += len(page.Records)
		out.Broken += len(page.Broken)
	}
	out.Done = position.Done
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

// stage seals a page into segments, enters them and moves the position behind
// them. The objects come first: an object that no entry names is swept away at
// the end, an entry without its object would be a loss.
func (s Extract) stage(ctx context.Context, p *plan.Plan, l *ledger.Ledger, desk connectors.Source,
	r Run, at ledger.Position, version int64, page connectors.Page) (ledger.Position, error) {
	next := ledger.Position{Kind: at.Kind, Cursor: string(page.Next), Seq: at.Seq, Done: page.Last}
	var segments []ledger.Segment
	var taken []ledger.Usage
	for records, broken := page.Records, page.Broken; len(records)+len(broken) > 0; {
		n := min(len(records), SegmentRecords)
		m := min(len(broken), SegmentRecords)
		next.Seq++
		segment, err := s.segment(ctx, p, desk, r, at.Kind, next.Seq, records[:n], broken[:m])
		if err != nil {
			return at, err
		}
		segments = append(segments, segment)
		taken = append(taken, used(ctx, "extract", segment, n+m, segment.Bytes+bytesOf(records[:n])))
		records, broken = records[n:], broken[m:]
	}
	if err := l.Extracted(ctx, r.ID, next, version, segments, taken); err != nil {
		return at, ofStorage("enter segments", err)
	}
	for _, g := range segments {
		counts := map[string]int64{"records": int64(g.Records), "broken": int64(g.Broken), "blobs": int64(g.Blobs)}
		if err := s.record(ctx, r, "extract/"+g.Name(), audit.ExtractSegment, g.Name(), counts); err != nil {
			return at, err
		}
	}
	return next, nil
}

// segment stages the attachments of the records and then the records.
func (s Extract) segment(ctx context.Context, p *plan.Plan, desk connectors.Source, r Run,
	k helpdesk.Kind, seq int, records []helpdesk.Record, broken []connectors.Broken) (ledger.Segment, error) {
	g := ledger.Segment{Side: string(keyring.Raw), Kind: k, Seq: seq, Records: len(records), Broken: len(broken)}
	g.Object = r.Prefix() + "raw/" + g.Name() + "-" + unique()
	for i := range records {
		n, err := s.attachments(ctx, p, desk, r, &records[i])
		if err != nil {
			return g, err
		}
		g.Blobs += n
	}
	written, err := staging.WriteSegment(ctx, s.Staging, s.Keys, r.label(keyring.Raw, g.Object), func(w *staging.SegmentWriter) error {
		for i := range records {
			if err := w.Write(rawLine{Record: &records[i]}); err != nil {
				return err
			}
		}
		for i := range broken {
			if err := w.Write(rawLine{Broken: &broken[i]}); err != nil {
				return err
			}
		}
		return nil
	})
	g.Bytes, g.SHA256 = written.Bytes, written.SHA256
	return g, ofStorage("write segment "+g.Name(), err)
}

// unique makes the name of an object that a killed invocation may have begun
// different from that of the next.
func unique() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
