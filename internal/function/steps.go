package function

import (
	"context"
	"encoding/json"

	"github.com/safeconduct/safeconduct/internal/migration"
)

// Extract reads a page, or lists what was read.
func Extract(s migration.Extract) Handler {
	return Handle(func(ctx context.Context, in migration.ExtractInput) (any, error) {
		if in.List {
			return s.List(ctx, in)
		}
		return s.Do(ctx, in)
	})
}

// Anonymize answers a segment with its counts only: what was found stands in the
// ledger, and a state's output stays small.
func Anonymize(s migration.Anonymize) Handler {
	recall := migration.Recall{Base: s.Base, Sources: s.Sources, Raw: s.Raw, Keys: s.Clean, Index: s.Index}
	return Handle(func(ctx context.Context, in migration.AnonymizeInput) (any, error) {
		switch {
		case in.List:
			return s.List(ctx, in)
		case in.Recall:
			return recall.Do(ctx, migration.RecallInput{Run: in.Run, Kinds: in.Kinds, Loops: in.Loops})
		case in.Erasures:
			return migration.Erasures{Anonymize: s}.Do(ctx, migration.ErasuresInput{Run: in.Run, Manifest: in.Manifest, Loops: in.Loops})
		}
		f, err := s.Do(ctx, in)
		return struct {
			Segment string `json:"segment"`
			Passed  int    `json:"passed"`
		}{f.Segment, f.Passed}, err
	})
}

// Plan checks a plan and starts its run, or forecasts what a run would do.
func Plan(s migration.Plan) Handler {
	return Handle(func(ctx context.Context, in migration.PlanInput) (any, error) {
		if in.Preview {
			return s.Foresee(ctx, in)
		}
		return s.Do(ctx, in)
	})
}

// Load loads a segment, or removes what was loaded.
func Load(s migration.Load) Handler {
	rollback := migration.Rollback{Base: s.Base, Desks: s.Desks, Index: s.Index}
	return Handle(func(ctx context.Context, in migration.LoadInput) (any, error) {
		if in.Rollback {
			return rollback.Do(ctx, migration.LoopInput{Run: in.Run, Execution: in.Execution, Loops: in.Loops})
		}
		return s.Do(ctx, in)
	})
}

// Verify compares a segment, counts what stands in the target, or checks long
// after a run how it stands.
func Verify(s migration.Verify) Handler {
	recheck := migration.Recheck{Plans: s.Plans, Rows: s.Rows, Desks: s.Desks, Index: s.Index}
	return Handle(func(ctx context.Context, in migration.VerifyInput) (any, error) {
		switch {
		case in.Recheck:
			return recheck.Do(ctx, migration.LoopInput{Run: in.Run, Execution: in.Execution, Loops: in.Loops})
		case in.Census:
			return s.Count(ctx, in)
		}
		return s.Do(ctx, in)
	})
}

// Seal destroys the keys of a run and what it staged, or all of a migration.
func Seal(s migration.Seal) Handler {
	return Handle(func(ctx context.Context, in migration.SealInput) (any, error) {
		if in.Closing {
			return migration.Close{Seal: s}.Do(ctx, migration.LoopInput{Run: in.Run, Execution: in.Execution, Loops: in.Loops})
		}
		return s.Do(ctx, migration.RunInput{Run: in.Run})
	})
}

// Report writes the evidence of a run, or the certificate of a migration that was
// closed.
func Report(s migration.Report) Handler {
	return Handle(func(ctx context.Context, in migration.ReportInput) (any, error) {
		if in.Closing {
			return s.Certify(ctx, in.Run)
		}
		return s.Do(ctx, migration.RunInput{Run: in.Run})
	})
}

// Finish records the end of a run: for the state machine, and for EventBridge,
// whose event has a form of AWS's own.
func Finish(s migration.Finish) Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		var event migration.ExecutionEvent
		if json.Unmarshal(input, &event) != nil || event.DetailType == "" {
			return Handle(s.Do)(ctx, input)
		}
		return Handle(func(ctx context.Context, _ struct{}) (migration.FinishOutput, error) {
			return s.Ended(ctx, event)
		})(ctx, json.RawMessage("{}"))
	}
}

// Steps are the steps of a run, wired for a runtime that is one process. A
// function that is a process of its own is made of its own step and links no
// other.
type Steps struct {
	Plan      migration.Plan
	Extract   migration.Extract
	Anonymize migration.Anonymize
	Gate      migration.Gate
	Load      migration.Load
	Verify    migration.Verify
	Commit    migration.Commit
	Seal      migration.Seal
	Report    migration.Report
	Finish    migration.Finish
}

// Handlers gives each function of functions/ its handler, by the folder's name.
func (s Steps) Handlers() map[string]Handler {
	return map[string]Handler{
		"plan":      Plan(s.Plan),
		"extract":   Extract(s.Extract),
		"anonymize": Anonymize(s.Anonymize),
		"api":       Handle(s.Gate.Do),
		"load":      Load(s.Load),
		"verify":    Verify(s.Verify),
		"commit":    Handle(s.Commit.Do),
		"seal":      Seal(s.Seal),
		"report":    Report(s.Report),
		"finish":    Finish(s.Finish),
	}
}
