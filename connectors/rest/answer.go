package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read whole: an answer, and what comes with an error.
const (
	maxAnswer  = 64 << 20
	maxRefusal = 1 << 20
)

func readAll(ctx context.Context, name string, res *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case ctx.Err() != nil:
		return nil, given(ctx, name)
	case err != nil:
		return nil, broken(name, "the answer breaks off")
	case len(body) > maxAnswer:
		return nil, broken(name, "the answer is larger than 64 MiB")
	}
	return body, nil
}

// A stream names no address when it breaks off.
type stream struct {
	io.ReadCloser
	ctx  context.Context
	name string
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	switch {
	case err == nil, err == io.EOF:
		return n, err
	case s.ctx.Err() != nil:
		return n, given(s.ctx, s.name)
	}
	return n, broken(s.name, "the answer breaks off")
}

// decode reads the JSON of an answer. What is no JSON is no answer of the API.
func decode(name string, r *Response, into any) error {
	if into == nil || r.Status == http.StatusNoContent {
		return nil
	}
	if isPage(r.Header, r.Body) {
		return webPage(name)
	}
	d := json.NewDecoder(bytes.NewReader(r.Body))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return broken(name, "the answer is no JSON, or another than the API gives")
	}
	return nil
}

// isPage reports whether an answer is for people.
func isPage(h http.Header, body []byte) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

// refusal is the error of an answer that is no success.
func refusal(name string, res *http.Response) error {
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		return elsewhere(name)
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	missing := res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone || res.StatusCode == http.StatusBadRequest
	if missing && isPage(res.Header, body) { // a wrong address must not be taken for a record that is gone
		return webPage(name)
	}
	return &Status{Code: res.StatusCode, Name: name, Body: body}
}

// retryAfter reads the header of RFC 9110, 10.2.3: seconds or a date; 0 if there
// is none.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return time.Duration(min(n, 1<<20)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// note reads the clock of the help desk off an answer.
func (c *Client) note(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		c.mu.Lock()
		c.ahead, c.dated = time.Until(at), true
		c.mu.Unlock()
	}
}
