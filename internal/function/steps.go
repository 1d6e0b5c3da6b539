package function

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/migration"
)

// Steps are the steps of a run, wired for one runtime.
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
		"extract":   Handle(s.extract),
		"anonymize": Handle(s.anonymize),
		"api":       Handle(s.Gate.Do),
		"load":      Handle(s.Load.Do),
		"verify":    Handle(s.verify),
		"commit":    Handle(s.Commit.Do),
		"seal":      Handle(s.Seal.Do),
		"report":    Handle(s.Report.Do),
		"finish":    Handle(s.Finish.Do),
	}
}

func (s Steps) extract(ctx context.Context, in migration.ExtractInput) (any, error) {
	if in.List {
		return s.Extract.List(ctx, in)
	}
	return s.Extract.Do(ctx, in)
}

// anonymize answers a segment with its counts only: what was found stands in the
// ledger, and a state's output stays small.
func (s Steps) anonymize(ctx context.Context, in migration.AnonymizeInput) (any, error) {
	if in.List {
		return s.Anonymize.List(ctx, in)
	}
	f, err := s.Anonymize.Do(ctx, in)
	return struct {
		Segment string `json:"segment"`
		Passed  int    `json:"passed"`
	}{f.Segment, f.Passed}, err
}

func (s Steps) verify(ctx context.Context, in migration.VerifyInput) (any, error) {
	if in.Census {
		return s.Verify.Count(ctx, in)
	}
	return s.Verify.Do(ctx, in)
}
