package keyring

import "context"

// Rows is where key pairs lie: the public half in the clear, the private one
// wrapped. It knows nothing of what they are.
//
// An adapter promises that an erased row is gone: no backup, no stream, no
// point-in-time recovery, no free page of a file holds it. What stays is a
// tombstone of the name alone.
type Rows interface {
	PublicRows
	WrappedRows

	// Put stores a pair, durably before it returns. It does nothing where the
	// scope has a pair already, and returns ErrForgotten where it, or the whole
	// migration, was erased. A key that has no public half leaves it empty.
	Put(ctx context.Context, s Scope, public, wrapped []byte) error

	// Erase destroys the scope's pair; it is no error if there is none.
	Erase(ctx context.Context, s Scope) error

	// EraseMigration destroys all pairs of a migration, also those that somebody
	// puts while it is at work.
	EraseMigration(ctx context.Context, tenant, migration string) error
}

// PublicRows is the part of Rows that a Sealer needs. Where the store can tell
// columns apart (DynamoDB: dynamodb:Attributes), its role reads no more.
type PublicRows interface {
	// Public reads the public half strongly, or returns ErrForgotten.
	Public(ctx context.Context, s Scope) ([]byte, error)
}

// WrappedRows is the part of Rows that an Opener needs.
type WrappedRows interface {
	// Wrapped reads the wrapped private half strongly, or returns ErrForgotten.
	Wrapped(ctx context.Context, s Scope) ([]byte, error)
}
