package keyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// Local is the keyring of the embedded runtime: rows in SQLite and the local key
// beside them.
type Local struct {
	*Ring
	// Key seals what else the embedded runtime must keep, such as credentials.
	// Its associated data must not look like a scope.
	Key  tink.AEADWithContext
	rows *SQLite
}

// OpenLocal opens the keyring in a folder, or makes it. It returns ErrKeyMissing
// rather than make a new local key where the rows hold keys already.
func OpenLocal(ctx context.Context, dir string, passphrase func() ([]byte, error)) (*Local, error) {
	rows, err := OpenSQLite(filepath.Join(dir, "keyring.db"))
	if err != nil {
		return nil, err
	}
	key, err := localKeyOf(ctx, rows, filepath.Join(dir, "local.key"), passphrase)
	if err != nil {
		rows.Close()
		return nil, err
	}
	return &Local{Ring: NewRing(rows, key), Key: key, rows: rows}, nil
}

func localKeyOf(ctx context.Context, rows *SQLite, path string, passphrase func() ([]byte, error)) (tink.AEADWithContext, error) {
	empty, err := rows.Empty(ctx)
	if err != nil {
		return nil, fmt.Errorf("keyring: open rows: %w", err)
	}
	if _, err := os.Stat(path); !empty && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w; put the file back from its copy", path, ErrKeyMissing)
	}
	return LocalKey(path, passphrase)
}

// Close closes the rows. Keys that are open stay so until the process ends.
func (l *Local) Close() error { return l.rows.Close() }
