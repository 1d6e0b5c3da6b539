package simulator

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

// An Effect is what a fault does to a request.
type Effect string

// Effects. All but Lose and Cut leave the platform as it was.
const (
	Refuse Effect = "refuse" // answers with Fault.Status, and nothing happens
	Drop   Effect = "drop"   // closes the connection, and nothing happens
	Lose   Effect = "lose"   // carries the request out and closes the connection: a time-out after the commit
	Cut    Effect = "cut"    // carries the request out and breaks off in the middle of the answer
)

// A Fault meets certain requests.
type Fault struct {
	Method string // empty: any
	Path   string // the beginning of the path; empty: any
	// When picks from the requests that fit; n counts them from 1. Nil: all.
	When   func(n int) bool
	Effect Effect
	Status int // of Refuse
	After  int // seconds of its Retry-After; 0: no such header
}

// Nth is a When for the nth request that fits.
func Nth(nth int) func(int) bool { return func(n int) bool { return n == nth } }

// Faults is a plan of faults.
type Faults struct {
	mu   sync.Mutex
	plan []*planned
}

type planned struct {
	Fault
	met int
}

// Add puts faults on the plan. Of several that fit a request the first counts.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range faults {
		f.plan = append(f.plan, &planned{Fault: x})
	}
}

// Clear takes all faults off the plan.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.plan = nil
}

// Wrap puts the plan in front of a platform.
func (f *Faults) Wrap(platform http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault, ok := f.meets(r)
		if !ok {
			platform.ServeHTTP(w, r)
			return
		}
		switch fault.Effect {
		case Refuse:
			if fault.After > 0 {
				w.Header().Set("Retry-After", strconv.Itoa(fault.After))
			}
			w.WriteHeader(fault.Status)
			return
		case Lose:
			platform.ServeHTTP(httptest.NewRecorder(), r)
		case Cut:
			whole := httptest.NewRecorder()
			platform.ServeHTTP(whole, r)
			half(w, whole)
		}
		panic(http.ErrAbortHandler)
	})
}

// half sends the first half of an answer that promises all of it.
func half(w http.ResponseWriter, whole *httptest.ResponseRecorder) {
	for name, values := range whole.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
}

func (f *Faults) meets(r *http.Request) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.plan {
		if p.Method != "" && p.Method != r.Method || !strings.HasPrefix(r.URL.Path, p.Path) {
			continue
		}
		if p.met++; p.When == nil || p.When(p.met) {
			return p.Fault, true
		}
	}
	return Fault{}, false
}
