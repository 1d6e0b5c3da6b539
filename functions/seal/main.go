// Seal destroys a run's keys and what it staged.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
)

func main() { lambda.Start(deployed.Seal().Lambda) }
