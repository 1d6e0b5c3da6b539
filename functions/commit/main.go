// Commit moves the cursors past what is verified or on record.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
)

func main() { lambda.Start(deployed.Commit().Lambda) }
