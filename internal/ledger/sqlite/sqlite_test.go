package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/sqlite"
	"github.com/safeconduct/safeconduct/internal/ledger/storetest"
)

func open(t testing.TB, path string, opts ...sqlite.Option) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSQLiteKeepsThePromisesOfAStore(t *testing.T) {
	storetest.Store(t, func(t *testing.T) func() ledger.Store {
		path := filepath.Join(t.TempDir(), "ledger.db")
		return func() ledger.Store { return open(t, path, sqlite.WithoutSync()) }
	})
}
