package freshdesk_test

import (
	"reflect"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/freshdesk"
	"github.com/safeconduct/safeconduct/internal/simulator"
	simulated "github.com/safeconduct/safeconduct/internal/simulator/freshdesk"
)

func TestWhatWorksByItselfIsCounted(t *testing.T) {
	desk := simulated.New(simulated.Options{})
	desk.SetRules("email_configs", 2, 1)
	desk.SetRules("automations/1/rules", 3, 1)
	desk.SetRules("automations/4/rules", 4, 0)
	desk.SetRules("automations/3/rules", 1, 2)
	desk.SetRules("sla_policies", -1, 0)
	s, err := freshdesk.SourceVia(settings(t, "http://127.0.0.1", ""), simulator.Transport{Platform: desk.Handler()})
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
	want := map[connectors.SwitchKind]int{connectors.SwitchAddresses: 2, connectors.SwitchTriggers: 7, connectors.SwitchAutomations: 1, connectors.SwitchTargets: 0,
		connectors.SwitchChannels: connectors.NotCounted, connectors.SwitchMacros: connectors.NotCounted, connectors.SwitchWebhooks: connectors.NotCounted}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if at := s.(connectors.Addresser).Addresses("17"); len(at) < 2 || at[0] != "http://127.0.0.1/a/tickets/17" || at[1] != "http://127.0.0.1/support/tickets/17" {
		t.Errorf("addresses %q", at)
	}
}
