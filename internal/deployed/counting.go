package deployed

import (
	"context"
	"math"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/safeconduct/safeconduct/internal/usage"
)

// counting counts each call in the usage of the invocation that makes it. A call
// that the SDK repeats is one: so is the bill, but for what failed.
var counting = []func(*middleware.Stack) error{func(s *middleware.Stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("Usage", count), middleware.After)
}}

func count(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error) {
	usage.Count(ctx, serviceOf(ctx), awsmiddleware.GetOperationName(ctx), 1)
	out, metadata, err := next.HandleInitialize(ctx, in)
	units(ctx, out.Result)
	return out, metadata, err
}

// serviceOf is a service as bills and policies write it: "dynamodb".
func serviceOf(ctx context.Context) string {
	return strings.ToLower(strings.ReplaceAll(awsmiddleware.GetServiceID(ctx), " ", ""))
}

// units counts what DynamoDB says that a request took.
func units(ctx context.Context, result any) {
	switch r := result.(type) {
	case *dynamodb.GetItemOutput:
		took(ctx, usage.ReadUnits, r.ConsumedCapacity)
	case *dynamodb.QueryOutput:
		took(ctx, usage.ReadUnits, r.ConsumedCapacity)
	case *dynamodb.BatchGetItemOutput:
		tookAll(ctx, usage.ReadUnits, r.ConsumedCapacity)
	case *dynamodb.UpdateItemOutput:
		took(ctx, usage.WriteUnits, r.ConsumedCapacity)
	case *dynamodb.PutItemOutput:
		took(ctx, usage.WriteUnits, r.ConsumedCapacity)
	case *dynamodb.DeleteItemOutput:
		took(ctx, usage.WriteUnits, r.ConsumedCapacity)
	case *dynamodb.TransactWriteItemsOutput:
		tookAll(ctx, usage.WriteUnits, r.ConsumedCapacity)
	}
}

func tookAll(ctx context.Context, what string, all []types.ConsumedCapacity) {
	for i := range all {
		took(ctx, what, &all[i])
	}
}

// took rounds up: units are billed in halves for weak reads, of which we have none.
func took(ctx context.Context, what string, c *types.ConsumedCapacity) {
	if c != nil && c.CapacityUnits != nil {
		usage.Count(ctx, usage.DynamoDB, what, int64(math.Ceil(*c.CapacityUnits)))
	}
}
