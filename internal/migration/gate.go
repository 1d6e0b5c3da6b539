package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A CleanList tells the flow which phases to load and what to verify.
type CleanList struct {
	Phases     []PhaseList `json:"phases"`
	PhaseCount int         `json:"phase_count"`
	Next       int         `json:"next"` // index of the phase to load next
	Manifest   string      `json:"manifest"`
	Segments   int         `json:"segments"`
	Records    int         `json:"records"`
}

// A PhaseList is one phase that has something to load.
type PhaseList struct {
	Name     helpdesk.Phase `json:"name"`
	Manifest string         `json:"manifest"`
	Segments int            `json:"segments"`
	Records  int            `json:"records"`
}

// List writes a manifest of the clean side for each phase that has segments, and
// one of all for verify.
func (s Anonymize) List(ctx context.Context, in AnonymizeInput) (CleanList, error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return CleanList{}, err
	}
	list := CleanList{Phases: []PhaseList{}}
	for _, phase := range helpdesk.Phases() {
		m, err := writeManifest(ctx, s.Staging, l, in.Run, keyring.Clean, string(phase), func(g ledger.Segment) bool {
			if phase == helpdesk.PhaseRelations {
				return g.Linked > 0
			}
			return g.Kind == phase.Kind() && g.Records > 0
		})
		if err != nil {
			return list, err
		}
		if m.Segments > 0 {
			list.Phases = append(list.Phases, PhaseList{phase, m.Manifest, m.Segments, m.Records})
		}
	}
	list.PhaseCount = len(list.Phases)
	all, err := writeManifest(ctx, s.Staging, l, in.Run, keyring.Clean, "clean",
		func(g ledger.Segment) bool { return g.Records > 0 })
	list.Manifest, list.Segments, list.Records = all.Manifest, all.Segments, all.Records
	return list, err
}

// Gate decides whether the run goes on to load. It stops it where values are not
// mapped; approvals by a person come with the deployed form.
type Gate struct{ Base }

// A GateInput carries what is about to be loaded.
type GateInput struct {
	Run   Run       `json:"run"`
	Clean CleanList `json:"clean"`
}

// A GateOutput is what the gate let pass.
type GateOutput struct {
	Passed   bool           `json:"passed"`
	Records  int            `json:"records"`
	Personal int            `json:"personal"` // findings of personal data, kept or changed
	Residual int            `json:"residual"` // findings in the output of what should be gone
	Unmapped map[string]int `json:"unmapped,omitempty"`
}

// Do records what it lets pass, and fails with GateClosed.
func (s Gate) Do(ctx context.Context, in GateInput) (GateOutput, error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return GateOutput{}, err
	}
	out := GateOutput{Passed: true, Records: in.Clean.Records, Unmapped: map[string]int{}}
	for f, err := range ledger.Notes[Findings](ctx, l, in.Run.ID, "findings#") {
		if err != nil {
			return out, ofStorage("read findings", err)
		}
		out.Personal += f.Inventory.Total()
		out.Residual += sum(f.Residual)
		for field, n := range f.Unmapped {
			out.Unmapped[field] += n
		}
	}
	out.Passed = len(out.Unmapped) == 0
	op := audit.GatePassed
	if !out.Passed {
		op = audit.GateFailed
	}
	if err := l.PutNote(ctx, in.Run.ID, "gate", out); err != nil {
		return out, ofStorage("record the gate", err)
	}
	if err := s.record(ctx, in.Run, "gate", op, in.Run.ID, map[string]int64{"records": int64(out.Records),
		"personal": int64(out.Personal), "residual": int64(out.Residual), "unmapped": int64(sum(out.Unmapped))}); err != nil {
		return out, err
	}
	if !out.Passed {
		return out, failf(GateClosed, "%d values of %d fields are not mapped", sum(out.Unmapped), len(out.Unmapped))
	}
	return out, nil
}
