package faults

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// A Request is one that came to the proxy.
type Request struct {
	Method  string
	Path    string // its pattern: "/issues/#.json"
	Size    int    // of its body in bytes
	At      time.Time
	Took    time.Duration // until it was answered; 0: never
	Status  int           // that the sender got; 0: none
	Reached bool          // the help desk got it and answered

	// What follows is kept after Keep only.
	URI    string
	Header http.Header
	Body   []byte
}

// Writes reports whether the request was to change something.
func (r Request) Writes() bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

// To is the request as it was sent, to the help desk at the address.
func (r Request) To(ctx context.Context, base string) (*http.Request, error) {
	q, err := http.NewRequestWithContext(ctx, r.Method, base+r.URI, bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	q.Header = r.Header.Clone()
	return q, nil
}

// Keep makes the proxy keep requests whole from now on.
func (p *Proxy) Keep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep = true
}

// Requests lists what came since the last Forget, in the order of arrival.
func (p *Proxy) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]Request, len(p.requests))
	for i, r := range p.requests {
		all[i] = *r
	}
	return all
}

// Writes counts the requests since the last Forget that were to change something.
func (p *Proxy) Writes() int {
	return len(slices.DeleteFunc(p.Requests(), func(r Request) bool { return !r.Writes() }))
}

// Forget forgets the requests until now.
func (p *Proxy) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = nil
}

// Settle waits until everything that was to be forwarded late has been.
func (p *Proxy) Settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.late > 0 {
		p.settled.Wait()
	}
}

// hold counts what is still to be forwarded.
func (p *Proxy) hold(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late += n
	p.settled.Broadcast()
}

// varying is what differs between paths of the same kind: ids and tokens.
var varying = regexp.MustCompile(`[0-9a-f]{16,}|[0-9]+`)

func (p *Proxy) record(q *http.Request, body []byte) *Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &Request{Method: q.Method, Path: varying.ReplaceAllString(q.URL.Path, "#"), Size: len(body), At: time.Now()}
	if p.keep {
		r.URI, r.Header, r.Body = q.URL.RequestURI(), q.Header.Clone(), body
	}
	p.requests = append(p.requests, r)
	return r
}

// forwarded keeps an answer for Again.
func (p *Proxy) forwarded(x *Exchange, a Answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.record.Reached = a.Status != http.StatusBadGateway
	p.last[x.request.Method+" "+x.request.URL.Path] = a
}

func (p *Proxy) before(x *Exchange) (Answer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.last[x.request.Method+" "+x.request.URL.Path]
	return a, ok
}

func (p *Proxy) answered(r *Request, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.Status, r.Took = status, time.Since(r.At)
}
