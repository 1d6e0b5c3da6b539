package csv_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/csv"
)

func TestConformanceAsTarget(t *testing.T) {
	conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
		path := filepath.Join(t.TempDir(), "desk")
		return conformance.TargetUnderTest{
			Target: target(t, path),
			Reopen: func(t testing.TB) connectors.Target { return target(t, path) },
		}
	})
}

func target(t testing.TB, path string) connectors.Target {
	t.Helper()
	to, err := csv.Connector.Target(context.Background(), plan("path: "+path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connectors.Close(to) })
	return to
}
