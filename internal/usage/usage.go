// Package usage counts what one invocation of a step asks of others: requests to
// help desks, calls to services of the cloud, units that those bill.
//
// Whoever starts an invocation puts a [Counter] into its context; whoever asks
// somebody counts there, and needs to know neither who reads it nor whether there
// is one. The names are those of the bill:
//
//	service         operation
//	desk            Request: one HTTP request to a source or a target; Throttled:
//	                one that it put off by 429
//	internet        Bytes: sent with it, where their number is known
//	s3, kms, ...    the name of the API's operation, as PutObject or Decrypt
//	dynamodb        the name of the operation; besides, WriteUnits and ReadUnits
//	                as ConsumedCapacity gives them
package usage

import (
	"context"
	"maps"
	"sync"
	"time"
)

// What is counted beside the operations of APIs.
const (
	Desk       = "desk"
	Request    = "Request"
	Throttled  = "Throttled"
	Internet   = "internet"
	Bytes      = "Bytes"
	DynamoDB   = "dynamodb"
	WriteUnits = "WriteUnits"
	ReadUnits  = "ReadUnits"
)

// Counts are numbers by "service.operation".
type Counts map[string]int64

// Of is the number of one operation.
func (c Counts) Of(service, operation string) int64 { return c[service+"."+operation] }

// Plus is the sum of two counts.
func (c Counts) Plus(more Counts) Counts {
	sum := maps.Clone(c)
	if sum == nil {
		sum = Counts{}
	}
	for name, n := range more {
		sum[name] += n
	}
	return sum
}

// A Counter counts for one invocation, from any of its goroutines.
type Counter struct {
	mu      sync.Mutex
	counts  Counts
	started time.Time
	taken   Counts
	until   time.Time // what came before was taken
}

type key struct{}

// With starts a counter and gives the context that carries it; where one counts
// already, that one.
func With(ctx context.Context) (context.Context, *Counter) {
	if c := From(ctx); c != nil {
		return ctx, c
	}
	now := time.Now()
	c := &Counter{started: now, until: now, counts: Counts{}, taken: Counts{}}
	return context.WithValue(ctx, key{}, c), c
}

// From returns the context's counter. Where there is none it returns nil, which
// counts nothing and has counted nothing.
func From(ctx context.Context) *Counter {
	c, _ := ctx.Value(key{}).(*Counter)
	return c
}

// Count adds n to an operation of the context's counter.
func Count(ctx context.Context, service, operation string, n int64) {
	c := From(ctx)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[service+"."+operation] += n
}

// Counts is what was counted so far.
func (c *Counter) Counts() Counts {
	if c == nil {
		return Counts{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}

// Take is what was counted, and how much time went by, since it was last taken:
// so that several who share an invocation share what it takes.
func (c *Counter) Take() (Counts, time.Duration) {
	if c == nil {
		return nil, 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	more, now := Counts{}, time.Now()
	for name, n := range c.counts {
		if n != c.taken[name] {
			more[name] = n - c.taken[name]
		}
	}
	elapsed := now.Sub(c.until)
	c.taken, c.until = maps.Clone(c.counts), now
	return more, elapsed
}

// Elapsed is how long the invocation has run; 0 where nobody counts.
func (c *Counter) Elapsed() time.Duration {
	if c == nil {
		return 0
	}
	return time.Since(c.started)
}
