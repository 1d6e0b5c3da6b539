package migration

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// Plan checks that the run may start: the plan is the one that was agreed to,
// both desks answer, the ledger and the target belong together. It takes the
// lease and makes the run's two pairs of keys.
type Plan struct {
	Base
	Sources Sources
	Targets Targets
	Keys    keyring.Maker
	Index   keyring.Indexer
	// Forecasts keeps what Foresee forecasts.
	Forecasts Forecasts
	// Demo bounds demos.
	Demo DemoLimits
	// Workers is how many segments are worked on side by side where no help desk is
	// in the way: on one machine its processors, deployed what Lambda gives.
	Workers int
	// Tested says what a connector has run against. It is put on record for the report,
	// which so needs no connector.
	Tested func(connector string) string
}

// A PlanInput names the run and, if the operator gave one, the plan's hash.
type PlanInput struct {
	Run      Run    `json:"run"`
	PlanHash string `json:"plan_hash"`
	// Execution is the name of the execution that sees the run through.
	Execution string `json:"execution,omitempty"`
	// Preview asks for a forecast instead: see Foresee.
	Preview bool `json:"preview,omitempty"`
}

// A PlanOutput tells the flow what to go over.
type PlanOutput struct {
	Kinds       []helpdesk.Kind `json:"kinds"`
	Workers     int             `json:"workers"`     // segments side by side in anonymize
	Concurrency int             `json:"concurrency"` // segments side by side in load and verify
	Results     string          `json:"results"`     // where Distributed Maps write their results
	PlanHash    string          `json:"plan_hash"`
	Approval    bool            `json:"approval"`  // somebody has to approve what is loaded
	Recall      bool            `json:"recall"`    // a delta asks the source for more than the list of changes
	NextPart    string          `json:"next_part"` // name of the execution that goes on where this one ends
}

// Do may be called again: it takes the lease anew and makes no second key.
func (s Plan) Do(ctx context.Context, in PlanInput) (PlanOutput, error) {
	p, err := s.Plans.Plan(ctx, in.Run)
	if err != nil {
		return PlanOutput{}, ofStorage("read the plan", err)
	}
	l := s.ledger(in.Run)
	if err := StillOpen(ctx, l); err != nil {
		return PlanOutput{}, err
	}
	source, err := s.sourceProfile(ctx, p)
	if err != nil {
		return PlanOutput{}, err
	}
	target, profile, err := s.targetProfile(ctx, p)
	if err != nil {
		return PlanOutput{}, err
	}
	hash := p.Hash(profile)
	if in.PlanHash != "" && in.PlanHash != hash {
		return PlanOutput{}, failf(PlanChanged, "the plan is %s, agreed was %s", hash, in.PlanHash)
	}
	if n := len(profile.Unprepared); n > 0 {
		return PlanOutput{}, failf(TargetUnprepared, "%d things have to be set up in the target first: %s", n, strings.Join(profile.Unprepared, " · "))
	}
	if err := s.Demo.admit(ctx, s.Base, l, in.Run); err != nil {
		return PlanOutput{}, err
	}
	if err := s.sameLedger(ctx, l, in.Run, target); err != nil {
		return PlanOutput{}, err
	}
	if err := s.begin(ctx, p, l, in, hash); err != nil {
		return PlanOutput{}, err
	}
	said := profilesOf(source, profile)
	said.Tested = [2]string{s.Tested(p.Source.Connector), s.Tested(p.Target.Connector)}
	if err := l.PutNote(ctx, in.Run.ID, profilesNote, said); err != nil {
		return PlanOutput{}, ofStorage("record what the help desks said", err)
	}
	return PlanOutput{Kinds: kindsOf(p, source, in.Run.Mode), Workers: s.Workers, Concurrency: p.Run.Concurrency,
		Results: in.Run.Prefix() + "results", PlanHash: hash, Approval: p.Run.Approval, Recall: in.Run.Mode == ModeDelta, NextPart: NextPart(in.Execution)}, nil
}

// profiles are what both help desks said of themselves when the run began. Whoever
// writes its report need ask neither.
type profiles struct {
	Source connectors.SourceProfile `json:"source"`
	Target connectors.TargetProfile `json:"target"`
	Tested [2]string                `json:"tested"` // of the connectors of both
}

const profilesNote = "profiles"

// profilesOf leaves out the words that the target takes: there may be thousands.
func profilesOf(s connectors.SourceProfile, t connectors.TargetProfile) profiles {
	t.Vocabulary, t.Unprepared = nil, nil
	return profiles{Source: s, Target: t}
}

func (s Plan) sourceProfile(ctx context.Context, p *plan.Plan) (connectors.SourceProfile, error) {
	source, err := s.Sources.Source(ctx, p)
	if err != nil {
		return connectors.SourceProfile{}, ofSource("open", err)
	}
	profile, err := source.Profile(ctx)
	return profile, ofSource("profile", err)
}

func (s Plan) targetProfile(ctx context.Context, p *plan.Plan) (connectors.Target, connectors.TargetProfile, error) {
	target, err := s.Targets.Target(ctx, p)
	if err != nil {
		return nil, connectors.TargetProfile{}, ofTarget("open", err)
	}
	profile, err := target.Profile(ctx)
	return target, profile, ofTarget("profile", err)
}

// Reach asks both help desks who they are, and changes nothing: for somebody who
// waits to be told that an address or a password is wrong.
func (s Plan) Reach(ctx context.Context, p *plan.Plan) error {
	if _, err := s.sourceProfile(ctx, p); err != nil {
		return err
	}
	_, _, err := s.targetProfile(ctx, p)
	return err
}

// kindsOf lists the kinds to read, in the order of references. A kind that the
// selection leaves out is not read at all, except that people and groups are
// who tickets speak of. A demo reads all kinds in one go.
func kindsOf(p *plan.Plan, source connectors.SourceProfile, m Mode) []helpdesk.Kind {
	if m == ModeDemo {
		return []helpdesk.Kind{helpdesk.KindTicket}
	}
	kinds := []helpdesk.Kind{}
	for _, k := range helpdesk.Kinds() {
		for _, has := range source.Kinds {
			if k == has && (p.Select.Takes(k) || k == helpdesk.KindPerson || k == helpdesk.KindGroup) {
				kinds = append(kinds, k)
			}
		}
	}
	return kinds
}

// sameLedger refuses to start with an empty ledger on a target that already
// holds records with this migration's markers: they would all come again.
func (s Plan) sameLedger(ctx context.Context, l *ledger.Ledger, r Run, target connectors.Target) error {
	census, ok := target.(connectors.Censor)
	if !ok || r.Adopt {
		return nil
	}
	index, err := s.Index.Index(ctx, r.Tenant, r.Migration)
	if err != nil {
		return ofStorage("open the index key", err)
	}
	for _, k := range helpdesk.Kinds() {
		for _, err := range l.All(ctx, k) {
			if err != nil {
				return ofStorage("read entries", err)
			}
			return nil // there is a ledger
		}
	}
	for _, k := range helpdesk.Kinds() {
		for _, err := range census.Census(ctx, k, index.Prefix()) {
			if err != nil {
				return ofTarget("census", err)
			}
			return failf(LedgerLost, "the target holds records of migration %s, and its ledger is empty", r.Migration)
		}
	}
	return nil
}

// express is since when tickets are recent, in the first run that a plan has go so far.
func (s Plan) express(ctx context.Context, p *plan.Plan, l *ledger.Ledger, r Run) (since time.Time, err error) {
	days, err := p.Run.ExpressDays()
	if days == 0 || err != nil || r.Mode != ModeFull {
		return since, err
	}
	for before, err := range l.Runs(ctx) {
		if err != nil {
			return since, ofStorage("read the runs", err)
		}
		if before.State == ledger.RunFinished {
			return since, nil
		}
	}
	return s.Now().UTC().AddDate(0, 0, -days), nil
}

// begin takes the lease, makes the keys and records the start.
func (s Plan) begin(ctx context.Context, p *plan.Plan, l *ledger.Ledger, in PlanInput, hash string) error {
	r := in.Run
	if err := s.hold(ctx, r, cmp.Or(in.Execution, r.Execution())); err != nil {
		return err
	}
	run, err := l.Run(ctx, r.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return ofStorage("read the run", err)
	}
	if run.ID == "" {
		run = ledger.Run{ID: r.ID, Mode: string(r.Mode), Started: s.Now().UTC()}
		if run.Express, err = s.express(ctx, p, l, r); err != nil {
			return err
		}
	}
	run.PlanHash, run.State, run.Failure = hash, ledger.RunRunning, ""
	if err := l.PutRun(ctx, run); err != nil {
		return ofStorage("record the run", err)
	}
	for _, side := range []keyring.Side{keyring.Raw, keyring.Clean} {
		if err := s.Keys.Make(ctx, r.scope(side)); err != nil {
			return ofStorage("make the keys", err)
		}
	}
	err = s.record(ctx, r, "plan", audit.RunStarted, r.ID, nil)
	return err
}
