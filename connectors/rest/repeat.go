package rest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

const (
	// tries is how often a request is sent that may be sent again.
	tries = 4
	// patience is the longest pause that a call waits out itself; for longer ones
	// the step ends and the runtime waits.
	patience = 20 * time.Second
)

// repeatable reports whether to send the request twice is to send it once.
func (r Request) repeatable() bool { return r.Repeatable || r.reads() }

func (r Request) reads() bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// A miss is an attempt without a success.
type miss struct {
	err     error
	later   bool          // it may go well later
	unmade  bool          // the request took no effect: any may be sent again
	expired bool          // for the session had ended
	limited bool          // for there were too many
	after   time.Duration // which the help desk asked for; 0: it did not say
}

// persist sends a request until it has an answer. One that may have created
// something is sent once, unless it is certain that it took no effect.
func persist[T any](ctx context.Context, c *Client, r Request, read func(*http.Response) (T, error)) (answer T, err error) {
	relogged := false
	for try := 1; ; try++ {
		answer, m := attempt(ctx, c, r, read)
		switch {
		case m == nil:
			return answer, nil
		case m.expired && !relogged:
			relogged = true
			continue
		}
		wait := m.after
		if wait == 0 {
			wait = backoff(try, m.limited)
		}
		if m.limited || m.after > 0 {
			c.pause(wait)
		}
		if !m.later || try >= tries || !m.unmade && !r.repeatable() {
			return answer, m.err
		}
		if wait > patience || tooLate(ctx, wait) {
			return answer, m.shortened(r.Name, wait)
		}
		if Sleep(ctx, wait) != nil {
			return answer, given(ctx, r.Name)
		}
	}
}

// shortened is the error of a miss whose wait is not waited out.
func (m *miss) shortened(name string, wait time.Duration) error {
	if m.after > 0 || m.limited {
		return fmt.Errorf("%s: %w", name, &connectors.RateLimited{After: wait})
	}
	return m.err
}

// attempt sends the request once.
func attempt[T any](ctx context.Context, c *Client, r Request, read func(*http.Response) (T, error)) (answer T, _ *miss) {
	login, err := c.session.begin(ctx, c)
	if err != nil {
		return answer, &miss{err: err, later: lateron(err), unmade: true}
	}
	res, err := c.exchange(ctx, r)
	if err != nil {
		return answer, &miss{err: err, later: lateron(err)}
	}
	expired := c.expired(res)
	if expired {
		c.session.end(login)
	}
	if expired || res.StatusCode < 200 || res.StatusCode > 299 {
		defer res.Body.Close()
		return answer, missed(r.Name, res, expired)
	}
	if answer, err = read(res); err != nil {
		return answer, &miss{err: err, later: lateron(err)}
	}
	return answer, nil
}

func missed(name string, res *http.Response, expired bool) *miss {
	m := &miss{err: refusal(name, res), expired: expired}
	switch {
	case expired:
		m.err = &Status{Code: http.StatusUnauthorized, Name: name}
	case res.StatusCode == http.StatusTooManyRequests:
		m.limited, m.later, m.unmade, m.after = true, true, true, retryAfter(res.Header)
		m.err = fmt.Errorf("%s: %w", name, &connectors.RateLimited{After: m.after})
	case res.StatusCode == http.StatusServiceUnavailable:
		m.later, m.after = true, retryAfter(res.Header)
	default:
		m.later = lateron(m.err)
	}
	return m
}

// lateron reports whether an error may pass by itself, and soon.
func lateron(err error) bool {
	var limited *connectors.RateLimited
	return errors.Is(err, connectors.ErrUnavailable) && !errors.As(err, &limited)
}

// enter waits for the bound of the plan, for a pause the help desk asked for, and for
// a place among the requests under way.
func (c *Client) enter(ctx context.Context, r Request) (*place, error) {
	if c.budget != nil && c.budget.Wait(ctx) != nil {
		if ctx.Err() != nil {
			return nil, given(ctx, r.Name)
		}
		return nil, fmt.Errorf("%s: %w", r.Name, &connectors.RateLimited{})
	}
	for {
		wait := c.paused()
		if wait > patience || tooLate(ctx, wait) {
			return nil, fmt.Errorf("%s: %w", r.Name, &connectors.RateLimited{After: wait})
		}
		if Sleep(ctx, wait) != nil {
			return nil, given(ctx, r.Name)
		}
		p, err := c.gate.enter(ctx, !r.reads())
		if err != nil {
			return nil, given(ctx, r.Name)
		}
		if c.paused() <= 0 {
			return p, nil
		}
		p.leave()
	}
}

// pause holds back every request of the client.
func (c *Client) pause(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := time.Now().Add(d); until.After(c.resume) {
		c.resume = until
	}
}

func (c *Client) paused() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Until(c.resume)
}

// backoff is half a second, then one, then two, and twice that where there were
// too many requests; with some chance in it, so that those who were refused
// together do not come back together.
func backoff(try int, limited bool) time.Duration {
	d := 500 * time.Millisecond << (try - 1)
	if limited {
		d *= 2
	}
	return d + rand.N(d/2)
}

// tooLate reports whether the caller's time will be up before the wait is over.
func tooLate(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return ok && wait > 0 && time.Until(deadline) < wait
}

// Sleep waits, unless the context ends first: then it returns the context's error.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
