package metertest

import (
	"context"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A ring is every right over keys.
type ring interface {
	keyring.Maker
	keyring.Sealer
	keyring.Opener
	keyring.Forgetter
	keyring.Indexer
	keyring.Pseudonymizer
}

// Keys counts at the keyring. Each use reads its row; what a process opened stays
// open in it, so that a call of KMS is counted once.
func (m *Meter) Keys(r ring) *Keys { return &Keys{ring: r, m: m, open: map[string]bool{}} }

// Keys are a keyring that counts.
type Keys struct {
	ring
	m    *Meter
	open map[string]bool
}

func (k *Keys) rows(n int, wraps ...string) {
	k.m.mu.Lock()
	defer k.m.mu.Unlock()
	for range n {
		k.m.dynamo("GetItem", 0, 1)
	}
	for _, w := range wraps {
		if !k.open[w] {
			k.m.count("kms", "Decrypt", 1)
		}
		k.open[w] = true
	}
}

// Seal reads the public half.
func (k *Keys) Seal(ctx context.Context, s keyring.Scope, secret, label []byte) ([]byte, error) {
	k.rows(1)
	return k.ring.Seal(ctx, s, secret, label)
}

// Open reads the private half.
func (k *Keys) Open(ctx context.Context, s keyring.Scope, sealed, label []byte) ([]byte, error) {
	k.rows(1, s.String())
	return k.ring.Open(ctx, s, sealed, label)
}

// Index reads the keys of references and of digests.
func (k *Keys) Index(ctx context.Context, tenant, migration string) (keyring.Index, error) {
	k.rows(2, "refs", "digests")
	return k.ring.Index(ctx, tenant, migration)
}

// Pseudonyms reads the key of pseudonyms.
func (k *Keys) Pseudonyms(ctx context.Context, tenant, migration string) (keyring.Pseudonyms, error) {
	k.rows(1, "pseudonyms")
	return k.ring.Pseudonyms(ctx, tenant, migration)
}

// Make wraps a pair and puts it under the condition that the migration is not
// erased: a transaction of a check and a put.
func (k *Keys) Make(ctx context.Context, s keyring.Scope) error {
	k.m.mu.Lock()
	k.m.count("kms", "Encrypt", 1)
	k.m.dynamo("TransactWriteItems", 4, 0)
	k.m.mu.Unlock()
	return k.ring.Make(ctx, s)
}

// Forget overwrites a row.
func (k *Keys) Forget(ctx context.Context, s keyring.Scope) error {
	k.m.mu.Lock()
	k.m.dynamo("PutItem", 1, 0)
	k.m.mu.Unlock()
	return k.ring.Forget(ctx, s)
}
