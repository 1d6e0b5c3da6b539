package deployed

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// tables is what is asked of DynamoDB. The client lies behind functions: the templates
// of report have the linker keep all methods of each type that reflection could reach,
// and the client has sixty, with all that they call.
type tables struct {
	get      call[dynamodb.GetItemInput, dynamodb.GetItemOutput]
	getMany  call[dynamodb.BatchGetItemInput, dynamodb.BatchGetItemOutput]
	query    call[dynamodb.QueryInput, dynamodb.QueryOutput]
	put      call[dynamodb.PutItemInput, dynamodb.PutItemOutput]
	update   call[dynamodb.UpdateItemInput, dynamodb.UpdateItemOutput]
	remove   call[dynamodb.DeleteItemInput, dynamodb.DeleteItemOutput]
	transact call[dynamodb.TransactWriteItemsInput, dynamodb.TransactWriteItemsOutput]
}

type (
	call[I, O any] func(context.Context, *I, ...option) (*O, error)
	option         = func(*dynamodb.Options)
)

func tablesOf(c *dynamodb.Client) tables {
	return tables{c.GetItem, c.BatchGetItem, c.Query, c.PutItem, c.UpdateItem, c.DeleteItem, c.TransactWriteItems}
}

func (t tables) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...option) (*dynamodb.GetItemOutput, error) {
	return t.get(ctx, in, o...)
}

func (t tables) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...option) (*dynamodb.BatchGetItemOutput, error) {
	return t.getMany(ctx, in, o...)
}

func (t tables) Query(ctx context.Context, in *dynamodb.QueryInput, o ...option) (*dynamodb.QueryOutput, error) {
	return t.query(ctx, in, o...)
}

func (t tables) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...option) (*dynamodb.PutItemOutput, error) {
	return t.put(ctx, in, o...)
}

func (t tables) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...option) (*dynamodb.UpdateItemOutput, error) {
	return t.update(ctx, in, o...)
}

func (t tables) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, o ...option) (*dynamodb.DeleteItemOutput, error) {
	return t.remove(ctx, in, o...)
}

func (t tables) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...option) (*dynamodb.TransactWriteItemsOutput, error) {
	return t.transact(ctx, in, o...)
}
