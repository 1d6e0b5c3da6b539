package migration

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/gabriel-vasile/mimetype"

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
}

// An ExtractInput asks for more of one kind, or for the manifest of all.
type ExtractInput struct {
	Run  Run           `json:"run"`
	Kind helpdesk.Kind `json:"kind,omitempty"`
	List bool          `json:"list,omitempty"`
}

// An ExtractOutput says how far it came.
type ExtractOutput struct {
	Kind    helpdesk.Kind `json:"kind"`
	Done    bool          `json:"done"`
	Wait    int           `json:"wait"`    // seconds that the source asks to wait
	Records int           `json:"records"` // of this invocation
	Broken  int           `json:"broken"`
}

// A Manifest names the object that lists a run's segments of one side.
type Manifest struct {
	Manifest string `json:"manifest"`
	Segments int    `json:"segments"`
	Records  int    `json:"records"`
	Broken   int    `json:"broken,omitempty"`
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
	out := ExtractOutput{Kind: in.Kind}
	if in.Run.Mode == ModeDemo {
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
	for records, broken := page.Records, page.Broken; len(records)+len(broken) > 0; {
		n := min(len(records), SegmentRecords)
		m := min(len(broken), SegmentRecords)
		next.Seq++
		segment, err := s.segment(ctx, p, desk, r, at.Kind, next.Seq, records[:n], broken[:m])
		if err != nil {
			return at, err
		}
		segments = append(segments, segment)
		records, broken = records[n:], broken[m:]
	}
	if err := l.Extracted(ctx, r.ID, next, version, segments...); err != nil {
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

// Attachments goes over every attachment of a record.
func attachmentsOf(r *helpdesk.Record) (all []*helpdesk.Attachment) {
	if r.Article != nil {
		for i := range r.Article.Attachments {
			all = append(all, &r.Article.Attachments[i])
		}
	}
	if r.Ticket != nil {
		for c := range r.Ticket.Comments {
			for i := range r.Ticket.Comments[c].Attachments {
				all = append(all, &r.Ticket.Comments[c].Attachments[i])
			}
		}
	}
	return all
}

// GoneInSource is why a file is left out whose bytes the source has lost.
const GoneInSource = "gone_in_source"

// attachments stages the bytes of a record's attachments and says in each where
// they lie or why they stay behind.
func (s Extract) attachments(ctx context.Context, p *plan.Plan, desk connectors.Source, r Run, rec *helpdesk.Record) (staged int, err error) {
	opener, _ := desk.(connectors.AttachmentOpener)
	for _, a := range attachmentsOf(rec) {
		if opener == nil {
			a.LeftOut = GoneInSource
			continue
		}
		if err := s.attachment(ctx, p.Select.Attachments, opener, r, a); err != nil {
			return staged, err
		}
		if a.Blob != nil {
			staged++
		}
	}
	return staged, nil
}

func (s Extract) attachment(ctx context.Context, filter plan.AttachmentFilter, opener connectors.AttachmentOpener,
	r Run, a *helpdesk.Attachment) error {
	if a.LeftOut = filter.Excludes(*a, a.ContentType); a.LeftOut != "" {
		return nil
	}
	content, err := opener.OpenAttachment(ctx, *a)
	if errors.Is(err, connectors.ErrNotFound) {
		a.LeftOut = GoneInSource
		return nil
	}
	if err != nil {
		return ofSource("open an attachment", err)
	}
	defer content.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return ofSource("read an attachment", err)
	}
	if a.LeftOut = filter.Excludes(*a, mimetype.Detect(head[:n]).String()); a.LeftOut != "" {
		return nil
	}
	object := r.Prefix() + "blob/" + unique() + unique()
	blob, err := staging.WriteBlob(ctx, s.Staging, s.Keys, r.label(keyring.Raw, object),
		io.MultiReader(bytes.NewReader(head[:n]), content))
	if err != nil {
		return ofStorage("stage an attachment", err)
	}
	a.Blob, a.SHA256, a.Size = &blob.Blob, blob.SHA256, blob.Size
	return nil
}

// sniffed is how many bytes tell a file's type: mimetype looks at 3,072.
const sniffed = 3072

// List writes the manifest of the raw side: JSON Lines, one segment a line, in
// the order of kinds. A Distributed Map reads it.
func (s Extract) List(ctx context.Context, in ExtractInput) (Manifest, error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return Manifest{}, err
	}
	return writeManifest(ctx, s.Staging, l, in.Run, keyring.Raw, "raw", nil)
}

// writeManifest lists the segments of a side that are wanted, in an object of
// the run. The list holds names, counts and digests, so it is not sealed.
func writeManifest(ctx context.Context, store staging.Store, l *ledger.Ledger, r Run, side keyring.Side, name string,
	want func(ledger.Segment) bool) (m Manifest, err error) {
	m.Manifest = r.Prefix() + "manifest/" + name + ".jsonl"
	var lines bytes.Buffer
	for g, err := range l.Segments(ctx, r.ID, string(side)) {
		if err != nil {
			return m, ofStorage("read the manifest", err)
		}
		if want != nil && !want(g) {
			continue
		}
		line, err := json.Marshal(g)
		if err != nil {
			return m, fmt.Errorf("manifest: %w", err)
		}
		lines.Write(append(line, '\n'))
		m.Segments, m.Records, m.Broken = m.Segments+1, m.Records+g.Records, m.Broken+g.Broken
	}
	err = store.Put(ctx, m.Manifest, func(w io.Writer) error { _, err := w.Write(lines.Bytes()); return err })
	if errors.Is(err, staging.ErrExists) {
		err = nil // an earlier invocation wrote the same list
	}
	return m, ofStorage("write the manifest", err)
}
