package rest

import (
	"context"
	"errors"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// longest is the longest wait that Patiently waits out: a minute is what platforms
// count in, and a little more.
const longest = 90 * time.Second

// Patiently does something again when a limit that refused it is over. It is for who
// needs many requests for one answer: a page that gave up at the limit would begin
// anew, and meet it again, for ever. A limit that the caller's time is too short for,
// or that does not say how long it lasts, is returned.
func Patiently(ctx context.Context, do func() error) error {
	for {
		err := do()
		var limited *connectors.RateLimited
		if !errors.As(err, &limited) || limited.After <= 0 || limited.After > longest || tooLate(ctx, limited.After) {
			return err
		}
		if Sleep(ctx, limited.After) != nil {
			return ctx.Err()
		}
	}
}
