package migration

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/mapping"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
	"github.com/safeconduct/safeconduct/internal/privacy/files"
	"github.com/safeconduct/safeconduct/internal/staging"
)

// Anonymize is the only reader of raw. In one pass over a segment it chooses,
// takes the inventory, maps, applies the policy, searches its own output for
// what should be gone, puts references in the place of source keys, and seals
// the rest to clean.
type Anonymize struct {
	Base
	Desks      Targets // for the words that the target takes
	Sources    Sources // for a Recall
	Raw        keyring.Opener
	Clean      keyring.Sealer
	Index      keyring.Indexer
	Pseudonyms keyring.Pseudonymizer
	Directory  *Directory
}

// An AnonymizeInput asks for one segment, or for the manifests of all.
type AnonymizeInput struct {
	Run     Run            `json:"run"`
	Segment ledger.Segment `json:"segment,omitzero"`
	List    bool           `json:"list,omitempty"`
	// Recall and Erasures ask for these instead, in a loop.
	Recall   bool            `json:"recall,omitempty"`
	Erasures bool            `json:"erasures,omitempty"`
	Manifest string          `json:"manifest,omitempty"`
	Kinds    []helpdesk.Kind `json:"kinds,omitempty"`
	Loops    int             `json:"loops,omitempty"`
}

// Findings are what the pass over a segment found: names and counts.
type Findings struct {
	Segment     string         `json:"segment"`
	Kind        helpdesk.Kind  `json:"kind"`
	Passed      int            `json:"passed"`
	Excluded    map[string]int `json:"excluded,omitempty"`    // by reason
	Quarantined map[string]int `json:"quarantined,omitempty"` // by reason
	Unmapped    map[string]int `json:"unmapped,omitempty"`    // values by field
	LeftOut     map[string]int `json:"left_out,omitempty"`    // files by reason
	// Files are those that were looked at: by type, what became of how many.
	Files     map[string]map[string]int `json:"files,omitempty"`
	Unread    map[string]int            `json:"unread,omitempty"` // files that could not be read to their end, by reason
	Rules     map[string]int            `json:"rules,omitempty"`  // how often each rule changed a field
	Inventory privacy.Inventory         `json:"inventory"`
	Residual  map[string]int            `json:"residual,omitempty"` // by field
	Restaged  []string                  `json:"restaged,omitempty"` // objects of files that were staged again
}

// Do passes one segment. Called again, it returns what the first call entered.
func (s Anonymize) Do(ctx context.Context, in AnonymizeInput) (Findings, error) {
	p, l, err := s.open(ctx, in.Run)
	if err != nil {
		return Findings{}, err
	}
	_, err = l.Segment(ctx, in.Run.ID, string(keyring.Clean), in.Segment.Name())
	if err == nil {
		return s.entered(ctx, l, in)
	}
	if !errors.Is(err, ledger.ErrNotFound) {
		return Findings{}, ofStorage("read the manifest", err)
	}
	pass, err := s.begin(ctx, p, in)
	if err != nil {
		return Findings{}, err
	}
	clean, err := pass.segment(ctx, in.Segment)
	if err != nil {
		return Findings{}, err
	}
	if err := pass.account(ctx, l); err != nil {
		return Findings{}, err
	}
	pass.found.Restaged = pass.written
	entered, err := l.Anonymized(ctx, in.Run.ID, clean, pass.found, used(ctx, "anonymize", clean, in.Segment.Records+in.Segment.Broken, clean.Bytes))
	switch {
	case err != nil:
		return Findings{}, ofStorage("enter segment "+clean.Name(), err)
	case !entered: // a twin was first; its objects stand, ours go
		for _, object := range append(pass.written, clean.Object) {
			if err := s.Staging.Delete(ctx, object); err != nil {
				return Findings{}, ofStorage("delete a twin's object", err)
			}
		}
		return s.entered(ctx, l, in)
	}
	return pass.found, s.log(ctx, in.Run, pass.found)
}

// entered returns the findings of an earlier call.
func (s Anonymize) entered(ctx context.Context, l *ledger.Ledger, in AnonymizeInput) (f Findings, err error) {
	if err = l.Note(ctx, in.Run.ID, "findings#"+in.Segment.Name(), &f); err != nil {
		return f, ofStorage("read findings", err)
	}
	return f, s.log(ctx, in.Run, f)
}

func (s Anonymize) log(ctx context.Context, r Run, f Findings) error {
	err := s.record(ctx, r, "anonymize/"+f.Segment, audit.AnonymizeSegment, f.Segment, map[string]int64{
		"passed": int64(f.Passed), "excluded": int64(sum(f.Excluded)), "quarantined": int64(sum(f.Quarantined)),
		"personal": int64(f.Inventory.Total()), "residual": int64(sum(f.Residual)),
	})
	return err
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// A pass is what one call of Anonymize works with.
type pass struct {
	Anonymize
	run        Run
	plan       *plan.Plan
	mapping    *mapping.Mapping
	policy     *privacy.Compiled
	index      keyring.Index
	pseudonyms keyring.Pseudonyms
	people     *people
	named      *people   // whom the segment names besides
	since      time.Time // of recent tickets, in an express run
	crowd      privacy.People
	files      *files.Rewriter
	written    []string // objects of files that were staged again
	found      Findings
	aside      []*ledger.Entry // what does not go on, to be put on record
}

func (s Anonymize) begin(ctx context.Context, p *plan.Plan, in AnonymizeInput) (*pass, error) {
	a := &pass{Anonymize: s, run: in.Run, plan: p, found: Findings{
		Segment: in.Segment.Name(), Kind: in.Segment.Kind,
		Excluded: map[string]int{}, Quarantined: map[string]int{}, Unmapped: map[string]int{},
		LeftOut: map[string]int{}, Rules: map[string]int{}, Residual: map[string]int{},
		Files: map[string]map[string]int{}, Unread: map[string]int{},
	}}
	target, err := s.Desks.Target(ctx, p)
	if err != nil {
		return nil, ofTarget("open", err)
	}
	profile, err := target.Profile(ctx)
	if err != nil {
		return nil, ofTarget("profile", err)
	}
	if a.mapping, err = mapping.New(p.Map, profile.Vocabulary); err != nil {
		return nil, &Failure{PlanInvalid, err.Error(), err}
	}
	if a.policy, err = privacy.Compile(p.Privacy.Policy()); err != nil {
		return nil, &Failure{PlanInvalid, err.Error(), err}
	}
	if a.index, err = s.Index.Index(ctx, in.Run.Tenant, in.Run.Migration); err != nil {
		return nil, ofStorage("open the index key", err)
	}
	if a.pseudonyms, err = s.Pseudonyms.Pseudonyms(ctx, in.Run.Tenant, in.Run.Migration); err != nil {
		return nil, ofStorage("open the pseudonym key", err)
	}
	if a.files, err = files.New(a.policy, a.pseudonyms); err != nil {
		return nil, &Failure{Internal, "open the rewriter of files: " + err.Error(), err}
	}
	if a.since, err = s.recent(ctx, p, s.ledger(in.Run), in.Run); err != nil {
		return nil, err
	}
	a.named = newPeople()
	a.people, err = s.Directory.of(ctx, s, in.Run)
	return a, err
}

// segment opens a raw segment and writes its clean twin. All lines are passed before
// the twin is begun: files are staged on the way, and one object is written at a time.
func (a *pass) segment(ctx context.Context, raw ledger.Segment) (ledger.Segment, error) {
	g := ledger.Segment{Side: string(keyring.Clean), Kind: raw.Kind, Seq: raw.Seq, Live: raw.Live}
	g.Object = a.run.Prefix() + "clean/" + g.Name() + "-" + unique()
	all, err := a.read(ctx, raw)
	if err != nil {
		return g, ofStorage("read segment "+g.Name(), err)
	}
	a.learn(all)
	var lines []*cleanLine
	for _, raw := range all {
		clean, err := a.line(ctx, raw)
		if err != nil {
			return g, ofStorage("pass segment "+g.Name(), err)
		}
		if clean != nil {
			lines = append(lines, clean)
			tally(&g, clean)
		}
	}
	written, err := staging.WriteSegment(ctx, a.Staging, a.Clean, a.run.label(keyring.Clean, g.Object), func(w *staging.SegmentWriter) error {
		for _, clean := range lines {
			if err := w.Write(clean); err != nil {
				return err
			}
		}
		return nil
	})
	g.Bytes, g.SHA256 = written.Bytes, written.SHA256
	a.found.Passed = g.Records
	return g, ofStorage("pass segment "+g.Name(), err)
}

// tally counts a line of a segment.
func tally(g *ledger.Segment, line *cleanLine) {
	if line.Gone != nil {
		g.Gone++
		return
	}
	g.Records++
	if t := line.Record.Ticket; t != nil && len(t.Links) > 0 {
		g.Linked++
	}
	if p := line.Record.Person; p != nil && p.Suspended {
		g.Suspended++
	}
}

// read opens all lines of a raw segment: at most a hundred, and their files lie
// elsewhere.
func (a *pass) read(ctx context.Context, g ledger.Segment) (all []rawLine, err error) {
	for line, err := range staging.ReadSegment(ctx, a.Staging, a.Raw, a.run.label(keyring.Raw, g.Object)) {
		if err != nil {
			return nil, err
		}
		var raw rawLine
		if err := json.Unmarshal(line, &raw); err != nil {
			return nil, fmt.Errorf("a line of segment %s is no record", a.found.Segment)
		}
		all = append(all, raw)
	}
	return all, nil
}

// line passes one raw line; nil if nothing of it goes on.
func (a *pass) line(ctx context.Context, raw rawLine) (*cleanLine, error) {
	switch {
	case raw.Named != nil:
		return nil, nil // learn has read it
	case raw.Gone != nil:
		return &cleanLine{Gone: a.gone(raw.Gone)}, nil
	case raw.Erased != nil:
		return &cleanLine{Gone: raw.Erased}, nil
	case raw.Key != "":
		return nil, nil // of a roll
	}
	if raw.Record == nil || !raw.Record.Complete() {
		a.broken(raw.Broken)
		return nil, nil
	}
	ref := a.index.Ref(string(raw.Record.Kind), raw.Record.Key)
	digest, err := sourceDigest(a.index, raw.Record)
	if err != nil {
		return nil, err
	}
	if reason := a.excludes(raw.Record); reason != "" {
		a.found.Excluded[reason]++
		a.setAside(ref, ledger.StateExcluded, reason, digest)
		return nil, nil
	}
	mapped := maps.Clone(a.found.Unmapped)
	line, err := a.clean(ctx, raw.Record, ref, digest)
	if err == nil && raw.Again {
		line.Again = true
		if !maps.Equal(mapped, a.found.Unmapped) { // the gate let another version pass
			a.found.Unmapped, line = mapped, nil
			a.found.Quarantined[ValueUnmapped]++
			a.setAside(ref, ledger.StateQuarantined, ValueUnmapped, digest)
		}
	}
	return line, err
}

func (a *pass) gone(g *connectors.Gone) *goneLine {
	line := &goneLine{Ref: a.index.Ref(string(a.found.Kind), g.Key)}
	if g.Into != "" {
		line.Into = a.index.Ref(string(a.found.Kind), g.Into)
	}
	return line
}

// sourceDigest is over what the source said, and not over where staging keeps it.
func sourceDigest(index keyring.Index, r *helpdesk.Record) (string, error) {
	files := attachmentsOf(r)
	blobs := make([]*helpdesk.Blob, len(files))
	for i, f := range files {
		blobs[i], f.Blob = f.Blob, nil
	}
	text, err := json.Marshal(r)
	for i, f := range files {
		f.Blob = blobs[i]
	}
	return index.Digest(text), err
}

// broken puts what could not be read on record, under its place.
func (a *pass) broken(b *connectors.Broken) {
	if b == nil {
		b = &connectors.Broken{Reason: connectors.BrokenNoKey}
	}
	a.found.Quarantined[b.Reason]++
	e := a.setAside(a.index.Ref(string(a.found.Kind), "place:"+b.Place), ledger.StateQuarantined, b.Reason, "")
	e.Place = b.Place
}

func (a *pass) setAside(ref string, s ledger.State, reason, digest string) *ledger.Entry {
	e := &ledger.Entry{Kind: a.found.Kind, Ref: ref, State: s, Reason: reason, Source: digest, Run: a.run.ID, Seen: a.run.ID}
	a.aside = append(a.aside, e)
	return e
}

// excludes says why the plan's selection leaves a record out.
func (a *pass) excludes(r *helpdesk.Record) string {
	if !a.plan.Select.Takes(r.Kind) {
		return plan.KindNotChosen
	}
	if r.Ticket == nil {
		return ""
	}
	reason := a.plan.Select.Tickets.Excludes(r.Ticket, cmp.Or(a.people.groups[r.Ticket.Group], a.named.groups[r.Ticket.Group]))
	if reason == "" && !plan.Recent(r.Ticket, a.since) {
		return plan.History
	}
	return reason
}

// clean maps a record, applies the policy and replaces its keys.
func (a *pass) clean(ctx context.Context, r *helpdesk.Record, ref, digest string) (*cleanLine, error) {
	channel := privacy.ChannelOf(r)
	line := &cleanLine{Source: digest, Marks: map[string]mark{}, Parts: partsOf(a.index, r, false), Said: saidOf(a.index, r)}
	a.gather(r)
	for _, u := range a.mapping.Apply(r, func(path string, e mapping.Effect) {
		line.Marks[path] = mark{"map: " + string(e), classOf(e)}
	}) {
		a.found.Unmapped[u.Field]++
	}
	result, err := a.policy.Apply(r, &a.crowd, a.pseudonyms, a.found.Inventory.Add)
	if err != nil {
		return nil, &Failure{Internal, fmt.Sprintf("apply the policy to %s: %v", ref, err), err} // the policy's errors name fields only
	}
	for path, m := range result.Marks {
		line.Marks[path] = mark{m.Rule, classOfPolicy(m.Class)}
	}
	for _, f := range result.Residual {
		a.found.Residual[f.Field] += f.Count
	}
	for _, m := range line.Marks {
		a.found.Rules[m.Rule]++
	}
	if err := a.passFiles(ctx, r, channel, line.Marks); err != nil {
		return nil, err
	}
	r.Key = ref
	line.Record = *r
	return line, a.replaceKeys(&line.Record)
}

func classOf(e mapping.Effect) string {
	if e == mapping.Left {
		return NotMapped
	}
	return Transformed
}

func classOfPolicy(o privacy.Outcome) string {
	if o == privacy.Dropped {
		return NotMapped
	}
	return Masked
}

// replaceKeys puts references in the place of source keys. The source's keys of
// parts say nothing to the target and are left behind.
func (a *pass) replaceKeys(r *helpdesk.Record) error {
	for v := range r.Values() {
		var err error
		switch v.Field.Class {
		case helpdesk.ClassKey:
			err = v.Set(nil)
		case helpdesk.ClassReference:
			keys := v.Strings()
			refs := make([]string, len(keys))
			for i, k := range keys {
				refs[i] = a.index.Ref(string(v.Field.Refers), k)
			}
			err = v.Set(refs)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// account puts on record what does not go on. What stands in the target already
// stays as it is.
func (a *pass) account(ctx context.Context, l *ledger.Ledger) error {
	for len(a.aside) > 0 {
		n := min(len(a.aside), ledger.MaxChanges)
		if err := a.accountSome(ctx, l, a.aside[:n]); err != nil {
			return err
		}
		a.aside = a.aside[n:]
	}
	return nil
}

func (a *pass) accountSome(ctx context.Context, l *ledger.Ledger, aside []*ledger.Entry) error {
	refs := make([]string, len(aside))
	for i, e := range aside {
		refs[i] = e.Ref
	}
	known, err := l.Entries(ctx, a.found.Kind, refs...)
	if err != nil {
		return ofStorage("read entries", err)
	}
	var changed []*ledger.Entry
	seen := map[string]bool{}
	for i := range known {
		was, is := &known[i], aside[i]
		if was.InTarget() || was.State == ledger.StateIntended || seen[is.Ref] {
			continue
		}
		seen[is.Ref] = true
		was.State, was.Reason, was.Place, was.Source = is.State, is.Reason, is.Place, is.Source
		was.Run, was.Seen, was.At = is.Run, is.Seen, a.Now().UTC()
		changed = append(changed, was)
	}
	return ofStorage("put aside", l.PutEntries(ctx, changed...))
}
