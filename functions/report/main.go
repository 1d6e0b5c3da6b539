// Report writes the evidence of a run.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/embedded"
)

func main() { lambda.Start(embedded.Function("report").Lambda) }
