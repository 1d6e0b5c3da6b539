package staging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/streamingaead/aesgcmhkdf"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// chunk is how much Tink seals at a time: 64 KiB. Its template with 1 MiB zeroes
// two buffers of that size for every object, and most attachments are smaller:
// sealing one of 20 KiB took 380 µs instead of 40. A chunk costs 16 bytes.
const chunk = 64 << 10

// newStreamKey makes the key of one object: AES-256-GCM in chunks under a key
// that HKDF-SHA-256 derives from it, a random salt and the binding. A chunk's
// nonce holds its number and whether it is the last, so that chunks can be
// neither moved nor cut off
// (https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming). Each
// object has a key of its own, so no nonce repeats under one key; and a Blob's
// key can be handed on without handing on another's.
func newStreamKey() (*keyset.Handle, error) {
	p, err := aesgcmhkdf.NewParameters(aesgcmhkdf.ParametersOpts{
		KeySizeInBytes: 32, DerivedKeySizeInBytes: 32,
		HKDFHashType: aesgcmhkdf.SHA256, SegmentSizeInBytes: chunk,
	})
	if err != nil {
		return nil, err
	}
	m := keyset.NewManager()
	id, err := m.AddNewKeyFromParameters(p)
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	return m.Handle()
}

// encrypting returns a writer that seals to w under the key. Close seals the
// last chunk; without it nothing can be opened.
func encrypting(w io.Writer, key *keyset.Handle, binding []byte) (io.WriteCloser, error) {
	a, err := streamingaead.New(key)
	if err != nil {
		return nil, err
	}
	return a.NewEncryptingWriter(w, binding)
}

// decrypting returns a reader of what was sealed. Every byte that it returns is
// authentic and in its place; that none is missing is known at io.EOF only.
func decrypting(src *source, key *keyset.Handle, binding []byte) (*explained, error) {
	a, err := streamingaead.New(key)
	if err != nil {
		return nil, err
	}
	plain, err := a.NewDecryptingReader(src, binding)
	if err != nil {
		return nil, src.explain(err)
	}
	return &explained{plain, src, nil}, nil
}

// A source remembers why reading failed. Tink reports a network that breaks and
// a byte that was changed alike, but the first wants a retry and the second an
// alarm.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// explain tells the two apart: what the store could not deliver, and what it
// delivered and Tink refused.
func (s *source) explain(err error) error {
	switch {
	case err == nil || err == io.EOF:
		return err
	case s.err != nil:
		return fmt.Errorf("read the object: %w", s.err) // wrapped: io.ErrUnexpectedEOF means an end to some readers
	default:
		return ErrCorrupt
	}
}

// explained is a decrypting reader whose errors say what went wrong. It keeps
// the last one: who reads through another layer asks it how the stream ended.
type explained struct {
	io.Reader
	src *source
	err error
}

func (e *explained) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	e.err = e.src.explain(err)
	return n, e.err
}

// whole returns io.EOF if the stream was read to its authentic end, and else
// why not.
func (e *explained) whole() error {
	if e.err == nil {
		return ErrCorrupt
	}
	return e.err
}

// sealKey seals the key of an object to a side, as a Tink keyset: it says of
// itself which algorithm and chunk it is for, so that old objects stay readable
// when these change, here and with Tink in other languages.
func sealKey(ctx context.Context, key *keyset.Handle, to keyring.Sealer, s keyring.Scope, label []byte) ([]byte, error) {
	var b bytes.Buffer
	k := &sideKey{seal: to, scope: s}
	if err := key.WriteWithContext(ctx, keyset.NewBinaryWriter(&b), k, label); err != nil {
		return nil, errors.Join(k.err, err)
	}
	return b.Bytes(), nil
}

// openKey is the inverse of sealKey. It returns the Opener's error, and
// keyring.ErrRefused for bytes that were never a sealed key.
func openKey(ctx context.Context, sealed []byte, from keyring.Opener, s keyring.Scope, label []byte) (*keyset.Handle, error) {
	k := &sideKey{open: from, scope: s}
	key, err := keyset.ReadWithContext(ctx, keyset.NewBinaryReader(bytes.NewReader(sealed)), k, label)
	switch {
	case k.err != nil:
		return nil, k.err
	case err != nil:
		return nil, keyring.ErrRefused
	}
	return key, nil
}

// sideKey lets Tink write and read a keyset through a Sealer and an Opener: the
// key goes from one to the other without this package looking at it. It keeps the
// error, which Tink prints into its own.
type sideKey struct {
	seal  keyring.Sealer
	open  keyring.Opener
	scope keyring.Scope
	err   error
}

func (k *sideKey) EncryptWithContext(ctx context.Context, plain, label []byte) (b []byte, err error) {
	b, k.err = k.seal.Seal(ctx, k.scope, plain, label)
	return b, k.err
}

func (k *sideKey) DecryptWithContext(ctx context.Context, sealed, label []byte) (b []byte, err error) {
	b, k.err = k.open.Open(ctx, k.scope, sealed, label)
	return b, k.err
}

// wrapError adds what was done to which object; names of objects hold no content.
func wrapError(op, object string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("staging: %s %s: %w", op, object, err)
}
