//go:build e2e

package e2e

import "testing"

// TestTheDeployedSystem lets people and clocks use the system, and then looks at
// what all of that did: the order is part of the test.
func TestTheDeployedSystem(t *testing.T) {
	for _, use := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"what the emulator does not honour is tested otherwise", listsWhatTheEmulatorDoesNotHonour},
		{"nobody gets in without a right", nobodyGetsInWithoutARight},
		{"it brings what the embedded one does", bringsWhatTheEmbeddedOneDoes},
		{"a run waits for an approval", waitsForAnApproval},
		{"killed, it loses and doubles nothing", killedItLosesAndDoublesNothing},
		{"a demo from an uploaded file", demoFromAnUpload},
		{"a run costs what was predicted", costsWhatWasPredicted},
		{"every call was granted", deployed.everyCallWasGranted},
		{"nothing is granted in vain", deployed.nothingIsGrantedInVain},
		{"no content was left", deployed.noContentWasLeft},
	} {
		t.Run(use.name, use.do)
	}
}
