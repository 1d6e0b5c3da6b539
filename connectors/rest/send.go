package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// errSilence: for too long nothing moved.
var errSilence = errors.New("silence")

// A watch cancels an exchange in which nothing moves.
type watch struct {
	timer *time.Timer
	after time.Duration
	stop  context.CancelCauseFunc
}

func watched(ctx context.Context, after time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &watch{time.AfterFunc(after, func() { cancel(errSilence) }), after, cancel}
}

func (w *watch) moved() { w.timer.Reset(w.after) }

func (w *watch) end() {
	w.timer.Stop()
	w.stop(nil)
}

// exchange sends the request once, as soon as it may, and returns the answer
// whatever its status. Until the body is closed it is under way.
func (c *Client) exchange(ctx context.Context, r Request) (*http.Response, error) {
	if err := c.afford(ctx, r); err != nil {
		return nil, err
	}
	res, err := c.send(ctx, r)
	c.spent(r, res)
	return res, err
}

// send sends a request that may go, as soon as there is a place.
func (c *Client) send(ctx context.Context, r Request) (*http.Response, error) {
	p, err := c.enter(ctx, r)
	if err != nil {
		return nil, err
	}
	moving, w := watched(ctx, c.o.Timeout)
	end := func() { w.end(); p.leave() }
	req, sent, err := c.request(moving, r, w, p)
	if err != nil {
		end()
		return nil, err
	}
	usage.Count(ctx, usage.Desk, usage.Request, 1)
	usage.Count(ctx, usage.Internet, usage.Bytes, max(0, req.ContentLength))
	res, err := c.http.Do(req)
	if err != nil {
		defer end()
		switch {
		case ctx.Err() != nil:
			return nil, given(ctx, r.Name)
		case sent.failure() != nil:
			return nil, fmt.Errorf("%s: body: %w", r.Name, sent.failure())
		}
		p.answered(overloaded)
		if context.Cause(moving) == errSilence {
			err = errSilence
		}
		return nil, unsent(r.Name, err)
	}
	p.answered(outcomeOf(res.StatusCode))
	if res.StatusCode == http.StatusTooManyRequests {
		usage.Count(ctx, usage.Desk, usage.Throttled, 1)
	}
	c.note(res.Header)
	res.Body = &received{ReadCloser: res.Body, watch: w, end: end}
	return res, nil
}

// request makes the request of one attempt. sent is its body, if that is a
// stream.
func (c *Client) request(ctx context.Context, r Request, w *watch, p *place) (req *http.Request, sent *sending, err error) {
	target := c.o.Base + r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	if r.Elsewhere != "" {
		if target = r.Elsewhere; !fetchable(target) {
			return nil, nil, fmt.Errorf("%s: %w: the address of the file is none that is fetched", r.Name, connectors.ErrUnavailable)
		}
	}
	text, kind, err := r.encoded()
	if err != nil {
		return nil, nil, err
	}
	if r.Away {
		ctx = context.WithValue(ctx, away{}, true)
	}
	if req, err = http.NewRequestWithContext(ctx, r.Method, target, text); err != nil {
		return nil, nil, fmt.Errorf("%s: %w: no such address", r.Name, connectors.ErrNotFound)
	}
	if r.Body != nil {
		body, err := r.Body()
		if err != nil {
			return nil, nil, fmt.Errorf("%s: body: %w", r.Name, err)
		}
		sent = &sending{ReadCloser: body, moved: func() { w.moved(); p.moved() }}
		req.Body, req.ContentLength, kind = sent, max(r.Size, -1), r.ContentType
		if r.Size == 0 {
			req.ContentLength = -1
		}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "safeconduct")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if c.o.Authorize != nil && r.Elsewhere == "" {
		c.o.Authorize(req)
	}
	return req, sent, nil
}

// encoded is the body of a request with JSON, as a reader that net/http can
// start again on a connection that was closed before anything was sent.
func (r Request) encoded() (io.Reader, string, error) {
	if r.JSON == nil || r.Body != nil {
		return nil, "", nil
	}
	text, err := json.Marshal(r.JSON)
	if err != nil {
		return nil, "", fmt.Errorf("%s: the request can't be written as JSON", r.Name)
	}
	return bytes.NewReader(text), "application/json; charset=utf-8", nil
}
