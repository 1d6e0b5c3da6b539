package lines

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// A Key makes pseudonyms for files: the same ones wherever the same key is used.
type Key struct{ secret []byte }

const keyBytes = 32

// NewKey makes a key that dies with the process: nobody can make its pseudonyms
// again.
func NewKey() *Key {
	k := &Key{make([]byte, keyBytes)}
	rand.Read(k.secret)
	return k
}

// ReadKey reads a key of at least 32 bytes from a file that its owner keeps.
func ReadKey(file string) (*Key, error) {
	secret, err := os.ReadFile(file)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the key can't be read: %w", err)
	case len(secret) < keyBytes:
		return nil, fmt.Errorf("the key has %d bytes and needs %d: make one with, for example, head -c 32 /dev/urandom", len(secret), keyBytes)
	}
	return &Key{secret}, nil
}

// Of is keyring.Pseudonyms.
func (k *Key) Of(kind, canonical string) (out [16]byte) {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(kind + "\x00" + canonical))
	copy(out[:], mac.Sum(nil))
	return out
}

// Format prints nothing of the key, under every verb.
func (*Key) Format(f fmt.State, _ rune) { io.WriteString(f, "lines.Key(redacted)") }
