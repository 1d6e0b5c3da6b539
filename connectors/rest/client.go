package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/safeconduct/safeconduct/connectors"
)

// Options say how a help desk is reached.
type Options struct {
	Product string // for errors: "Request Tracker"
	// Base is what the paths of requests are appended to, with no slash at its end:
	// "https://rt.example.org/REST/2.0". Without TLS only this machine is asked.
	Base string
	// Authorize adds what tells the help desk who asks. It is called for each
	// request as it is sent.
	Authorize func(*http.Request)
	// Login gets a session, where the help desk has such. It is called before the
	// first request, and again after an answer that Expired says yes to; requests
	// meanwhile wait for it. It sends with Client.Plain. An error that is
	// ErrDenied is final for some minutes: nobody tries the password again.
	Login func(ctx context.Context, c *Client) error
	// Expired reports whether the answer says that the session has ended, and so
	// that the request was not carried out; nil: 401.
	Expired func(*http.Response) bool
	// Budget is the account's, shared with others who ask it; nil: nobody shares it out.
	Budget connectors.Budget
	// Readings reads off an answer what it says of limits; nil: it says nothing, and
	// the Budget is not asked.
	Readings func(http.Header) []connectors.Reading
	// Connections is the most requests that are under way at a time; default 4.
	// The client starts with one.
	Connections int
	// PerMinute bounds the requests of a minute; 0: no bound of ours.
	PerMinute int
	// Timeout is for how long nothing of a request or its answer may move, bodies
	// included; default 1 minute.
	Timeout time.Duration
	// Transport sends; nil: TLS 1.2 and above with the system's certificates.
	Transport http.RoundTripper
}

// A Request is one request to a help desk.
type Request struct {
	Method string
	Path   string // appended to Options.Base: "/ticket/17"
	Query  url.Values
	Header http.Header
	// JSON is encoded as the body; nil: none, unless Body is set.
	JSON any
	// Body makes the body, again for each attempt; ContentType goes with it, and
	// Size in bytes, if it is known: some servers take no body without.
	Body        func() (io.ReadCloser, error)
	ContentType string
	Size        int64
	// Class is the limit that holds for the request beside that of the account, if
	// there is one.
	Class string
	// Name is what errors call the request: "read ticket". It holds no id.
	Name string
	// Repeatable: to send it twice is to send it once. GET and HEAD always are.
	Repeatable bool
	// Away: a GET may be sent on to another host, where files lie. What tells who we
	// are does not go along.
	Away bool
	// Elsewhere is a whole address that is asked in the place of Base and Path, where
	// files lie: over https, and by nobody.
	Elsewhere string
}

// A Response is an answer with a status of 2xx, read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// A Client talks to one help desk. It is for use by many at once.
type Client struct {
	o       Options
	base    *url.URL
	http    *http.Client
	gate    *gate
	budget  *rate.Limiter
	session session

	mu     sync.Mutex
	resume time.Time     // the help desk asked to be left alone until then
	ahead  time.Duration // of the help desk's clock
	dated  bool
	limit  int // of the account, as the last answer told
}

// New returns a client; it sends nothing yet. Its errors are ErrSettings.
func New(o Options) (*Client, error) {
	base, err := url.Parse(o.Base)
	if err != nil || base.Host == "" || base.User != nil || base.Scheme != "https" && base.Scheme != "http" {
		return nil, fmt.Errorf("%w: url: write the address of %s, as https://help.example.org", connectors.ErrSettings, o.Product)
	}
	if base.Scheme == "http" && !loopback(base.Hostname()) {
		return nil, fmt.Errorf("%w: url: %s is asked over https only; without it, everybody on the way could read", connectors.ErrSettings, o.Product)
	}
	o.Base = strings.TrimRight(o.Base, "/")
	if o.Connections <= 0 {
		o.Connections = 4
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	if o.Transport == nil {
		o.Transport = transport(o.Connections)
	}
	c := &Client{o: o, base: base, gate: newGate(o.Connections), session: newSession()}
	c.http = &http.Client{Transport: o.Transport, CheckRedirect: c.redirect}
	if o.PerMinute > 0 {
		c.budget = rate.NewLimiter(rate.Limit(float64(o.PerMinute)/60), max(1, o.PerMinute/60))
	}
	return c, nil
}

// Do sends the request and reads the answer. If into is not nil the body is
// decoded into it as JSON, whose numbers stay as they are written when into
// holds them as any or json.Number.
//
// Errors: connectors.ErrNotFound for 404 and 410, ErrDenied for 401 and 403,
// *connectors.RateLimited for 429, and ErrUnavailable for anything that leaves
// open whether the request took effect, or is no answer of the API: a body cut
// off, HTML also with 404. ErrSettings: what no waiting mends, as a certificate
// or a redirect to elsewhere. Every answer of the API with another status is a
// *Status too, which also matches ErrRejected for 400, 409, 412, 413, 415 and 422.
//
// What may be sent again is, a few times: GET and what is Repeatable after an
// error of the server or the connection, everything after 429 and after a session
// that had ended. It then took no effect.
func (c *Client) Do(ctx context.Context, r Request, into any) (*Response, error) {
	return persist(ctx, c, r, func(res *http.Response) (*Response, error) {
		defer res.Body.Close()
		body, err := readAll(ctx, r.Name, res)
		if err != nil {
			return nil, err
		}
		answer := &Response{Status: res.StatusCode, Header: res.Header, Body: body}
		return answer, decode(r.Name, answer, into)
	})
}

// Stream sends the request and returns the body of its answer, for large files.
// The caller reads and closes it before he asks for anything else: until then it
// is one of the requests that are under way.
func (c *Client) Stream(ctx context.Context, r Request) (io.ReadCloser, error) {
	return persist(ctx, c, r, func(res *http.Response) (io.ReadCloser, error) {
		return &stream{res.Body, ctx, r.Name}, nil
	})
}

// Plain sends a request without waiting for a login: for Options.Login itself.
// It returns answers of any status, and sends nothing again.
func (c *Client) Plain(ctx context.Context, r Request) (*Response, error) {
	res, err := c.exchange(ctx, r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := readAll(ctx, r.Name, res)
	return &Response{Status: res.StatusCode, Header: res.Header, Body: body}, err
}

// PerMinute is how many requests the account answers in a minute, as the last answer
// told; 0 if none did.
func (c *Client) PerMinute() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// ServerTime is the help desk's clock, by the Date of its last answer; zero
// before the first.
func (c *Client) ServerTime() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.dated {
		return time.Time{}
	}
	return time.Now().Add(c.ahead)
}
