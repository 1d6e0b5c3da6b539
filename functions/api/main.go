// Api answers the HTTP API, starts what schedules ask for, and keeps the gate: it
// lets a run go on to load, asks somebody, or stops it.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/deployed/backend"
)

func main() { lambda.Start(deployed.API(backend.New).Lambda) }
