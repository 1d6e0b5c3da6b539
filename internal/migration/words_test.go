package migration_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/internal/evidence"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/plan"
	"github.com/safeconduct/safeconduct/internal/privacy"
)

func TestEveryWordOfAReportIsExplainedInEveryLanguage(t *testing.T) {
	words := map[string][]string{
		"outcome": migration.Outcomes(), "class": migration.FieldClasses(),
		"reason": {migration.DuplicateKey, migration.NoPlaceInTarget, migration.DoubledInTarget,
			plan.OutsideDates, plan.OtherStatus, plan.OtherGroup, plan.OtherTags, plan.KindNotChosen, plan.History,
			connectors.BrokenQuotes, connectors.BrokenColumns, connectors.BrokenEncoding, connectors.BrokenValue,
			connectors.BrokenTooLarge, connectors.BrokenNoKey, connectors.BrokenOrphan},
		"file": {plan.FileType, plan.FileTooLarge, plan.FileName, migration.GoneInSource},
	}
	for _, n := range migration.Names() {
		words["failure"] = append(words["failure"], string(n), string(n)+".next")
	}
	for _, k := range append(privacy.TextKinds(), privacy.Login, privacy.Address) {
		words["data"] = append(words["data"], string(k))
	}
	for list, all := range words {
		for _, word := range all {
			if !evidence.Explained(list, word) {
				t.Errorf("texts of internal/evidence do not explain %s %q", list, word)
			}
		}
	}
}
