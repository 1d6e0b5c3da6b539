// Plan checks the plan against both desks, takes the lease and makes the run's keys.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
)

func main() { lambda.Start(deployed.Plan().Lambda) }
