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
	return Handle(func(ctx context.Context, in migration.AnonymizeInput) (any, error) {
		if in.List {
			return s.List(ctx, in)
		}
		f, err := s.Do(ctx, in)
		return struct {
			Segment string `json:"segment"`
			Passed  int    `json:"passed"`
		}{f.Segment, f.Passed}, err
	})
}

// Verify compares a segment, or counts what stands in the target.
func Verify(s migration.Verify) Handler {
	return Handle(func(ctx context.Context, in migration.VerifyInput) (any, error) {
		if in.Census {
			return s.Count(ctx, in)
		}
		return s.Do(ctx, in)
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
		"plan":      Handle(s.Plan.Do),
		"extract":   Extract(s.Extract),
		"anonymize": Anonymize(s.Anonymize),
		"api":       Handle(s.Gate.Do),
		"load":      Handle(s.Load.Do),
		"verify":    Verify(s.Verify),
		"commit":    Handle(s.Commit.Do),
		"seal":      Handle(s.Seal.Do),
		"report":    Handle(s.Report.Do),
		"finish":    Finish(s.Finish),
	}
}
