package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// scryptWork is age's default cost, about a second; tests lower it.
var scryptWork = 18

// sealedIntro is how a file of age begins
// (https://c2sp.org/age, "Encrypted file format").
const sealedIntro = "age-encryption.org/v1\n"

func isSealed(content []byte) bool { return bytes.HasPrefix(content, []byte(sealedIntro)) }

// seal encrypts a key file to a passphrase. scrypt is in age's recipient, with a
// fresh salt; age refuses a second recipient beside it, so that nobody can slip
// in a way around the passphrase.
func seal(content []byte, passphrase func() ([]byte, error)) ([]byte, error) {
	secret, err := passphrase()
	if err != nil {
		return nil, fmt.Errorf("keyring: ask for the passphrase: %w", err)
	}
	to, err := age.NewScryptRecipient(string(secret))
	if err != nil {
		return nil, fmt.Errorf("keyring: passphrase: %w", err)
	}
	to.SetWorkFactor(scryptWork)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		return nil, fmt.Errorf("keyring: seal local key: %w", err)
	}
	if _, err := w.Write(content); err != nil {
		return nil, fmt.Errorf("keyring: seal local key: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("keyring: seal local key: %w", err)
	}
	return b.Bytes(), nil
}

// openSealed is the inverse of seal. A changed header looks to age like a wrong
// passphrase, a changed body like damage.
func openSealed(content []byte, passphrase func() ([]byte, error)) ([]byte, error) {
	if passphrase == nil {
		return nil, fmt.Errorf("%w: it is sealed with one, and none was given", ErrPassphrase)
	}
	secret, err := passphrase()
	if err != nil {
		return nil, fmt.Errorf("keyring: ask for the passphrase: %w", err)
	}
	from, err := age.NewScryptIdentity(string(secret))
	if err != nil {
		return nil, ErrPassphrase // an empty one
	}
	r, err := age.Decrypt(bytes.NewReader(content), from)
	var noMatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &noMatch):
		return nil, ErrPassphrase
	case err != nil:
		return nil, ErrKeyDamaged
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrKeyDamaged
	}
	return plain, nil
}
