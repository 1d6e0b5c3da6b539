package rest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

// How long a login that failed is not tried again. A password that was refused
// does not become right, and help desks lock accounts after a few of them.
const (
	afterRefusal = 10 * time.Minute
	afterFailure = time.Second
)

// A session is had by one login at a time; everybody else waits for it.
type session struct {
	busy chan struct{} // holds one token while somebody logs in

	mu     sync.Mutex
	logins int // that succeeded; the session belongs to the last
	there  bool
	failed error
	until  time.Time // failed is the answer
}

func newSession() session { return session{busy: make(chan struct{}, 1)} }

// begin makes sure that there is a session, and says by which login.
func (s *session) begin(ctx context.Context, c *Client) (login int, err error) {
	if c.o.Login == nil {
		return 0, nil
	}
	if login, err, known := s.state(); known {
		return login, err
	}
	select {
	case s.busy <- struct{}{}:
		defer func() { <-s.busy }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if login, err, known := s.state(); known { // somebody was faster
		return login, err
	}
	err = c.o.Login(ctx, c)
	return s.ended(err, ctx.Err() != nil), err
}

func (s *session) state() (login int, err error, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.there {
		return s.logins, nil, true
	}
	return 0, s.failed, s.failed != nil && time.Now().Before(s.until)
}

// ended notes how a login ended. That a caller gave up says nothing of it.
func (s *session) ended(err error, gaveUp bool) (login int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.there, s.failed = err == nil, nil
	switch {
	case err == nil:
		s.logins++
	case gaveUp:
	case errors.Is(err, connectors.ErrDenied):
		s.failed, s.until = err, time.Now().Add(afterRefusal)
	default:
		s.failed, s.until = err, time.Now().Add(afterFailure)
	}
	return s.logins
}

// end notes that the session of a login is over; there may be a newer one.
func (s *session) end(login int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.logins == login {
		s.there = false
	}
}

func (c *Client) expired(res *http.Response) bool {
	switch {
	case c.o.Login == nil:
		return false
	case c.o.Expired != nil:
		return c.o.Expired(res)
	}
	return res.StatusCode == http.StatusUnauthorized
}
