// Package kms wraps key pairs by a key of AWS KMS that never leaves it. The scope
// of a pair is the encryption context of each call, so that a key policy can say
// who unwraps which side, and CloudTrail who did
// (https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html).
package kms

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// API is what a Key calls; *kms.Client has it.
type API interface {
	Encrypt(context.Context, *kms.EncryptInput, ...func(*kms.Options)) (*kms.EncryptOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// A Key is a wrapping key.
type Key struct {
	api API
	id  string
}

var _ tink.AEADWithContext = (*Key)(nil)

// New returns the wrapping key of that id, ARN or alias.
func New(api API, id string) *Key { return &Key{api, id} }

// EncryptWithContext wraps up to 4,096 bytes. associated is a scope.
func (k *Key) EncryptWithContext(ctx context.Context, plain, associated []byte) ([]byte, error) {
	scope, err := keyring.ParseContext(associated)
	if err != nil {
		return nil, err
	}
	out, err := k.api.Encrypt(ctx, &kms.EncryptInput{KeyId: &k.id, Plaintext: plain, EncryptionContext: scope})
	if err != nil {
		return nil, fmt.Errorf("keyring: wrap: %w", err)
	}
	return out.CiphertextBlob, nil
}

// DecryptWithContext unwraps what this key wrapped under the same scope, and
// returns keyring.ErrRefused for anything else.
func (k *Key) DecryptWithContext(ctx context.Context, sealed, associated []byte) ([]byte, error) {
	scope, err := keyring.ParseContext(associated)
	if err != nil {
		return nil, err
	}
	out, err := k.api.Decrypt(ctx, &kms.DecryptInput{KeyId: &k.id, CiphertextBlob: sealed, EncryptionContext: scope})
	var invalid *types.InvalidCiphertextException
	var other *types.IncorrectKeyException
	switch {
	case errors.As(err, &invalid), errors.As(err, &other):
		return nil, keyring.ErrRefused
	case err != nil:
		return nil, fmt.Errorf("keyring: unwrap: %w", err)
	}
	return out.Plaintext, nil
}
