// Package local is the keyring of the embedded runtime: key pairs in a SQLite file,
// wrapped by a key in a file beside it.
package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
)

// A Keyring is the keyring of the embedded runtime: rows in SQLite and the local key
// beside them.
type Keyring struct {
	*keyring.Ring
	// Key seals what else the embedded runtime must keep, such as credentials.
	// Its associated data must not look like a scope.
	Key  tink.AEADWithContext
	rows *SQLite
}

// Open opens the keyring in a folder, or makes it. It returns ErrKeyMissing
// rather than make a new local key where the rows hold keys already.
func Open(ctx context.Context, dir string, passphrase func() ([]byte, error)) (*Keyring, error) {
	rows, err := OpenSQLite(filepath.Join(dir, "keyring.db"))
	if err != nil {
		return nil, err
	}
	key, err := localKeyOf(ctx, rows, filepath.Join(dir, "local.key"), passphrase)
	if err != nil {
		rows.Close()
		return nil, err
	}
	return &Keyring{Ring: keyring.NewRing(rows, key), Key: key, rows: rows}, nil
}

func localKeyOf(ctx context.Context, rows *SQLite, path string, passphrase func() ([]byte, error)) (tink.AEADWithContext, error) {
	empty, err := rows.Empty(ctx)
	if err != nil {
		return nil, fmt.Errorf("keyring: open rows: %w", err)
	}
	if _, err := os.Stat(path); !empty && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w; put the file back from its copy", path, ErrKeyMissing)
	}
	return Key(path, passphrase)
}

// Close closes the rows. Keys that are open stay so until the process ends.
func (l *Keyring) Close() error { return l.rows.Close() }
