package ledger_test

import (
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/ledger/storetest"
)

func openSQLite(t testing.TB, path string, opts ...ledger.SQLiteOption) *ledger.SQLite {
	t.Helper()
	s, err := ledger.OpenSQLite(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSQLiteKeepsThePromisesOfAStore(t *testing.T) {
	storetest.Store(t, func(t *testing.T) func() ledger.Store {
		path := filepath.Join(t.TempDir(), "ledger.db")
		return func() ledger.Store { return openSQLite(t, path, ledger.WithoutSync()) }
	})
}
