// Package architecture holds the rules of this repository as tests: which part
// may import which, what a state of the flow may pass on, what is named in two
// places and must be the same in both. A failure says why there is a rule and
// what to do instead.
//
// A rule reads a [tree]: this repository, or a tree of a few lines that breaks
// the rule on purpose, so that a rule that has gone blind is noticed too (see
// TestEveryRuleFindsWhatItIsFor).
//
// Where the design changes, a rule changes with it: each has one table in one
// file, and the reason for the change belongs in docs/decisions.
package architecture
