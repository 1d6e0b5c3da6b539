package embedded

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// A workplace is a help desk in which agents of a test work: one in memory, or a
// simulated platform. Records are what agents see, as far as the test looks at it.
type workplace interface {
	Source() connectors.Source // as a new process opens it
	Target() connectors.Target
	Hook(memory.Hooks)
	Land() int // carries out what a request was late with

	Add(...helpdesk.Record) []string
	Edit(k helpdesk.Kind, id string, change func(*helpdesk.Record))
	Reply(ticket, text string) string
	Delete(k helpdesk.Kind, id string)
	Merge(k helpdesk.Kind, from, into string)
	IDs(k helpdesk.Kind) []string
	Records(k helpdesk.Kind) []helpdesk.Record
}

// patient is the clock of a bubble of testing/synctest, in which hours pass at once. It
// may be wrong.
type patient struct{ ahead atomic.Int64 }

func (p *patient) Now() time.Time       { return time.Now().Add(time.Duration(p.ahead.Load())) }
func (p *patient) skew(d time.Duration) { p.ahead.Add(int64(d)) }

func (p *patient) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A platform is the server of a simulated help desk, with a test's faults before it. It
// is reached without sockets, under an address of its own.
type platform struct {
	address string
	server  *http.Server
	calls   chan net.Conn

	mu    sync.Mutex
	hooks memory.Hooks
}

// platforms are those that are reached now, by address.
var (
	platforms sync.Map
	ports     atomic.Int64
)

func init() {
	// Connectors clone it.
	http.DefaultTransport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		p, ok := platforms.Load(address)
		if !ok {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
		here, there := net.Pipe()
		select {
		case p.(*platform).calls <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func serve(t *rapid.T, api http.Handler) *platform {
	p := &platform{address: fmt.Sprintf("127.0.0.1:%d", ports.Add(1)), calls: make(chan net.Conn)}
	platforms.Store(p.address, p)
	p.server = &http.Server{Handler: p.disturbed(api)}
	go func() { _ = p.server.Serve(p) }()
	t.Cleanup(p.stop)
	return p
}

// Accept, Close and Addr make it a listener.
func (p *platform) Accept() (net.Conn, error) {
	c, ok := <-p.calls
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p *platform) Close() error   { return nil }
func (p *platform) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// stop ends the server and all its connections.
func (p *platform) stop() {
	platforms.Delete(p.address)
	close(p.calls)
	_ = p.server.Close()
}

func (p *platform) Hook(h memory.Hooks) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hooks = h
}

// Land: nothing is late. A simulated platform that loses an answer did its work.
func (p *platform) Land() int { return 0 }

// disturbed asks the test's hooks before and after each request, and answers what they
// say as a platform would.
func (p *platform) disturbed(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		hooks := p.hooks
		p.mu.Unlock()
		op := memory.Operation{Name: memory.OpPage}
		switch r.Method {
		case http.MethodDelete:
			op.Name = memory.OpRemove
		case http.MethodPost, http.MethodPut:
			op.Name = memory.OpUpdate
		}
		if hooks.Before != nil {
			if err := hooks.Before(op); err != nil {
				refuse(w, err)
				return
			}
		}
		if hooks.After == nil {
			api.ServeHTTP(w, r)
			return
		}
		answer := &kept{header: http.Header{}}
		api.ServeHTTP(answer, r)
		if err := hooks.After(op); err != nil {
			panic(http.ErrAbortHandler) // a time-out after the work was done
		}
		answer.send(w)
	})
}

func refuse(w http.ResponseWriter, err error) {
	var limited *connectors.RateLimited
	switch {
	case errors.As(err, &limited):
		w.Header().Set("Retry-After", strconv.Itoa(int(limited.After.Seconds())))
		w.WriteHeader(http.StatusTooManyRequests)
	case errors.Is(err, connectors.ErrUnavailable):
		w.WriteHeader(http.StatusServiceUnavailable)
	default:
		panic(http.ErrAbortHandler)
	}
}

// kept is an answer that is not sent yet.
type kept struct {
	header http.Header
	status int
	body   []byte
}

func (k *kept) Header() http.Header { return k.header }
func (k *kept) WriteHeader(s int)   { k.status = s }
func (k *kept) Write(b []byte) (int, error) {
	k.body = append(k.body, b...)
	return len(b), nil
}

func (k *kept) send(w http.ResponseWriter) {
	for name, values := range k.header {
		w.Header()[name] = values
	}
	if k.status != 0 {
		w.WriteHeader(k.status)
	}
	_, _ = w.Write(k.body)
}

// settingsOf are those of a plan.
func settingsOf(text string) connectors.Settings {
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}
