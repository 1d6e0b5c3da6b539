// Seal destroys a run's keys and what it staged.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/embedded"
)

func main() { lambda.Start(embedded.Function("seal").Lambda) }
