package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/ledger"
)

// silent stops the run if the target mails people about what the run writes: one
// mail to one customer is enough to know. It asks once in an invocation, after
// the first ticket.
func (w *worker) silent(ctx context.Context) error {
	if w.heard {
		return nil
	}
	w.heard = true
	n, known, err := mails(ctx, w.target, w.ledger, w.run)
	if err != nil || !known || n == 0 {
		return err
	}
	return failf(TargetMails, "the target recorded %d mails for what the run wrote", n)
}

// mails counts the mails that the target recorded for what the run wrote, where
// the target knows.
func mails(ctx context.Context, t connectors.Target, l *ledger.Ledger, r Run) (n int, known bool, err error) {
	counter, ok := t.(connectors.MailCounter)
	if !ok {
		return 0, false, nil
	}
	run, err := l.Run(ctx, r.ID)
	if err != nil {
		return 0, false, ofStorage("read the run", err)
	}
	n, err = counter.Mails(ctx, run.Started)
	return n, err == nil, ofTarget("count mails", err)
}
