package migration

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

// Report writes the evidence of a run from what the ledger holds: it opens no key
// and asks no help desk.
type Report struct {
	Base
	Out    Documents
	Log    Prover
	Render evidence.Renderer
	Tool   string
}

// Documents keeps the documents of a run where people find them.
type Documents interface {
	Write(ctx context.Context, r Run, name string, content []byte) (path string, err error)
}

// A Prover checks the audit log of a run.
type Prover interface {
	Prove(ctx context.Context, r Run) (evidence.Audit, error)
}

// A ReportInput names the run, or the closing whose certificate is asked for.
type ReportInput struct {
	Run     Run  `json:"run"`
	Closing bool `json:"closing,omitempty"`
}

// A ReportOutput names the documents.
type ReportOutput struct {
	Documents []string `json:"documents"`
	Partial   bool     `json:"partial"` // something is quarantined, pending or unexpected
}

// asideListed is how many records set aside a report lists one by one; the rest
// is counted.
const asideListed = 10_000

// Do writes the documents anew each time; the same ledger gives the same bytes.
func (s Report) Do(ctx context.Context, in RunInput) (out ReportOutput, err error) {
	report, err := s.Gather(ctx, in.Run)
	if err != nil {
		return out, err
	}
	out.Partial = report.Partial()
	documents, err := report.Documents(s.Render)
	if err != nil {
		return out, failf(Internal, "render the documents of run %s", in.Run.ID)
	}
	if out.Documents, err = s.write(ctx, in.Run, documents); err != nil {
		return out, err
	}
	err = s.record(ctx, in.Run, "report", audit.ReportIssued, in.Run.ID, map[string]int64{"documents": int64(len(out.Documents))})
	return out, err
}

// write writes documents and returns their names.
func (s Report) write(ctx context.Context, r Run, documents []evidence.Document) (names []string, err error) {
	for _, d := range documents {
		if _, err := s.Out.Write(ctx, r, d.Name, d.Content); err != nil {
			return names, ofStorage("write "+d.Name, err)
		}
		names = append(names, d.Name)
	}
	return names, nil
}

// Gather fills a report from the ledger.
func (s Report) Gather(ctx context.Context, r Run) (evidence.Report, error) {
	l := s.ledger(r)
	p, err := s.Plans.Plan(ctx, r)
	if err != nil {
		return evidence.Report{}, ofStorage("read the plan", err)
	}
	run, err := l.Run(ctx, r.ID)
	if err != nil {
		return evidence.Report{}, ofStorage("read the run", err)
	}
	g := &gatherer{Report: s, ledger: l, run: r, kinds: map[helpdesk.Kind]*evidence.Kind{}, report: evidence.Report{
		Version: 1, Tool: s.Tool, Migration: r.Migration, Run: r.ID, Mode: run.Mode, State: run.State, Failure: run.Failure,
		PlanHash: run.PlanHash, Started: run.Started, Ended: run.Ended, Express: run.Express, Answers: Answers(p),
		Dangling: map[string]int{}, Residual: map[string]int{}, Files: evidence.Files{LeftOut: map[string]int{}, Unread: map[string]int{}},
	}}
	if r.Mode == ModeDelta || run.Mode == string(ModeDelta) {
		g.report.Merged = &evidence.Merged{Wrote: map[string]int{}, Kept: map[string]int{}}
	}
	if run.Sealed != nil {
		if run.State == ledger.RunRunning { // only the bookkeeping of finish is left
			g.report.State, g.report.Ended = ledger.RunFinished, run.Sealed.At
		}
		g.report.Sealed = &evidence.Seal{At: run.Sealed.At, Keys: run.Sealed.Keys, Objects: run.Sealed.Objects, Bytes: run.Sealed.Bytes, Left: run.Sealed.Left}
	}
	for _, step := range []func(context.Context, *plan.Plan) error{g.desks, g.findings, g.verdicts, g.census, g.erasures, g.aside, g.proof} {
		if err := step(ctx, p); err != nil {
			return g.report, err
		}
	}
	return g.done(p), nil
}

func Answers(p *plan.Plan) evidence.Answers {
	a := p.Privacy
	return evidence.Answers{Controller: a.Controller, Contact: a.Contact, Purpose: a.Purpose, LegalBasis: a.LegalBasis,
		Regimes: a.Regimes, Retention: a.Retention, Preset: a.Preset}
}

// A gatherer collects one report.
type gatherer struct {
	Report
	ledger    *ledger.Ledger
	run       Run
	report    evidence.Report
	kinds     map[helpdesk.Kind]*evidence.Kind
	inventory privacy.Inventory
	rules     map[string]int
	files     map[string]map[string]int // by type and outcome
	fields    map[string]map[string]int
	profile   connectors.TargetProfile
}

func (g *gatherer) kind(k helpdesk.Kind) *evidence.Kind {
	if g.kinds[k] == nil {
		g.kinds[k] = &evidence.Kind{Kind: string(k), Outcomes: map[string]int{}}
	}
	return g.kinds[k]
}

func (g *gatherer) desks(ctx context.Context, p *plan.Plan) error {
	var said profiles
	if err := g.ledger.Note(ctx, g.run.ID, profilesNote, &said); err != nil {
		return ofStorage("read what the help desks said", err)
	}
	g.report.Source = evidence.Desk{Connector: p.Source.Connector, Tested: said.Tested[0]}
	g.report.Target = evidence.Desk{Connector: p.Target.Connector, Tested: said.Tested[1]}
	s, t := said.Source, said.Target
	g.report.Source.Product, g.report.Source.Version, g.report.Source.Notes = s.Product, s.Version, s.Notes
	g.report.Target.Product, g.report.Target.Version, g.report.Target.Notes = t.Product, t.Version, t.Notes
	g.profile = t
	return nil
}

func (g *gatherer) findings(ctx context.Context, _ *plan.Plan) error {
	g.rules, g.files = map[string]int{}, map[string]map[string]int{}
	for f, err := range ledger.Notes[Findings](ctx, g.ledger, g.run.ID, "findings#") {
		if err != nil {
			return ofStorage("read findings", err)
		}
		k := g.kind(f.Kind)
		k.Outcomes[OutcomeExcluded] += sum(f.Excluded)
		k.Outcomes[OutcomeQuarantined] += sum(f.Quarantined)
		g.inventory.Merge(f.Inventory)
		add(g.rules, f.Rules)
		add(g.report.Residual, f.Residual)
		add(g.report.Files.LeftOut, f.LeftOut)
		add(g.report.Files.Unread, f.Unread)
		for kind, outcomes := range f.Files {
			if g.files[kind] == nil {
				g.files[kind] = map[string]int{}
			}
			add(g.files[kind], outcomes)
		}
	}
	return nil
}

func add(to, from map[string]int) {
	for k, n := range from {
		to[k] += n
	}
}

func (g *gatherer) verdicts(ctx context.Context, _ *plan.Plan) error {
	g.fields = map[string]map[string]int{}
	for v, err := range ledger.Notes[Verdict](ctx, g.ledger, g.run.ID, "verdict#") {
		if err != nil {
			return ofStorage("read verdicts", err)
		}
		add(g.kind(v.Kind).Outcomes, v.Outcomes)
		for name, classes := range v.Fields {
			if g.fields[name] == nil {
				g.fields[name] = map[string]int{}
			}
			add(g.fields[name], classes)
		}
		g.merged(v)
		add(g.report.Dangling, v.Dangling)
		g.report.Files.Compared += v.Files
		g.report.Foreign += v.Foreign
		g.report.More += v.More
		for _, d := range v.Differences {
			g.report.Findings = append(g.report.Findings, evidence.Difference{Kind: string(d.Kind), Ref: d.Ref, ID: d.ID, Path: d.Path, Class: d.Class})
		}
	}
	return nil
}

// merged adds up what a delta did to records that stood in the target.
func (g *gatherer) merged(v Verdict) {
	m := g.report.Merged
	if m == nil {
		return
	}
	add(m.Wrote, v.Wrote)
	add(m.Kept, v.Kept)
	m.Added, m.Edited, m.Withdrawn = m.Added+v.Added, m.Edited+v.Edited, m.Withdrawn+v.Withdrawn
}

func (g *gatherer) census(ctx context.Context, _ *plan.Plan) error {
	var c CensusResult
	err := g.ledger.Note(ctx, g.run.ID, "census", &c)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil // the run did not come so far
	}
	if err != nil {
		return ofStorage("read the census", err)
	}
	g.report.Mails = c.Mails
	g.report.Census = evidence.Census{Counted: c.Counted, Read: c.Read, Accounted: c.Accounted, Conserved: c.Conserved()}
	for _, k := range c.Kinds {
		g.kind(k.Kind).Placeholders = k.Placeholders
		if g.report.Merged != nil {
			g.report.Merged.Dropped += k.Dropped
		}
		g.report.Census.Kinds = append(g.report.Census.Kinds, evidence.KindCensus{Kind: string(k.Kind), Expected: k.Expected,
			Found: k.Found, Missing: k.Missing, Foreign: k.Foreign, Doubled: k.Doubled})
	}
	return nil
}

func (g *gatherer) erasures(ctx context.Context, _ *plan.Plan) error {
	so, err := erasuresOf(ctx, g.ledger, g.run.ID)
	g.report.Erasures = evidence.Erasures{People: len(so.Erased) + len(so.Found), Segments: so.Segments, Objects: so.Objects}
	return err
}

// aside lists what this run set aside.
func (g *gatherer) aside(ctx context.Context, _ *plan.Plan) error {
	g.report.Aside = []evidence.Aside{}
	for _, k := range helpdesk.Kinds() {
		if !g.setsAside(k) {
			continue // a delta of a few records does not look through all
		}
		for e, err := range g.ledger.All(ctx, k) {
			if err != nil {
				return ofStorage("read entries", err)
			}
			if len(g.report.Aside)+len(g.report.Reviews) >= asideListed {
				return nil
			}
			for _, f := range Open(e) {
				g.report.Reviews = append(g.report.Reviews, evidence.Review{Kind: string(k), Ref: e.Ref, ID: e.Target, Field: f})
			}
			if outcome := asideOutcome(e); outcome != "" && e.Seen == g.run.ID {
				g.report.Aside = append(g.report.Aside, evidence.Aside{Kind: string(k), Outcome: outcome, Reason: e.Reason, Ref: e.Ref, Place: e.Place})
			}
		}
	}
	return nil
}

// setsAside reports whether an outcome of the run says that there is something to
// list of the kind.
func (g *gatherer) setsAside(k helpdesk.Kind) bool {
	o := g.kind(k).Outcomes
	return o[OutcomeExcluded]+o[OutcomeWithheld]+o[OutcomeQuarantined]+o[OutcomePending] > 0
}

func asideOutcome(e ledger.Entry) string {
	switch {
	case e.State == ledger.StateExcluded:
		return OutcomeExcluded
	case e.State == ledger.StateWithheld:
		return OutcomeWithheld
	case e.State == ledger.StateQuarantined, e.Placeholder && e.Reason != "":
		return OutcomeQuarantined
	case e.InTarget() && e.Pending:
		return OutcomePending
	}
	return ""
}

func (g *gatherer) proof(ctx context.Context, _ *plan.Plan) (err error) {
	g.report.Audit, err = g.Log.Prove(ctx, g.run)
	return ofStorage("check the audit log", err)
}

// done puts what was collected in order.
func (g *gatherer) done(p *plan.Plan) evidence.Report {
	r := &g.report
	for _, k := range helpdesk.Kinds() {
		if c := g.kinds[k]; c != nil {
			maps.DeleteFunc(c.Outcomes, func(_ string, n int) bool { return n == 0 })
			c.Read = sum(c.Outcomes)
			r.Kinds = append(r.Kinds, *c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.fields)) {
		r.Fields = append(r.Fields, evidence.Field{Name: name, Fidelity: string(g.profile.Of(name)), Classes: g.fields[name]})
	}
	for _, field := range slices.Sorted(maps.Keys(g.inventory.Fields)) {
		for _, kind := range slices.Sorted(maps.Keys(g.inventory.Fields[field])) {
			n := g.inventory.Fields[field][kind]
			r.Inventory = append(r.Inventory, evidence.PersonalData{Field: field, Kind: string(kind), About: kind.Areas(),
				Found: n.Found, Sure: n.Sure, Records: n.Records, Channels: n.Channels})
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(g.files)) {
		r.Files.Types = append(r.Files.Types, evidence.FileType{Type: kind, Outcomes: g.files[kind]})
	}
	for _, rule := range slices.Sorted(maps.Keys(g.rules)) {
		r.Rules = append(r.Rules, evidence.Rule{Rule: rule, Count: g.rules[rule]})
	}
	r.Remains = remains(p, r.Ended)
	return *r
}

// remains lists what is kept after a sealed run, where and until when.
func remains(p *plan.Plan, ended time.Time) []evidence.Remains {
	until := "close"
	if days, err := p.Privacy.RetentionDays(); err == nil && !ended.IsZero() {
		until = ended.AddDate(0, 0, days).Format(time.DateOnly) + " or close"
	}
	return []evidence.Remains{
		{What: "ledger", Where: "ledger", Until: until},
		{What: "keys", Where: "keyring", Until: until},
		{What: "evidence", Where: "evidence", Until: "records"},
		{What: "desks", Where: "desks", Until: "own"},
	}
}
