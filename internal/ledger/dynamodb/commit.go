package dynamodb

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// Commit writes one transaction, or one item where that says the same and costs
// half: DynamoDB bills each write of a transaction twice.
func (s *Store) Commit(ctx context.Context, changes ...ledger.Change) error {
	if err := ledger.CheckChanges(changes); err != nil {
		return err
	}
	if len(changes) == 1 && alone(changes[0]) {
		return s.update(ctx, changes[0])
	}
	return s.transact(ctx, changes)
}

// sideBySide is how many items Each writes at a time. A write takes some
// milliseconds; the hundred of a segment take a tenth of a second.
const sideBySide = 8

// Each writes the changes side by side, each as Commit writes one.
func (s *Store) Each(ctx context.Context, changes ...ledger.Change) error {
	if err := ledger.CheckChanges(changes); err != nil {
		return err
	}
	failed := make([]error, len(changes))
	turn := make(chan struct{}, sideBySide)
	var all sync.WaitGroup
	for i, c := range changes {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			failed[i] = s.Commit(ctx, c)
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// alone reports whether a change can be written without a transaction. One
// without a condition can't: the SDK repeats a request whose answer was lost, and
// the repetition might land on top of what another wrote since. A transaction has
// a token against that.
func alone(c ledger.Change) bool { return !c.Check && !c.Delete && c.Expect != ledger.Any }

// update writes one item under its condition. A repetition of a request that took
// effect is refused by what it wrote itself, and told by the writer's sign.
func (s *Store) update(ctx context.Context, c ledger.Change) error {
	sign := make([]byte, 8)
	_, _ = rand.Read(sign) // never fails (crypto/rand)
	u := s.updateOf(c, sign)
	in := &dynamodb.UpdateItemInput{TableName: u.TableName, Key: u.Key, ConditionExpression: u.ConditionExpression,
		UpdateExpression: u.UpdateExpression, ExpressionAttributeValues: u.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld, ReturnConsumedCapacity: counted}
	for try := 0; ; try++ {
		_, err := s.api.UpdateItem(ctx, in)
		var inTheWay *types.TransactionConflictException
		switch err := written(err, sign); {
		case !errors.As(err, &inTheWay):
			return err
		case pause(ctx, try) != nil:
			return fmt.Errorf("ledger: commit: %w", ctx.Err())
		}
	}
}

// written tells from the answer to an update whether its row was written.
func written(err error, sign []byte) error {
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		if by, ok := refused.Item[writer].(*types.AttributeValueMemberB); ok && bytes.Equal(by.Value, sign) {
			return nil
		}
		return ledger.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("ledger: commit: %w", err)
	}
	return nil
}

// transact writes one transaction. Its token makes it one, however often the SDK
// has to send it (ClientRequestToken, for ten minutes).
func (s *Store) transact(ctx context.Context, changes []ledger.Change) error {
	var items []types.TransactWriteItem
	for _, c := range changes {
		if item, ok := s.item(c); ok {
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return ctx.Err()
	}
	in := &dynamodb.TransactWriteItemsInput{TransactItems: items, ClientRequestToken: aws.String(rand.Text()), ReturnConsumedCapacity: counted}
	for try := 0; ; try++ {
		_, err := s.api.TransactWriteItems(ctx, in)
		switch again, err := outcome(err); {
		case err == nil || !again:
			return err
		case pause(ctx, try) != nil:
			return fmt.Errorf("ledger: commit: %w", ctx.Err())
		}
		in.ClientRequestToken = aws.String(rand.Text()) // nothing was done: it is a new request
	}
}

// outcome tells a condition that does not hold from another transaction that was
// at the same rows (TransactionCanceledException).
func outcome(err error) (again bool, _ error) {
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		if err != nil {
			err = fmt.Errorf("ledger: commit: %w", err)
		}
		return false, err
	}
	for _, r := range cancelled.CancellationReasons {
		if aws.ToString(r.Code) == "ConditionalCheckFailed" {
			return false, ledger.ErrConflict
		}
	}
	for _, r := range cancelled.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
			return true, fmt.Errorf("ledger: commit: %w", err)
		}
	}
	return false, fmt.Errorf("ledger: commit: %w", err)
}

// item is a change as a part of a transaction. A check that takes any version is
// none.
func (s *Store) item(c ledger.Change) (types.TransactWriteItem, bool) {
	condition, values := conditionOf(c.Expect)
	switch {
	case c.Check && condition == nil:
		return types.TransactWriteItem{}, false
	case c.Check:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: s.table(c.Partition), Key: keyOf(c.Key),
			ConditionExpression: condition, ExpressionAttributeValues: values}}, true
	case c.Delete:
		return types.TransactWriteItem{Delete: &types.Delete{TableName: s.table(c.Partition), Key: keyOf(c.Key),
			ConditionExpression: condition, ExpressionAttributeValues: values}}, true
	}
	return types.TransactWriteItem{Update: s.updateOf(c, nil)}, true
}

// updateOf is a change that puts a row, with the writer's sign where there is one.
func (s *Store) updateOf(c ledger.Change, sign []byte) *types.Update {
	condition, values := conditionOf(c.Expect)
	if values == nil {
		values = map[string]types.AttributeValue{}
	}
	update := "SET d = :d"
	values[":d"] = &types.AttributeValueMemberB{Value: append([]byte{}, c.Data...)}
	if sign != nil {
		update += ", " + writer + " = :w"
		values[":w"] = &types.AttributeValueMemberB{Value: sign}
	}
	if !c.Expires.IsZero() {
		update += ", " + expires + " = :e"
		values[":e"] = number(c.Expires.Unix())
	}
	update += " ADD v :one"
	values[":one"] = number(1)
	return &types.Update{TableName: s.table(c.Partition), Key: keyOf(c.Key), ConditionExpression: condition,
		UpdateExpression: &update, ExpressionAttributeValues: values}
}

func conditionOf(expect int64) (*string, map[string]types.AttributeValue) {
	switch expect {
	case ledger.Any:
		return nil, nil
	case 0:
		return aws.String("attribute_not_exists(pk)"), nil
	}
	return aws.String("v = :v"), map[string]types.AttributeValue{":v": number(expect)}
}

// pause waits a little longer each time, with some chance in it, and gives up
// with the context.
func pause(ctx context.Context, try int) error {
	delay, err := backoff.BackoffDelay(try, nil)
	if err != nil {
		return err
	}
	select {
	case <-time.After(delay):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var backoff = retry.NewExponentialJitterBackoff(time.Second)
