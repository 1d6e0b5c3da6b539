package staging_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/internal/staging"
	"github.com/safeconduct/safeconduct/internal/staging/stagingtest"
)

func openFolder(t *testing.T, dir string, opts ...staging.FolderOption) *staging.Folder {
	t.Helper()
	f, err := staging.NewFolder(dir, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestAFolderKeepsThePromisesOfAStore(t *testing.T) {
	stagingtest.Store(t, func(t *testing.T) func() staging.Store {
		dir := t.TempDir()
		return func() staging.Store { return openFolder(t, dir, staging.WithoutSync()) }
	})
}
