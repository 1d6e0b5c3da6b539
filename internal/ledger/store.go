package ledger

import (
	"context"
	"errors"
	"time"
)

// Limits of one Commit and of one row: DynamoDB's, for both adapters, less what
// it counts for the names of attributes
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
const (
	MaxChanges     = 100
	MaxRowBytes    = 400<<10 - 100          // both parts of the key, and the data
	MaxCommitBytes = 4<<20 - 100*MaxChanges // of all changes together
)

var (
	// ErrConflict: a condition of a Commit did not hold; nothing was changed.
	ErrConflict = errors.New("ledger: somebody else was first")
	// ErrTooLarge: a Commit or a row is beyond the limits; nothing was changed.
	ErrTooLarge = errors.New("ledger: too much for one commit")
	// ErrInvalid: what was asked for makes no sense, such as a key that stands
	// twice in a Commit; nothing was changed.
	ErrInvalid = errors.New("ledger: not a valid request")
)

// A Store keeps small rows under a partition and a sort key and changes them
// all or none. It knows nothing of what they mean.
type Store interface {
	// Get returns the rows of the keys, in their order, each read strongly but not
	// all at one moment. A row that is not there has Version 0 and no Data.
	Get(ctx context.Context, keys ...Key) ([]Row, error)

	// List returns up to limit rows of a partition whose sort keys start with the
	// prefix and come after the one given, in byte order of the sort key, read
	// strongly. Fewer than limit are the last.
	List(ctx context.Context, partition, prefix, after string, limit int) ([]Row, error)

	// Commit makes the changes, all of them or none, durably before it returns. It
	// returns ErrConflict if one's Expect does not hold, and ErrInvalid if a key
	// stands twice.
	Commit(ctx context.Context, changes ...Change) error

	// Each makes the changes one by one, in any order and durably before it returns,
	// for half of what Commit costs at AWS. It returns ErrConflict if one's Expect
	// does not hold; any of the others may have been made then, as after every error
	// but ErrInvalid and ErrTooLarge, whose limits are those of Commit.
	Each(ctx context.Context, changes ...Change) error
}

// A Key names a row.
type Key struct{ Partition, Sort string }

// A Row is what stands under a key. Version counts its changes from 1; a row
// that was deleted and made anew counts from 1 again.
type Row struct {
	Key
	Version int64
	Data    []byte
}

// A Change puts, deletes or only checks one row.
type Change struct {
	Key
	// Expect is the version that the row must have: 0 for none, Any for whichever.
	Expect int64
	Data   []byte
	Delete bool
	// Expires lets the store drop the row at some time after it, or never; whoever
	// reads the row has to look for himself. Zero is for rows that stay.
	Expires time.Time
	// Check changes nothing; it makes the Commit depend on Expect, as on the
	// version of a lease.
	Check bool
}

// Any is the Expect of a change without a condition.
const Any int64 = -1
