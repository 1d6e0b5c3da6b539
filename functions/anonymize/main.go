// Anonymize passes raw segments through mapping and policy and seals what is left.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/safeconduct/safeconduct/internal/deployed"
)

func main() { lambda.Start(deployed.Anonymize().Lambda) }
