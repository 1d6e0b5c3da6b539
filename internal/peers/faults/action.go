package faults

import (
	"net/http"
	"strconv"
	"time"
)

// An Action decides what becomes of a request. The ones of this package are made
// of what an [Exchange] can do; a test may write its own.
type Action func(*Exchange)

// An Answer is what comes back for a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// An Exchange is one request in the proxy's hands.
type Exchange struct {
	proxy   *Proxy
	w       http.ResponseWriter
	request *http.Request
	body    []byte
	record  *Request
}

// Forward forwards the request and returns the help desk's answer; 502 if there
// was none.
func (x *Exchange) Forward() Answer {
	a, err := x.proxy.send(x.request, x.body)
	if err != nil {
		a = Answer{Status: http.StatusBadGateway}
	}
	x.proxy.forwarded(x, a)
	return a
}

// Reply answers the request.
func (x *Exchange) Reply(a Answer) {
	x.head(a)
	_, _ = x.w.Write(a.Body)
}

func (x *Exchange) head(a Answer) {
	h := x.w.Header()
	for name, values := range a.Header {
		h[name] = values
	}
	for _, name := range []string{"Connection", "Transfer-Encoding", "Keep-Alive"} {
		h.Del(name)
	}
	if x.request.Method != http.MethodHead && a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	x.proxy.answered(x.record, a.Status)
	x.w.WriteHeader(a.Status)
}

// Drop closes the connection without another byte. It does not return.
func (x *Exchange) Drop() { panic(http.ErrAbortHandler) }

// Forward forwards and answers what the help desk says: no fault at all.
func Forward(x *Exchange) { x.Reply(x.Forward()) }

// Refuse answers with a status and never forwards: nothing was done. Header is
// in pairs: Refuse(429, "Retry-After", "2").
func Refuse(status int, header ...string) Action {
	return func(x *Exchange) { x.Reply(stub(status, header)) }
}

// Lie forwards and answers with another status: it was done all the same.
func Lie(status int, header ...string) Action {
	return func(x *Exchange) {
		x.Forward()
		x.Reply(stub(status, header))
	}
}

func stub(status int, header []string) Answer {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return Answer{status, h, []byte(`{"message":"by plan"}`)}
}

// Page answers 200 with a web page and never forwards.
func Page(x *Exchange) {
	x.Reply(Answer{http.StatusOK, http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		[]byte("<!DOCTYPE html><html><body><h1>Back soon</h1></body></html>")})
}

// Cut forwards and ends the connection in the middle of the answer's body.
func Cut(x *Exchange) {
	a := x.Forward()
	x.head(a)
	_, _ = x.w.Write(a.Body[:len(a.Body)/2])
	_ = http.NewResponseController(x.w).Flush()
	x.Drop()
}

// Drop ends the connection and never forwards.
func Drop(x *Exchange) { x.Drop() }

// Swallow forwards and ends the connection instead of the answer.
func Swallow(x *Exchange) {
	x.Forward()
	x.Drop()
}

// Again answers as to the request before of the same method and path, whatever
// its query: a page that comes twice. The first is forwarded.
func Again(x *Exchange) {
	if a, ok := x.proxy.before(x); ok {
		x.Reply(a)
		return
	}
	Forward(x)
}

// Delay waits before the action.
func Delay(d time.Duration, act Action) Action {
	return func(x *Exchange) {
		time.Sleep(d)
		act(x)
	}
}

// Call calls a function before the action: one that kills the sender, or takes a
// right away.
func Call(f func(), act Action) Action {
	return func(x *Exchange) {
		f()
		act(x)
	}
}

// Done forwards, calls a function, and answers: if that killed the sender, the
// help desk did what it was asked and nobody knows.
func Done(f func()) Action {
	return func(x *Exchange) {
		a := x.Forward()
		f()
		x.Reply(a)
	}
}

// Late calls a function, such as one that kills the sender, or none if nil; ends
// the connection; and forwards the request all the same, so much later. [Proxy.Close]
// and [Proxy.Settle] wait for it.
func Late(d time.Duration, f func()) Action {
	return func(x *Exchange) {
		if f != nil {
			f()
		}
		x.proxy.hold(1)
		go func() {
			defer x.proxy.hold(-1)
			time.Sleep(d)
			x.Forward()
		}()
		x.Drop()
	}
}
