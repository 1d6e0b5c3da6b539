// Api keeps the gate: it lets a run go on to load, or stops it.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
)

func main() { lambda.Start(deployed.API().Lambda) }
