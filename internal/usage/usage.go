// Package usage counts what one invocation of a step asks of others: requests to
// help desks, calls to services of the cloud, units that those bill.
//
// Whoever starts an invocation puts a [Counter] into its context; whoever asks
// somebody counts there, and needs to know neither who reads it nor whether there
// is one. The names are those of the bill:
//
//	service         operation
//	desk            Request: one HTTP request to a source or a target
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
	started time.Time
	mu      sync.Mutex
	counts  Counts
}

type key struct{}

// With starts a counter and gives the context that carries it.
func With(ctx context.Context) (context.Context, *Counter) {
	c := &Counter{started: time.Now(), counts: Counts{}}
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

// Elapsed is how long the invocation has run; 0 where nobody counts.
func (c *Counter) Elapsed() time.Duration {
	if c == nil {
		return 0
	}
	return time.Since(c.started)
}
