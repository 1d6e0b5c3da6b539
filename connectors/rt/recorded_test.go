package rt_test

import (
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest/resttest"
	"github.com/safeconduct/safeconduct/connectors/rt"
	"github.com/safeconduct/safeconduct/internal/peers"
)

const passwordVariable = "SAFECONDUCT_TEST_RT_PASSWORD"

// settings decode a plan's settings as a plan does.
func settings(address, more string) connectors.Settings {
	return func(into any) error {
		text := "url: " + address + "\nuser: root\npassword: env:" + passwordVariable + "\nsilenced: true\nhold: 1s\n" + more
		return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict())
	}
}

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

func TestRecordedTrip(t *testing.T) {
	live := ""
	if resttest.Recording() {
		live = fresh(t).URL
	} else {
		t.Setenv(passwordVariable, "not kept")
	}
	decode := settings(resttest.Desk(t, "trip", live), "")
	target, err := rt.Connector.Target(t.Context(), decode)
	if err != nil {
		t.Fatal(err)
	}
	source, err := rt.Connector.Source(t.Context(), decode)
	if err != nil {
		t.Fatal(err)
	}
	resttest.Trip(t, target.(resttest.Stop), source)
}
