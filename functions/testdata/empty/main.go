// Empty is the least that a function in Go can be: what the start of the others is
// compared with.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(func(context.Context) error { return nil }) }
