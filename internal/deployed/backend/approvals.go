package backend

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/safeconduct/safeconduct/internal/api"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
)

// Decide puts the decision on record and hands it to the state that waits for it.
func (b *Backend) Decide(ctx context.Context, m api.Migration, id string, d api.Decision) error {
	r, err := b.ledger(m).Run(ctx, id)
	if errors.Is(err, ledger.ErrNotFound) {
		return api.NotFound("run")
	}
	if err != nil {
		return err
	}
	approvals, of := migration.Approvals{Base: b.Base}, run(m, id, migration.Mode(r.Mode))
	asked, err := approvals.Of(ctx, of)
	if errors.Is(err, migration.ErrNotAsked) || err == nil && asked.Pending() && r.State != ledger.RunRunning {
		return api.ErrDoesNotWait
	}
	if err != nil {
		return err
	}
	decision := map[string]migration.Decision{api.Approve: migration.Approved, api.Reject: migration.Rejected}[d.Decision]
	token, err := approvals.Decide(ctx, of, decision, string(api.PrivacyOfficer), d.By)
	if errors.Is(err, migration.ErrDecided) {
		return api.ErrDecided
	}
	if err != nil {
		return err
	}
	return b.flow.answer(ctx, token, decision)
}

// answer ends the wait of a state. One that does not wait any more has had the same
// answer: the decision on record is one.
func (s executions) answer(ctx context.Context, token string, d migration.Decision) (err error) {
	if d == migration.Approved {
		_, err = s.api.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	} else {
		_, err = s.api.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String(string(migration.ApprovalRefused)),
			Cause: aws.String("somebody rejected the run")})
	}
	var over *types.TaskTimedOut
	var gone *types.TaskDoesNotExist
	if err == nil || errors.As(err, &over) || errors.As(err, &gone) {
		return nil
	}
	return fmt.Errorf("backend: answer the state that waits: %w", err)
}
