package migration

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// used is what the invocation took since it was last asked, as the usage of a
// segment in a step.
func used(ctx context.Context, step string, g ledger.Segment, records int, bytes int64) ledger.Usage {
	calls, elapsed := usage.From(ctx).Take()
	return ledger.Usage{Step: step, Segment: g.Name(), Records: int64(records), Bytes: bytes, Ms: elapsed.Milliseconds(), Calls: calls}
}
