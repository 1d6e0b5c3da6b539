// Package staging keeps what is under way between source and target: segments
// of records and the bytes of attachments, always sealed.
//
// A [Store] keeps objects that are written once, whole or not at all. What it is
// given is ciphertext already: [WriteSegment], [ReadSegment], [WriteBlob] and
// [OpenBlob] seal and open on the way, so that no adapter ever sees content.
package staging

import (
	"context"
	"errors"
	"io"
	"iter"
)

var (
	// ErrExists: an object of that name is there already. Objects are immutable.
	ErrExists = errors.New("staging: object exists")
	// ErrNotFound: there is no such object.
	ErrNotFound = errors.New("staging: no such object")
	// ErrCorrupt: the object is not what was written under this label: cut short,
	// changed, or put in another's place.
	ErrCorrupt = errors.New("staging: object is corrupt")
)

// A Store keeps immutable objects under names such as
// "m1/r0001/raw/ticket-000012-5f3a". Names hold no content.
type Store interface {
	// Put writes a new object of what write writes, which it calls once at most. The
	// object appears whole, and durable, when Put returns nil, and not at all when
	// write or the storage fails. It returns ErrExists for a name that is taken, and
	// an error of write as it is, or wrapped.
	Put(ctx context.Context, name string, write func(io.Writer) error) error

	// Open reads an object from its start, or returns ErrNotFound.
	Open(ctx context.Context, name string) (io.ReadCloser, error)

	// List lists the objects whose names start with the prefix, by name.
	List(ctx context.Context, prefix string) iter.Seq2[Object, error]

	// Delete removes objects for good; those that are not there are no error.
	Delete(ctx context.Context, names ...string) error
}

// An Object is one entry of a List.
type Object struct {
	Name string
	Size int64 // bytes
}
