//go:build e2e

package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unhonoured is what the emulator takes and does not do, and the test that covers
// it: none of this is shown by the scenarios.
var unhonoured = []struct{ what, covered string }{
	{"policies of roles, keys and buckets", "TestOnlyAnonymizeOpensWhatWasExtracted"},
	{"keys and algorithms of a put to the bucket", "TestStagingTakesNoOtherKey"},
	{"encryption of tables, their deletion protection", "TestEveryTableIsEncryptedProtectedAndPaidByUse"},
	{"point-in-time recovery", "TestOnlyStateAndAuditCanBeTakenBackInTime"},
	{"life cycles of objects, TTL of rows", "TestStagedObjectsDoNotOutliveTheirRun"},
	{"object lock", "TestComplianceModeIsAskedFor"},
	{"blocked public access", "TestNoBucketIsOpenToAnybody"},
	{"encryption of executions, level of their log", "TestExecutionsAreEncryptedAndTheirDataIsInNoLog"},
	{"dead letters of schedules and rules", "TestEveryDeadLetterIsEncryptedAndKept"},
	{"rotation and waiting period of keys", "TestEveryKeyRotatesAndIsHardToDestroy"},
	{"memory, processor, tracing and reserved concurrency of functions", "TestEveryFunctionIsWatchedAndBounded"},
	{"permissions boundaries", "TestEveryRoleTakesTheBoundary"},
	{"throttling and access log of the API", "TestEveryRouteAsksForAToken"},
	{"ResultWriter and MaxConcurrencyPath of a Distributed Map, ItemBatcher (which no definition uses)", "TestEveryDistributedMapIsBoundedAndReadsAManifest"},
	{"MaxDelaySeconds and JitterStrategy of Retry", "TestEveryTaskEndsAndIsTriedAgain"},
	{"size of what a state takes and hands on", "TestWhatAStatePassesOnHoldsOnlyReferences"},
	{"number of events of an execution", "TestEveryLoopCanEnd"},
	{"names of states and errors in definitions", "TestDefinitionsNameOnlyErrorsThatOccur"},
	{"redrive, TimeoutSeconds of a machine", "TestEveryDefinitionRunsInProcess"},
}

// listsWhatTheEmulatorDoesNotHonour prints the list, and wants each test in it to
// be there.
func listsWhatTheEmulatorDoesNotHonour(t *testing.T) {
	tests := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "func Test"); ok {
				name, _, _ := strings.Cut(rest, "(")
				tests["Test"+name] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range unhonoured {
		t.Logf("not honoured: %s; instead: %s", u.what, u.covered)
		if !tests[u.covered] {
			t.Errorf("%s: there is no %s", u.what, u.covered)
		}
	}
}
