// Package dynamodb keeps the audit log's bundles in a table of Amazon DynamoDB:
// one item a bundle, one partition a tenant. Roles that write it are granted
// PutItem and Query, and neither update nor delete.
package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/safeconduct/safeconduct/internal/audit"
)

// API is what a Store calls; *dynamodb.Client has it.
type API interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// A Store is a tenant's partition of a table.
type Store struct {
	api           API
	table, tenant string
}

var _ audit.Store = (*Store)(nil)

// New returns the store of the tenant in a table that is there.
func New(api API, table, tenant string) *Store { return &Store{api, table, tenant} }

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// between a shard and the number of a bundle stands a sign that comes before "/"
// in byte order: so a shard's bundles come before those of the shards below it.
const between = "#"

func sortKey(shard string, seq int) string { return fmt.Sprintf("%s%s%010d", shard, between, seq) }

// Put writes the bundle where none is. The SDK repeats a request whose answer was
// lost, and is then refused by what it wrote itself: the same bytes are no other
// bundle.
func (s *Store) Put(ctx context.Context, shard string, seq int, bundle []byte) error {
	if err := audit.CheckPlace(shard, seq); err != nil {
		return err
	}
	it := item{"pk": text(s.tenant), "sk": text(sortKey(shard, seq)), "bundle": &types.AttributeValueMemberB{Value: append([]byte{}, bundle...)}}
	_, err := s.api.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: it, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	var taken *types.ConditionalCheckFailedException
	if errors.As(err, &taken) {
		if there, err := stored(taken.Item); err == nil && bytes.Equal(there.Bytes, bundle) {
			return nil
		}
		return fmt.Errorf("%w: %s %d", audit.ErrExists, shard, seq)
	}
	if err != nil {
		return fmt.Errorf("audit: put %s %d: %w", shard, seq, err)
	}
	return nil
}

// Read goes over the shard and then over those below it.
func (s *Store) Read(ctx context.Context, prefix string) iter.Seq2[audit.Stored, error] {
	return func(yield func(audit.Stored, error) bool) {
		starts := []string{prefix + between, prefix + "/"}
		switch {
		case prefix == "":
			starts = []string{""}
		case audit.CheckShard(prefix) != nil:
			return // no shard can be called so
		}
		for _, start := range starts {
			if !s.query(ctx, start, yield) {
				return
			}
		}
	}
}

func (s *Store) query(ctx context.Context, start string, yield func(audit.Stored, error) bool) (more bool) {
	q := &dynamodb.QueryInput{TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: item{":p": text(s.tenant)}}
	if start != "" {
		*q.KeyConditionExpression += " AND begins_with(sk, :s)"
		q.ExpressionAttributeValues[":s"] = text(start)
	}
	pages := dynamodb.NewQueryPaginator(s.api, q)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			yield(audit.Stored{}, fmt.Errorf("audit: read: %w", err))
			return false
		}
		for _, it := range page.Items {
			b, err := stored(it)
			if !yield(b, err) || err != nil {
				return false
			}
		}
	}
	return true
}

func stored(it item) (b audit.Stored, err error) {
	sk, _ := it["sk"].(*types.AttributeValueMemberS)
	bundle, ok := it["bundle"].(*types.AttributeValueMemberB)
	if sk == nil || !ok {
		return b, errors.New("audit: an item of the log is no bundle")
	}
	at := strings.LastIndex(sk.Value, between)
	if at < 0 {
		return b, errors.New("audit: an item of the log is no bundle")
	}
	b.Shard, b.Bytes = sk.Value[:at], bundle.Value
	b.Seq, err = strconv.Atoi(sk.Value[at+1:])
	return b, err
}
