package cost

import "math"

// Transitions of statemachine/migrate.asl.json where nothing fails and nothing
// waits; a test has the definition interpreted and compares.
const (
	once       = 21 // states of a run beside the loops, from Plan to Done
	ofKind     = 3  // Extract, MoreToRead, KindRead
	again      = 2  // Extract, MoreToRead once more
	ofPhase    = 6  // PhasesLeft, NextPhase, LoadPhase, CountLooks, LookForErased, AnybodyErased
	ofPass     = 2  // a child of Anonymize: its start, AnonymizeSegment
	ofLoad     = 4  // a child of LoadPhase: its start, Load, MoreToLoad, Loaded
	ofVerify   = 4  // a child of Verify: its start, VerifySegment, MoreToVerify, Verified
	resultsPut = 2  // objects that ResultWriter puts for a Map: its manifest, and what succeeded
)

func (m *model) transitions() {
	kindsRead, phasesLoaded, linked := float64(kinds), m.phases(), m.linkedSegments()
	if m.w.Demo {
		kindsRead = 1
	}
	n := m.w.segments()
	m.t.add("states.Transitions", once+kindsRead*ofKind+m.extraReads*again+phasesLoaded*ofPhase+1+
		n*(ofPass+ofLoad+ofVerify)+linked*ofLoad)
	maps := phasesLoaded + 2
	m.t.add("states.PutObject", maps*resultsPut)
	m.t.add("states.GetObject", maps)
}

// phases is how many have something to load.
func (m *model) phases() float64 { return m.w.loaded() + min(1, m.linkedSegments()) }

// invocations is how many it takes to work for so long.
func invocations(ms float64) float64 { return 1 + math.Floor(ms/1000/deadline) }
