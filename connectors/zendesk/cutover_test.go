package zendesk_test

import (
	"reflect"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/zendesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

func TestWhatWorksByItselfIsCounted(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	for list, n := range map[string]int{"recipient_addresses": 2, "triggers/active": 14, "automations/active": 3, "macros/active": 40, "slas/policies": -1} {
		desk.SetRules(list, n)
	}
	s, err := zendesk.SourceVia(settings(t, "http://127.0.0.1", ""), simulator.Transport{Platform: desk.Handler()})
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.(connectors.Surveyor).Survey(t.Context())
	got := map[connectors.SwitchKind]int{}
	for _, w := range all {
		if got[w.Kind] = w.Count; w.Where == "" {
			t.Errorf("%s: nobody says where", w.Kind)
		}
	}
	want := map[connectors.SwitchKind]int{connectors.SwitchAddresses: 2, connectors.SwitchTriggers: 14, connectors.SwitchAutomations: 3, connectors.SwitchMacros: 40,
		connectors.SwitchTargets: 0, connectors.SwitchChannels: connectors.NotCounted, connectors.SwitchWebhooks: connectors.NotCounted}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if at := s.(connectors.Addresser).Addresses("17"); len(at) < 2 || at[0] != "http://127.0.0.1/agent/tickets/17" || at[1] != "http://127.0.0.1/hc/requests/17" {
		t.Errorf("addresses %q", at)
	}
}
