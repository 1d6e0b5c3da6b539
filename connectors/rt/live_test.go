//go:build live

package rt_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/rt"
)

// ways are the ways to set RT up.
var ways = map[string]string{
	"plain":       "",
	"with owners": "agents_group: Agents\ntags_field: Tags\nclass: General\n",
}

func TestConformanceAsTarget(t *testing.T) {
	p := fresh(t)
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			open := func(t testing.TB) connectors.Target {
				d, err := rt.Connector.Target(t.Context(), settings(p.URL, way))
				if err != nil {
					t.Fatal(err)
				}
				return d
			}
			conformance.Target(t, func(t testing.TB) conformance.TargetUnderTest {
				return conformance.TargetUnderTest{Target: open(t), Reopen: open}
			})
		})
	}
}

func TestConformanceAsSource(t *testing.T) {
	p := fresh(t)
	d, err := rt.Connector.Target(t.Context(), settings(p.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	conformance.Fill(t, d, 7)
	conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
		open := func(t testing.TB) connectors.Source {
			s, err := rt.Connector.Source(t.Context(), settings(p.URL, ""))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return conformance.SourceUnderTest{Source: open(t), Reopen: open}
	})
}
