// Extract reads pages from the source help desk, seals them and stages them.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
)

func main() { lambda.Start(deployed.Extract().Lambda) }
