// Teller is a Lambda function that says what a script says: SAFECONDUCT_SCRIPTS
// names the file with the scripts, SAFECONDUCT_BOOK the folder of the book,
// SAFECONDUCT_FUNCTION the function in whose place it stands.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/safeconduct/safeconduct/internal/agreement"
)

func main() { lambda.Start(tell) }

func tell(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
	t := agreement.Teller{Book: os.Getenv("SAFECONDUCT_BOOK")}
	scripts, err := os.ReadFile(os.Getenv("SAFECONDUCT_SCRIPTS"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(scripts, &t.Scripts); err != nil {
		return nil, err
	}
	result, err := t.Tell(ctx, os.Getenv("SAFECONDUCT_FUNCTION"), payload)
	var told *agreement.Told
	if errors.As(err, &told) {
		return nil, messages.InvokeResponse_Error{Type: told.Name, Message: "as the script says"}
	}
	return result, err
}
