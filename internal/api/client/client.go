// Package client drives a Safeconduct elsewhere by its HTTP API: the deployed one,
// or `safeconduct serve` on this machine.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/safeconduct/safeconduct/internal/api"
)

// A Client asks one Safeconduct as one person.
type Client struct {
	base  string
	token func() (string, error)
	http  *http.Client
}

// timeout is longer than the gateway lets any request take.
const timeout = 45 * time.Second

// New returns a client of the API at an address, such as https://HOST. token is
// asked before every request: a token lives shorter than a run. Only loopback is
// asked without TLS.
func New(address string, token func() (string, error)) (*Client, error) {
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the address of the API is https://HOST, as make deploy prints it")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, errors.New("the API of another machine is asked by https:// only: the token must not be read on the way")
	}
	c := &Client{base: strings.TrimSuffix(u.String(), "/v1"), token: token, http: &http.Client{Timeout: timeout}}
	c.http.CheckRedirect = c.follow
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// follow lets the client be led to where a document lies, without its token.
func (c *Client) follow(q *http.Request, before []*http.Request) error {
	if len(before) > 3 {
		return errors.New("led on too often")
	}
	if q.URL.Scheme != "https" && !loopback(q.URL.Hostname()) {
		return errors.New("led to an address without TLS")
	}
	q.Header.Del("Authorization")
	return nil
}

// Host is whom the client asks, for people.
func (c *Client) Host() string {
	_, host, _ := strings.Cut(c.base, "://")
	return host
}

// A Problem is an answer that is a refusal, with its next step.
type Problem struct{ api.Problem }

func (p *Problem) Error() string { return p.Detail }

// Code is the refusal's, such as "run-under-way".
func (p *Problem) Code() string { return strings.TrimPrefix(p.Type, "urn:safeconduct:problem:") }

// NotFound reports whether there is no such thing.
func (p *Problem) NotFound() bool { return p.Status == http.StatusNotFound }

// Passes reports whether the same can be asked later.
func (p *Problem) Passes() bool {
	return p.Status == http.StatusConflict || p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests
}

// Fault reports whether it is nothing that the caller could mend.
func (p *Problem) Fault() bool { return p.Status == http.StatusInternalServerError }

// ErrUnreachable: no answer came, or none of Safeconduct's. What was asked may
// have been done.
var ErrUnreachable = errors.New("the API does not answer")

// A request is what is asked.
type request struct {
	method, path string
	body         []byte
	kind         string
	key          string // Idempotency-Key
	tag          string // If-None-Match
}

// A reply is what was answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// tries is how often something that can be repeated is asked, with a pause.
const (
	tries = 4
	pause = time.Second
)

// maxAnswer bounds what is read: the longest lists of a report have some MB.
const maxAnswer = 256 << 20

// ask asks until somebody answers. Every request may be repeated: those that do
// something carry a key.
func (c *Client) ask(ctx context.Context, q request) (r reply, err error) {
	if q.method == http.MethodPost {
		q.key = strings.ToLower(rand.Text())
	}
	for try := 1; ; try++ {
		r, err = c.once(ctx, q)
		again := errors.Is(err, ErrUnreachable) || r.status == http.StatusServiceUnavailable || r.status == http.StatusTooManyRequests ||
			r.status == http.StatusBadGateway || r.status == http.StatusGatewayTimeout
		if !again || try == tries || ctx.Err() != nil {
			break
		}
		if err := sleep(ctx, max(wait(r.header), time.Duration(try)*pause)); err != nil {
			return r, err
		}
	}
	if err != nil || r.status < 400 {
		return r, err
	}
	return r, refusal(r)
}

func (c *Client) once(ctx context.Context, q request) (reply, error) {
	token, err := c.token()
	if err != nil {
		return reply{}, err
	}
	h, err := http.NewRequestWithContext(ctx, q.method, c.base+q.path, bytes.NewReader(q.body))
	if err != nil {
		return reply{}, err
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + token, "Content-Type": q.kind, "Idempotency-Key": q.key, "If-None-Match": q.tag} {
		if value != "" {
			h.Header.Set(name, value)
		}
	}
	answer, err := c.http.Do(h)
	if err == nil {
		defer answer.Body.Close()
		var body []byte
		if body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer)); err == nil {
			return reply{answer.StatusCode, answer.Header, body}, nil
		}
	}
	if ctx.Err() != nil {
		return reply{}, ctx.Err()
	}
	return reply{}, fmt.Errorf("%w: %s", ErrUnreachable, c.Host())
}

// refusal reads a problem. What is none comes from somebody between us and the
// API; its text says nothing to a person.
func refusal(r reply) error {
	var p Problem
	if json.Unmarshal(r.body, &p.Problem) != nil || p.Detail == "" {
		return fmt.Errorf("%w: it answers %d", ErrUnreachable, r.status)
	}
	return &p
}

// wait is what Retry-After asks for.
func wait(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil {
		return 0
	}
	return time.Duration(min(seconds, 60)) * time.Second
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// get, post and put ask for JSON.
func get[T any](ctx context.Context, c *Client, path string) (into T, err error) {
	r, err := c.ask(ctx, request{method: http.MethodGet, path: path})
	return read[T](r, err)
}

func send[T any](ctx context.Context, c *Client, method, path string, body any) (into T, err error) {
	q := request{method: method, path: path}
	if body != nil {
		if q.body, err = json.Marshal(body); err != nil {
			return into, err
		}
		q.kind = "application/json"
	}
	r, err := c.ask(ctx, q)
	return read[T](r, err)
}

func read[T any](r reply, err error) (into T, _ error) {
	if err != nil || len(r.body) == 0 {
		return into, err
	}
	if err := json.Unmarshal(r.body, &into); err != nil {
		return into, fmt.Errorf("%w: its answer is none of Safeconduct's", ErrUnreachable)
	}
	return into, nil
}
