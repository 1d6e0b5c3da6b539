package simulator

import (
	"sync"
	"time"
)

// A Clock is a platform's clock. It goes with this process's, which in a bubble
// of testing/synctest stands still until everybody waits, and can be ahead of it.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the time at the platform, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).UTC()
}

// Advance moves the clock; a negative time moves it back.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += by
}
