package faults

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Rule says what becomes of some requests.
type Rule struct {
	Method string // "POST", or some: "POST|PUT"; empty: any
	Path   string // regular expression that fits in the path; empty: any
	// Nth of the requests that fit, from 1; 0: all of them. With Times as many from
	// the Nth on.
	Nth, Times int
	Act        Action
}

// A Proxy stands in front of one help desk, on a port of its own of 127.0.0.1.
// Without rules it forwards. It is for use by many at once.
type Proxy struct {
	URL string

	target *url.URL
	server *httptest.Server
	out    http.RoundTripper

	mu       sync.Mutex
	settled  *sync.Cond
	late     int // requests that are still to be forwarded
	rules    []*planned
	requests []*Request
	keep     bool
	last     map[string]Answer // by method and path
}

// planned is a rule and how many requests have fitted it.
type planned struct {
	Rule
	path *regexp.Regexp
	seen int
}

// Start starts a proxy in front of the address. Who starts it closes it.
func Start(target string) *Proxy {
	p := newProxy(target)
	p.server.Start()
	p.URL = p.server.URL
	return p
}

// StartTLS starts one that speaks TLS, with a certificate that nobody trusts.
func StartTLS(target string) *Proxy {
	p := newProxy(target)
	p.server.StartTLS()
	p.URL = p.server.URL
	return p
}

// newProxy panics for an address that is none: it stands in the test.
func newProxy(target string) *Proxy {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		panic("faults: no address: " + target)
	}
	p := &Proxy{target: u, last: map[string]Answer{}, out: &http.Transport{
		DisableCompression: true, MaxIdleConnsPerHost: 32, IdleConnTimeout: 500 * time.Millisecond}}
	p.settled = sync.NewCond(&p.mu)
	p.server = httptest.NewUnstartedServer(p)
	p.server.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // HTTP/2 has no connection to close
	return p
}

// Plan puts the rules in the place of those before; their counts start at 0. The
// first rule that is due acts.
func (p *Proxy) Plan(rules ...Rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
	for _, r := range rules {
		p.rules = append(p.rules, &planned{Rule: r, path: regexp.MustCompile(r.Path)})
	}
}

// Unmet lists the rules that have not acted as often as they were to: a test of
// a fault that never happened proves nothing.
func (p *Proxy) Unmet() (rules []Rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rules {
		if r.seen < max(1, r.Nth+max(r.Times, 1)-1) {
			rules = append(rules, r.Rule)
		}
	}
	return rules
}

// Close ends the proxy, after what it still has to forward.
func (p *Proxy) Close() {
	p.Settle()
	p.server.CloseClientConnections()
	p.server.Close()
	p.out.(*http.Transport).CloseIdleConnections()
}

func (r *planned) fits(q *http.Request) bool {
	return (r.Method == "" || slices.Contains(strings.Split(r.Method, "|"), q.Method)) && r.path.MatchString(q.URL.Path)
}

func (r *planned) due() bool {
	return r.Nth == 0 || r.seen >= r.Nth && r.seen < r.Nth+max(r.Times, 1)
}

// action counts the request and finds what is to become of it.
func (p *Proxy) action(q *http.Request) (act Action) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rules {
		if r.fits(q) {
			if r.seen++; act == nil && r.due() {
				act = r.Act
			}
		}
	}
	if act == nil {
		return Forward
	}
	return act
}

// ServeHTTP takes a request. A connection whose sender is gone does not end what
// is being forwarded: the help desk would go on too.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the sender died in the middle: so does the request
	}
	x := &Exchange{proxy: p, w: w, request: q.Clone(context.WithoutCancel(q.Context())), body: body, record: p.record(q, body)}
	p.action(q)(x)
}

// send forwards a request. Host and Referer are the help desk's own, for which
// RT looks.
func (p *Proxy) send(q *http.Request, body []byte) (Answer, error) {
	out := q.Clone(q.Context())
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = p.target.Scheme, p.target.Host, p.target.Host, ""
	out.URL.Path, out.URL.RawPath = p.target.Path+q.URL.Path, ""
	if raw := q.URL.EscapedPath(); raw != q.URL.Path {
		out.URL.RawPath = p.target.EscapedPath() + raw
	}
	for _, name := range []string{"Referer", "Origin"} {
		if at := out.Header.Get(name); at != "" {
			out.Header.Set(name, strings.Replace(at, p.URL, p.target.Scheme+"://"+p.target.Host, 1))
		}
	}
	out.Header.Del("Connection")
	out.Body, out.ContentLength, out.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	if len(body) == 0 {
		out.Body = http.NoBody
	}
	res, err := p.out.RoundTrip(out)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, res.Header, text}, err
}
