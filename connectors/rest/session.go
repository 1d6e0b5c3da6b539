package rest

import (
	"context"
	"sync"
	"time"
)

// A session is had by one login at a time; everybody else waits for it.
type session struct {
	mu     sync.Mutex
	there  bool
	failed error
	since  time.Time // of the failure
}

// remembered is how long a login that failed is not tried again: many callers
// with a wrong password must not get an account locked.
const remembered = 30 * time.Second

func (s *session) begin(ctx context.Context, c *Client) error {
	if c.o.Login == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.there {
		return nil
	}
	if s.failed != nil && time.Since(s.since) < remembered {
		return s.failed
	}
	err := c.o.Login(ctx, c)
	s.there, s.failed, s.since = err == nil, err, time.Now()
	if ctx.Err() != nil {
		s.failed = nil
	}
	return err
}

// end notes that the session is over.
func (s *session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.there = false
}
