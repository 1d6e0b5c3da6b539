package keyring

import (
	"bytes"
	"context"
	"sync"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// wrap encrypts a keyset under the wrapping key. The scope is its associated data
// (RFC 5116, section 2.1): a row that is copied into another's place, by someone
// who may write rows but open only one side, unwraps nowhere.
func wrap(ctx context.Context, key tink.AEADWithContext, s Scope, h *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	k := &keepsError{AEADWithContext: key}
	if err := h.WriteWithContext(ctx, keyset.NewBinaryWriter(&b), k, s.associated()); err != nil {
		return nil, k.or(err)
	}
	return b.Bytes(), nil
}

// unwrap is the inverse of wrap. It returns ErrRefused for bytes that are not
// what wrap wrote, and the wrapping key's own error if that fails.
func unwrap(ctx context.Context, key tink.AEADWithContext, s Scope, wrapped []byte) (*keyset.Handle, error) {
	k := &keepsError{AEADWithContext: key}
	r := keyset.NewBinaryReader(bytes.NewReader(wrapped))
	h, err := keyset.ReadWithContext(ctx, r, k, s.associated())
	if err != nil {
		return nil, k.or(ErrRefused)
	}
	return h, nil
}

// keepsError remembers the error of a wrapping key. Tink prints it into an error
// of its own, and callers could not tell a throttled KMS from a wrong key.
type keepsError struct {
	tink.AEADWithContext
	err error
}

func (k *keepsError) EncryptWithContext(ctx context.Context, plain, associated []byte) (b []byte, err error) {
	b, k.err = k.AEADWithContext.EncryptWithContext(ctx, plain, associated)
	return b, k.err
}

func (k *keepsError) DecryptWithContext(ctx context.Context, sealed, associated []byte) (b []byte, err error) {
	b, k.err = k.AEADWithContext.DecryptWithContext(ctx, sealed, associated)
	return b, k.err
}

// or prefers the wrapping key's error to what Tink made of it.
func (k *keepsError) or(err error) error {
	if k.err != nil {
		return k.err
	}
	return err
}

// maxCached bounds the keys that a long-lived process holds open: a Lambda that
// serves many tenants need not keep them all. Beyond it the cache starts anew.
const maxCached = 64

// An unwrapper opens wrapped keys and keeps them open while their rows stand
// unchanged. It reads the row each time, so that a key which another process
// destroyed is not used again; what it saves is the call to KMS.
type unwrapper[T any] struct {
	rows  WrappedRows
	key   tink.AEADWithContext
	build func(*keyset.Handle) (T, error)

	mu   sync.Mutex
	open map[Scope]unwrapped[T]
}

// An unwrapped key lies behind a closure, because fmt follows pointers and
// interfaces into keys but not functions.
type unwrapped[T any] struct {
	wrapped []byte
	key     func() T
}

func newUnwrapper[T any](rows WrappedRows, key tink.AEADWithContext, build func(*keyset.Handle) (T, error)) *unwrapper[T] {
	return &unwrapper[T]{rows: rows, key: key, build: build, open: map[Scope]unwrapped[T]{}}
}

// get gives the key of the scope, and ErrForgotten as soon as its row is gone,
// whoever erased it.
func (u *unwrapper[T]) get(ctx context.Context, s Scope) (key T, err error) {
	wrapped, err := u.rows.Wrapped(ctx, s)
	if err != nil {
		u.drop(s.Tenant, s.Migration)
		return key, err
	}
	if k, ok := u.cached(s, wrapped); ok {
		return k, nil
	}
	handle, err := unwrap(ctx, u.key, s, wrapped)
	if err != nil {
		return key, err
	}
	if key, err = u.build(handle); err != nil {
		return key, err
	}
	u.keep(s, wrapped, key)
	return key, nil
}

// cached gives a key that is open, if it is still the one in the row.
func (u *unwrapper[T]) cached(s Scope, wrapped []byte) (key T, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	k, ok := u.open[s]
	if !ok || !bytes.Equal(k.wrapped, wrapped) {
		return key, false
	}
	return k.key(), true
}

func (u *unwrapper[T]) keep(s Scope, wrapped []byte, key T) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.open) >= maxCached {
		clear(u.open)
	}
	u.open[s] = unwrapped[T]{wrapped, func() T { return key }}
}

// drop lets go of a migration's keys. Go can't wipe them: their bytes stay in the
// memory of the process until it is used again, or the process ends.
func (u *unwrapper[T]) drop(tenant, migration string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for s := range u.open {
		if s.Tenant == tenant && s.Migration == migration {
			delete(u.open, s)
		}
	}
}
