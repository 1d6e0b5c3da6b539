package local

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

var (
	// ErrKeyMissing: there are keys in the rows but no local key to unwrap them.
	ErrKeyMissing = errors.New("keyring: the local key is gone: what was sealed cannot be opened")
	// ErrKeyExposed: others may read the file of the local key.
	ErrKeyExposed = errors.New("keyring: others may read the local key")
	// ErrKeyDamaged: the file of the local key is not what was written.
	ErrKeyDamaged = errors.New("keyring: the local key is damaged; restore the file from its copy")
	// ErrPassphrase: the passphrase is wrong or was not given.
	ErrPassphrase = errors.New("keyring: wrong passphrase for the local key")
)

// Key opens the local key in the file, or makes both. It is an AES-256-GCM
// key of Tink's that wraps what the embedded runtime keeps, as a key of KMS does
// for the deployed one.
//
// With a passphrase function a new file is sealed by age's scrypt recipient
// (https://age-encryption.org/v1); the function is asked only when a file is
// made or is found sealed. Without it the file's mode, 0600, is all that guards
// the key, and a file that others may read is refused.
//
// Nobody can restore a lost local key: whoever wants a copy makes it.
func Key(path string, passphrase func() ([]byte, error)) (tink.AEADWithContext, error) {
	content, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		content, err = createKey(path, passphrase)
	}
	if err != nil {
		return nil, err
	}
	if isSealed(content) {
		if content, err = openSealed(content, passphrase); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	key, err := parseKey(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// readPrivate reads a file that nobody else may read.
func readPrivate(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("keyring: open local key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("keyring: open local key: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %04o: %w; run: chmod 600 %[1]s", path, info.Mode().Perm(), ErrKeyExposed)
	}
	return io.ReadAll(io.LimitReader(f, 1<<20))
}

// createKey makes a key and its file, which appears whole or not at all. If
// another process is first, its file stands and is read.
func createKey(path string, passphrase func() ([]byte, error)) ([]byte, error) {
	content, err := newKey()
	if err != nil {
		return nil, fmt.Errorf("keyring: make local key: %w", err)
	}
	if passphrase != nil {
		if content, err = seal(content, passphrase); err != nil {
			return nil, err
		}
	}
	if err := writePrivate(path, content); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("keyring: make local key: %w", err)
	}
	return readPrivate(path)
}

// writePrivate makes a file of mode 0600, durably, and fails with fs.ErrExist if
// there is one.
func writePrivate(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".local-key-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil { // unlike Rename it never replaces a key
		return err
	}
	return syncDir(dir)
}

// syncDir makes names in a folder durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // directories can't be synced there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// A key file is three lines: what it is, the keyset, and a check, so that a
// damaged file says so now and not through everything that can't be unwrapped.
const keyFileHeader = "safeconduct local key 1"

// keyFileText is strict: of all spellings of the same bytes it takes one.
var keyFileText = base64.StdEncoding.Strict()

// keyFileCheck is the associated data of the check: every byte of the file.
func keyFileCheck(serialised []byte) []byte { return append([]byte(keyFileHeader), serialised...) }

// newKey makes the content of a key file. Writing a keyset in the clear is what
// Tink calls insecure; here it is the last key of the chain, and the file's mode
// or the passphrase is its lock.
func newKey() ([]byte, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewBinaryWriter(&b)); err != nil {
		return nil, err
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, err
	}
	check, err := a.Encrypt(nil, keyFileCheck(b.Bytes()))
	if err != nil {
		return nil, err
	}
	text := keyFileText.EncodeToString
	return []byte(keyFileHeader + "\n" + text(b.Bytes()) + "\n" + text(check) + "\n"), nil
}

// parseKey is the inverse of newKey. Whatever is wrong with the file is
// ErrKeyDamaged: an error of Tink's might quote it.
func parseKey(content []byte) (tink.AEADWithContext, error) {
	lines := strings.Split(string(content), "\n")
	if len(lines) != 4 || lines[0] != keyFileHeader || lines[3] != "" {
		return nil, ErrKeyDamaged
	}
	serialised, err1 := keyFileText.DecodeString(lines[1])
	check, err2 := keyFileText.DecodeString(lines[2])
	if err1 != nil || err2 != nil {
		return nil, ErrKeyDamaged
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(serialised)))
	if err != nil {
		return nil, ErrKeyDamaged
	}
	a, err := aead.New(h)
	if err != nil {
		return nil, ErrKeyDamaged
	}
	if _, err := a.Decrypt(check, keyFileCheck(serialised)); err != nil {
		return nil, ErrKeyDamaged
	}
	return localKey{func() tink.AEAD { return a }}, nil
}

// localKey keeps its key in a closure: see unwrapped.
type localKey struct{ key func() tink.AEAD }

func (k localKey) EncryptWithContext(_ context.Context, plain, associated []byte) ([]byte, error) {
	return k.key().Encrypt(plain, associated)
}

// DecryptWithContext returns keyring.ErrRefused, as every wrapping key must, for what it
// did not wrap under this associated data.
func (k localKey) DecryptWithContext(_ context.Context, sealed, associated []byte) ([]byte, error) {
	plain, err := k.key().Decrypt(sealed, associated)
	if err != nil {
		return nil, keyring.ErrRefused
	}
	return plain, nil
}

// Format prints nothing of the key, under every verb.
func (localKey) Format(f fmt.State, _ rune) { io.WriteString(f, "keyring.Key(redacted)") }
