package zendesk_test

import (
	"strings"
	"testing"

	"github.com/safeconduct/safeconduct/internal/simulator"
	"github.com/safeconduct/safeconduct/internal/simulator/zendesk"
)

// TestPrintWhatIsKnownAndWhatIsBelieved shows with -v what the simulator does.
func TestPrintWhatIsKnownAndWhatIsBelieved(t *testing.T) {
	var b strings.Builder
	if err := simulator.Print(&b, zendesk.Behaviours()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s\n%s", simulator.Summary("Zendesk", zendesk.Behaviours()), b.String())
}
