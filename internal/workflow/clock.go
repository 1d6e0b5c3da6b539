package workflow

import (
	"context"
	"time"
)

// A Clock tells the time and lets it pass: Wait states and the delays of Retry
// use it. What limits a task or an execution (TimeoutSeconds) is real time, since
// tasks work in real time whatever the clock says.
type Clock interface {
	Now() time.Time

	// Sleep returns after d, or with the context's error as soon as it ends.
	Sleep(ctx context.Context, d time.Duration) error
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
