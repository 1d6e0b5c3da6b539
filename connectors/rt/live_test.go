//go:build live

package rt_test

import (
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/rt"
	"github.com/safeconduct/safeconduct/internal/peers"
)

const passwordVariable = "SAFECONDUCT_TEST_RT_PASSWORD"

// fresh is a RT as it is before a migration.
func fresh(t *testing.T) *peers.Peer {
	t.Helper()
	p, err := peers.Open(peers.RT)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if err := p.Reset(t.Context(), peers.Silent); err != nil {
		t.Fatal(err)
	}
	t.Setenv(passwordVariable, p.Password)
	return p
}

// settings decode a plan's settings as a plan does.
func settings(p *peers.Peer, more string) connectors.Settings {
	return func(into any) error {
		text := "url: " + p.URL + "\nuser: " + p.User + "\npassword: env:" + passwordVariable + "\nsilenced: true\nhold: 1s\n" + more
		return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict())
	}
}

// ways are the ways to set RT up.
var ways = map[string]string{
	"plain":       "",
	"with owners": "agents_group: Agents\ntags_field: Tags\n",
}

func TestConformanceAsTarget(t *testing.T) {
	p := fresh(t)
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			open := func(t testing.TB) connectors.Target {
				d, err := rt.Connector.Target(t.Context(), settings(p, way))
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
	d, err := rt.Connector.Target(t.Context(), settings(p, ""))
	if err != nil {
		t.Fatal(err)
	}
	conformance.Fill(t, d, 7)
	conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
		open := func(t testing.TB) connectors.Source {
			s, err := rt.Connector.Source(t.Context(), settings(p, ""))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return conformance.SourceUnderTest{Source: open(t), Reopen: open}
	})
}
