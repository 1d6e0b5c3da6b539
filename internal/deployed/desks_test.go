package deployed

import (
	"errors"
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/plan"
)

// TestAPlanReachesNothingOnTheFunctionsDisk: a plan comes from a tenant, and what
// lies beside the function is not the tenant's.
func TestAPlanReachesNothingOnTheFunctionsDisk(t *testing.T) {
	const rest = "\nprivacy: {controller: Example Ltd, contact: privacy@example.org, purpose: test, legal_basis: contract, regimes: [gdpr], retention: 30 days, preset: gdpr}\n"
	for name, c := range map[string]struct{ source, target, says string }{
		"a source's folder":                   {"{connector: csv, path: /var/task}", "{connector: rt}", "source.path"},
		"a folder beside an upload":           {"{connector: csv, upload: u1, path: /var/task}", "{connector: rt}", "source.path"},
		"a source's file":                     {"{connector: memory, file: /var/task/bootstrap}", "{connector: rt}", "source.file"},
		"an upload of another":                {"{connector: csv, upload: ../other/m/u1}", "{connector: rt}", "no id of an upload"},
		"a target's folder":                   {"{connector: rt}", "{connector: csv, path: /tmp/out}", "target.path"},
		"a target's file":                     {"{connector: rt}", "{connector: memory, file: /tmp/out}", "target.file"},
		"a target that is only one machine's": {"{connector: rt}", "{connector: archive}", "no connector"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := plan.Parse([]byte("version: 1\nmigration: m\nsource: "+c.source+"\ntarget: "+c.target+rest), "/nowhere")
			if err != nil {
				t.Fatal(err)
			}
			d := &desks{secrets: &secrets{}}
			if strings.Contains(c.says, "target") || name == "a target that is only one machine's" {
				_, err = d.Target(t.Context(), p)
			} else {
				_, err = d.Source(t.Context(), p)
			}
			if !errors.Is(err, connectors.ErrSettings) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want ErrSettings that says %q", err, c.says)
			}
		})
	}
}
