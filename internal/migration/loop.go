package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/ledger"
)

// A LoopInput asks a step that is called until it is done, and goes on from where
// the ledger stands.
type LoopInput struct {
	Run       Run
	Execution string // that has the loop
	Loops     int    // how often it has asked
}

// A LoopOutput says whether the flow has to ask again.
type LoopOutput struct {
	Done     bool   `json:"done"`
	Wait     int    `json:"wait"`      // seconds until it is worth asking
	Loops    int    `json:"loops"`     // one more than came in
	NextPart string `json:"next_part"` // name of the execution that goes on where this one ends
	Records  int    `json:"records"`   // so far, of all invocations
}

func (in LoopInput) output() LoopOutput {
	return LoopOutput{Loops: in.Loops + 1, NextPart: NextPart(in.Execution)}
}

// keep stores how far a loop came, whatever ended this invocation, and tells what
// it answers. A limit of the target's is no failure but a wait.
func keep(ctx context.Context, l *ledger.Ledger, r Run, name string, progress any, out LoopOutput, err error) (LoopOutput, error) {
	if wait, ok := pause(err); ok {
		out.Wait, err = wait, nil
	}
	if failed := l.PutNote(context.WithoutCancel(ctx), r.ID, name, progress); failed != nil && err == nil {
		err = ofStorage("record the progress", failed)
	}
	return out, err
}
