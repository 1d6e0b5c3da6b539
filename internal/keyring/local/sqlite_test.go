package local_test

import (
	"path/filepath"
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/safeconduct/safeconduct/internal/keyring"
	"github.com/safeconduct/safeconduct/internal/keyring/keyringtest"
	"github.com/safeconduct/safeconduct/internal/keyring/local"
)

func startRows(t *testing.T) func() keyring.Rows {
	path := filepath.Join(t.TempDir(), "keyring.db")
	return func() keyring.Rows { return openRows(t, path) }
}

func openRows(t *testing.T, path string) *local.SQLite {
	t.Helper()
	r, err := local.OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func localKey(t *testing.T, path string) tink.AEADWithContext {
	t.Helper()
	k, err := local.Key(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSQLiteKeepsThePromisesOfRows(t *testing.T) { keyringtest.Rows(t, startRows) }

func TestTheLocalKeyKeepsThePromisesOfAWrappingKey(t *testing.T) {
	keyringtest.Key(t, func(t *testing.T) (one, two, again tink.AEADWithContext) {
		dir := t.TempDir()
		return localKey(t, dir+"/1"), localKey(t, dir+"/2"), localKey(t, dir+"/1")
	})
}

func TestTheEmbeddedRingKeepsThePromisesOfAKeyring(t *testing.T) {
	keyringtest.Ring(t, func(t *testing.T) keyringtest.Place {
		dir := t.TempDir()
		return keyringtest.Place{Open: startRows(t), Key: localKey(t, dir+"/1"), Other: localKey(t, dir+"/2")}
	})
}
