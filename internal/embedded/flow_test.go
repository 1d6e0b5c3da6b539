package embedded

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors/memory"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/sample"
)

func TestAMigrationMovesEverythingOnceAndASecondMovesNothing(t *testing.T) {
	for name, o := range map[string]memory.Options{
		"whole": {Batch: 10}, "threaded": {Batch: 1, Threaded: true, Normalise: true},
		"reopening": {Batch: 1, Reopening: true},
	} {
		t.Run(name, func(t *testing.T) {
			source, target := fill(t, memory.Options{PageSize: 30}, sample.Crash()), memory.New(o)
			r := open(t, t.TempDir(), parse(t), source.Source(), target.Target())

			first := migrate(t, r)
			if !first.Census.Conserved || len(first.Findings) > 0 {
				t.Errorf("first run: %s\n%+v", first.Summary("en"), first.Findings)
			}
			if first.Partial() || !first.Audit.Intact || first.Audit.Events == 0 {
				t.Errorf("first run: %s\naudit: %+v", first.Verdict("en").Sentence, first.Audit)
			}
			tickets := len(target.Records(helpdesk.KindTicket))
			if want := len(source.Records(helpdesk.KindTicket)); tickets != want {
				t.Errorf("%d tickets in the target, want %d", tickets, want)
			}
			created := target.Calls(memory.OpDraft) + target.Calls(memory.OpAppend)

			second := migrate(t, r)
			if again := target.Calls(memory.OpDraft) + target.Calls(memory.OpAppend); again != created {
				t.Errorf("the second run wrote %d times", again-created)
			}
			for _, k := range second.Kinds {
				if k.Outcomes["loaded"] > 0 || k.Outcomes["pending"] > 0 {
					t.Errorf("second run, %s: %v", k.Kind, k.Outcomes)
				}
			}
		})
	}
}
