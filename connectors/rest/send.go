package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
)

const (
	// tries is how often a request is sent that may be sent again.
	tries = 4
	// patience is the longest pause that a call waits out itself.
	patience = 20 * time.Second
)

// repeatable reports whether to send the request twice is to send it once.
func (r Request) repeatable() bool {
	return r.Repeatable || r.Method == http.MethodGet || r.Method == http.MethodHead
}

// persist sends a request until it has an answer, and reads it. A request that
// may have created something is sent once, unless the help desk says that it
// did not take it.
func persist[T any](ctx context.Context, c *Client, r Request, read func(*http.Response) (T, error)) (answer T, err error) {
	relogged := false
	for try := 1; ; try++ {
		var res *http.Response
		answer, res, err = attempt(ctx, c, r, read)
		wait, again := c.again(r, res, err, try, &relogged)
		if !again || ctx.Err() != nil {
			return answer, err
		}
		if err := sleep(ctx, wait); err != nil {
			return answer, err
		}
	}
}

// attempt sends the request once. It returns the answer for what its head says,
// its body being read or in the hands of T.
func attempt[T any](ctx context.Context, c *Client, r Request, read func(*http.Response) (T, error)) (answer T, _ *http.Response, err error) {
	if err := c.session.begin(ctx, c); err != nil {
		return answer, nil, err
	}
	done, err := c.enter(ctx, r)
	if err != nil {
		return answer, nil, err
	}
	timed, cancel := context.WithTimeout(ctx, c.o.Timeout)
	res, err := c.send(timed, r)
	if err != nil {
		cancel()
		done(outcomeOf(nil, err))
		return answer, nil, err
	}
	if expired := c.expired(res); expired || res.StatusCode < 200 || res.StatusCode > 299 {
		body, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
		res.Body.Close()
		cancel()
		done(outcomeOf(res, nil))
		if expired {
			c.session.end()
		}
		return answer, res, c.refusal(r, res, body, expired)
	}
	res.Body = &leased{res.Body, func() { cancel(); done(answered) }}
	answer, err = read(res)
	if _, streams := any(answer).(io.ReadCloser); !streams || err != nil {
		res.Body.Close()
	}
	return answer, res, err
}

// A leased body gives the connection back when it is closed.
type leased struct {
	io.ReadCloser
	release func()
}

func (l *leased) Close() error {
	_, _ = io.CopyN(io.Discard, l.ReadCloser, 1<<16) // a connection is kept if its answer was read
	err := l.ReadCloser.Close()
	if l.release != nil {
		l.release()
		l.release = nil
	}
	return err
}

// enter waits for the budget, for a pause the help desk asked for, and for a
// place among the requests under way.
func (c *Client) enter(ctx context.Context, r Request) (done func(outcome), err error) {
	c.mu.Lock()
	wait := time.Until(c.resume)
	c.mu.Unlock()
	if wait > patience {
		return nil, fmt.Errorf("%s: %w", r.Name, &connectors.RateLimited{After: wait})
	}
	if err := sleep(ctx, wait); err != nil {
		return nil, err
	}
	if c.budget != nil {
		if err := c.budget.Wait(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, context.Cause(ctx))
		}
	}
	g := c.writes
	if r.repeatable() {
		g = c.reads
	}
	return g.enter(ctx)
}

// send makes the request of one attempt and sends it.
func (c *Client) send(ctx context.Context, r Request) (*http.Response, error) {
	body, kind, err := r.body()
	if err != nil {
		return nil, err
	}
	target := c.o.Base + r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: no such address", r.Name, connectors.ErrNotFound)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "safeconduct")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if b, ok := body.(*bytes.Reader); ok {
		req.ContentLength = int64(b.Len())
	}
	if c.o.Authorize != nil {
		c.o.Authorize(req)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, unsent(r.Name, err)
	}
	c.note(res.Header)
	return res, nil
}

func (r Request) body() (io.Reader, string, error) {
	switch {
	case r.Body != nil:
		b, err := r.Body()
		return b, r.ContentType, err
	case r.JSON != nil:
		text, err := json.Marshal(r.JSON)
		if err != nil {
			return nil, "", fmt.Errorf("%s: the request can't be written as JSON", r.Name)
		}
		return bytes.NewReader(text), "application/json; charset=utf-8", nil
	}
	return nil, "", nil
}

// note reads the clock of the help desk off an answer.
func (c *Client) note(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		c.mu.Lock()
		c.ahead, c.dated = time.Until(at), true
		c.mu.Unlock()
	}
}

func (c *Client) expired(res *http.Response) bool {
	if c.o.Login == nil {
		return false
	}
	if c.o.Expired != nil {
		return c.o.Expired(res)
	}
	return res.StatusCode == http.StatusUnauthorized
}

// errExpired: the session has ended, and the request was not carried out.
var errExpired = errors.New("session expired")

// refusal is the error of an answer that is no success.
func (c *Client) refusal(r Request, res *http.Response, body []byte, expired bool) error {
	switch {
	case expired:
		return fmt.Errorf("%s: %w: %w", r.Name, connectors.ErrDenied, errExpired)
	case res.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("%s: %w", r.Name, &connectors.RateLimited{After: retryAfter(res.Header)})
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return unsent(r.Name, errRedirect)
	}
	return &Status{Code: res.StatusCode, Name: r.Name, Body: body}
}

// retryAfter reads the header of RFC 9110, 10.2.3: seconds or a date.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// again says whether, and after which wait, the request is sent once more.
func (c *Client) again(r Request, res *http.Response, err error, try int, relogged *bool) (time.Duration, bool) {
	var limited *connectors.RateLimited
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return 0, false
	case errors.Is(err, errExpired):
		first := !*relogged
		*relogged = true
		return 0, first
	case errors.As(err, &limited): // it took no effect, whatever it was
		wait := limited.After
		if wait == 0 {
			wait = backoff(try)
		}
		c.pause(wait)
		return 0, try < tries && wait <= patience && res != nil
	case res != nil && res.StatusCode == http.StatusServiceUnavailable && retryAfter(res.Header) > 0:
		wait := retryAfter(res.Header)
		c.pause(wait)
		return 0, r.repeatable() && try < tries && wait <= patience
	case !r.repeatable() || try >= tries || !errors.Is(err, connectors.ErrUnavailable) || errors.Is(err, connectors.ErrSettings):
		return 0, false
	}
	return backoff(try), true
}

// pause holds back every request of the client.
func (c *Client) pause(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := time.Now().Add(d); until.After(c.resume) {
		c.resume = until
	}
}

// backoff is a second, then two, then four, with some chance in it so that those
// who were refused together do not come back together.
func backoff(try int) time.Duration {
	d := time.Second << (try - 1)
	return d/2 + rand.N(d/2)
}

func sleep(ctx context.Context, d time.Duration) error {
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

// outcomeOf is what an answer, or none, says of the help desk's load.
func outcomeOf(res *http.Response, err error) outcome {
	switch {
	case errors.Is(err, context.Canceled):
		return left
	case err != nil, res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500:
		return overloaded
	}
	return answered
}
