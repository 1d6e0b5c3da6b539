package api

import (
	"context"
	"time"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// FromLedger is the status of a migration as far as the ledger knows it: runs and
// cursors. A runtime adds what it knows besides, then [Status.Settle] says what
// comes next.
func FromLedger(ctx context.Context, rows ledger.Store, m Migration) (Status, error) {
	s := Status{Migration: m.Name}
	l := ledger.New(rows, m.Tenant, m.Name)
	for r, err := range l.Runs(ctx) {
		if err != nil {
			return s, err
		}
		s.Runs = append(s.Runs, RunOf(r))
	}
	for c, err := range l.Cursors(ctx) {
		if err != nil {
			return s, err
		}
		s.Cursors = append(s.Cursors, Cursor{c.Kind, c.Run, c.Moved})
	}
	return s, nil
}

// RunOf is a run of the ledger as it goes over the wire.
func RunOf(r ledger.Run) Run {
	out := Run{ID: r.ID, Mode: r.Mode, PlanHash: r.PlanHash, State: r.State, Failure: r.Failure, Started: r.Started, Ended: r.Ended}
	if r.Sealed != nil {
		seal := Seal(*r.Sealed)
		if seal.Keys == nil {
			seal.Keys = []string{}
		}
		out.Sealed = &seal
	}
	return out
}

// Approval is what a run waits for at the gate, with the counts to decide on.
func Approval(run string, since time.Time, records, personal, residual int) Waiting {
	return Waiting{Run: run, For: WaitApproval, Whom: PrivacyOfficer, Since: since,
		Reasons: map[string]int{"records": records, "personal": personal, "residual": residual}}
}

// Advanced is how far a run is, by the records that the ledger has of each step.
func Advanced(run string, extracted, anonymized, verified int) *Progress {
	p := &Progress{Run: run, Step: "plan", Steps: []Step{}}
	for _, s := range []Step{{"extract", extracted, 0}, {"anonymize", anonymized, extracted}, {"verify", verified, anonymized}} {
		if s.Done > 0 {
			p.Step = s.Name
			p.Steps = append(p.Steps, s)
		}
	}
	return p
}

// Settle fills in what the status asks for, from its last run and what that waits
// for. corrects names the failures that a new plan mends, not a resume.
func (s *Status) Settle(corrects ...string) {
	s.Next = Next{Do: NextMigrate}
	if len(s.Runs) == 0 {
		return
	}
	last := s.Runs[len(s.Runs)-1]
	s.Next = Next{s.next(last, corrects), last.ID}
}

func (s *Status) next(last Run, corrects []string) NextStep {
	switch last.State {
	case ledger.RunRunning:
		for _, w := range s.Waiting {
			if w.For == WaitApproval {
				return NextApprove
			}
		}
		if s.Active == nil {
			return NextResume // nobody is at work on it
		}
		return NextWait
	case ledger.RunFailed:
		for _, name := range corrects {
			if name == last.Failure {
				return NextCorrect
			}
		}
		if last.Sealed == nil {
			return NextResume
		}
		return NextMigrate
	case ledger.RunGivenUp:
		return NextMigrate
	}
	return NextDelta
}

// State is that of the last run, for a list.
func (s Status) State() string {
	if len(s.Runs) == 0 {
		return "planned"
	}
	return s.Runs[len(s.Runs)-1].State
}

// Stand names how a migration stands: what was counted while a run was at work says
// nothing of what it left.
func (s Status) Stand() string {
	sum := s.Summary()
	return sum.Migration + "/" + sum.Run + "/" + sum.State
}

// Summary is the status as a line of a list.
func (s Status) Summary() Summary {
	sum := Summary{Migration: s.Migration, State: s.State()}
	if n := len(s.Runs); n > 0 {
		last := s.Runs[n-1]
		sum.Run, sum.Changed = last.ID, last.Started
		if !last.Ended.IsZero() {
			sum.Changed = last.Ended
		}
	}
	return sum
}
