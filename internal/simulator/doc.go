// Package simulator holds what the stand-ins of platforms have in common: a
// clock that can be moved, limits on requests, faults on a plan, an outbox in
// which every mail lies that customers would have got, and the list of what a
// stand-in does and where that is known from.
//
// A simulator is no proof that a connector works with the platform. It shows
// that the connector copes with everything that is known of the platform, and
// with some of what is only believed; each [Behaviour] says which it is.
// Simulators know neither the contract nor the connectors: what both believed
// wrongly would be found by nobody.
package simulator
