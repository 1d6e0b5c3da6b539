// Package keyring holds the keys of migrations, each behind the one right that a
// step needs.
//
// A run has two sides, [Raw] and [Clean], and for each a pair of keys. Whoever
// writes holds the public half ([Sealer]); only anonymize opens raw, only load
// and verify open clean ([Opener]). Deleting a side's row ([Forgetter]) makes
// everything that was sealed to it unreadable for good: nothing is derived,
// nothing is backed up. The private half lies in its row wrapped by the local
// key or by KMS, bound to its [Scope].
//
// A migration has an index key besides ([Indexer]) for references, markers and
// digests, and a pseudonym key ([Pseudonymizer]); both die at close.
//
// Cryptography is Tink's: HPKE for the sides, AES-SIV for references, HMAC for
// markers, digests and pseudonyms.
//
// A [Ring] holds all rights over its [Rows]; [NewSealer], [NewOpener] and so on
// give one alone. Rows lie in SQLite or in DynamoDB, and the key that wraps
// their private halves is a local one or one of KMS: the suites of keyringtest
// hold both to the same promises.
package keyring

import (
	"context"
	"errors"
)

// ErrForgotten is returned for a key that was destroyed, or never made.
var ErrForgotten = errors.New("keyring: the key is destroyed or was never made")

// ErrRefused: the sealed bytes were not sealed to this scope under this label,
// or have been changed.
var ErrRefused = errors.New("keyring: sealed for another scope or label, or changed")

// A Side is one of the two ends of staging.
type Side string

const (
	Raw   Side = "raw"   // as extracted
	Clean Side = "clean" // what passed the policy
)

// A Scope says whose key it is. It is the encryption context under which the
// private half is wrapped (KMS calls it so).
type Scope struct {
	Tenant    string
	Migration string
	Run       string
	Side      Side
}

// A Maker makes keys at the start of a run.
type Maker interface {
	// Make makes the pair of the scope. It does nothing where there is one already
	// and returns ErrForgotten where there was one that was destroyed.
	Make(ctx context.Context, s Scope) error
}

// A Sealer seals to a side; it needs the public half only.
type Sealer interface {
	// Seal seals a short secret, such as the key of a segment. The label says what
	// it is the key of, and Open wants the same one. It returns ErrForgotten once
	// the side is destroyed.
	Seal(ctx context.Context, s Scope, secret, label []byte) (sealed []byte, err error)
}

// An Opener opens what was sealed to a side.
type Opener interface {
	// Open returns ErrForgotten once the side's private key has been destroyed, and
	// ErrRefused for another scope or label or changed bytes.
	Open(ctx context.Context, s Scope, sealed, label []byte) (secret []byte, err error)
}

// A Forgetter destroys keys.
type Forgetter interface {
	// Forget destroys the scope's pair: no byte of it is left in the store when it
	// returns. A tombstone stays, so that Make can't bring the scope back.
	Forget(ctx context.Context, s Scope) error
	// ForgetMigration destroys index and pseudonym key and all sides of a migration.
	ForgetMigration(ctx context.Context, tenant, migration string) error
}

// An Indexer gives the index of a migration, made at the first call. Whoever has
// an Index keeps it in memory: after ForgetMigration nobody is given it any more.
type Indexer interface {
	Index(ctx context.Context, tenant, migration string) (Index, error)
}

// An Index turns source keys into what may stand in a ledger or a target.
type Index interface {
	// Ref is the reference of a source key: the same for the same kind and key,
	// meaningless without the index key (AES-SIV; URL-safe text).
	Ref(kind, key string) string
	// KeyOf is the inverse of Ref, for those who must look at the source's record
	// again; ErrRefused for what is no reference of that kind in this migration.
	KeyOf(kind, ref string) (key string, err error)
	// Marker is what a record carries in the target: Prefix and 128 bits of HMAC
	// over the ref, 35 lower-case letters and digits in all.
	Marker(ref string) string
	// Prefix starts every marker of this migration and no other's: "sc" and 32
	// bits of HMAC.
	Prefix() string
	// Digest is an HMAC of content: equal contents compare, guessing one is no use
	// without the key.
	Digest(content []byte) string
}

// A Pseudonymizer gives the pseudonyms of a migration.
type Pseudonymizer interface {
	Pseudonyms(ctx context.Context, tenant, migration string) (Pseudonyms, error)
}

// Pseudonyms maps canonical forms of identities to stable random-looking bytes.
type Pseudonyms interface {
	// Of returns 16 bytes that depend on the kind of identity, its canonical form
	// and the migration's key only.
	Of(kind, canonical string) [16]byte
}
