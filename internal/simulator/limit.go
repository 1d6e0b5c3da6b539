package simulator

import (
	"sync"
	"time"
)

// A Limit is how many requests a platform answers in a time.
type Limit struct {
	Most int
	Per  time.Duration
}

// A Limiter counts requests in windows of fixed length: the first request opens
// one, and when it is over the count starts anew.
type Limiter struct {
	clock *Clock

	mu      sync.Mutex
	windows map[string]*window
}

type window struct {
	ends time.Time
	used int
}

// NewLimiter returns a limiter that goes by the clock.
func NewLimiter(c *Clock) *Limiter { return &Limiter{clock: c, windows: map[string]*window{}} }

// Taken says how a request fared.
type Taken struct {
	OK        bool
	Remaining int
	Resets    time.Duration // until the window ends
}

// Take counts one request for whatever the name stands for. One that is beyond
// the limit is not counted.
func (l *Limiter) Take(name string, limit Limit) Taken {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windows[name]
	if w == nil || !now.Before(w.ends) {
		w = &window{ends: now.Add(limit.Per)}
		l.windows[name] = w
	}
	t := Taken{OK: w.used < limit.Most, Resets: w.ends.Sub(now)}
	if t.OK {
		w.used++
	}
	t.Remaining = max(0, limit.Most-w.used)
	return t
}
