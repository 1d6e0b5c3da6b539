package api

import (
	"sync"
	"time"
)

// Counted remembers what takes long to count. It is good for twenty times as long as
// the counting took, so that a page which looks every few seconds costs next to
// nothing, whatever is counted. The zero Counted is empty.
type Counted[K comparable, V any] struct {
	mu    sync.Mutex
	known map[K]counted[V]
}

type counted[V any] struct {
	what  V
	until time.Time
}

// maxCounted keeps a process that lives for days from remembering all it ever counted.
const maxCounted = 1000

// Of returns what is known under the key, or counts it anew. Nobody else waits for
// that.
func (c *Counted[K, V]) Of(key K, count func() (V, error)) (V, error) {
	c.mu.Lock()
	known := c.known[key]
	c.mu.Unlock()
	began := time.Now()
	if began.Before(known.until) {
		return known.what, nil
	}
	what, err := count()
	if err != nil {
		return what, err
	}
	end := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxCounted {
		c.known = map[K]counted[V]{}
	}
	c.known[key] = counted[V]{what, end.Add(20 * end.Sub(began))}
	return what, nil
}
