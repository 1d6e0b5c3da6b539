// Package migration is the steps of a run, one type a state of
// statemachine/migrate.asl.json:
//
//	Plan → Extract → Anonymize → Gate → Load → Verify → Commit → Seal → Report → Finish
//
// A step is a struct of the small interfaces that it needs and a method Do, a
// function from input to output that either runtime calls with the same JSON.
// Inputs and outputs are references, counts and names. Every step may be killed
// at any instruction and called again with the same input: it goes on from what
// the ledger says.
//
// What a step may hold says what it may do. Extract holds a [keyring.Sealer] and
// no Opener; Load holds an Opener for the clean side only. [Plan] is the only
// step that makes keys, [Seal] the only one that destroys them.
//
// # Exactly once
//
// Load writes the intent to create records, creates them with their markers, and
// writes that it is done. Whoever finds an intent without a result looks in the
// target for the marker before anything else, and not before the target can no
// longer carry out the lost request. Comments that a target takes one by one
// carry no marker: the intent names the next one by its digest, and the ticket's
// thread behind the last one that is known tells whether it arrived.
package migration
