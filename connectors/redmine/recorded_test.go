package redmine_test

import (
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/redmine"
	"github.com/safeconduct/safeconduct/connectors/rest/resttest"
	"github.com/safeconduct/safeconduct/internal/peers"
)

const keyVariable = "SAFECONDUCT_TEST_REDMINE_KEY"

// settings decode a plan's settings as a plan does.
func settings(address, more string) connectors.Settings {
	return func(into any) error {
		text := "url: " + address + "\nkey: env:" + keyVariable + "\nproject: help-desk\nsilenced: true\nhold: 1s\n" + more
		return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict())
	}
}

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

func TestRecordedTrip(t *testing.T) {
	live := ""
	if resttest.Recording() {
		live = fresh(t).URL
	} else {
		t.Setenv(keyVariable, "not kept")
	}
	decode := settings(resttest.Desk(t, "trip", live), "")
	target, err := redmine.Connector.Target(t.Context(), decode)
	if err != nil {
		t.Fatal(err)
	}
	source, err := redmine.Connector.Source(t.Context(), decode)
	if err != nil {
		t.Fatal(err)
	}
	resttest.Trip(t, target.(resttest.Stop), source)
}
