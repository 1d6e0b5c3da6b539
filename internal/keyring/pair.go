package keyring

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/hybrid"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// The pair of a side is an HPKE key (RFC 9180, base mode): DHKEM(X25519,
// HKDF-SHA256), HKDF-SHA256, AES-256-GCM. HPKE gives a fresh key to every
// message and binds it to an info string, which is ours to fill with scope and
// label (https://developers.google.com/tink/hybrid, "context info").
//
// A base mode message has no author: whoever holds the public half can write.
// That is wanted (extract holds nothing else), and why a step also compares the
// digests in the manifest.
var pairTemplate = hybrid.DHKEM_X25519_HKDF_SHA256_HKDF_SHA256_AES_256_GCM_Key_Template

// maker can wrap and so must be trusted to throw away what it made: of the pairs
// it keeps nothing.
type maker struct {
	rows Rows
	key  tink.AEADWithContext
}

// NewMaker returns the right to make pairs. Its wrapping key need only encrypt
// (kms:Encrypt); the plan step alone has it.
func NewMaker(rows Rows, key tink.AEADWithContext) Maker { return maker{rows, key} }

func (m maker) Make(ctx context.Context, s Scope) error {
	if err := s.checkPair(); err != nil {
		return err
	}
	if _, err := m.rows.Public(ctx, s); err == nil {
		return nil // there is one, as after a retry
	}
	private, err := keyset.NewHandle(pairTemplate())
	if err != nil {
		return fmt.Errorf("keyring: make %s: %w", s, err)
	}
	public, err := publicHalf(private)
	if err != nil {
		return fmt.Errorf("keyring: make %s: %w", s, err)
	}
	return m.put(ctx, s, public, private)
}

// put wraps a key and stores it, unless the scope has one.
func (m maker) put(ctx context.Context, s Scope, public []byte, private *keyset.Handle) error {
	wrapped, err := wrap(ctx, m.key, s, private)
	if err != nil {
		return fmt.Errorf("keyring: wrap %s: %w", s, err)
	}
	if err := m.rows.Put(ctx, s, public, wrapped); err != nil {
		return fmt.Errorf("keyring: make %s: %w", s, err)
	}
	return nil
}

// publicHalf serialises what a Sealer needs. Tink refuses to write it if there is
// a secret in it.
func publicHalf(private *keyset.Handle) ([]byte, error) {
	public, err := private.Public()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := public.WriteWithNoSecrets(keyset.NewBinaryWriter(&b)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

type sealer struct{ rows PublicRows }

// NewSealer returns the right to seal. It takes neither a wrapping key nor a way
// to the wrapped halves, so extract can't read what it wrote a second ago.
func NewSealer(rows PublicRows) Sealer { return sealer{rows} }

func (r sealer) Seal(ctx context.Context, s Scope, secret, label []byte) ([]byte, error) {
	if err := s.checkPair(); err != nil {
		return nil, err
	}
	public, err := r.rows.Public(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("keyring: seal to %s: %w", s, err)
	}
	sealed, err := encrypt(public, secret, info(s, label))
	if err != nil {
		return nil, fmt.Errorf("keyring: seal to %s: %w", s, err)
	}
	return sealed, nil
}

// encrypt is one HPKE message: an ephemeral key, the sealed secret, 53 bytes more
// than the secret in all with Tink's prefix. Nearly all of its 0.1 ms is X25519.
func encrypt(public, secret, info []byte) ([]byte, error) {
	handle, err := keyset.ReadWithNoSecrets(keyset.NewBinaryReader(bytes.NewReader(public)))
	if err != nil {
		return nil, err
	}
	to, err := hybrid.NewHybridEncrypt(handle)
	if err != nil {
		return nil, err
	}
	return to.Encrypt(secret, info)
}

type opener struct {
	keys *unwrapper[tink.HybridDecrypt]
}

// NewOpener returns the right to open: what it may open is what key unwraps.
func NewOpener(rows WrappedRows, key tink.AEADWithContext) Opener { return newOpener(rows, key) }

// newOpener keeps private halves open between calls: see unwrapper.
func newOpener(rows WrappedRows, key tink.AEADWithContext) opener {
	return opener{newUnwrapper(rows, key, hybrid.NewHybridDecrypt)}
}

func (o opener) Open(ctx context.Context, s Scope, sealed, label []byte) ([]byte, error) {
	if err := s.checkPair(); err != nil {
		return nil, err
	}
	from, err := o.keys.get(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("keyring: open %s: %w", s, err)
	}
	secret, err := from.Decrypt(sealed, info(s, label))
	// Why it failed is nobody's business: Tink says no more, so that answers can't
	// be used as an oracle.
	if err != nil {
		return nil, fmt.Errorf("keyring: open %s: %w", s, ErrRefused)
	}
	return secret, nil
}

// info binds a message to scope and label (RFC 9180, section 5.1). The length in
// front keeps apart what would be equal when joined.
func info(s Scope, label []byte) []byte {
	scope := s.associated()
	b := binary.BigEndian.AppendUint32(nil, uint32(len(scope)))
	return append(append(b, scope...), label...)
}

// Only is the right to open one side of what another opens: what loads can't open
// what was extracted, wherever it runs.
func Only(all Opener, s Side) Opener { return only{all, s} }

type only struct {
	all  Opener
	side Side
}

// Open refuses the other side.
func (o only) Open(ctx context.Context, s Scope, sealed, label []byte) ([]byte, error) {
	if s.Side != o.side {
		return nil, fmt.Errorf("open %s: %w", s.Side, ErrRefused)
	}
	return o.all.Open(ctx, s, sealed, label)
}
