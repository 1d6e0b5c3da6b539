package keyring

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/daead"
	"github.com/tink-crypto/tink-go/v2/daead/aessiv"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// The keys of a migration are random, one for each use, and never derived:
// a derived key comes back when its parent does.
//
// References are AES-SIV (RFC 5297) and not an HMAC because a review list must
// find its way back to the source record ([Index.KeyOf]). No key id stands in
// front, as Tink would by default: the key never rotates within a migration,
// and the six characters would be in every row of the ledger.
type indexer struct {
	maker
	refs *unwrapper[tink.DeterministicAEAD]
	macs *unwrapper[*prf.Set]
}

// NewIndexer returns the right to use, and at first to make, a migration's index.
func NewIndexer(rows Rows, key tink.AEADWithContext) Indexer { return newIndexer(rows, key) }

// NewPseudonymizer returns the right to use, and at first to make, a migration's
// pseudonyms.
func NewPseudonymizer(rows Rows, key tink.AEADWithContext) Pseudonymizer {
	return newIndexer(rows, key)
}

func newIndexer(rows Rows, key tink.AEADWithContext) *indexer {
	return &indexer{
		maker: maker{rows, key},
		refs:  newUnwrapper(rows, key, daead.New),
		macs:  newUnwrapper(rows, key, prf.NewPRFSet),
	}
}

// Index makes two keys at the first call: one to refer, one to compare.
func (r *indexer) Index(ctx context.Context, tenant, migration string) (Index, error) {
	s := Scope{Tenant: tenant, Migration: migration, Side: sideRef}
	refs, err := getOrMake(ctx, r, r.refs, s, newRefKey)
	if err != nil {
		return nil, err
	}
	s.Side = sideDigest
	macs, err := getOrMake(ctx, r, r.macs, s, newMACKey)
	if err != nil {
		return nil, err
	}
	return newIndex(refs, macs), nil
}

// Pseudonyms makes a key of its own, which no step but anonymize unwraps.
func (r *indexer) Pseudonyms(ctx context.Context, tenant, migration string) (Pseudonyms, error) {
	s := Scope{Tenant: tenant, Migration: migration, Side: sidePseudonym}
	macs, err := getOrMake(ctx, r, r.macs, s, newMACKey)
	if err != nil {
		return nil, err
	}
	return pseudonyms{newHMAC(macs)}, nil
}

// getOrMake makes the key at the first call. Where two come at once both read
// the row that stands in the end.
func getOrMake[T any](ctx context.Context, r *indexer, from *unwrapper[T], s Scope, make func() (*keyset.Handle, error)) (key T, err error) {
	if err := s.check(); err != nil {
		return key, err
	}
	if key, err = from.get(ctx, s); !errors.Is(err, ErrForgotten) {
		return key, wrapError("use", s, err)
	}
	fresh, err := make()
	if err != nil {
		return key, wrapError("make", s, err)
	}
	if err := r.put(ctx, s, nil, fresh); err != nil {
		return key, err
	}
	key, err = from.get(ctx, s)
	return key, wrapError("use", s, err)
}

func wrapError(op string, s Scope, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("keyring: %s %s: %w", op, s, err)
}

// newRefKey makes a key of AES-SIV with 512 bits, the size that Tink takes for
// resistance against attacks on many keys at once (RFC 5297, section 2.2).
func newRefKey() (*keyset.Handle, error) {
	p, err := aessiv.NewParameters(64, aessiv.VariantNoPrefix)
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

// newMACKey makes a key of HMAC-SHA-256 with 256 bits. It is Tink's PRF rather
// than its MAC: cut off anywhere, what it gives still looks random
// (https://developers.google.com/tink/pseudo-random-functions).
func newMACKey() (*keyset.Handle, error) { return keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate()) }

// hmac is HMAC-SHA-256 cut to n bytes, over a use and a content; uses never mix
// because their length stands in front.
type hmac func(n uint32, use string, content []byte) []byte

func newHMAC(set *prf.Set) hmac {
	return func(n uint32, use string, content []byte) []byte {
		input := make([]byte, 0, binary.MaxVarintLen64+len(use)+len(content))
		input = binary.AppendUvarint(input, uint64(len(use)))
		input = append(append(input, use...), content...)
		sum, err := set.ComputePrimaryPRF(input, n)
		if err != nil {
			panic(err) // only for more than 32 bytes
		}
		return sum
	}
}

// index keeps its keys in closures: see unwrapped.
type index struct {
	refs   func() tink.DeterministicAEAD
	mac    hmac
	prefix string
}

// lower32 is base32 (RFC 4648, section 6) in lower case: letters and digits alone
// get through tags, external ids and search fields unchanged.
var lower32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// text is strict, so that a reference has one spelling and comparing is safe.
var text = base64.RawURLEncoding.Strict()

// newIndex computes the prefix once. Its 32 bits tell apart the migrations that
// ever wrote to one target; the marker behind it is what must be unique.
func newIndex(refs tink.DeterministicAEAD, macs *prf.Set) index {
	mac := newHMAC(macs)
	prefix := "sc" + lower32.EncodeToString(mac(4, "prefix", nil))
	return index{func() tink.DeterministicAEAD { return refs }, mac, prefix}
}

func (x index) Ref(kind, key string) string {
	sealed, err := x.refs().EncryptDeterministically([]byte(key), []byte(kind))
	if err != nil {
		panic(err) // only for keys of gigabytes
	}
	return text.EncodeToString(sealed)
}

func (x index) KeyOf(kind, ref string) (string, error) {
	sealed, err := text.DecodeString(ref)
	if err != nil {
		return "", fmt.Errorf("keyring: reference of a %s: %w", kind, ErrRefused)
	}
	key, err := x.refs().DecryptDeterministically(sealed, []byte(kind))
	if err != nil {
		return "", fmt.Errorf("keyring: reference of a %s: %w", kind, ErrRefused)
	}
	return string(key), nil
}

func (x index) Marker(ref string) string {
	return x.prefix + lower32.EncodeToString(x.mac(16, "marker", []byte(ref)))
}

func (x index) Prefix() string { return x.prefix }

// Digest is cut to 128 bits (NIST SP 800-107, 5.3.4): nobody without the key can
// look for two contents that meet, so 2^-128 is the chance for a given pair, and
// the ledger holds a digest for every field of every record.
func (x index) Digest(content []byte) string {
	return text.EncodeToString(x.mac(16, "digest", content))
}

// Format prints nothing of the index, under every verb.
func (index) Format(f fmt.State, _ rune) { io.WriteString(f, "keyring.Index(redacted)") }

// pseudonyms are HMACs and not random numbers in a table: a table would be one
// more place where identities stand.
type pseudonyms struct{ mac hmac }

func (p pseudonyms) Of(kind, canonical string) (out [16]byte) {
	copy(out[:], p.mac(16, kind, []byte(canonical)))
	return out
}

// Format prints nothing of the pseudonyms, under every verb.
func (pseudonyms) Format(f fmt.State, _ rune) { io.WriteString(f, "keyring.Pseudonyms(redacted)") }
