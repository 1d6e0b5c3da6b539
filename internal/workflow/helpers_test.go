package workflow

import (
	"context"
	"encoding/json"
)

// anyTask answers every task alike.
type anyTask struct {
	output json.RawMessage
	err    error
}

func (a anyTask) Invoke(context.Context, string, json.RawMessage) (json.RawMessage, error) {
	return a.output, a.err
}
