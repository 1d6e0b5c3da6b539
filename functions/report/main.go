// Report writes the evidence of a run.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
	"github.com/safeconduct/safeconduct/internal/evidence/html"
)

func main() { lambda.Start(deployed.Report(html.Render).Lambda) }
