package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/workflow"
	"github.com/safeconduct/safeconduct/statemachine"
)

// Flow opens what runs the state machine beside functions that are processes of
// their own: the machine, and staging as the bucket that it reads manifests from.
func Flow(p *plan.Plan, home string) (*workflow.Machine, workflow.Objects, error) {
	folder, err := staging.NewFolder(filepath.Join(home, p.Migration, "staging"))
	if err != nil {
		return nil, nil, err
	}
	m, err := machine(statemachine.Migrate, function.Steps{})
	return m, objects{folder}, err
}

// Function is the handler of a function of functions/, for a process of its own:
// it opens the home of the plan that SAFECONDUCT_PLAN names in SAFECONDUCT_HOME
// for as long as one invocation takes. The deployed form puts S3, KMS and
// DynamoDB in the place of the folder.
func Function(name string) function.Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		p, err := plan.Read(os.Getenv("SAFECONDUCT_PLAN"))
		if err != nil {
			return nil, fmt.Errorf("SAFECONDUCT_PLAN: %w", err)
		}
		r, err := Open(ctx, p, Options{Home: os.Getenv("SAFECONDUCT_HOME"), Reports: os.Getenv("SAFECONDUCT_REPORTS"), Tool: "safeconduct", Wait: true})
		if err != nil {
			return nil, err
		}
		defer r.Close()
		h, ok := r.steps.Handlers()[name]
		if !ok {
			return nil, fmt.Errorf("there is no function %q", name)
		}
		return h(ctx, input)
	}
}
