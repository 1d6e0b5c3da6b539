package audit

import (
	"context"
	"errors"
	"iter"
)

// ErrExists: the shard has a bundle at that place already. Bundles are
// immutable.
var ErrExists = errors.New("audit: bundle exists")

// A Store keeps the bundles of shards as they were given to it. The place of a
// bundle is the lock: of two writers one gets ErrExists.
type Store interface {
	// Put stores the bundle at seq, counted from 1, whole and durably before it
	// returns nil. It returns ErrExists if there is one. After any other error it
	// may be there or not.
	Put(ctx context.Context, shard string, seq int, bundle []byte) error

	// Read goes over the bundles of the shard that is called prefix and of all
	// that stand below it ("m1/r1" takes "m1/r1/load-7" and not "m1/r10"; "" takes
	// all), by shard and seq, read strongly.
	Read(ctx context.Context, prefix string) iter.Seq2[Stored, error]
}

// Stored is a bundle as it lies in a Store.
type Stored struct {
	Shard string
	Seq   int
	Bytes []byte
}
