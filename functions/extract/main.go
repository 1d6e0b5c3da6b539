// Extract reads pages from the source help desk, seals them and stages them.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/embedded"
)

func main() { lambda.Start(embedded.Function("extract").Lambda) }
