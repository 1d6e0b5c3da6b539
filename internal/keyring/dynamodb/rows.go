// Package dynamodb keeps wrapped key pairs in a table of Amazon DynamoDB: one
// item a pair, one partition a migration.
//
// An erased item must be in no copy: the table has neither point-in-time
// recovery nor streams nor backups, and infra/ says so; a test reads it there.
package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// API is what Rows calls; *dynamodb.Client has it.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Rows is a table.
type Rows struct {
	api   API
	table string
}

var _ keyring.Rows = (*Rows)(nil)

// New returns the rows in a table that is there.
func New(api API, table string) *Rows { return &Rows{api, table} }

// Attributes of an item. A tombstone has neither half. A role that may read one
// half only is held to it by dynamodb:Attributes.
const (
	public  = "public"
	wrapped = "wrapped"
)

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func blob(b []byte) types.AttributeValue {
	return &types.AttributeValueMemberB{Value: append([]byte{}, b...)}
}

func partition(tenant, migration string) types.AttributeValue { return text(tenant + "/" + migration) }

// pairs stands before the sort keys of pairs.
const pairs = "pair/"

func keyOf(s keyring.Scope) item {
	return item{"pk": partition(s.Tenant, s.Migration), "sk": text(pairs + s.Run + "/" + string(s.Side))}
}

// gone is the tombstone of a whole migration.
func gone(tenant, migration string) item {
	return item{"pk": partition(tenant, migration), "sk": text("gone")}
}

// Public reads the public half.
func (r *Rows) Public(ctx context.Context, s keyring.Scope) ([]byte, error) {
	return r.half(ctx, s, public)
}

// Wrapped reads the wrapped half.
func (r *Rows) Wrapped(ctx context.Context, s keyring.Scope) ([]byte, error) {
	return r.half(ctx, s, wrapped)
}

func (r *Rows) half(ctx context.Context, s keyring.Scope, name string) ([]byte, error) {
	out, err := r.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &r.table, Key: keyOf(s), ConsistentRead: aws.Bool(true),
		ProjectionExpression: aws.String("#half"), ExpressionAttributeNames: map[string]string{"#half": name}})
	if err != nil {
		return nil, fmt.Errorf("keyring: read %s: %w", s, err)
	}
	b, ok := out.Item[name].(*types.AttributeValueMemberB)
	if !ok {
		return nil, keyring.ErrForgotten
	}
	return b.Value, nil
}

// Put stores a pair in one transaction with the look for the migration's
// tombstone.
func (r *Rows) Put(ctx context.Context, s keyring.Scope, pub, wrap []byte) error {
	pair := keyOf(s)
	pair[public], pair[wrapped] = blob(pub), blob(wrap)
	absent := aws.String("attribute_not_exists(pk)")
	in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{ConditionCheck: &types.ConditionCheck{TableName: &r.table, Key: gone(s.Tenant, s.Migration), ConditionExpression: absent}},
		{Put: &types.Put{TableName: &r.table, Item: pair, ConditionExpression: absent,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}},
	}}
	return patiently(ctx, func() error {
		_, err := r.api.TransactWriteItems(ctx, in)
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) || len(cancelled.CancellationReasons) != 2 {
			return err
		}
		tombstone, taken := cancelled.CancellationReasons[0], cancelled.CancellationReasons[1]
		switch {
		case aws.ToString(tombstone.Code) == refused:
			return keyring.ErrForgotten
		case aws.ToString(taken.Code) == refused && taken.Item[wrapped] == nil:
			return keyring.ErrForgotten
		case aws.ToString(taken.Code) == refused:
			return nil
		}
		return err
	})
}

// refused is the reason of a condition that did not hold
// (TransactionCanceledException).
const refused = "ConditionalCheckFailed"

// Erase leaves a tombstone in the pair's place.
func (r *Rows) Erase(ctx context.Context, s keyring.Scope) error {
	return r.put(ctx, keyOf(s))
}

// EraseMigration leaves a tombstone for the migration, which Put looks for, and
// then deletes the pairs.
func (r *Rows) EraseMigration(ctx context.Context, tenant, migration string) error {
	if err := r.put(ctx, gone(tenant, migration)); err != nil {
		return err
	}
	pages := dynamodb.NewQueryPaginator(r.api, &dynamodb.QueryInput{TableName: &r.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :p AND begins_with(sk, :s)"), ProjectionExpression: aws.String("pk, sk"),
		ExpressionAttributeValues: item{":p": partition(tenant, migration), ":s": text(pairs)}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("keyring: erase migration: %w", err)
		}
		for _, key := range page.Items {
			err := patiently(ctx, func() error {
				_, err := r.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &r.table, Key: key})
				return err
			})
			if err != nil {
				return fmt.Errorf("keyring: erase migration: %w", err)
			}
		}
	}
	return nil
}

func (r *Rows) put(ctx context.Context, it item) error {
	err := patiently(ctx, func() error {
		_, err := r.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &r.table, Item: it})
		return err
	})
	if err != nil {
		return fmt.Errorf("keyring: erase: %w", err)
	}
	return nil
}

// attempts is how often something is tried that met a transaction at the same
// items.
const attempts = 12

// patiently repeats what another transaction stood in the way of. The SDK does
// not: to it that is the caller's business.
func patiently(ctx context.Context, do func() error) error {
	wait := retry.NewExponentialJitterBackoff(time.Second)
	for try := 0; ; try++ {
		err := do()
		var conflict *types.TransactionConflictException
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &conflict) && !errors.As(err, &cancelled) || try == attempts {
			return err
		}
		delay, _ := wait.BackoffDelay(try, err)
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
