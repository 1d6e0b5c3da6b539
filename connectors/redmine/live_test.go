//go:build live

package redmine_test

import (
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/conformance"
	"github.com/safeconduct/safeconduct/connectors/redmine"
	"github.com/safeconduct/safeconduct/internal/peers"
)

const keyVariable = "SAFECONDUCT_TEST_REDMINE_KEY"

// fresh is a Redmine as it is before a migration.
func fresh(t *testing.T) *peers.Peer {
	t.Helper()
	p, err := peers.Open(peers.Redmine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if err := p.Reset(t.Context(), peers.Silent); err != nil {
		t.Fatal(err)
	}
	t.Setenv(keyVariable, p.Key)
	return p
}

// settings decode a plan's settings as a plan does.
func settings(p *peers.Peer, more string) connectors.Settings {
	return func(into any) error {
		text := "url: " + p.URL + "\nkey: env:" + keyVariable + "\nproject: help-desk\nsilenced: true\nhold: 1s\n" + more
		return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict())
	}
}

// ways are the ways to have people named.
var ways = map[string]string{
	"authors in a line":    "",
	"authors in their own": "role: Developer\ncontact_role: Manager\n",
}

func TestConformanceAsTarget(t *testing.T) {
	p := fresh(t)
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			open := func(t testing.TB) connectors.Target {
				d, err := redmine.Connector.Target(t.Context(), settings(p, way))
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
	d, err := redmine.Connector.Target(t.Context(), settings(p, ""))
	if err != nil {
		t.Fatal(err)
	}
	conformance.Fill(t, d, 7)
	conformance.Source(t, func(t testing.TB) conformance.SourceUnderTest {
		open := func(t testing.TB) connectors.Source {
			s, err := redmine.Connector.Source(t.Context(), settings(p, ""))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		return conformance.SourceUnderTest{Source: open(t), Reopen: open}
	})
}
