// Package function is what stands between a step and whoever calls it: AWS
// Lambda or the embedded runtime. Both give JSON and get JSON; every error and
// every panic becomes a name from the closed list with a message of references
// and codes, here and nowhere else.
package function

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// A Handler is a step behind JSON. Its errors are *migration.Failure, or the
// context's.
type Handler func(ctx context.Context, input json.RawMessage) (json.RawMessage, error)

// Handle puts a step behind JSON. Input is strict: a field that the step does
// not know is a fault of the definition.
func Handle[I, O any](do func(context.Context, I) (O, error)) Handler {
	return func(ctx context.Context, input json.RawMessage) (output json.RawMessage, err error) {
		defer func() {
			if p := recover(); p != nil {
				// What was panicked with may hold anything; its type is all that is said.
				output, err = nil, &migration.Failure{Name: migration.Internal, Message: fmt.Sprintf("panic of type %T", p)}
			}
		}()
		var in I
		d := json.NewDecoder(bytes.NewReader(input))
		d.DisallowUnknownFields()
		if err := d.Decode(&in); err != nil {
			return nil, &migration.Failure{Name: migration.Internal, Message: "the input is not what the step takes"}
		}
		ctx, _ = usage.With(ctx)
		out, err := do(ctx, in)
		if err != nil {
			return nil, migration.Classify(err)
		}
		return json.Marshal(out)
	}
}

// Lambda is the handler as aws-lambda-go calls it. Step Functions sees the Go
// type name of an error unless the error is of this one type, which carries the
// name itself.
func (h Handler) Lambda(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
	output, err := h(ctx, input)
	var failure *migration.Failure
	if errors.As(err, &failure) {
		return nil, messages.InvokeResponse_Error{Type: string(failure.Name), Message: failure.Message}
	}
	return output, err
}
