// Package architecture holds the rules of this repository as tests: which part
// may import which, what a state of the flow may pass on, what is named in two
// places and must be the same in both. A failure says why there is the rule and
// what to do instead.
//
// A rule reads a tree and lists what breaks it. The tree is this repository, or
// one of a few lines that breaks the rule on purpose: rules_test.go notices a
// rule that has gone blind.
//
// Where the design changes, a rule changes with it: each has one table, and the
// reason for the change belongs in docs/decisions.
package architecture
