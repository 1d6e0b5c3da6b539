package workflow

import (
	"context"
	"io"
	"time"
)

// Objects holds what distributed Map states read and write: a bucket of S3, or a
// folder.
type Objects interface {
	// Get opens an object. Any error is States.ItemReaderFailed.
	Get(ctx context.Context, bucket, key string) (io.ReadCloser, error)

	// Put writes an object, over an older one of the same key. Any error is
	// States.ResultWriterFailed.
	Put(ctx context.Context, bucket, key string, body []byte) error

	// List lists the objects whose key begins with prefix, in the order of their keys.
	List(ctx context.Context, bucket, prefix string) ([]Object, error)
}

// An Object is what a listing says of one object.
type Object struct {
	Key      string
	Size     int64
	ETag     string
	Modified time.Time
}
