package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/audit"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Gate decides whether the run goes on to load. It stops it where values are not
// mapped, and has it wait where the plan asks for a person's approval.
type Gate struct{ Base }

// A GateInput carries what is about to be loaded.
type GateInput struct {
	Run   Run       `json:"run"`
	Clean CleanList `json:"clean"`
	// Token is given where the flow waits for an approval: whoever answers with it
	// ends the wait.
	Token string `json:"token,omitempty"`
}

// A GateOutput is what the gate let pass.
type GateOutput struct {
	Passed   bool           `json:"passed"`
	Records  int            `json:"records"`
	Personal int            `json:"personal"` // findings of personal data, kept or changed
	Residual int            `json:"residual"` // findings in the output of what should be gone
	Unmapped map[string]int `json:"unmapped,omitempty"`
}

// Do records what it lets pass, and fails with GateClosed. With a token it records
// that the run waits for an approval of what was let pass before.
func (s Gate) Do(ctx context.Context, in GateInput) (GateOutput, error) {
	_, l, err := s.open(ctx, in.Run)
	if err != nil {
		return GateOutput{}, err
	}
	if in.Token != "" {
		return GateOutput{}, Approvals{s.Base}.ask(ctx, in.Run, in.Token)
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
