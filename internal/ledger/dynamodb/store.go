// Package dynamodb keeps the ledger's rows in tables of Amazon DynamoDB: one item
// a row, under a partition and a sort key, both strings (pk, sk), with the row's
// version (v) and data (d), and a sign of who wrote it last by itself (w).
//
// Where it is said what DynamoDB does, the source is its API reference
// (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/).
package dynamodb

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// API is what a Store calls; *dynamodb.Client has it.
type API interface {
	BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

// A Store is two tables of the same form: one for the id map, which is large and
// goes with its migration, one for everything else. A transaction spans both.
type Store struct {
	api         API
	state, maps string
}

var _ ledger.Store = (*Store)(nil)

// New returns the store in tables that are there. They may be one and the same.
func New(api API, state, maps string) *Store { return &Store{api, state, maps} }

// mapped starts the partitions of the id map.
const mapped = "map#"

// table is where a partition lies.
func (s *Store) table(partition string) *string {
	if strings.HasPrefix(partition, mapped) {
		return &s.maps
	}
	return &s.state
}

// Attributes of an item.
const (
	partition = "pk"
	sort      = "sk"
	version   = "v"
	data      = "d"
	writer    = "w"
	expires   = "expires" // the table's TTL, in seconds of the epoch
)

func keyOf(k ledger.Key) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{partition: text(k.Partition), sort: text(k.Sort)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func rowOf(item map[string]types.AttributeValue) (r ledger.Row, err error) {
	if s, ok := item[partition].(*types.AttributeValueMemberS); ok {
		r.Partition = s.Value
	}
	if s, ok := item[sort].(*types.AttributeValueMemberS); ok {
		r.Sort = s.Value
	}
	if b, ok := item[data].(*types.AttributeValueMemberB); ok {
		r.Data = b.Value
	}
	n, ok := item[version].(*types.AttributeValueMemberN)
	if !ok {
		return r, fmt.Errorf("ledger: row %s has no version", r.Key)
	}
	r.Version, err = strconv.ParseInt(n.Value, 10, 64)
	return r, err
}

// inBatch is how many items one BatchGetItem takes.
const inBatch = 100

// Get reads a hundred rows a request.
func (s *Store) Get(ctx context.Context, keys ...ledger.Key) ([]ledger.Row, error) {
	rows := make([]ledger.Row, len(keys))
	at := map[ledger.Key][]int{}
	var ask []ledger.Key
	for i, k := range keys {
		if err := k.Check(); err != nil {
			return nil, err
		}
		rows[i].Key = k
		if at[k] = append(at[k], i); len(at[k]) == 1 { // a key may be asked for once
			ask = append(ask, k)
		}
	}
	for part := range slices.Chunk(ask, inBatch) {
		if err := s.batch(ctx, part, func(r ledger.Row) {
			for _, i := range at[r.Key] {
				rows[i] = r
			}
		}); err != nil {
			return nil, fmt.Errorf("ledger: get %d rows: %w", len(keys), err)
		}
	}
	return rows, nil
}

// batch asks again for what DynamoDB left out, for its size or for lack of
// capacity, a little later each time.
func (s *Store) batch(ctx context.Context, keys []ledger.Key, row func(ledger.Row)) error {
	if len(keys) == 1 {
		return s.one(ctx, keys[0], row)
	}
	ask := s.asking(keys)
	for try := 0; len(ask) > 0; try++ {
		out, err := s.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: ask, ReturnConsumedCapacity: counted})
		if err != nil {
			return err
		}
		got := 0
		for _, items := range out.Responses {
			for _, item := range items {
				r, err := rowOf(item)
				if err != nil {
					return err
				}
				row(r)
				got++
			}
		}
		if ask = out.UnprocessedKeys; len(ask) > 0 && got == 0 {
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
	}
	return nil
}

// counted has DynamoDB say what a request cost.
const counted = types.ReturnConsumedCapacityTotal

// asking sorts keys by their tables.
func (s *Store) asking(keys []ledger.Key) map[string]types.KeysAndAttributes {
	ask := map[string]types.KeysAndAttributes{}
	for _, k := range keys {
		in := ask[*s.table(k.Partition)]
		in.Keys, in.ConsistentRead = append(in.Keys, keyOf(k)), aws.Bool(true)
		ask[*s.table(k.Partition)] = in
	}
	return ask
}

func (s *Store) one(ctx context.Context, key ledger.Key, row func(ledger.Row)) error {
	out, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: s.table(key.Partition), Key: keyOf(key), ConsistentRead: aws.Bool(true),
		ReturnConsumedCapacity: counted})
	if err != nil || len(out.Item) == 0 {
		return err
	}
	r, err := rowOf(out.Item)
	row(r)
	return err
}

// List queries a partition, whose items lie in byte order of their sort keys.
func (s *Store) List(ctx context.Context, in, prefix, after string, limit int) (rows []ledger.Row, err error) {
	if limit < 1 {
		return nil, fmt.Errorf("%w: list %s with limit %d", ledger.ErrInvalid, in, limit)
	}
	if after > prefix && !strings.HasPrefix(after, prefix) {
		return nil, nil // behind all of them
	}
	q := &dynamodb.QueryInput{TableName: s.table(in), ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: counted, KeyConditionExpression: aws.String("pk = :p"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": text(in)}}
	if prefix != "" {
		*q.KeyConditionExpression += " AND begins_with(sk, :s)"
		q.ExpressionAttributeValues[":s"] = text(prefix)
	}
	if after != "" && strings.HasPrefix(after, prefix) {
		q.ExclusiveStartKey = keyOf(ledger.Key{Partition: in, Sort: after})
	}
	for len(rows) < limit {
		q.Limit = aws.Int32(int32(min(limit-len(rows), 1000)))
		out, err := s.api.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("ledger: list %s: %w", in, err)
		}
		for _, item := range out.Items {
			r, err := rowOf(item)
			if err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
		if q.ExclusiveStartKey = out.LastEvaluatedKey; len(q.ExclusiveStartKey) == 0 {
			break
		}
	}
	return rows, nil
}
