package calls

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
)

// A Recorder stands in front of one emulator, on a port of its own of 127.0.0.1.
// It is for use by many at once.
type Recorder struct {
	URL string

	target *url.URL
	server *httptest.Server
	out    *http.Transport

	mu      sync.Mutex
	calls   []*Call
	needles *Needles
	leaks   []Leak
}

// A Leak is a call of a function whose body held a needle, in the clear.
type Leak struct {
	Function, Operation string
	Needle              string // as it was given to Forbid
}

// Start starts a recorder in front of the address. Who starts it closes it.
func Start(target string) *Recorder {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		panic("calls: no address: " + target)
	}
	r := &Recorder{target: u, out: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	r.server = httptest.NewServer(r)
	r.URL = r.server.URL
	return r
}

// Close ends the recorder.
func (r *Recorder) Close() {
	r.server.CloseClientConnections()
	r.server.Close()
	r.out.CloseIdleConnections()
}

// Forbid names what no function may send from now on.
func (r *Recorder) Forbid(needles []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.needles = NewNeedles(needles)
}

// Leaks lists the calls that held what was forbidden.
func (r *Recorder) Leaks() []Leak {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.leaks)
}

// Calls lists what was called since the last Forget, in the order of arrival.
func (r *Recorder) Calls() []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]Call, len(r.calls))
	for i, c := range r.calls {
		all[i] = *c
	}
	return all
}

// Forget forgets the calls until now.
func (r *Recorder) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = nil
}

// ServeHTTP records a request and forwards it. The caller's death does not end
// what AWS has been asked to do.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller died in the middle: so does the request
	}
	c := read(q, body)
	r.took(c, body)
	out := q.Clone(context.WithoutCancel(q.Context()))
	out.URL.Scheme, out.URL.Host, out.RequestURI = r.target.Scheme, r.target.Host, ""
	out.Body, out.ContentLength, out.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	res, err := r.out.RoundTrip(out)
	if err != nil {
		r.answered(c, http.StatusBadGateway, 0)
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.StatusCode)
	n, _ := io.Copy(w, res.Body)
	r.answered(c, res.StatusCode, int(n))
}

func (r *Recorder) took(c *Call, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
	if c.Function == "" || r.needles == nil {
		return
	}
	for _, n := range r.needles.In(body) {
		r.leaks = append(r.leaks, Leak{c.Function, c.Service + ":" + c.Operation, n})
	}
}

func (r *Recorder) answered(c *Call, status, size int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.Status, c.Received = status, size
}
